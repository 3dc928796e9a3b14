// The interpreter as one include: decode, validate, instantiate, run.
//
//   Engine engine;
//   auto code = engine.compile(std::move(bytes));
//   Store store = ...; auto instance = instantiate(store, *code, imports);
//   Thread thread(store); thread.start(*(*instance)->exported_function("f"), args); run(thread);
#pragma once

#include <memory>

#include "interp/binary/decoder.h"
#include "interp/runtime/instantiate.h"
#include "interp/runtime/store.h"
#include "interp/runtime/thread.h"
#include "interp/translate/translated_module.h"

namespace tappet {

struct EngineConfig {
  FeatureSet features = FeatureSet::defaults();
  MemoryStrategy memory = best_memory_strategy();
  std::shared_ptr<OpProfile> profile = nullptr;  // as in CodeOptions
  // 0: each function is translated on its first call. Else all are beforehand, on so many threads.
  uint32_t translation_threads = 0;
  // Code takes fuel from its store: Store::set_fuel, StoreLimits::fuel. Costs some 3 % of speed.
  bool fuel = false;
};

// What stores and modules that work together share: types, features, the memory strategy. Cheap to
// copy; any thread may use it.
class Engine {
 public:
  explicit Engine(EngineConfig config = {});

  const EngineConfig& config() const { return config_; }
  const std::shared_ptr<TypeRegistry>& registry() const { return registry_; }
  CodeOptions code_options() const { return {config_.memory, config_.profile, config_.fuel}; }
  DecodeOptions decode_options() const { return {registry_, config_.features}; }

  // Decodes, validates and prepares a module. Errors as of decode_module and validate_module.
  Result<std::shared_ptr<const ModuleCode>> compile(Bytes bytes) const;
  // The same for a module decoded with decode_options() before, as components hold them.
  Result<std::shared_ptr<const ModuleCode>> compile(std::shared_ptr<const Module> module) const;

  // Translates the module's functions if the configuration says that it is done beforehand.
  void prepare(const ModuleCode& code) const;

  std::unique_ptr<Store> make_store(StoreLimits limits = {}) const;

 private:
  EngineConfig config_;
  std::shared_ptr<TypeRegistry> registry_;
};

}  // namespace tappet
