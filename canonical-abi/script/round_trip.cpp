#include "canonical-abi/script/round_trip.h"

#include "canonical-abi/script/component_engine.h"
#include "canonical-abi/text/text.h"

namespace tappet::component {
namespace {

EngineConfig with_all_features() {
  EngineConfig config;
  config.features = FeatureSet::all();
  return config;
}

}  // namespace

ComponentRoundTripEngine::ComponentRoundTripEngine() : engine_(with_all_features()) {}

Result<script::ScriptEngine::Loaded> ComponentRoundTripEngine::load(Bytes bytes) {
  if (!is_component(bytes)) return RoundTripEngine::load(std::move(bytes));
  auto component = TAPPET_TRY(load_component(bytes, script_options(engine_)));
  TAPPET_TRY(script::check_round_trip(bytes, print_component_wat, parse_component_wat));
  return Loaded(std::move(component));
}

}  // namespace tappet::component
