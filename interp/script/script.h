// Scripts in the reference interpreter's format: .wast files, as a list of directives.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "interp/base/bytes.h"
#include "interp/base/result.h"
#include "interp/script/dialect.h"
#include "interp/script/value.h"

namespace tappet::script {

enum class DirectiveKind : uint8_t {
  kModule,            // decode, validate, instantiate
  kModuleDefinition,  // decode and validate only
  kModuleInstance,    // instantiate a definition
  kRegister,
  kAction,
  kAssertReturn,
  kAssertTrap,
  kAssertExhaustion,
  kAssertException,
  kAssertMalformed,  // also assert_malformed_custom
  kAssertInvalid,    // also assert_invalid_custom
  kAssertUnlinkable,
  kAssertUninstantiable,  // instantiation traps
  kThread,                // runs a script of its own, concurrently
  kWait,                  // for a thread
};

struct Action {
  enum class Kind : uint8_t { kInvoke, kGet };
  Kind kind = Kind::kInvoke;
  std::string module;  // empty: the latest one
  std::string field;
  std::vector<ScriptValue> arguments;
};

struct Directive {
  DirectiveKind kind = DirectiveKind::kAction;
  Position position;
  std::string_view source;  // the directive's own text, borrowed
  // Where there is a module: its binary, or why its text is none.
  Result<Bytes> module{Bytes()};
  std::string name;        // of the module, of the one to register, of the thread; may be empty
  std::string definition;  // kModuleInstance: of what; empty: the latest
  std::string alias;       // kRegister: under which name
  // kAction and the assertions on actions:
  Action action;
  std::vector<std::vector<ScriptPattern>> expected;  // per result: one of these patterns
  std::string text;                                  // the message that an assertion expects
  // kThread:
  std::vector<std::string> shared;  // names of the modules that the thread sees
  std::vector<Directive> body;
};

// Reads a script, of a dialect unless that is null: its definitions are modules to a Directive.
// What is wrong inside a module is that directive's; anything else is an error with line and
// column. `source` outlives the result.
Result<std::vector<Directive>> parse_script(std::string_view source,
                                            const Dialect* dialect = nullptr);

}  // namespace tappet::script
