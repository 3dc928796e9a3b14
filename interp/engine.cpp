#include "interp/engine.h"

#include "interp/translate/translate_ahead.h"
#include "interp/validate/validator.h"

namespace tappet {

Engine::Engine(EngineConfig config)
    : config_(std::move(config)), registry_(std::make_shared<TypeRegistry>()) {}

Result<std::shared_ptr<const ModuleCode>> Engine::compile(Bytes bytes) const {
  return compile(TAPPET_TRY(decode_module(std::move(bytes), decode_options())));
}

Result<std::shared_ptr<const ModuleCode>> Engine::compile(
    std::shared_ptr<const Module> module) const {
  TAPPET_TRY(validate_module(*module, config_.features));
  auto code = translate_module(std::move(module), code_options());
  prepare(*code);
  return code;
}

void Engine::prepare(const ModuleCode& code) const {
  if (config_.translation_threads != 0) translate_ahead(code, config_.translation_threads);
}

std::unique_ptr<Store> Engine::make_store(StoreLimits limits) const {
  return std::make_unique<Store>(registry_, config_.memory, limits);
}

}  // namespace tappet
