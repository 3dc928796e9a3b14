// Element and data segments (core spec 5.5.12, 5.5.14, 5.5.15).
#include <algorithm>

#include "interp/base/limits.h"
#include "interp/binary/sections.h"

namespace tappet {
namespace {

// The bits of an element segment's kind: not active, then either "declarative" or, for active
// segments, "with explicit table"; and expressions instead of function indices.
enum : uint32_t { kNotActive = 1, kDeclarativeOrTable = 2, kExpressions = 4, kElemKinds = 8 };

constexpr ValueType kFuncNonNull = ValueType::ref(false, {HeapKind::kFunc, {}});

SegmentMode mode_of(uint32_t kind) {
  if ((kind & kNotActive) == 0) return SegmentMode::kActive;
  return (kind & kDeclarativeOrTable) ? SegmentMode::kDeclarative : SegmentMode::kPassive;
}

void read_elem_type(Reader& in, DecodeContext& context, uint32_t kind, ElemSegment& elem) {
  const bool abbreviated = (kind & (kNotActive | kDeclarativeOrTable)) == 0;
  if (kind & kExpressions) {
    elem.type = abbreviated ? kFuncRef : read_ref_type(in, context.scope());
    return;
  }
  elem.type = kFuncNonNull;
  if (!abbreviated && in.byte() != 0) in.malformed("malformed element kind");
}

void read_elem_functions(Reader& in, DecodeContext& context, ElemSegment& elem) {
  const uint32_t count = in.count("elements", limits::kTableEntries);
  if (!reserve(in, context, elem.functions, count)) return;
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    elem.functions.push_back(in.u32());
    context.declare_function(elem.functions.back());
  }
}

bool is_plain_function(const ConstExpr& expr) {
  return expr.instructions.size() == 1 && expr.instructions[0].opcode == Opcode::kRefFunc;
}

// Segments that list functions only, as most do, shrink to their indices.
void simplify(ElemSegment& elem) {
  if (!std::all_of(elem.expressions.begin(), elem.expressions.end(), is_plain_function)) return;
  elem.functions.reserve(elem.expressions.size());
  for (const ConstExpr& expr : elem.expressions) {
    elem.functions.push_back(expr.instructions[0].index);
  }
  elem.expressions = {};
}

void read_elem_expressions(Reader& in, DecodeContext& context, ElemSegment& elem) {
  const uint32_t count = in.count("elements", limits::kTableEntries, 2);
  if (!reserve(in, context, elem.expressions, count)) return;
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    elem.expressions.push_back(read_const_expr(in, context));
  }
  if (in.ok()) simplify(elem);
}

ElemSegment read_elem(Reader& in, DecodeContext& context) {
  ElemSegment elem;
  const uint64_t start = in.offset();
  const uint32_t kind = in.u32();
  if (kind >= kElemKinds) {
    in.fail(ErrorKind::kMalformed, "malformed elements segment kind", start);
    return elem;
  }
  if (kind != 0) in.require(Feature::kBulkMemory, context.features);
  elem.mode = mode_of(kind);
  elem.has_expressions = (kind & kExpressions) != 0;
  if (elem.mode == SegmentMode::kActive) {
    if (kind & kDeclarativeOrTable) elem.table = in.u32();
    elem.offset = read_const_expr(in, context);
  }
  read_elem_type(in, context, kind, elem);
  if (kind & kExpressions) {
    read_elem_expressions(in, context, elem);
  } else {
    read_elem_functions(in, context, elem);
  }
  return elem;
}

enum : uint32_t { kDataActive = 0, kDataPassive = 1, kDataActiveWithMemory = 2 };

DataSegment read_data(Reader& in, DecodeContext& context) {
  DataSegment data;
  const uint64_t start = in.offset();
  const uint32_t kind = in.u32();
  if (kind > kDataActiveWithMemory) {
    in.fail(ErrorKind::kMalformed, "malformed data segment kind", start);
    return data;
  }
  if (kind != kDataActive) in.require(Feature::kBulkMemory, context.features);
  if (kind != kDataPassive) {
    data.mode = SegmentMode::kActive;
    if (kind == kDataActiveWithMemory) data.memory = in.u32();
    data.offset = read_const_expr(in, context);
  }
  const uint32_t size = in.length();
  data.begin = context.position(in);
  in.bytes(size);
  data.end = context.position(in);
  return data;
}

}  // namespace

void read_elem_section(Reader& in, DecodeContext& context) {
  const uint32_t count = in.count("element segments", limits::kElemSegments, 2);
  if (!reserve(in, context, context.module.elems, count)) return;
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    context.module.elems.push_back(read_elem(in, context));
  }
}

void read_data_count_section(Reader& in, DecodeContext& context) {
  context.module.has_data_count = true;
  context.module.data_count = in.u32();
}

void read_data_section(Reader& in, DecodeContext& context) {
  const uint32_t count = in.count("data segments", limits::kDataSegments, 2);
  if (!reserve(in, context, context.module.datas, count)) return;
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    context.module.datas.push_back(read_data(in, context));
  }
}

}  // namespace tappet
