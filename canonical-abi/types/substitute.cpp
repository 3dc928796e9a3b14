// Substitution copies the spine above every replaced node, once per node: a type of n nodes costs n
// steps, however often it writes them out.
#include "canonical-abi/types/substitute.h"

#include <unordered_set>

namespace tappet::component {
namespace {

// Walks types for the resources that are free in them.
class FreeResources {
 public:
  explicit FreeResources(Budget& budget) : budget_(budget) {}
  std::vector<const Resource*> take() { return std::move(found_); }

  Result<> type(TypeRef t) {
    switch (t.kind()) {
      case TypeRef::Kind::kValue:
        return value(t.value());
      case TypeRef::Kind::kResource:
        return add(t.resource());
      case TypeRef::Kind::kFunc:
        return func(t.func());
      case TypeRef::Kind::kInstance:
        return instance(t.instance());
      case TypeRef::Kind::kComponent:
        return component(t.component());
      default:
        return {};
    }
  }

 private:
  // True the first time. A node's free resources do not depend on where it occurs, as no node
  // occurs within its own binder and outside of it.
  bool enter(const void* node, bool contains_resource) {
    return contains_resource && visited_.insert(node).second;
  }
  Result<> add(const ResourceName* name) {
    const Resource* const r = name->resource;
    if (!bound_.contains(r) && seen_.insert(r).second) found_.push_back(r);
    return {};
  }
  Result<> value(const ValType* t) {
    if (!enter(t, t->contains_resource)) return {};
    TAPPET_TRY(budget_.spend_steps(1 + t->items.size()));
    if (t->resource) return add(t->resource);
    if (t->element) TAPPET_TRY(value(t->element));
    for (const Labelled& item : t->items) {
      if (item.type) TAPPET_TRY(value(item.type));
    }
    return {};
  }
  Result<> func(const FuncType* t) {
    if (!enter(t, t->contains_resource)) return {};
    TAPPET_TRY(budget_.spend_steps(1 + t->params.size()));
    for (const Labelled& p : t->params) TAPPET_TRY(value(p.type));
    return t->result ? value(t->result) : Result<>();
  }
  Result<> items(const ExternList& list) {
    TAPPET_TRY(budget_.spend_steps(1 + list.items.size()));
    for (const NamedExtern& item : list.items) TAPPET_TRY(type(item.type.type));
    return {};
  }
  Result<> instance(const InstanceType* t) {
    if (!enter(t, t->contains_resource)) return {};
    for (const BoundResource& r : t->resources) bound_.insert(r.resource);
    return items(t->exports);
  }
  Result<> component(const ComponentType* t) {
    if (!enter(t, t->contains_resource)) return {};
    for (const BoundResource& r : t->import_resources) bound_.insert(r.resource);
    for (const BoundResource& r : t->defined_resources) bound_.insert(r.resource);
    TAPPET_TRY(items(t->imports));
    return items(t->exports);
  }

  Budget& budget_;
  std::unordered_set<const void*> visited_;
  std::unordered_set<const Resource*> bound_;
  std::unordered_set<const Resource*> seen_;
  std::vector<const Resource*> found_;
};

}  // namespace

Result<std::vector<const Resource*>> free_resources(Budget& budget,
                                                    std::span<const TypeRef> types) {
  FreeResources walk(budget);
  for (const TypeRef t : types) TAPPET_TRY(walk.type(t));
  return walk.take();
}

Result<TypeRef> Substitution::apply(TypeRef type) {
  switch (type.kind()) {
    case TypeRef::Kind::kValue:
      return TypeRef(TAPPET_TRY(value(type.value())));
    case TypeRef::Kind::kResource:
      return resource(type.resource());
    case TypeRef::Kind::kFunc:
      return func(type.func());
    case TypeRef::Kind::kInstance:
      return instance(type.instance());
    case TypeRef::Kind::kComponent:
      return component(type.component());
    default:
      return type;
  }
}

Result<bool> Substitution::apply(const ExternList& items, std::vector<NamedExtern>& replaced) {
  TAPPET_TRY(arena_.budget().spend_steps(items.items.size()));
  bool changed = false;
  replaced.reserve(items.items.size());
  for (const NamedExtern& item : items.items) {
    const TypeRef type = TAPPET_TRY(apply(item.type.type));
    changed |= type.identity() != item.type.type.identity();
    replaced.push_back({item.name, {item.type.sort, type}});
  }
  return changed;
}

Result<const InstanceType*> Substitution::apply_open(const ExternList& exports) {
  std::vector<NamedExtern> replaced;
  TAPPET_TRY(apply(exports, replaced));
  return arena_.instance(replaced, {});
}

Result<const ValType*> Substitution::value(const ValType* type) {
  const auto done = types_.find(type);
  if (done != types_.end()) return done->second.value() ? done->second.value() : type;
  const ValType* const replaced = type->contains_name ? TAPPET_TRY(rebuild(*type)) : type;
  types_.emplace(type, replaced);
  return replaced;
}

Result<const ValType*> Substitution::rebuild(const ValType& type) {
  TAPPET_TRY(arena_.budget().spend_steps(1 + type.items.size()));
  if (type.resource) {
    const TypeRef name = TAPPET_TRY(resource(type.resource));
    return name.resource() == type.resource ? &type : arena_.handle(type.kind, name.resource());
  }
  // A map is made from its key and value, a list from its element, the others from their items; of
  // these an option gives only its second, as compose() takes it.
  std::vector<Labelled> items(type.items.begin(), type.items.end());
  if (type.kind == TypeKind::kOption) items.erase(items.begin());
  if (type.kind == TypeKind::kMap) {
    items.assign(type.element->items.begin(), type.element->items.end());
  } else if (items.empty()) {
    items.push_back({{}, type.element});
  }
  bool changed = false;
  for (Labelled& item : items) {
    if (!item.type) continue;
    const ValType* const replaced = TAPPET_TRY(value(item.type));
    changed |= replaced != item.type;
    item.type = replaced;
  }
  return changed ? arena_.compose(type.kind, items, type.length) : &type;
}

Result<TypeRef> Substitution::resource(const ResourceName* name) {
  const auto done = types_.find(name);
  if (done != types_.end()) return done->second;
  const auto to = resources_.find(name->resource);
  const TypeRef replaced = to == resources_.end() ? name : TAPPET_TRY(arena_.name_of(to->second));
  types_.emplace(name, replaced);
  return replaced;
}

Result<TypeRef> Substitution::func(const FuncType* type) {
  if (!type->contains_name) return TypeRef(type);
  const auto done = types_.find(type);
  if (done != types_.end()) return done->second;
  TAPPET_TRY(arena_.budget().spend_steps(1 + type->params.size()));
  bool changed = false;
  std::vector<Labelled> params(type->params.begin(), type->params.end());
  for (Labelled& p : params) {
    const ValType* const replaced = TAPPET_TRY(value(p.type));
    changed |= replaced != p.type;
    p.type = replaced;
  }
  const ValType* result = nullptr;
  if (type->result) result = TAPPET_TRY(value(type->result));
  changed |= result != type->result;
  const TypeRef replaced =
      changed ? TypeRef(TAPPET_TRY(arena_.func(type->is_async, params, result))) : type;
  types_.emplace(type, replaced);
  return replaced;
}

// Bound variables within stay what they are: nothing that replaces a free one is among them.
Result<TypeRef> Substitution::instance(const InstanceType* type) {
  if (!type->contains_name) return TypeRef(type);
  const auto done = types_.find(type);
  if (done != types_.end()) return done->second;
  std::vector<NamedExtern> exports;
  TypeRef replaced = type;
  if (TAPPET_TRY(apply(type->exports, exports))) {
    replaced = TAPPET_TRY(arena_.instance(exports, type->resources));
  }
  types_.emplace(type, replaced);
  return replaced;
}

Result<TypeRef> Substitution::component(const ComponentType* type) {
  if (!type->contains_name) return TypeRef(type);
  const auto done = types_.find(type);
  if (done != types_.end()) return done->second;
  std::vector<NamedExtern> imports;
  std::vector<NamedExtern> exports;
  const bool imports_change = TAPPET_TRY(apply(type->imports, imports));
  const bool exports_change = TAPPET_TRY(apply(type->exports, exports));
  TypeRef replaced = type;
  if (imports_change || exports_change) {
    replaced = TAPPET_TRY(
        arena_.component(imports, exports, type->import_resources, type->defined_resources));
  }
  types_.emplace(type, replaced);
  return replaced;
}

}  // namespace tappet::component
