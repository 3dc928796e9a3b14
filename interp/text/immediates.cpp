// The immediates of plain instructions, by the rows of immediates.def.
#include <fmt/format.h>

#include "interp/base/printable.h"
#include "interp/text/instruction_parser.h"
#include "interp/text/numbers.h"

namespace tappet::text {
namespace {

struct ShapeRow {
  std::string_view name;
  int lanes;
};
constexpr ShapeRow kShapes[] = {{"i8x16", 16}, {"i16x8", 8}, {"i32x4", 4},
                                {"i64x2", 2},  {"f32x4", 4}, {"f64x2", 2}};

constexpr uint32_t kMemargHasMemory = 0x40;

uint32_t log2_of(uint64_t power) {
  uint32_t log2 = 0;
  while ((uint64_t{1} << log2) < power) ++log2;
  return log2;
}

}  // namespace

void InstructionParser::write_opcode(Opcode opcode, Writer& out) {
  const OpcodeRow& op = row(opcode);
  if (op.prefix != 0) out.byte(op.prefix);
  if (op.prefix != 0) {
    out.u32(op.code);
  } else {
    out.byte(op.code);
  }
}

void InstructionParser::plain(Opcode opcode, Writer& out) {
  // These three choose their opcode by what follows.
  if (opcode == Opcode::kSelect) return select(out);
  if (opcode == Opcode::kRefTest || opcode == Opcode::kRefCast) return reference_test(opcode, out);
  write_opcode(opcode, out);
  immediates(opcode, out);
}

void InstructionParser::immediates(Opcode opcode, Writer& out) {
  const OpcodeRow& op = row(opcode);
  switch (op.immediate) {
    case Immediate::kNone:
    case Immediate::kBlockType:  // blocks and tests are
    case Immediate::kTryTable:   // handled where they are met
    case Immediate::kSelectTypes:
      return;
    case Immediate::kAtomicFence:
      return out.byte(0);
    case Immediate::kLabelIndex:
      return out.u32(label_index());
    case Immediate::kLabelTable:
      return label_table(out);
    case Immediate::kFuncIndex:
      return out.u32(module_.index(Space::kFunc));
    case Immediate::kTypeIndex:
      return out.u32(module_.index(Space::kType));
    case Immediate::kCallIndirect:
      return call_indirect(out);
    case Immediate::kLocalIndex:
      return out.u32(module_.index_in(scope_.locals, "local"));
    case Immediate::kGlobalIndex:
      return out.u32(module_.index(Space::kGlobal));
    case Immediate::kTableIndex:
      return out.u32(module_.at_index() ? module_.index(Space::kTable) : 0);
    case Immediate::kMemoryIndex:
      return out.u32(module_.at_index() ? module_.index(Space::kMemory) : 0);
    case Immediate::kDataIndex:
      module_.uses_data_index_ = true;
      return out.u32(module_.index(Space::kData));
    case Immediate::kElemIndex:
      return out.u32(module_.index(Space::kElem));
    case Immediate::kTagIndex:
      return out.u32(module_.index(Space::kTag));
    case Immediate::kHeapType:
      return module_.heap_type(out);
    case Immediate::kMemarg:
      return memarg(op.access_bytes, false, out);
    case Immediate::kMemargLane:
      return memarg(op.access_bytes, true, out);
    case Immediate::kLane:
      return lane(out);
    case Immediate::kShuffle:
      for (int i = 0; i < 16; ++i) lane(out);
      return;
    case Immediate::kI32:
    case Immediate::kI64:
    case Immediate::kF32:
    case Immediate::kF64:
      return number(op.immediate, out);
    case Immediate::kV128:
      return vector(out);
    case Immediate::kMemoryInit:
      module_.uses_data_index_ = true;
      return segment_and_target(Space::kData, Space::kMemory, out);
    case Immediate::kMemoryCopy:
      return two_of(Space::kMemory, out);
    case Immediate::kTableInit:
      return segment_and_target(Space::kElem, Space::kTable, out);
    case Immediate::kTableCopy:
      return two_of(Space::kTable, out);
    case Immediate::kStructField:
      return struct_field(out);
    case Immediate::kArrayFixed:
      out.u32(module_.index(Space::kType));
      return out.u32(static_cast<uint32_t>(in_.expect_unsigned(32)));
    case Immediate::kArrayData:
      module_.uses_data_index_ = true;
      return two_indices(Space::kType, Space::kData, out);
    case Immediate::kArrayElem:
      return two_indices(Space::kType, Space::kElem, out);
    case Immediate::kArrayCopy:
      return two_indices(Space::kType, Space::kType, out);
    case Immediate::kBrOnCast:
      return br_on_cast(out);
  }
}

uint32_t InstructionParser::label_index() {
  const uint32_t offset = in_.peek().begin;
  const auto id = in_.accept_id();
  if (!id) return static_cast<uint32_t>(in_.expect_unsigned(32));
  const auto found = scope_.label_depths.find(*id);
  if (found == scope_.label_depths.end() || found->second.empty()) {
    in_.fail_at(offset, fmt::format("unknown label ${}", printable(*id)));
    return 0;
  }
  return static_cast<uint32_t>(scope_.labels.size()) - 1 - found->second.back();
}

void InstructionParser::label_table(Writer& out) {
  std::vector<uint32_t> labels{label_index()};
  while (in_.ok() && module_.at_index()) labels.push_back(label_index());
  out.u64(labels.size() - 1);
  for (const uint32_t label : labels) out.u32(label);
}

void InstructionParser::call_indirect(Writer& out) {
  const uint32_t table = module_.at_index() ? module_.index(Space::kTable) : 0;
  out.u32(module_.type_use(nullptr).index);
  out.u32(table);
}

void InstructionParser::select(Writer& out) {
  if (!in_.at_open("result")) return write_opcode(Opcode::kSelect, out);
  Writer types;
  uint32_t count = 0;
  while (in_.accept_open("result")) {
    for (; in_.ok() && !in_.at_close(); ++count) module_.value_type(types);
    in_.expect_close();
  }
  write_opcode(Opcode::kSelectT, out);
  out.u32(count);
  out.append(types);
}

void InstructionParser::reference_test(Opcode opcode, Writer& out) {
  Writer heap;
  const bool nullable = module_.nullable_heap_type(heap);
  const Opcode null_form = opcode == Opcode::kRefTest ? Opcode::kRefTestNull : Opcode::kRefCastNull;
  write_opcode(nullable ? null_form : opcode, out);
  out.append(heap);
}

void InstructionParser::br_on_cast(Writer& out) {
  const uint32_t label = label_index();
  Writer from;
  Writer to;
  const bool from_nullable = module_.nullable_heap_type(from);
  const bool to_nullable = module_.nullable_heap_type(to);
  out.byte((from_nullable ? 1u : 0u) | (to_nullable ? 2u : 0u));
  out.u32(label);
  out.append(from);
  out.append(to);
}

void InstructionParser::catches(Writer& out) {
  struct Row {
    std::string_view word;
    bool has_tag;
  };
  // In the order of their codes.
  static constexpr Row kClauses[] = {
      {"catch", true}, {"catch_ref", true}, {"catch_all", false}, {"catch_all_ref", false}};
  Writer clauses;
  uint32_t count = 0;
  const auto clause = [&] {
    for (uint32_t code = 0; code < std::size(kClauses); ++code) {
      if (!in_.accept_open(kClauses[code].word)) continue;
      clauses.byte(code);
      if (kClauses[code].has_tag) clauses.u32(module_.index(Space::kTag));
      clauses.u32(label_index());
      in_.expect_close();
      return true;
    }
    return false;
  };
  while (clause()) ++count;
  out.u32(count);
  out.append(clauses);
}

uint64_t InstructionParser::keyword_value(std::string_view prefix, uint64_t fallback) {
  if (in_.kind() != TokenKind::kAtom || !in_.text().starts_with(prefix)) return fallback;
  const auto value = parse_unsigned(in_.text().substr(prefix.size()));
  if (!value) {
    in_.fail(fmt::format("malformed {}", printable(in_.text())));
    return fallback;
  }
  in_.advance();
  return *value;
}

void InstructionParser::memarg(uint32_t access_bytes, bool with_lane, Writer& out) {
  // A lane's index looks like a memory's: there is one only if two numbers, or a memarg, follow.
  const bool lane_only = with_lane && !module_.at_index(1) &&
                         in_.text(1).substr(0, 7) != "offset=" &&
                         in_.text(1).substr(0, 6) != "align=";
  const uint32_t memory = module_.at_index() && !lane_only ? module_.index(Space::kMemory) : 0;
  const uint64_t offset = keyword_value("offset=", 0);
  const uint32_t at = in_.peek().begin;
  const uint64_t align = keyword_value("align=", access_bytes);
  if (align == 0 || (align & (align - 1)) != 0)
    return in_.fail_at(at, "alignment must be a power of two");
  out.u32(log2_of(align) | (memory != 0 ? kMemargHasMemory : 0));
  if (memory != 0) out.u32(memory);
  out.u64(offset);
  if (with_lane) lane(out);
}

void InstructionParser::segment_and_target(Space segment, Space target, Writer& out) {
  const uint32_t to = module_.at_index(1) ? module_.index(target) : 0;
  out.u32(module_.index(segment));
  out.u32(to);
}

void InstructionParser::two_of(Space which, Writer& out) {
  if (module_.at_index()) return two_indices(which, which, out);
  out.u32(0);
  out.u32(0);
}

void InstructionParser::two_indices(Space first, Space second, Writer& out) {
  out.u32(module_.index(first));
  out.u32(module_.index(second));
}

void InstructionParser::struct_field(Writer& out) {
  const uint32_t type = module_.index(Space::kType);
  out.u32(type);
  static const NameSpace kNoNames;
  out.u32(module_.index_in(type < module_.types_.size() ? module_.types_[type].fields : kNoNames,
                           "field"));
}

uint64_t InstructionParser::literal(std::string_view shape, int bits) {
  std::optional<uint64_t> value;
  if (in_.kind() == TokenKind::kAtom) {
    if (shape[0] == 'i') {
      value = parse_integer(in_.text(), bits);
    } else if (bits == 32) {
      value = parse_f32(in_.text());
    } else {
      value = parse_f64(in_.text());
    }
  }
  if (!value) {
    in_.unexpected(fmt::format("a literal of type {}{} in its range", shape[0], bits));
    return 0;
  }
  in_.advance();
  return *value;
}

void InstructionParser::number(Immediate kind, Writer& out) {
  switch (kind) {
    case Immediate::kI32:
      return out.s32(static_cast<int32_t>(literal("i", 32)));
    case Immediate::kI64:
      return out.s64(static_cast<int64_t>(literal("i", 64)));
    case Immediate::kF32:
      return out.word32(static_cast<uint32_t>(literal("f", 32)));
    default:
      return out.word64(literal("f", 64));
  }
}

void InstructionParser::vector(Writer& out) {
  for (const ShapeRow& shape : kShapes) {
    if (!in_.accept(shape.name)) continue;
    const int bits = 128 / shape.lanes;
    for (int i = 0; i < shape.lanes; ++i) {
      const uint64_t value = literal(shape.name, bits);
      for (int bit = 0; bit < bits; bit += 8) out.byte(static_cast<uint8_t>(value >> bit));
    }
    return;
  }
  in_.unexpected("a vector shape");
}

}  // namespace tappet::text
