// Component-level types (Explainer.md, "Type Definitions").
#include <fmt/format.h>

#include "canonical-abi/text/component_parser.h"

namespace tappet::component::wat {
namespace {

enum : uint8_t {
  kResourceType = 0x3f,
  kFuncType = 0x40,
  kComponentType = 0x41,
  kInstanceType = 0x42,
  kAsyncFuncType = 0x43,
};

const KindRow* find_kind(std::string_view word, bool primitive) {
  for (const KindRow& row : kKinds) {
    if (row.text == word && is_primitive(row.kind) == primitive) return &row;
  }
  return nullptr;
}

}  // namespace

uint32_t ComponentParser::emit_type(const Writer& type, const Id& id) {
  scope_->emit(Part::kType, type);
  const uint32_t index = scope_->add(Sort::kType, id);
  scope_->keep_type(index, type);
  return index;
}

void ComponentParser::def_type(Writer& out) {
  if (def_val_type(out)) return;
  if (in_.accept_open("func")) {
    func_type(out);
  } else if (in_.accept_open("component")) {
    out.byte(kComponentType);
    scope_type(ScopeKind::kComponentType, out);
  } else if (in_.accept_open("instance")) {
    out.byte(kInstanceType);
    scope_type(ScopeKind::kInstanceType, out);
  } else if (in_.accept_open("resource")) {
    resource_type(out);
  } else {
    return in_.unexpected("a type");
  }
  in_.expect_close();
}

// True if a defvaltype stood here.
bool ComponentParser::def_val_type(Writer& out) {
  if (in_.kind() == TokenKind::kAtom) {
    const KindRow* const primitive = find_kind(in_.text(), true);
    if (primitive == nullptr) return false;
    in_.advance();
    out.byte(primitive->code);
    return true;
  }
  if (in_.kind() != TokenKind::kOpen || in_.kind(1) != TokenKind::kAtom) return false;
  const KindRow* const kind = find_kind(in_.text(1), false);
  if (kind == nullptr) return false;
  const Level level(*this);
  in_.advance(2);
  composite(kind->kind, out);
  in_.expect_close();
  return true;
}

void ComponentParser::composite(TypeKind kind, Writer& out) {
  Writer items;
  uint32_t count = 0;
  const auto write_items = [&] {
    out.byte(row(kind).code);
    out.u32(count);
    out.append(items);
  };
  switch (kind) {
    case TypeKind::kRecord:
      for (; in_.accept_open("field"); ++count, in_.expect_close()) {
        items.name(in_.expect_name());
        val_type(items);
      }
      return write_items();
    case TypeKind::kVariant:
      for (; in_.accept_open("case"); ++count, in_.expect_close()) {
        items.name(in_.expect_name());
        optional_type(items);
        items.byte(0);
      }
      return write_items();
    case TypeKind::kTuple:
      for (; in_.ok() && !in_.at_close(); ++count) val_type(items);
      return write_items();
    case TypeKind::kFlags:
    case TypeKind::kEnum:
      for (; in_.kind() == TokenKind::kString; ++count) items.name(in_.expect_name());
      return write_items();
    case TypeKind::kList: {
      val_type(items);
      const bool is_fixed = !in_.at_close();
      out.byte(row(is_fixed ? TypeKind::kFixedList : TypeKind::kList).code);
      out.append(items);
      if (is_fixed) out.u32(static_cast<uint32_t>(in_.expect_unsigned(32)));
      return;
    }
    case TypeKind::kOption:
    case TypeKind::kMap:
      val_type(items);
      if (kind == TypeKind::kMap) val_type(items);
      break;
    case TypeKind::kResult:
      if (in_.at_open("error")) {
        items.byte(0);
      } else {
        optional_type(items);
      }
      if (in_.accept_open("error")) {
        optional_type(items);
        in_.expect_close();
      } else {
        items.byte(0);
      }
      break;
    case TypeKind::kStream:
    case TypeKind::kFuture:
      optional_type(items);
      break;
    default:  // own and borrow
      items.u32(reference(Sort::kType));
      break;
  }
  out.byte(row(kind).code);
  out.append(items);
}

void ComponentParser::optional_type(Writer& out) {
  const bool is_there = !in_.at_close();
  out.byte(is_there ? 1 : 0);
  if (is_there) val_type(out);
}

void ComponentParser::val_type(Writer& out) {
  if (at_index() || in_.at_open("type")) return out.s33(reference(Sort::kType));
  Writer type;
  const bool is_primitive = in_.kind() == TokenKind::kAtom;
  if (!def_val_type(type)) return in_.unexpected("a value type");
  if (is_primitive) return out.append(type);
  out.s33(emit_type(type));
}

// Behind "(func".
void ComponentParser::func_type(Writer& out) {
  const bool is_async = in_.accept("async");
  Writer params;
  uint32_t count = 0;
  for (; in_.accept_open("param"); ++count, in_.expect_close()) {
    params.name(in_.expect_name());
    val_type(params);
  }
  out.byte(is_async ? kAsyncFuncType : kFuncType);
  out.u32(count);
  out.append(params);
  result_list(out);
}

void ComponentParser::result_list(Writer& out) {
  if (!in_.accept_open("result")) {
    out.byte(0x01);
    return out.byte(0x00);
  }
  out.byte(0x00);
  val_type(out);
  in_.expect_close();
}

void ComponentParser::resource_type(Writer& out) {
  in_.expect_open("rep");
  out.byte(kResourceType);
  scope_->core_value_type(out);
  in_.expect_close();
  const bool has_dtor = in_.accept_open("dtor");
  out.byte(has_dtor ? 1 : 0);
  if (!has_dtor) return;
  out.u32(reference(Sort::kCoreFunc));
  in_.expect_close();
}

}  // namespace tappet::component::wat
