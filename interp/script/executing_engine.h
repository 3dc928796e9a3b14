// The engine that runs what it loads: this project's interpreter.
#pragma once

#include <map>

#include "interp/engine.h"
#include "interp/script/engine.h"

namespace tappet::script {

class ExecutingEngine : public ScriptEngine {
 public:
  // `gc_stress`: every allocation of an object collects garbage first.
  explicit ExecutingEngine(const EngineConfig& config = {}, bool gc_stress = false,
                           StoreLimits limits = {});

  Result<Loaded> load(Bytes bytes) override;
  bool executes() const override { return true; }
  Result<Instance, NoInstance> instantiate(Loaded loaded) override;
  void register_instance(const std::string& name, Instance instance) override;
  Outcome invoke(Instance instance, const std::string& field,
                 const std::vector<ScriptValue>& arguments) override;
  Outcome get(Instance instance, const std::string& field) override;
  Result<std::unique_ptr<ScriptEngine>> for_thread(std::span<const Instance> shared) override;

 private:
  // An instance of this engine's store, or the memories that another engine shares of one.
  struct Exports {
    tappet::Instance* instance = nullptr;
    std::map<std::string, Memory*> memories;
  };

  void define_spectest();
  Result<> adopt(const Exports& from);
  std::optional<Extern> find_import(const Import& import);
  Outcome run_function(Function& function, std::span<const uint64_t> slots);

  Engine engine_;
  bool gc_stress_;
  std::unique_ptr<Store> store_;
  std::vector<Exports> instances_;
  std::map<std::string, Instance> registered_;
  std::map<std::string, Extern> spectest_;
};

}  // namespace tappet::script
