// The engine for scripts of ComponentDialect: core modules go where they always went, components
// are linked with nothing and run in a store each.
#pragma once

#include <memory>
#include <variant>
#include <vector>

#include "canonical-abi/component/component.h"
#include "canonical-abi/linker/instantiation.h"
#include "canonical-abi/linker/linker.h"
#include "interp/script/executing_engine.h"

namespace tappet::component {

// How scripts load components: what is not executed yet is validated all the same; names that are
// off unless switched on stay off.
ComponentOptions script_options(const Engine& engine);

class ComponentEngine final : public script::ScriptEngine {
 public:
  explicit ComponentEngine(const EngineConfig& config = {}, bool gc_stress = false,
                           StoreLimits limits = {});

  Result<Loaded> load(Bytes bytes) override;
  bool executes() const override { return true; }
  Result<Instance, NoInstance> instantiate(Loaded loaded) override;
  void register_instance(const std::string& name, Instance instance) override;
  script::Outcome invoke(Instance instance, const std::string& field,
                         const std::vector<script::ScriptValue>& arguments) override;
  script::Outcome get(Instance instance, const std::string& field) override;
  Result<std::unique_ptr<ScriptEngine>> for_thread(std::span<const Instance> shared) override;

 private:
  struct Program {
    std::shared_ptr<const InstancePre> pre;
    std::unique_ptr<ComponentStore> store;
    InstanceTree* tree = nullptr;
  };
  using CoreInstance = Instance;

  Result<Instance, NoInstance> add(std::variant<CoreInstance, Program> instance);
  Result<Instance, NoInstance> instantiate_component(std::shared_ptr<const Component> component);

  script::ExecutingEngine core_;
  Engine engine_;
  StoreLimits limits_;
  Linker linker_;
  std::vector<std::variant<CoreInstance, Program>> instances_;
};

}  // namespace tappet::component
