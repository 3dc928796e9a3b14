// Validation of a decoded component (Explainer.md and Binary.md, the rules of each section).
// Internal to this folder: the way in is load_component().
//
// One validator sees a file's components, depth first, each definition in its order. Errors leave
// the members without a position; whoever walks definitions or declarators adds the position of the
// one at hand.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "canonical-abi/component/component.h"
#include "canonical-abi/component/syntax.h"
#include "canonical-abi/component/validate/scope.h"
#include "canonical-abi/types/match.h"
#include "canonical-abi/types/substitute.h"

namespace tappet::component {

class Validator {
 public:
  Validator(std::shared_ptr<const Bytes> owner, std::shared_ptr<TypeArena> arena,
            const ComponentOptions& options)
      : owner_(std::move(owner)), arena_(std::move(arena)), options_(options) {}

  // Errors have a position.
  Result<std::shared_ptr<const Component>> validate(const syntax::Component& component);

 private:
  // The type of an item, and the resource types that are new with it: each with the path from the
  // item to where it is found.
  struct NewExtern {
    ExternType type;
    std::vector<BoundResource> fresh;
  };

  // component.cpp: definitions in order, and what holds at the end
  Result<std::shared_ptr<const Component>> component(const syntax::Component& syntax,
                                                     Scope* parent);
  Result<> define(Scope& scope, const syntax::Definition& definition);
  Result<> core_module(Scope& scope, const syntax::CoreModule& module, uint64_t offset);
  Result<> nested_component(Scope& scope, const syntax::Component& nested);
  Result<std::shared_ptr<const Component>> finish_component(Scope& scope);
  Result<std::vector<BoundResource>> defined_resources(Scope& scope);
  using Paths = std::unordered_map<const Resource*, std::span<const std::string_view>>;
  Result<> explicit_paths(std::span<const NamedExtern> exports, std::vector<std::string_view>& path,
                          Paths& found);
  Result<const ComponentType*> component_type_of(Scope& scope);
  Result<> emit(Scope& scope, Definition definition);
  Result<> require(ComponentFeature feature) const;
  Result<> require(Feature feature) const;
  Result<> check_room(const Scope& scope, Sort sort) const;
  // Adds an item to its index space.
  Result<> push(Scope& scope, const ExternType& type);
  Result<> push_core(Scope& scope, const CoreExternType& type);
  Result<Resource*> new_resource(Scope& scope, Resource init);
  static std::vector<ResourceBinding> bindings(std::span<const BoundResource> fresh);

  // types.cpp
  Result<> type_definition(Scope& scope, const syntax::TypeDef& def);
  Result<const ValType*> val_type(const Scope& scope, const syntax::ValTypeUse& use);
  Result<const ValType*> def_val_type(const Scope& scope, const syntax::DefValType& def);
  Result<const ValType*> handle_type(const Scope& scope, const syntax::DefValType& def);
  Result<const FuncType*> func_type(const Scope& scope, const syntax::FuncTypeDef& def);
  Result<> resource_type(Scope& scope, const syntax::ResourceTypeDef& def);
  Result<std::vector<Labelled>> labelled(const Scope& scope,
                                         std::span<const syntax::LabelUse> uses);
  Result<const ComponentType*> component_type(Scope& scope, const syntax::ComponentTypeDef& def);
  Result<const InstanceType*> instance_type(Scope& scope, const syntax::InstanceTypeDef& def);
  Result<> declare(Scope& scope, const syntax::Decl& decl);

  // core_types.cpp
  Result<> core_type_definition(Scope& scope, const syntax::CoreTypeDef& def);
  Result<std::vector<TypeId>> core_group(const std::vector<Scope::CoreTypeEntry>& space,
                                         const syntax::CoreRecGroup& group);
  Result<const ModuleType*> module_type(const Scope& scope, const syntax::ModuleTypeDef& def);
  Result<CoreExternType> core_extern(const std::vector<Scope::CoreTypeEntry>& space,
                                     const CoreExternType& written);
  Result<ValueType> core_value(const std::vector<Scope::CoreTypeEntry>& space, ValueType written);
  Result<TypeId> core_defined(const std::vector<Scope::CoreTypeEntry>& space, TypeId written);
  Result<const ModuleType*> type_of(const Module& module);

  // externs.cpp: imports, exports and their names
  Result<> import(Scope& scope, const syntax::Import& import);
  Result<> export_declaration(Scope& scope, const syntax::ExportDecl& item);
  Result<> export_definition(Scope& scope, const syntax::Export& item);
  Result<NewExtern> extern_type(Scope& scope, const syntax::ExternTypeUse& use,
                                std::string_view name);
  Result<NewExtern> open_instance(Scope& scope, const InstanceType& type);
  // The same type with an identity of its own, as an import or export introduces it.
  Result<TypeRef> renamed(TypeRef type);
  Result<> add_named(Scope& scope, bool is_import, const ExternName& name, const ExternType& type);
  Result<> check_name(const ExternName& name, const ExternType& type, const VisibleNames& visible);
  Result<> check_annotation(const ParsedName& name, const ExternType& type,
                            const VisibleNames& visible);
  Result<> check_attributes(const ExternName& name, const ParsedName& parsed, Sort sort);
  // The type of an item that is exported or passed; a value is used by that.
  Result<Item> item(const Scope& scope, const syntax::SortIndex& at) const;
  Result<ExternType> item_type(Scope& scope, const syntax::SortIndex& at);

  // named_types.cpp: true if everything that needs a name has one. Registers what gets one.
  Result<bool> name_types(Scope& scope, bool is_import, const ExternType& type);
  Result<bool> is_named(const ValType& type, const VisibleNames& visible);
  Result<bool> parts_are_named(const ValType& type, const VisibleNames& visible);
  Result<bool> is_named(const FuncType& type, const VisibleNames& visible);
  Result<bool> parts_are_named(TypeRef type, const VisibleNames& visible);

  // instances.cpp
  Result<> core_instance(Scope& scope, const syntax::CoreInstance& instance);
  Result<> core_instantiate(Scope& scope, const syntax::CoreInstance& instance);
  Result<> core_bundle(Scope& scope, const syntax::CoreInstance& instance);
  Result<> instance(Scope& scope, const syntax::Instance& instance);
  Result<> instantiate(Scope& scope, const syntax::Instance& instance);
  Result<const InstanceType*> instantiated_type(Scope& scope, const ComponentType& type,
                                                const Matcher& matcher,
                                                std::vector<BoundResource>& fresh);
  Result<> bundle(Scope& scope, const syntax::Instance& instance);

  // aliases.cpp
  Result<> alias(Scope& scope, const syntax::Alias& alias);
  Result<> alias_export(Scope& scope, const syntax::Alias& alias);
  Result<> alias_core_export(Scope& scope, const syntax::Alias& alias);
  Result<> alias_outer(Scope& scope, const syntax::Alias& alias);
  uint32_t capture(Scope& scope, uint32_t count, Sort sort, uint32_t index);

  // canon.cpp and canon_options.cpp
  Result<> canon(Scope& scope, const syntax::Canon& canon);
  Result<> lift(Scope& scope, const syntax::Canon& syntax, Canon& canon);
  Result<CoreFuncType> lower(Scope& scope, Canon& canon);
  Result<CoreFuncType> task_return(Scope& scope, const syntax::Canon& syntax, Canon& canon);
  Result<CoreFuncType> built_in(Scope& scope, const syntax::Canon& syntax, Canon& canon);
  Result<> immediate(Scope& scope, char letter, const syntax::Canon& syntax, Canon& canon);
  Result<> context_immediates(Scope& scope, const syntax::Canon& syntax, const Canon& canon);
  Result<ValueType> signature_type(const Scope& scope, char letter, const syntax::Canon& syntax,
                                   const Canon& canon);
  Result<CanonOptions> canon_options(const Scope& scope, const CanonRow& row,
                                     std::span<const syntax::CanonOption> options);
  Result<> check_built_in_options(const Canon& canon);
  static Result<> check_needs(const CanonOptions& options, bool memory, bool realloc);
  Result<AddressType> memory_width(const Scope& scope, uint32_t index);
  Result<> check_core_func(const Scope& scope, uint32_t index, const CoreFuncType& expected,
                           std::string_view what);

  // values.cpp
  Result<> value(Scope& scope, const syntax::Value& value, uint64_t offset);
  Result<> start(Scope& scope, const syntax::Start& start);
  Result<> use_value(Scope& scope, uint32_t index);

  Budget& budget() { return arena_->budget(); }

  std::shared_ptr<const Bytes> owner_;
  std::shared_ptr<TypeArena> arena_;
  const ComponentOptions& options_;
};

// values.cpp: val(t) of Binary.md. Errors have a position.
Result<ComponentValue> read_value(ByteSpan bytes, uint64_t offset, const ValType& type,
                                  Budget& budget);

}  // namespace tappet::component
