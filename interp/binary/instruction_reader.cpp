#include "interp/binary/instruction_reader.h"

#include <fmt/format.h>

namespace tappet {
namespace {

constexpr std::array<OpcodeColumns, kOpcodeCount> opcode_columns() {
  std::array<OpcodeColumns, kOpcodeCount> columns{};
  for (size_t i = 0; i < kOpcodeCount; ++i) {
    columns[i] = {kOpcodes[i].immediate, kOpcodes[i].feature, kOpcodes[i].access_bytes};
  }
  return columns;
}

// Value types and the abbreviations of reference types are one byte, a negative s7.
bool is_one_byte_type(uint8_t byte) { return (byte & 0xc0) == 0x40; }

CatchClause read_catch(Reader& in) {
  const uint64_t start = in.offset();
  CatchClause clause;
  const uint8_t kind = in.byte();
  if (kind > static_cast<uint8_t>(CatchKind::kCatchAllRef)) {
    in.fail(ErrorKind::kMalformed, "malformed catch clause", start);
    return clause;
  }
  clause.kind = static_cast<CatchKind>(kind);
  if (clause.kind <= CatchKind::kCatchRef) clause.tag = in.u32();
  clause.label = in.u32();
  return clause;
}

}  // namespace

constexpr std::array<OpcodeColumns, kOpcodeCount> kOpcodeColumns = opcode_columns();

void InstructionReader::read_immediates(Instruction& out) {
  switch (kOpcodeColumns[static_cast<size_t>(out.opcode)].immediate) {
#define IMM(name, text, fields) \
  case Immediate::k##name:      \
    return read(ImmediateKind<Immediate::k##name>{}, out);
#include "interp/opcodes/immediates.def"
#undef IMM
  }
}

void InstructionReader::read_other_opcode(Instruction& out) {
  out.opcode = Opcode::kUnreachable;
  if (!ok()) return;
  const uint8_t first = in_.position()[-1];
  if (!is_opcode_prefix(first)) {
    return in_.fail(ErrorKind::kMalformed, fmt::format("illegal opcode {:02x}", first), out.offset);
  }
  const uint32_t code = in_.u32();
  const auto opcode = find_opcode(first, code);
  if (!opcode) {
    return in_.fail(ErrorKind::kMalformed, fmt::format("illegal opcode {:02x} {:02x}", first, code),
                    out.offset);
  }
  out.opcode = *opcode;
  in_.require(kOpcodeColumns[static_cast<size_t>(*opcode)].feature, scope_.features);
}

void InstructionReader::read_block_type(Instruction& out) {
  if (is_one_byte_type(in_.peek())) {
    out.block.kind = BlockType::Kind::kValue;
    out.block.value = read_value_type(in_, scope_);
    return;
  }
  in_.require(Feature::kMultiValue, scope_.features);
  const uint64_t start = in_.offset();
  const int64_t index = in_.s33();
  if (index < 0) in_.fail(ErrorKind::kMalformed, "malformed block type", start);
  out.block.kind = BlockType::Kind::kFunction;
  out.block.type_index = static_cast<uint32_t>(index);
}

void InstructionReader::read(ImmediateKind<Immediate::kLabelTable>, Instruction& out) {
  out.a = in_.length();
  const uint8_t* const begin = in_.position();
  for (uint32_t i = 0; i < out.a && ok(); ++i) in_.u32();
  in_.u32();
  out.bytes = ok() ? ByteSpan(begin, in_.position()) : ByteSpan();
}

void InstructionReader::read(ImmediateKind<Immediate::kSelectTypes>, Instruction& out) {
  out.a = in_.length();
  for (uint32_t i = 0; i < out.a && ok(); ++i) {
    const ValueType type = read_value_type(in_, scope_);
    if (i == 0) out.type = type;
  }
}

void InstructionReader::read(ImmediateKind<Immediate::kHeapType>, Instruction& out) {
  const bool nullable = out.opcode == Opcode::kRefNull || out.opcode == Opcode::kRefTestNull ||
                        out.opcode == Opcode::kRefCastNull;
  out.type = ValueType::ref(nullable, read_heap_type(in_, scope_));
}

void InstructionReader::read_memarg_with_memory(Instruction& out, uint32_t flags) {
  if (flags >= 2 * kMemargHasMemory) return in_.malformed("malformed memop flags");
  in_.require(Feature::kMultiMemory, scope_.features);
  out.a = in_.u32();
  out.b = flags - kMemargHasMemory;
  out.value = in_.u64();
}

void InstructionReader::read_v128(Instruction& out) {
  const ByteSpan bytes = in_.bytes(sizeof out.v128.bytes);
  if (!bytes.empty()) std::memcpy(out.v128.bytes, bytes.data(), bytes.size());
}

void InstructionReader::read(ImmediateKind<Immediate::kBrOnCast>, Instruction& out) {
  const uint64_t start = in_.offset();
  const uint8_t flags = in_.byte();
  if (flags > 3) in_.fail(ErrorKind::kMalformed, "malformed br_on_cast flags", start);
  out.a = in_.u32();
  out.type = ValueType::ref((flags & 1) != 0, read_heap_type(in_, scope_));
  out.type2 = ValueType::ref((flags & 2) != 0, read_heap_type(in_, scope_));
}

void InstructionReader::read(ImmediateKind<Immediate::kTryTable>, Instruction& out) {
  read(ImmediateKind<Immediate::kBlockType>{}, out);
  out.a = in_.length();
  const uint8_t* const begin = in_.position();
  for (uint32_t i = 0; i < out.a && ok(); ++i) read_catch(in_);
  out.bytes = ok() ? ByteSpan(begin, in_.position()) : ByteSpan();
}

void InstructionReader::read(ImmediateKind<Immediate::kAtomicFence>, Instruction&) {
  if (in_.byte() != 0) in_.malformed("zero byte expected");
}

CatchClause CatchTable::next() {
  --left_;
  return read_catch(in_);
}

}  // namespace tappet
