// Core types that a component writes, and the types of the core modules in it.
#include <fmt/format.h>

#include "canonical-abi/component/validate/validator.h"
#include "canonical-abi/types/print.h"
#include "interp/base/limits.h"

namespace tappet::component {
namespace {

using Space = std::vector<Scope::CoreTypeEntry>;

Feature feature_of(HeapType heap) {
  switch (heap.kind) {
    case HeapKind::kFunc:
    case HeapKind::kExtern:
      return Feature::kReferenceTypes;
    case HeapKind::kExn:
    case HeapKind::kNoExn:
      return Feature::kExceptions;
    case HeapKind::kDefined:
      return Feature::kFunctionReferences;
    default:
      return Feature::kGc;
  }
}

Feature feature_of(ValueType type) {
  if (type.kind == ValueKind::kV128) return Feature::kSimd;
  if (!type.is_ref()) return Feature::kMvp;
  return type.nullable ? feature_of(type.heap) : Feature::kFunctionReferences;
}

// core spec 3.3: which types of fields, functions and so on may stand for others.
bool matches(const TypeRegistry& registry, const FieldType& sub, const FieldType& super) {
  if (sub.is_mutable != super.is_mutable || sub.packed != super.packed) return false;
  return registry.matches(sub.type, super.type) &&
         (!sub.is_mutable || registry.matches(super.type, sub.type));
}

bool matches(const TypeRegistry& registry, const CoreFuncType& sub, const CoreFuncType& super) {
  if (sub.params.size() != super.params.size() || sub.results.size() != super.results.size()) {
    return false;
  }
  for (size_t i = 0; i < sub.params.size(); ++i) {
    if (!registry.matches(super.params[i], sub.params[i])) return false;
  }
  for (size_t i = 0; i < sub.results.size(); ++i) {
    if (!registry.matches(sub.results[i], super.results[i])) return false;
  }
  return true;
}

bool matches(const TypeRegistry& registry, const StructType& sub, const StructType& super) {
  if (sub.fields.size() < super.fields.size()) return false;
  for (size_t i = 0; i < super.fields.size(); ++i) {
    if (!matches(registry, sub.fields[i], super.fields[i])) return false;
  }
  return true;
}

bool matches(const TypeRegistry& registry, const ArrayType& sub, const ArrayType& super) {
  return matches(registry, sub.element, super.element);
}

bool matches(const TypeRegistry& registry, const CompositeType& sub, const CompositeType& super) {
  if (sub.index() != super.index()) return false;
  return std::visit(
      [&](const auto& s) {
        return matches(registry, s, std::get<std::decay_t<decltype(s)>>(super));
      },
      sub);
}

Result<> check_limits(const Limits& limits, uint64_t most, std::string_view what) {
  if (limits.has_max && limits.max < limits.min) {
    return invalid(fmt::format("{} size minimum must not be greater than maximum", what));
  }
  if (limits.min > most || (limits.has_max && limits.max > most)) {
    return invalid(fmt::format("{} size must be at most {}", what, most));
  }
  return {};
}

// Turns type indices as written into canonical ids, in place.
class Resolver {
 public:
  Resolver(const Space& space, uint32_t group_size) : space_(space), group_size_(group_size) {}

  Result<> resolve(TypeId& id) const {
    const uint32_t index = id.value;
    if (index >= space_.size() && index - space_.size() < group_size_) {
      id = TypeId(TypeRegistry::kRecBase + (index - static_cast<uint32_t>(space_.size())));
      return {};
    }
    if (index >= space_.size()) {
      return invalid(fmt::format("unknown core type {}: type index out of bounds", index));
    }
    const auto* const found = std::get_if<TypeId>(&space_[index]);
    if (!found) return invalid(fmt::format("core type index {} is a module type", index));
    id = *found;
    return {};
  }
  Result<> resolve(ValueType& type) const {
    if (type.is_ref() && type.heap.kind == HeapKind::kDefined) return resolve(type.heap.id);
    return {};
  }
  Result<> resolve(CoreFuncType& type) const {
    for (ValueType& t : type.params) TAPPET_TRY(resolve(t));
    for (ValueType& t : type.results) TAPPET_TRY(resolve(t));
    return {};
  }
  Result<> resolve(StructType& type) const {
    for (FieldType& f : type.fields) TAPPET_TRY(resolve(f.type));
    return {};
  }
  Result<> resolve(ArrayType& type) const { return resolve(type.element.type); }

 private:
  const Space& space_;
  uint32_t group_size_;
};

}  // namespace

Result<TypeId> Validator::core_defined(const Space& space, TypeId written) {
  TAPPET_TRY(Resolver(space, 0).resolve(written));
  return written;
}

Result<ValueType> Validator::core_value(const Space& space, ValueType written) {
  TAPPET_TRY(require(feature_of(written)));
  TAPPET_TRY(Resolver(space, 0).resolve(written));
  return written;
}

Result<std::vector<TypeId>> Validator::core_group(const Space& space,
                                                  const syntax::CoreRecGroup& group) {
  const auto size = static_cast<uint32_t>(group.types.size());
  const Resolver resolver(space, size);
  std::vector<SubType> resolved = group.types;
  const auto check = [&](const ValueType& t) { return require(feature_of(t)); };
  for (uint32_t i = 0; i < size; ++i) {
    SubType& type = resolved[i];
    const bool is_plain = size == 1 && type.is_final && type.composite.index() == 0;
    if (!is_plain) TAPPET_TRY(require(Feature::kGc));
    if (const auto* const f = std::get_if<CoreFuncType>(&type.composite)) {
      for (const ValueType& t : f->params) TAPPET_TRY(check(t));
      for (const ValueType& t : f->results) TAPPET_TRY(check(t));
    }
    TAPPET_TRY(
        std::visit([&](auto& composite) { return resolver.resolve(composite); }, type.composite));
    for (TypeId& super : type.supertypes) {
      if (super.value >= space.size() + i) return invalid("supertypes must be defined before");
      TAPPET_TRY(resolver.resolve(super));
      const uint32_t within = super.value - TypeRegistry::kRecBase;
      const bool is_final = super.value >= TypeRegistry::kRecBase
                                ? resolved[within].is_final
                                : options_.registry->get(super).is_final;
      if (is_final) return invalid("a final type cannot have subtypes");
    }
  }
  const TypeId first = options_.registry->add_group(std::move(resolved));
  std::vector<TypeId> ids;
  for (uint32_t i = 0; i < size; ++i) {
    const TypeId id(first.value + i);
    const SubType& type = options_.registry->get(id);
    for (const TypeId super : type.supertypes) {
      if (!matches(*options_.registry, type.composite, options_.registry->get(super).composite)) {
        return invalid("sub type must match super type");
      }
    }
    if (options_.registry->subtyping_depth(id) > limits::kSubtypingDepth) {
      return fail(ErrorKind::kLimit, "sub type hierarchy is too deep");
    }
    ids.push_back(id);
  }
  return ids;
}

Result<CoreExternType> Validator::core_extern(const Space& space, const CoreExternType& written) {
  const auto func_id = [&](TypeId index) -> Result<TypeId> {
    const TypeId id = TAPPET_TRY(core_defined(space, index));
    if (options_.registry->is_function(id)) return id;
    return invalid(fmt::format("core type index {} is not a function type", index.value));
  };
  switch (kind_of(written)) {
    case ExternKind::kFunc:
      return CoreExternType(CoreFunc{TAPPET_TRY(func_id(std::get<CoreFunc>(written).type))});
    case ExternKind::kTag: {
      TAPPET_TRY(require(Feature::kExceptions));
      return CoreExternType(TagType{TAPPET_TRY(func_id(std::get<TagType>(written).type))});
    }
    case ExternKind::kGlobal: {
      GlobalType global = std::get<GlobalType>(written);
      global.type = TAPPET_TRY(core_value(space, global.type));
      return CoreExternType(global);
    }
    case ExternKind::kTable: {
      TableType table = std::get<TableType>(written);
      table.element = TAPPET_TRY(core_value(space, table.element));
      const bool is_64 = table.address == AddressType::kI64;
      if (is_64) TAPPET_TRY(require(Feature::kMemory64));
      TAPPET_TRY(check_limits(table.limits, is_64 ? ~uint64_t{0} : 0xffff'ffff, "table"));
      return CoreExternType(table);
    }
    case ExternKind::kMemory:
      break;
  }
  const MemoryType& memory = std::get<MemoryType>(written);
  const bool is_64 = memory.address == AddressType::kI64;
  if (is_64) TAPPET_TRY(require(Feature::kMemory64));
  if (memory.shared) TAPPET_TRY(require(Feature::kThreads));
  if (memory.page_size_log2 != 16) TAPPET_TRY(require(Feature::kCustomPageSizes));
  if (memory.shared && !memory.limits.has_max) return invalid("shared memory must have a maximum");
  const uint64_t bytes = is_64 ? ~uint64_t{0} : uint64_t{0xffff'ffff};
  const uint64_t pages = (bytes >> memory.page_size_log2) + (memory.page_size_log2 == 16 ? 1 : 0);
  TAPPET_TRY(check_limits(memory.limits, pages, "memory"));
  return CoreExternType(memory);
}

Result<const ModuleType*> Validator::module_type(const Scope& scope,
                                                 const syntax::ModuleTypeDef& def) {
  Space space;
  std::vector<CoreImport> imports;
  std::vector<CoreExport> exports;
  for (const syntax::ModuleDecl& decl : def.decls) {
    if (const auto* const group = std::get_if<syntax::CoreRecGroup>(&decl.decl)) {
      for (const TypeId id : TAPPET_TRY(core_group(space, *group))) space.emplace_back(id);
    } else if (const auto* const import = std::get_if<syntax::CoreImportDecl>(&decl.decl)) {
      const CoreExternType type = TAPPET_TRY(core_extern(space, import->type));
      imports.push_back({import->module, import->name, type});
    } else if (const auto* const item = std::get_if<syntax::CoreExportDecl>(&decl.decl)) {
      exports.push_back({item->name, TAPPET_TRY(core_extern(space, item->type))});
    } else {
      const auto& alias = std::get<syntax::CoreAlias>(decl.decl);
      const Scope* outer = &scope;
      for (uint32_t i = 1; i < alias.count && outer; ++i) outer = outer->parent;
      if (!outer) return invalid(fmt::format("invalid outer alias count of {}", alias.count));
      const Space& target = alias.count == 0 ? space : outer->core_types;
      const TypeId id = TAPPET_TRY(core_defined(target, TypeId(alias.index)));
      space.emplace_back(id);
    }
  }
  return arena_->module(imports, exports);
}

Result<> Validator::core_type_definition(Scope& scope, const syntax::CoreTypeDef& def) {
  TAPPET_TRY(check_room(scope, Sort::kCoreType));
  if (const auto* const group = std::get_if<syntax::CoreRecGroup>(&def)) {
    const std::vector<TypeId> ids = TAPPET_TRY(core_group(scope.core_types, *group));
    scope.core_types.insert(scope.core_types.end(), ids.begin(), ids.end());
    return {};
  }
  const auto& module = std::get<syntax::ModuleTypeDef>(def);
  scope.core_types.emplace_back(TAPPET_TRY(module_type(scope, module)));
  return {};
}

Result<const ModuleType*> Validator::type_of(const Module& module) {
  const auto type_at = [&](ExternKind kind, uint32_t index) -> CoreExternType {
    switch (kind) {
      case ExternKind::kFunc:
        return CoreFunc{module.functions[index].type};
      case ExternKind::kTable:
        return module.tables[index].type;
      case ExternKind::kMemory:
        return module.memories[index].type;
      case ExternKind::kGlobal:
        return module.globals[index].type;
      case ExternKind::kTag:
        break;
    }
    return module.tags[index].type;
  };
  // The names of a Module are its own; the type outlives it in the arena.
  std::vector<CoreImport> imports;
  imports.reserve(module.imports.size());
  for (const tappet::Import& i : module.imports) {
    imports.push_back({TAPPET_TRY(arena_->copy(i.module)), TAPPET_TRY(arena_->copy(i.name)),
                       type_at(i.kind, i.index)});
  }
  std::vector<CoreExport> exports;
  exports.reserve(module.exports.size());
  for (const tappet::Export& e : module.exports) {
    exports.push_back({TAPPET_TRY(arena_->copy(e.name)), type_at(e.kind, e.index)});
  }
  return arena_->module(imports, exports);
}

}  // namespace tappet::component
