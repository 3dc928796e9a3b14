// Element and data segments, and the definitions of tables and memories that bring one along
// (core spec 6.6.6 to 6.6.10).
#include "interp/binary/reader.h"
#include "interp/text/module_parser.h"

namespace tappet::text {
namespace {

// The number that starts an element segment (5.5.12) is made of these.
enum : uint32_t { kPassiveOrDeclarative = 1, kExplicitOrDeclarative = 2, kExpressions = 4 };
constexpr uint8_t kFuncRefCode = 0x70;
constexpr uint8_t kEnd = 0x0b;
constexpr uint8_t kI32Const = 0x41;
constexpr uint8_t kI64Const = 0x42;

constexpr uint8_t kRefFunc = 0xd2;

bool is_func_ref(ByteSpan type) { return type.size() == 1 && type[0] == kFuncRefCode; }

// ref.func of each of these indices.
Section as_expressions(const Section& indices) {
  Section out;
  Reader in(ByteSpan(indices.body.bytes()), 0);
  for (out.count = 0; out.count < indices.count; ++out.count) {
    out.body.byte(kRefFunc);
    out.body.u32(in.u32());
    out.body.byte(kEnd);
  }
  return out;
}

Bytes zero_offset(bool is_64) { return {is_64 ? kI64Const : kI32Const, 0, kEnd}; }

}  // namespace

void ModuleParser::elem_field() {
  in_.accept_id();
  const uint32_t item = next_[static_cast<size_t>(Space::kElem)]++;
  name_annotation(Space::kElem, item);
  if (in_.accept("declare")) return elem_list(SegmentMode::kDeclarative, 0, {});
  uint32_t table = 0;
  bool has_table = in_.accept_open("table");
  if (has_table) {
    table = index(Space::kTable);
    in_.expect_close();
  } else if (at_index()) {  // as it was written before there were several tables
    has_table = true;
    table = index(Space::kTable);
  }
  if (!has_table && (in_.kind() != TokenKind::kOpen || at_ref_type()))
    return elem_list(SegmentMode::kPassive, 0, {});
  Writer offset;
  offset_expression(offset);
  elem_list(SegmentMode::kActive, table, ByteSpan(offset.bytes()));
}

void ModuleParser::elem_list(SegmentMode mode, uint32_t table, ByteSpan offset) {
  const bool is_active = mode == SegmentMode::kActive;
  if (in_.accept("func") || (is_active && (at_index() || in_.at_close()))) {
    return write_elements(mode, table, offset, {}, function_indices());
  }
  Writer type;
  ref_type(type);
  write_elements(mode, table, offset, ByteSpan(type.bytes()), element_expressions());
}

// An empty `type` stands for function indices.
void ModuleParser::write_elements(SegmentMode mode, uint32_t table, ByteSpan offset, ByteSpan type,
                                  const Section& elements) {
  const bool is_active = mode == SegmentMode::kActive;
  const bool are_expressions = !type.empty();
  const bool is_short = is_active && table == 0 && (!are_expressions || is_func_ref(type));
  uint32_t flags = are_expressions ? uint32_t{kExpressions} : 0;
  if (!is_active) flags |= kPassiveOrDeclarative;
  if (mode == SegmentMode::kDeclarative || (is_active && !is_short))
    flags |= kExplicitOrDeclarative;
  Writer& out = elems_.body;
  ++elems_.count;
  out.u32(flags);
  if (is_active && !is_short) out.u32(table);
  out.append(offset);
  if (!is_short && are_expressions) out.append(type);
  if (!is_short && !are_expressions) out.byte(0);
  out.u32(elements.count);
  out.append(elements.body);
}

Section ModuleParser::function_indices() {
  Section functions;
  for (; in_.ok() && at_index(); ++functions.count) functions.body.u32(index(Space::kFunc));
  return functions;
}

Section ModuleParser::element_expressions() {
  Section elements;
  for (; in_.kind() == TokenKind::kOpen; ++elements.count) element_expression(elements.body);
  return elements;
}

// (item instr*), or one folded instruction.
void ModuleParser::element_expression(Writer& out) {
  if (!in_.accept_open("item")) return folded_expression(out);
  expression(out);
  in_.expect_close();
}

void ModuleParser::offset_expression(Writer& out) {
  if (!in_.accept_open("offset")) return folded_expression(out);
  expression(out);
  in_.expect_close();
}

void ModuleParser::table_with_elements(uint32_t table, bool is_64) {
  Writer type;
  ref_type(type);
  in_.expect_open("elem");
  ++next_[static_cast<size_t>(Space::kElem)];
  bool are_indices = at_index() || in_.at_close();
  Section elements = are_indices ? function_indices() : element_expressions();
  // Plain indices stand for (ref func); a table of another type wants expressions.
  if (are_indices && !is_func_ref(ByteSpan(type.bytes()))) {
    elements = as_expressions(elements);
    are_indices = false;
  }
  in_.expect_close();
  tables_.body.append(type);
  tables_.body.byte(is_64 ? 5 : 1);
  tables_.body.u32(elements.count);
  tables_.body.u32(elements.count);
  write_elements(SegmentMode::kActive, table, ByteSpan(zero_offset(is_64)),
                 are_indices ? ByteSpan() : ByteSpan(type.bytes()), elements);
}

std::string ModuleParser::data_strings() {
  std::string bytes;
  while (in_.kind() == TokenKind::kString) bytes += in_.expect_string();
  return bytes;
}

void ModuleParser::data_field() {
  in_.accept_id();
  const uint32_t item = next_[static_cast<size_t>(Space::kData)]++;
  name_annotation(Space::kData, item);
  uint32_t memory = 0;
  bool has_memory = in_.accept_open("memory");
  if (has_memory) {
    memory = index(Space::kMemory);
    in_.expect_close();
  } else if (at_index()) {  // as it was written before there were several memories
    has_memory = true;
    memory = index(Space::kMemory);
  }
  Writer& out = datas_.body;
  ++datas_.count;
  if (!has_memory && in_.kind() != TokenKind::kOpen) {
    out.u32(1);
  } else {
    out.u32(memory == 0 ? 0 : 2);
    if (memory != 0) out.u32(memory);
    offset_expression(out);
  }
  out.name(data_strings());
}

void ModuleParser::memory_with_data(uint32_t memory, bool is_64, uint64_t page_size_log2,
                                    bool custom) {
  in_.expect_open("data");
  ++next_[static_cast<size_t>(Space::kData)];
  const std::string bytes = data_strings();
  in_.expect_close();
  const uint64_t page = uint64_t{1} << page_size_log2;
  const uint64_t pages = bytes.size() / page + (bytes.size() % page != 0 ? 1 : 0);
  Writer& type = memories_.body;
  type.byte(1u | (is_64 ? 4u : 0u) | (custom ? 8u : 0u));
  type.u64(pages);
  type.u64(pages);
  if (custom) type.u64(page_size_log2);
  Writer& out = datas_.body;
  ++datas_.count;
  out.u32(memory == 0 ? 0 : 2);
  if (memory != 0) out.u32(memory);
  out.append(ByteSpan(zero_offset(is_64)));
  out.name(bytes);
}

}  // namespace tappet::text
