// Makes the plan: executes a component's definitions on what stands for items (entity.h), nested
// components included, with a stack of its own.
#pragma once

#include "canonical-abi/component/component.h"
#include "canonical-abi/linker/entity.h"

namespace tappet::component {

class Planner {
 public:
  // `instances`: what ImportResolver has put there. `code_options`: for the modules' code.
  Planner(Plan& plan, std::deque<Entities>& instances, CodeOptions code_options,
          bool calls_between_relatives)
      : plan_(plan),
        instances_(instances),
        code_options_(std::move(code_options)),
        calls_between_relatives_(calls_between_relatives) {}

  // The root's exports by name. Errors: kUnsupported for definitions that are not executed, kLimit
  // for a component that unrolls into too much, kUnlinkable for what no validated component has.
  Result<Entities> run(std::shared_ptr<const Component> root, Entities args);

 private:
  // A component as a value.
  struct Closure {
    std::shared_ptr<const Component> component;
    std::vector<Entity> captures;
  };
  // A component instance in the making.
  struct Frame {
    const Closure* closure = nullptr;
    uint32_t instance = 0;
    size_t next = 0;  // definition
    Entities args;
    Entities exports;
    std::array<std::vector<Entity>, kSortCount> spaces;
    std::vector<ResourceRef> slots;
  };
  struct CoreInstanceEntity {
    uint32_t instance = kNoIndex;  // of the plan; kNoIndex: a bundle
    const Module* module = nullptr;
    Entities exports;  // of a bundle
  };
  struct Execute;

  static std::vector<Entity>& space(Frame& frame, Sort sort) {
    return frame.spaces[static_cast<size_t>(sort)];
  }
  static const Entity& at(Frame& frame, Sort sort, uint32_t index) {
    return space(frame, sort)[index];
  }
  static void push(Frame& frame, const Entity& entity) {
    space(frame, entity.sort).push_back(entity);
  }
  static Entity resolve(Frame& frame, const Item& item);

  Result<> enter(const Closure& closure, uint32_t parent, Entities args);
  Entities leave();
  Result<> finish_child();
  Result<> spend(uint64_t definitions);
  Result<> count_instance() const;
  // Fills slots from what an item exports.
  Result<> bind(Frame& frame, std::span<const ResourceBinding> bindings, const Entity& item);

  Result<> core_module(Frame& frame, const CoreModuleDef& def);
  Result<> core_instantiate(Frame& frame, const CoreInstantiate& def);
  Result<PlannedImport> core_import(const CoreInstanceEntity& from, const tappet::Import& import);
  Result<Entity> core_export(const CoreInstanceEntity& from, std::string_view name) const;
  Result<> core_bundle(Frame& frame, const CoreBundle& def);
  Result<> alias_core_export(Frame& frame, const AliasCoreExport& def);
  Result<> instantiate(Frame& frame, const Instantiate& def);
  Result<> bundle(Frame& frame, const Bundle& def);
  Result<> alias_export(Frame& frame, const AliasExport& def);
  Result<> component(Frame& frame, const ComponentDef& def);
  Result<> resource(Frame& frame, const ResourceDef& def);
  Entity new_value(const ValType* type, const ComponentValue* constant);
  Result<> value(Frame& frame, const ValueDef& def);
  Result<> start(Frame& frame, const Start& def);
  Result<> import(Frame& frame, const Import& def);
  Result<> export_item(Frame& frame, const Export& def);

  // plan_canon.cpp
  Result<> canon(Frame& frame, const Canon& def);
  Result<> lift(Frame& frame, const Canon& def);
  Result<> built_in(Frame& frame, const Canon& def);
  Result<> lower(Frame& frame, const Canon& def, PlannedCanon& canon);
  static PlannedOptions options(Frame& frame, const CanonOptions& options);
  const Signature* signature(const Canon& def);
  const Signature* result_signature(const Canon& def);
  uint32_t depth(uint32_t instance) const;
  uint32_t common_ancestor(uint32_t a, uint32_t b) const;

  Plan& plan_;
  std::deque<Entities>& instances_;
  CodeOptions code_options_;
  bool calls_between_relatives_;
  std::map<const Module*, uint32_t> codes_;
  std::deque<Closure> closures_;
  std::deque<CoreInstanceEntity> core_instances_;
  std::deque<Frame> frames_;
  std::vector<bool> given_;  // by Plan::values: what can be given once, to a start function
  uint64_t definitions_ = 0;
};

}  // namespace tappet::component
