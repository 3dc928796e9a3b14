// Scripts as wast2json writes them: a list of directives, with modules in files beside the JSON.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "interp/base/result.h"
#include "spec-tests/runner/value.h"

namespace tappet::spec {

enum class DirectiveKind : uint8_t {
  kModule,
  kRegister,
  kAction,
  kAssertReturn,
  kAssertTrap,
  kAssertExhaustion,
  kAssertException,
  kAssertMalformed,
  kAssertInvalid,
  kAssertUnlinkable,
  kAssertUninstantiable,  // instantiation traps
  kLeftOut,               // the converter could not read it
};

struct Action {
  enum class Kind : uint8_t { kInvoke, kGet };
  Kind kind = Kind::kInvoke;
  std::string module;  // empty: the latest one
  std::string field;
  std::vector<ScriptValue> arguments;
};

struct Directive {
  DirectiveKind kind = DirectiveKind::kLeftOut;
  uint32_t line = 0;
  // Where there is a module:
  std::filesystem::path file;
  bool is_text = false;  // in the text format, as a quotation
  std::string name;      // of the module, or of the one to register; may be empty
  std::string alias;     // kRegister: under which name
  // kAction and the assertions on actions:
  Action action;
  std::vector<std::vector<ScriptPattern>> expected;  // per result: one of these patterns
  // The message that an assertion expects; for kLeftOut, why.
  std::string text;
};

// Reads <name>.json and <name>.left_out.json.
Result<std::vector<Directive>> read_script(const std::filesystem::path& json_file);

}  // namespace tappet::spec
