// Runs a script's directives on an engine.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "spec-tests/runner/engine.h"
#include "spec-tests/runner/script.h"

namespace tappet::spec {

struct Verdict {
  enum class Kind : uint8_t { kPassed, kFailed, kSkipped };
  Kind kind = Kind::kPassed;
  uint32_t line = 0;
  std::string message;  // what went wrong, or why it was skipped
};

// One verdict per directive, in order.
std::vector<Verdict> run_script(const std::vector<Directive>& script, ScriptEngine& engine);

}  // namespace tappet::spec
