// Reads instructions (core spec 5.4) one at a time. The validator runs it over every body once, the
// translator again over the bodies that are called; neither keeps a list of instructions.
#pragma once

#include <type_traits>

#include "interp/binary/reader.h"
#include "interp/binary/type_reader.h"
#include "interp/module/instruction.h"

namespace tappet {

// The columns of an opcode's row that are wanted for every instruction, packed.
struct OpcodeColumns {
  Immediate immediate;
  Feature feature;
  uint8_t access_bytes;
};
extern const std::array<OpcodeColumns, kOpcodeCount> kOpcodeColumns;

// Selects the reader of one immediate kind at compile time.
template <Immediate kKind>
using ImmediateKind = std::integral_constant<Immediate, kKind>;

// Never allocates, except for an error's message. Errors stick as in Reader: kMalformed,
// kUnsupported for an instruction of a feature that scope.features lacks, kInvalid for an unknown
// type in a value or heap type. All other indices are left to the validator.
class InstructionReader {
 public:
  // `scope` borrows the module's types.
  InstructionReader(Reader in, const TypeScope& scope) : in_(std::move(in)), scope_(scope) {}

  bool ok() const { return in_.ok(); }
  bool at_end() const { return in_.at_end(); }
  const Reader& reader() const { return in_; }
  Reader& reader() { return in_; }

  // Reads one instruction; false at an error or where there is none left.
  bool next(Instruction& out) {
    if (at_end()) return false;
    read_opcode(out);
    read_immediates(out);
    return ok();
  }

  // The two halves of next(). The first fills opcode and offset; for the second, a caller that
  // knows the immediate kind at compile time may call the kind's reader directly.
  void read_opcode(Instruction& out) {
    out.offset = in_.offset();
    const uint16_t found = kOneByteOpcodes[in_.byte()];
    if (found == kNoOpcode) [[unlikely]]
      return read_other_opcode(out);
    out.opcode = static_cast<Opcode>(found);
    in_.require(kOpcodeColumns[found].feature, scope_.features);
  }
  void read_immediates(Instruction& out);

  // One reader per row of immediates.def.
  void read(ImmediateKind<Immediate::kNone>, Instruction&) {}
  void read(ImmediateKind<Immediate::kBlockType>, Instruction& out) {
    if (in_.peek() != kEmptyBlock) return read_block_type(out);
    in_.byte();
    out.block.kind = BlockType::Kind::kEmpty;
  }
  void read(ImmediateKind<Immediate::kLabelIndex>, Instruction& out) { out.a = in_.u32(); }
  void read(ImmediateKind<Immediate::kLabelTable>, Instruction& out);
  void read(ImmediateKind<Immediate::kFuncIndex>, Instruction& out) { out.a = in_.u32(); }
  void read(ImmediateKind<Immediate::kTypeIndex>, Instruction& out) { out.a = in_.u32(); }
  void read(ImmediateKind<Immediate::kCallIndirect>, Instruction& out) { read_two(out); }
  void read(ImmediateKind<Immediate::kLocalIndex>, Instruction& out) { out.a = in_.u32(); }
  void read(ImmediateKind<Immediate::kGlobalIndex>, Instruction& out) { out.a = in_.u32(); }
  void read(ImmediateKind<Immediate::kTableIndex>, Instruction& out) { out.a = in_.u32(); }
  void read(ImmediateKind<Immediate::kMemoryIndex>, Instruction& out) { out.a = in_.u32(); }
  void read(ImmediateKind<Immediate::kDataIndex>, Instruction& out) { out.a = in_.u32(); }
  void read(ImmediateKind<Immediate::kElemIndex>, Instruction& out) { out.a = in_.u32(); }
  void read(ImmediateKind<Immediate::kTagIndex>, Instruction& out) { out.a = in_.u32(); }
  void read(ImmediateKind<Immediate::kSelectTypes>, Instruction& out);
  void read(ImmediateKind<Immediate::kHeapType>, Instruction& out);
  void read(ImmediateKind<Immediate::kMemarg>, Instruction& out) {
    const uint32_t flags = in_.u32();
    if (flags >= kMemargHasMemory) [[unlikely]]
      return read_memarg_with_memory(out, flags);
    out.a = 0;
    out.b = flags;
    out.value = in_.u64();
  }
  void read(ImmediateKind<Immediate::kMemargLane>, Instruction& out) {
    read(ImmediateKind<Immediate::kMemarg>{}, out);
    out.c = in_.byte();
  }
  void read(ImmediateKind<Immediate::kLane>, Instruction& out) { out.c = in_.byte(); }
  void read(ImmediateKind<Immediate::kShuffle>, Instruction& out) { read_v128(out); }
  void read(ImmediateKind<Immediate::kI32>, Instruction& out) {
    out.value = static_cast<uint32_t>(in_.s32());
  }
  void read(ImmediateKind<Immediate::kI64>, Instruction& out) {
    out.value = static_cast<uint64_t>(in_.s64());
  }
  void read(ImmediateKind<Immediate::kF32>, Instruction& out) { out.value = in_.word32(); }
  void read(ImmediateKind<Immediate::kF64>, Instruction& out) { out.value = in_.word64(); }
  void read(ImmediateKind<Immediate::kV128>, Instruction& out) { read_v128(out); }
  void read(ImmediateKind<Immediate::kMemoryInit>, Instruction& out) { read_two(out); }
  void read(ImmediateKind<Immediate::kMemoryCopy>, Instruction& out) { read_two(out); }
  void read(ImmediateKind<Immediate::kTableInit>, Instruction& out) { read_two(out); }
  void read(ImmediateKind<Immediate::kTableCopy>, Instruction& out) { read_two(out); }
  void read(ImmediateKind<Immediate::kStructField>, Instruction& out) { read_two(out); }
  void read(ImmediateKind<Immediate::kArrayFixed>, Instruction& out) { read_two(out); }
  void read(ImmediateKind<Immediate::kArrayData>, Instruction& out) { read_two(out); }
  void read(ImmediateKind<Immediate::kArrayElem>, Instruction& out) { read_two(out); }
  void read(ImmediateKind<Immediate::kArrayCopy>, Instruction& out) { read_two(out); }
  void read(ImmediateKind<Immediate::kBrOnCast>, Instruction& out);
  void read(ImmediateKind<Immediate::kTryTable>, Instruction& out);
  void read(ImmediateKind<Immediate::kAtomicFence>, Instruction& out);

 private:
  static constexpr uint8_t kEmptyBlock = 0x40;
  static constexpr uint32_t kMemargHasMemory = 0x40;

  void read_other_opcode(Instruction& out);
  void read_block_type(Instruction& out);
  void read_memarg_with_memory(Instruction& out, uint32_t flags);
  void read_v128(Instruction& out);
  void read_two(Instruction& out) {
    out.a = in_.u32();
    out.b = in_.u32();
  }

  Reader in_;
  TypeScope scope_;
};

// The labels of a br_table that was read: instruction.a of them, then the default.
class LabelTable {
 public:
  explicit LabelTable(const Instruction& br_table)
      : in_(br_table.bytes, br_table.offset), left_(uint64_t{br_table.a} + 1) {}
  bool done() const { return left_ == 0; }
  // Precondition: !done().
  uint32_t next() { return --left_, in_.u32(); }

 private:
  Reader in_;
  uint64_t left_;
};

// A handler clause of try_table (2.4.1); `tag` holds for the first two kinds.
enum class CatchKind : uint8_t { kCatch, kCatchRef, kCatchAll, kCatchAllRef };
struct CatchClause {
  CatchKind kind = CatchKind::kCatch;
  uint32_t tag = 0;
  uint32_t label = 0;
};

// The clauses of a try_table that was read.
class CatchTable {
 public:
  explicit CatchTable(const Instruction& try_table)
      : in_(try_table.bytes, try_table.offset), left_(try_table.a) {}
  bool done() const { return left_ == 0; }
  // Precondition: !done().
  CatchClause next();

 private:
  Reader in_;
  uint32_t left_;
};

}  // namespace tappet
