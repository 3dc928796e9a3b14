// Components for an engine: core modules in them are decoded and validated as its own are.
#pragma once

#include "canonical-abi/component/component.h"
#include "interp/binary/decoder.h"
#include "interp/engine.h"
#include "interp/validate/validator.h"

namespace tappet::component {

inline ModuleLoader module_loader(const Engine& engine) {
  return [engine](const std::shared_ptr<const Bytes>& owner, ByteSpan bytes,
                  uint64_t base_offset) -> Result<std::shared_ptr<const Module>> {
    auto module = TAPPET_TRY(decode_module(owner, bytes, base_offset, engine.decode_options()));
    TAPPET_TRY(validate_module(*module, engine.config().features));
    return module;
  };
}

inline ComponentOptions options_for(const Engine& engine) {
  ComponentOptions options;
  options.registry = engine.registry();
  options.core_features = engine.config().features;
  options.load_module = module_loader(engine);
  return options;
}

}  // namespace tappet::component
