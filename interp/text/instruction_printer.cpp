// Function bodies as flat instructions, one a line.
#include <fmt/format.h>

#include <cstring>

#include "interp/text/numbers.h"
#include "interp/text/printer.h"

namespace tappet::text {
namespace {

// Deeper blocks are not indented further: a line's length must not depend on what a file nests.
constexpr uint32_t kMostIndent = 40;

bool opens_block(Opcode opcode) {
  return opcode == Opcode::kBlock || opcode == Opcode::kLoop || opcode == Opcode::kIf ||
         opcode == Opcode::kTryTable;
}

template <class T>
T part(const V128& vector, int index) {
  T value;
  std::memcpy(&value, vector.bytes + static_cast<size_t>(index) * sizeof value, sizeof value);
  return value;
}

}  // namespace

void Printer::body(const FunctionDecl& function, const Ids& locals) {
  const ByteSpan code =
      module_.bytes.subspan(function.code_begin, function.code_end - function.code_begin);
  const TypeScope scope{module_.types, 0, FeatureSet::all()};
  InstructionReader reader(Reader(code, module_.base_offset + function.code_begin), scope);
  Instruction in;
  uint32_t depth = 1;
  while (reader.next(in)) {
    const bool is_end = in.opcode == Opcode::kEnd;
    if (is_end && --depth == 0) break;
    const uint32_t level = depth + (in.opcode == Opcode::kElse ? 0 : 1);
    out_.append(2 * size_t{std::min(level, kMostIndent)}, ' ');
    out_ += row(in.opcode).mnemonic;
    out_ += immediates(in, locals);
    out_ += '\n';
    if (opens_block(in.opcode)) ++depth;
  }
  if (!reader.ok() && !error_) error_ = reader.reader().error();
}

std::string Printer::block_type(const BlockType& block) const {
  switch (block.kind) {
    case BlockType::Kind::kEmpty:
      return "";
    case BlockType::Kind::kValue:
      return fmt::format(" (result {})", value_type(block.value));
    case BlockType::Kind::kFunction:
      break;
  }
  return fmt::format(" (type {})", ids_[kTypeNames].reference(block.type_index));
}

std::string Printer::catches(const Instruction& in) const {
  static constexpr std::string_view kWords[] = {"catch", "catch_ref", "catch_all", "catch_all_ref"};
  std::string out = block_type(in.block);
  for (CatchTable table(in); !table.done();) {
    const CatchClause clause = table.next();
    const bool has_tag = clause.kind == CatchKind::kCatch || clause.kind == CatchKind::kCatchRef;
    out += fmt::format(" ({}{} {})", kWords[static_cast<size_t>(clause.kind)],
                       has_tag ? " " + ids_[kTagNames].reference(clause.tag) : "", clause.label);
  }
  return out;
}

std::string Printer::memarg(const Instruction& in) const {
  std::string out;
  if (in.a != 0) out += " " + ids_[kMemoryNames].reference(in.a);
  if (in.value != 0) out += fmt::format(" offset={}", in.value);
  const uint64_t align = uint64_t{1} << in.b;
  if (align != row(in.opcode).access_bytes) out += fmt::format(" align={}", align);
  return out;
}

std::string Printer::immediates(const Instruction& in, const Ids& locals) const {
  const auto one = [&](NameKind kind, uint32_t index) { return " " + ids_[kind].reference(index); };
  const auto other_than_0 = [&](NameKind kind, uint32_t index) {
    return index == 0 ? "" : one(kind, index);
  };
  switch (row(in.opcode).immediate) {
    case Immediate::kNone:
    case Immediate::kAtomicFence:
      return "";
    case Immediate::kBlockType:
      return block_type(in.block);
    case Immediate::kTryTable:
      return catches(in);
    case Immediate::kLabelIndex:
      return fmt::format(" {}", in.a);
    case Immediate::kLabelTable: {
      std::string out;
      for (LabelTable labels(in); !labels.done();) out += fmt::format(" {}", labels.next());
      return out;
    }
    case Immediate::kFuncIndex:
      return one(kFunctionNames, in.a);
    case Immediate::kTypeIndex:
      return one(kTypeNames, in.a);
    case Immediate::kCallIndirect:
      return other_than_0(kTableNames, in.b) +
             fmt::format(" (type {})", ids_[kTypeNames].reference(in.a));
    case Immediate::kLocalIndex:
      return " " + locals.reference(in.a);
    case Immediate::kGlobalIndex:
      return one(kGlobalNames, in.a);
    case Immediate::kTableIndex:
      return other_than_0(kTableNames, in.a);
    case Immediate::kMemoryIndex:
      return other_than_0(kMemoryNames, in.a);
    case Immediate::kDataIndex:
      return one(kDataNames, in.a);
    case Immediate::kElemIndex:
      return one(kElemNames, in.a);
    case Immediate::kTagIndex:
      return one(kTagNames, in.a);
    case Immediate::kSelectTypes:
      return fmt::format(" (result{})", in.a == 0 ? "" : " " + value_type(in.type));
    case Immediate::kHeapType:
      if (in.opcode == Opcode::kRefNull) return " " + heap_type(in.type.heap);
      return " " + value_type(in.type);
    case Immediate::kMemarg:
      return memarg(in);
    case Immediate::kMemargLane:
      return memarg(in) + fmt::format(" {}", in.c);
    case Immediate::kLane:
      return fmt::format(" {}", in.c);
    case Immediate::kShuffle: {
      std::string out;
      for (const uint8_t lane : in.v128.bytes) out += fmt::format(" {}", lane);
      return out;
    }
    case Immediate::kI32:
      return fmt::format(" {}", static_cast<int32_t>(in.value));
    case Immediate::kI64:
      return fmt::format(" {}", static_cast<int64_t>(in.value));
    case Immediate::kF32:
      return " " + print_f32(static_cast<uint32_t>(in.value));
    case Immediate::kF64:
      return " " + print_f64(in.value);
    case Immediate::kV128:
      return fmt::format(" i32x4 {:#010x} {:#010x} {:#010x} {:#010x}", part<uint32_t>(in.v128, 0),
                         part<uint32_t>(in.v128, 1), part<uint32_t>(in.v128, 2),
                         part<uint32_t>(in.v128, 3));
    case Immediate::kMemoryInit:
      return other_than_0(kMemoryNames, in.b) + one(kDataNames, in.a);
    case Immediate::kMemoryCopy:
      return in.a == 0 && in.b == 0 ? "" : one(kMemoryNames, in.a) + one(kMemoryNames, in.b);
    case Immediate::kTableInit:
      return other_than_0(kTableNames, in.b) + one(kElemNames, in.a);
    case Immediate::kTableCopy:
      return in.a == 0 && in.b == 0 ? "" : one(kTableNames, in.a) + one(kTableNames, in.b);
    case Immediate::kStructField: {
      const Ids fields = make_ids(names_.of(kFieldNames, in.a));
      return one(kTypeNames, in.a) + " " + fields.reference(in.b);
    }
    case Immediate::kArrayFixed:
      return one(kTypeNames, in.a) + fmt::format(" {}", in.b);
    case Immediate::kArrayData:
      return one(kTypeNames, in.a) + one(kDataNames, in.b);
    case Immediate::kArrayElem:
      return one(kTypeNames, in.a) + one(kElemNames, in.b);
    case Immediate::kArrayCopy:
      return one(kTypeNames, in.a) + one(kTypeNames, in.b);
    case Immediate::kBrOnCast:
      return fmt::format(" {} {} {}", in.a, value_type(in.type), value_type(in.type2));
  }
  return "";
}

}  // namespace tappet::text
