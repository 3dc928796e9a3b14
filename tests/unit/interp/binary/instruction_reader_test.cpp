#include "interp/binary/instruction_reader.h"

#include <gtest/gtest.h>

#include "tests/unit/interp/support/module_builder.h"

namespace tappet {
namespace {

using namespace test;

TypeScope scope() {
  static const std::vector<TypeId> types = {TypeId(70), TypeId(71)};
  return {types, 0, FeatureSet::all()};
}

// Reads the one instruction that `bytes` is.
Instruction read_one(const Bytes& bytes) {
  InstructionReader reader(Reader(bytes, 0), scope());
  Instruction instruction;
  EXPECT_TRUE(reader.next(instruction)) << reader.reader().error().to_string();
  EXPECT_TRUE(reader.at_end());
  return instruction;
}

std::string error_of(const Bytes& bytes) {
  InstructionReader reader(Reader(bytes, 0), scope());
  Instruction instruction;
  EXPECT_FALSE(reader.next(instruction));
  return reader.reader().error().message;
}

// A well-formed immediate of each kind.
Bytes sample(Immediate kind) {
  switch (kind) {
    case Immediate::kNone:
      return {};
    case Immediate::kBlockType:
      return {0x40};
    case Immediate::kLabelTable:
      return {2, 0, 1, 0};
    case Immediate::kSelectTypes:
      return {1, 0x7f};
    case Immediate::kHeapType:
      return {0x70};
    case Immediate::kMemarg:
      return {0, 0};
    case Immediate::kMemargLane:
      return {0, 0, 0};
    case Immediate::kShuffle:
    case Immediate::kV128:
      return Bytes(16, 0);
    case Immediate::kF32:
      return Bytes(4, 0);
    case Immediate::kF64:
      return Bytes(8, 0);
    case Immediate::kBrOnCast:
      return {0, 0, 0x6e, 0x6d};
    case Immediate::kTryTable:
      return {0x40, 1, 0x02, 0};
    case Immediate::kCallIndirect:
    case Immediate::kMemoryInit:
    case Immediate::kMemoryCopy:
    case Immediate::kTableInit:
    case Immediate::kTableCopy:
    case Immediate::kStructField:
    case Immediate::kArrayFixed:
    case Immediate::kArrayData:
    case Immediate::kArrayElem:
    case Immediate::kArrayCopy:
      return {0, 0};
    default:
      return {0};
  }
}

Bytes opcode_bytes(const OpcodeRow& op) {
  if (op.prefix == 0) return {static_cast<uint8_t>(op.code)};
  return Bytes{op.prefix} + leb(op.code);
}

TEST(InstructionReader, ReadsEveryInstruction) {
  for (const OpcodeRow& op : kOpcodes) {
    const Bytes bytes = opcode_bytes(op) + sample(op.immediate);
    EXPECT_EQ(read_one(bytes).opcode, op.opcode) << op.mnemonic;
    for (size_t size = 1; size < bytes.size(); ++size) {
      InstructionReader cut(Reader(ByteSpan(bytes).first(size), 0), scope());
      Instruction instruction;
      EXPECT_FALSE(cut.next(instruction)) << op.mnemonic << " cut after " << size;
    }
  }
}

TEST(InstructionReader, ReadsIntegersAndFloats) {
  EXPECT_EQ(read_one(code("i32.const", -1)).value, 0xffff'ffffu);
  EXPECT_EQ(read_one(code("i32.const", INT32_MIN)).value, 0x8000'0000u);
  EXPECT_EQ(read_one(code("i64.const", INT64_MIN)).value, uint64_t{1} << 63);
  EXPECT_EQ(read_one(code("f32.const", 1.0f)).value, 0x3f80'0000u);
  EXPECT_EQ(read_one(code("f64.const", -0.0)).value, uint64_t{1} << 63);
}

TEST(InstructionReader, ReadsMemargs) {
  const Instruction plain = read_one(code("i64.load", 3, 300));
  EXPECT_EQ(plain.a, 0u);
  EXPECT_EQ(plain.b, 3u);
  EXPECT_EQ(plain.value, 300u);
  const Instruction other = read_one(code("i64.load", 0x43, 7, int64_t{1} << 40));
  EXPECT_EQ(other.a, 7u);
  EXPECT_EQ(other.b, 3u);
  EXPECT_EQ(other.value, uint64_t{1} << 40);
  EXPECT_EQ(error_of(code("i64.load", 0x80, 0)), "malformed memop flags");
  EXPECT_EQ(read_one(code("v128.load8_lane", 0, 5, 9)).c, 9);
}

TEST(InstructionReader, ReadsBlockTypes) {
  EXPECT_EQ(read_one(code("block", kNoType)).block.kind, BlockType::Kind::kEmpty);
  const Instruction value = read_one(code("loop", kF64));
  EXPECT_EQ(value.block.kind, BlockType::Kind::kValue);
  EXPECT_EQ(value.block.value, kF64);
  const Instruction typed = read_one(code("if", 1000));
  EXPECT_EQ(typed.block.kind, BlockType::Kind::kFunction);
  EXPECT_EQ(typed.block.type_index, 1000u);
  const ValueType ref = ValueType::ref(false, {HeapKind::kDefined, TypeId(1)});
  EXPECT_EQ(read_one(code("block", ref)).block.value.heap.id, TypeId(71));
  EXPECT_EQ(error_of(code("block", raw({0x41}))), "malformed reference type 0x41");
}

TEST(InstructionReader, ReadsLabelTables) {
  const Bytes bytes = code("br_table", 3, 5, 300, 7, 9);
  const Instruction instruction = read_one(bytes);
  EXPECT_EQ(instruction.a, 3u);
  std::vector<uint32_t> labels;
  for (LabelTable table(instruction); !table.done();) labels.push_back(table.next());
  EXPECT_EQ(labels, (std::vector<uint32_t>{5, 300, 7, 9}));
  EXPECT_EQ(error_of(code("br_table", 0xffff'ffffu, 0)), "length out of bounds");
}

TEST(InstructionReader, ReadsCatchClauses) {
  const Bytes bytes = code("try_table", kNoType, raw({3, 0, 1, 2, 1, 3, 4, 3, 5}));
  std::vector<uint32_t> numbers;
  const Instruction instruction = read_one(bytes);
  for (CatchTable table(instruction); !table.done();) {
    const CatchClause clause = table.next();
    numbers.push_back(static_cast<uint32_t>(clause.kind));
    numbers.push_back(clause.tag);
    numbers.push_back(clause.label);
  }
  EXPECT_EQ(numbers, (std::vector<uint32_t>{0, 1, 2, 1, 3, 4, 3, 0, 5}));
  EXPECT_EQ(error_of(code("try_table", kNoType, raw({1, 4, 0}))), "malformed catch clause");
}

TEST(InstructionReader, ReadsHeapTypesWithTheirNullability) {
  EXPECT_TRUE(read_one(code("ref.null", raw({0x6e}))).type.nullable);
  EXPECT_FALSE(read_one(Bytes{0xfb, 0x14, 0x6e}).type.nullable);
  EXPECT_TRUE(read_one(Bytes{0xfb, 0x15, 0x6e}).type.nullable);
  const Instruction cast = read_one(Bytes{0xfb, 0x18, 0x02, 0x05, 0x6e, 0x01});
  EXPECT_EQ(cast.a, 5u);
  EXPECT_FALSE(cast.type.nullable);
  EXPECT_EQ(cast.type2, ValueType::ref(true, {HeapKind::kDefined, TypeId(71)}));
  EXPECT_EQ(error_of(Bytes{0xfb, 0x18, 0x04, 0x05, 0x6e, 0x01}), "malformed br_on_cast flags");
  EXPECT_EQ(error_of(code("ref.null", raw({0x02}))), "unknown type 2");
  EXPECT_EQ(error_of(code("ref.null", raw({0x7f}))), "malformed heap type");
}

TEST(InstructionReader, RefusesUnknownOpcodes) {
  EXPECT_EQ(error_of(Bytes{0xff}), "illegal opcode ff");
  EXPECT_EQ(error_of(Bytes{0x06}), "illegal opcode 06");
  EXPECT_EQ(error_of(Bytes{0xfc, 0x12}), "illegal opcode fc 12");
  EXPECT_EQ(error_of(Bytes{0xfd, 0xff, 0xff, 0x03}), "illegal opcode fd ffff");
}

TEST(InstructionReader, AcceptsOverlongIntegersUpToTheirLimit) {
  EXPECT_EQ(read_one(Bytes{0x20} + padded_leb(3, 5)).a, 3u);
  EXPECT_EQ(error_of(Bytes{0x20} + padded_leb(3, 6)), "integer representation too long");
  EXPECT_EQ(read_one(Bytes{0xfc} + padded_leb(0, 5)).opcode, Opcode::kI32TruncSatF32S);
  EXPECT_EQ(read_one(Bytes{0x41, 0xff, 0xff, 0xff, 0xff, 0x7f}).value, 0xffff'ffffu);
  EXPECT_EQ(error_of(Bytes{0x41, 0xff, 0xff, 0xff, 0xff, 0x0f}), "integer too large");
}

TEST(InstructionReader, KnowsWhereInstructionsStart) {
  const Bytes bytes = code("nop", "i32.const", 1000, "drop");
  InstructionReader reader(Reader(bytes, 50), scope());
  std::vector<uint64_t> offsets;
  for (Instruction instruction; reader.next(instruction);) offsets.push_back(instruction.offset);
  EXPECT_EQ(offsets, (std::vector<uint64_t>{50, 51, 54}));
}

}  // namespace
}  // namespace tappet
