// Runs a script's directives on an engine.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "interp/script/engine.h"
#include "interp/script/script.h"

namespace tappet::script {

struct Verdict {
  enum class Kind : uint8_t { kPassed, kFailed, kSkipped };
  Kind kind = Kind::kPassed;
  Position position{};
  std::string_view source{};  // the directive's text, borrowed from the script's
  std::string message;        // what went wrong, or why it was skipped
};

// One verdict per directive, in order; those of a thread's body follow its own. A thread directive
// runs its body on a new OS thread, with an engine from ScriptEngine::for_thread; those that the
// script does not wait for are waited for at its end.
std::vector<Verdict> run_script(const std::vector<Directive>& script, ScriptEngine& engine);

}  // namespace tappet::script
