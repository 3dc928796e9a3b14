#include "interp/script/validating_engine.h"

#include "interp/validate/validator.h"

namespace tappet::script {

ValidatingEngine::ValidatingEngine(const FeatureSet& features)
    : options_{std::make_shared<TypeRegistry>(), features} {}

Result<std::shared_ptr<const Module>> ValidatingEngine::load(Bytes bytes) {
  auto module = TAPPET_TRY(decode_module(std::move(bytes), options_));
  TAPPET_TRY(validate_module(*module, options_.features));
  return module;
}

Result<ScriptEngine::Instance, ScriptEngine::NoInstance> ValidatingEngine::instantiate(
    std::shared_ptr<const Module>) {
  return fail(NoInstance{false, "this engine does not execute"});
}

Outcome ValidatingEngine::invoke(Instance, const std::string&, const std::vector<ScriptValue>&) {
  return {Outcome::Kind::kFailed, {}, "this engine does not execute"};
}

Outcome ValidatingEngine::get(Instance, const std::string&) {
  return {Outcome::Kind::kFailed, {}, "this engine does not execute"};
}

}  // namespace tappet::script
