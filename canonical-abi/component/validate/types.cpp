// Type definitions: value, function, resource, component and instance types.
#include <fmt/format.h>

#include "canonical-abi/component/validate/validator.h"
#include "canonical-abi/types/print.h"
#include "interp/base/limits.h"

namespace tappet::component {
namespace {

// What a label is called in messages, and what an empty list of them means.
struct LabelWords {
  std::string_view label;
  std::string_view empty;
};

LabelWords words_of(TypeKind kind) {
  switch (kind) {
    case TypeKind::kRecord:
      return {"record field", "record type must have at least one field"};
    case TypeKind::kVariant:
      return {"variant case", "variant type must have at least one case"};
    case TypeKind::kFlags:
      return {"flag", "flags must have at least one entry"};
    case TypeKind::kEnum:
      return {"enum case", "enum type must have at least one case"};
    case TypeKind::kTuple:
      return {"", "tuple type must have at least one type"};
    default:
      return {};
  }
}

Result<> check_labels(std::span<const syntax::LabelUse> uses, std::string_view what) {
  NameSet names;
  for (const syntax::LabelUse& use : uses) {
    if (use.label.empty()) return invalid(fmt::format("{} name cannot be empty", what));
    if (!is_kebab_label(use.label)) {
      return invalid(fmt::format("{} name {} is not in kebab case", what, quote(use.label)));
    }
    TAPPET_TRY(names.add(use.label, what));
  }
  return {};
}

// keytype
bool is_key(TypeKind kind) {
  return is_primitive(kind) && kind != TypeKind::kF32 && kind != TypeKind::kF64 &&
         kind != TypeKind::kErrorContext;
}

Result<> check_parts(TypeKind kind, std::span<const Labelled> items, uint32_t number) {
  const LabelWords words = words_of(kind);
  if (items.empty() && !words.empty.empty()) return invalid(std::string(words.empty));
  if (kind == TypeKind::kFlags && items.size() > limits::kFlags) {
    return invalid(fmt::format("cannot have more than {} flags", limits::kFlags));
  }
  if (kind == TypeKind::kFixedList && number == 0) {
    return invalid("a fixed-length list must have at least one element");
  }
  if (kind == TypeKind::kMap && !is_key(items[0].type->kind)) {
    return invalid(fmt::format("{} cannot be the key of a map", to_string(*items[0].type)));
  }
  if (kind == TypeKind::kStream || kind == TypeKind::kFuture) {
    const ValType* const element = items[0].type;
    if (element && element->contains_borrow) {
      return invalid(fmt::format("{} cannot contain a `borrow` type", row(kind).text));
    }
    if (kind == TypeKind::kStream && element && element->kind == TypeKind::kChar) {
      return invalid("`stream<char>` is not valid at this time");
    }
  }
  return {};
}

}  // namespace

Result<const ValType*> Validator::val_type(const Scope& scope, const syntax::ValTypeUse& use) {
  switch (use.form) {
    case syntax::ValTypeUse::Form::kNone:
      return nullptr;
    case syntax::ValTypeUse::Form::kPrimitive:
      TAPPET_TRY(require(row(use.primitive).feature));
      return primitive(use.primitive);
    case syntax::ValTypeUse::Form::kIndex:
      break;
  }
  if (const ValType* const type = TAPPET_TRY(scope.type(use.index)).value()) return type;
  return invalid(fmt::format("type index {} is not a defined type", use.index));
}

Result<std::vector<Labelled>> Validator::labelled(const Scope& scope,
                                                  std::span<const syntax::LabelUse> uses) {
  std::vector<Labelled> items;
  items.reserve(uses.size());
  for (const syntax::LabelUse& use : uses) {
    items.push_back({use.label, TAPPET_TRY(val_type(scope, use.type))});
  }
  return items;
}

Result<const ValType*> Validator::handle_type(const Scope& scope, const syntax::DefValType& def) {
  return arena_->handle(def.kind, TAPPET_TRY(scope.resource_type(def.number)));
}

Result<const ValType*> Validator::def_val_type(const Scope& scope, const syntax::DefValType& def) {
  TAPPET_TRY(require(row(def.kind).feature));
  if (is_primitive(def.kind)) return primitive(def.kind);
  if (def.kind == TypeKind::kOwn || def.kind == TypeKind::kBorrow) return handle_type(scope, def);
  const std::string_view label = words_of(def.kind).label;
  if (!label.empty()) TAPPET_TRY(check_labels(def.items, label));
  const std::vector<Labelled> items = TAPPET_TRY(labelled(scope, def.items));
  TAPPET_TRY(check_parts(def.kind, items, def.number));
  return arena_->compose(def.kind, items, def.number);
}

Result<const FuncType*> Validator::func_type(const Scope& scope, const syntax::FuncTypeDef& def) {
  if (def.is_async) TAPPET_TRY(require(ComponentFeature::kAsync));
  TAPPET_TRY(check_labels(def.params, "function parameter"));
  const std::vector<Labelled> params = TAPPET_TRY(labelled(scope, def.params));
  const ValType* const result = TAPPET_TRY(val_type(scope, def.result));
  if (result && result->contains_borrow) {
    return invalid("function result cannot contain a `borrow` type");
  }
  return arena_->func(def.is_async, params, result);
}

Result<> Validator::resource_type(Scope& scope, const syntax::ResourceTypeDef& def) {
  if (scope.kind != ScopeKind::kComponent) {
    return invalid("resources can only be defined within a concrete component");
  }
  if (def.rep == kI64) TAPPET_TRY(require(ComponentFeature::kMemory64));
  if (def.rep != kI32 && def.rep != kI64) {
    return invalid(fmt::format("resources can only be represented by i32 or i64, not {}",
                               TypeRegistry::to_string(def.rep)));
  }
  if (def.dtor) TAPPET_TRY(check_core_func(scope, *def.dtor, {{def.rep}, {}}, "a destructor"));
  Resource* const resource =
      TAPPET_TRY(new_resource(scope, {.name = {}, .is_local = true, .rep = def.rep}));
  scope.unnamed_resources.emplace(resource, resource);
  scope.local_resources.push_back(resource);
  TAPPET_TRY(push(scope, {Sort::kType, TAPPET_TRY(arena_->name_of(resource))}));
  return emit(scope, ResourceDef{resource->slot, def.rep, def.dtor});
}

Result<> Validator::type_definition(Scope& scope, const syntax::TypeDef& def) {
  struct Visitor {
    Validator& v;
    Scope& scope;
    Result<TypeRef> operator()(const syntax::DefValType& d) {
      return TypeRef(TAPPET_TRY(v.def_val_type(scope, d)));
    }
    Result<TypeRef> operator()(const syntax::FuncTypeDef& d) {
      return TypeRef(TAPPET_TRY(v.func_type(scope, d)));
    }
    Result<TypeRef> operator()(const syntax::ComponentTypeDef& d) {
      return TypeRef(TAPPET_TRY(v.component_type(scope, d)));
    }
    Result<TypeRef> operator()(const syntax::InstanceTypeDef& d) {
      return TypeRef(TAPPET_TRY(v.instance_type(scope, d)));
    }
    Result<TypeRef> operator()(const syntax::ResourceTypeDef& d) {
      TAPPET_TRY(v.resource_type(scope, d));
      return TypeRef();  // it has added itself
    }
  };
  const TypeRef type = TAPPET_TRY(std::visit(Visitor{*this, scope}, def));
  if (type.kind() == TypeRef::Kind::kNone) return {};
  return push(scope, {Sort::kType, type});
}

Result<const ComponentType*> Validator::component_type(Scope& scope,
                                                       const syntax::ComponentTypeDef& def) {
  const auto inner = std::make_unique<Scope>(ScopeKind::kComponentType, &scope);
  for (const syntax::Decl& decl : def.decls) TAPPET_TRY(declare(*inner, decl));
  return component_type_of(*inner);
}

Result<const InstanceType*> Validator::instance_type(Scope& scope,
                                                     const syntax::InstanceTypeDef& def) {
  const auto inner = std::make_unique<Scope>(ScopeKind::kInstanceType, &scope);
  for (const syntax::Decl& decl : def.decls) TAPPET_TRY(declare(*inner, decl));
  const std::vector<BoundResource> resources = TAPPET_TRY(defined_resources(*inner));
  return arena_->instance(inner->exports, resources);
}

}  // namespace tappet::component
