// The engine that only decodes, validates, prints and parses again, for scripts of
// ComponentDialect.
#pragma once

#include "interp/engine.h"
#include "interp/script/round_trip_engine.h"

namespace tappet::component {

// As RoundTripEngine for core modules, and the same for components.
class ComponentRoundTripEngine final : public script::RoundTripEngine {
 public:
  ComponentRoundTripEngine();
  Result<Loaded> load(Bytes bytes) override;

 private:
  Engine engine_;
};

}  // namespace tappet::component
