// Types of imports and exports, and the declarators of component, instance and module types
// (Explainer.md, "Type Definitions").
#include <fmt/format.h>

#include "canonical-abi/text/component_parser.h"

namespace tappet::component::wat {
namespace {

constexpr uint8_t kModuleType = 0x50;
constexpr uint8_t kComponentType = 0x41;
constexpr uint8_t kInstanceType = 0x42;

}  // namespace

void ComponentParser::scope_type(ScopeKind kind, Writer& out) {
  const Level level(*this);
  const auto scope = std::make_unique<Scope>(in_, kind, scope_);
  scope_ = scope.get();
  while (in_.ok() && in_.kind() == TokenKind::kOpen) {
    if (kind == ScopeKind::kModuleType) {
      module_declarator();
    } else {
      declarator();
    }
  }
  scope_ = scope->parent();
  scope->write_declarators(out);
}

uint32_t ComponentParser::module_type(const Id& id) {
  Writer type;
  type.byte(kModuleType);
  scope_type(ScopeKind::kModuleType, type);
  scope_->emit(Part::kCoreType, type);
  return scope_->add(Sort::kCoreType, id);
}

void ComponentParser::module_declarator() {
  if (in_.accept_open("type")) {
    scope_->core_type(accept_id());
  } else if (in_.accept_open("rec")) {
    scope_->rec_group();
  } else if (in_.accept_open("alias")) {
    if (!in_.accept("outer")) return in_.unexpected("outer");
    const OuterAlias alias = outer_alias();
    in_.expect_open("type");
    emit_outer_alias(alias, Sort::kCoreType, accept_id());
    in_.expect_close();
  } else if (in_.at_open("import") || in_.at_open("export")) {
    const Part part = in_.at_open("import") ? Part::kImport : Part::kExport;
    in_.advance(2);
    Writer out;
    out.name(in_.expect_name());
    if (part == Part::kImport) out.name(in_.expect_name());
    scope_->core_extern_type(out);
    scope_->emit(part, out);
  } else {
    return in_.unexpected("a declarator of a module type");
  }
  in_.expect_close();
}

void ComponentParser::declarator() {
  if (in_.accept_open("core")) {
    core_type();
  } else if (in_.accept_open("type")) {
    const Id id = accept_id();
    if (in_.accept_open("alias")) {
      alias_of(Sort::kType, id);
      in_.expect_close();
    } else {
      Writer type;
      def_type(type);
      emit_type(type, id);
    }
  } else if (in_.accept_open("alias")) {
    alias_definition();
  } else if (in_.accept_open("export")) {
    extern_declarator(Part::kExport);
  } else if (scope_->kind() == ScopeKind::kComponentType && in_.accept_open("import")) {
    extern_declarator(Part::kImport);
  } else {
    return in_.unexpected("a declarator of a component or instance type");
  }
  in_.expect_close();
}

void ComponentParser::extern_declarator(Part part) {
  Writer out;
  extern_name(out);
  Id id;
  const Sort sort = bound_extern_type(out, id);
  scope_->emit(part, out);
  scope_->add(sort, id);
}

Sort ComponentParser::bound_extern_type(Writer& out, Id& id) {
  if (in_.kind() != TokenKind::kOpen) {
    in_.unexpected("the type of an import or export");
    return Sort::kFunc;
  }
  in_.advance();
  const Sort sort = expect_sort();
  id = accept_id();
  extern_type(sort, out);
  in_.expect_close();
  return sort;
}

void ComponentParser::extern_type(Sort sort, Writer& out) {
  Writer type;
  if (sort == Sort::kType) {
    if (in_.accept_open("eq")) {
      type.byte(0x00);
      type.u32(reference(Sort::kType));
    } else if (in_.accept_open("sub")) {
      if (!in_.accept("resource")) in_.unexpected("resource");
      type.byte(0x01);
    } else {
      in_.unexpected("(eq or (sub");
    }
    in_.expect_close();
  } else if (sort == Sort::kValue && in_.accept_open("eq")) {
    type.byte(0x00);
    type.u32(reference(Sort::kValue));
    in_.expect_close();
  } else if (sort == Sort::kValue) {
    type.byte(0x01);
    val_type(type);
  } else if (row(sort).is_core && sort != Sort::kCoreModule) {
    in_.unexpected("core module, func, component, instance, type or value");
  } else {
    type.u32(type_use(sort));
  }
  write_sort(out, sort);
  out.append(type);
}

uint32_t ComponentParser::type_use(Sort sort) {
  // (type $t) names one; (type $t ...) is a declarator of one that stands here.
  const bool is_named = in_.at_open("type") && at_index(2) &&
                        (in_.kind(3) == TokenKind::kClose || in_.kind(3) == TokenKind::kString);
  if (is_named) {
    in_.advance(2);
    const uint32_t index = path(sort == Sort::kCoreModule ? Sort::kCoreType : Sort::kType);
    in_.expect_close();
    return index;
  }
  Writer type;
  switch (sort) {
    case Sort::kCoreModule:
      return module_type({});
    case Sort::kComponent:
      type.byte(kComponentType);
      scope_type(ScopeKind::kComponentType, type);
      break;
    case Sort::kInstance:
      type.byte(kInstanceType);
      scope_type(ScopeKind::kInstanceType, type);
      break;
    default:
      func_type(type);
      break;
  }
  return emit_type(type);
}

}  // namespace tappet::component::wat
