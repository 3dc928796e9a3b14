// What `tappet wast` says about the scripts that it ran.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "interp/script/run_script.h"

namespace tappet::cli {

// One script's verdicts; what its directives borrow is kept alive in `source`.
struct ScriptReport {
  std::string file;
  std::string source;
  std::vector<script::Verdict> verdicts;
};

struct Tally {
  size_t passed = 0;
  size_t failed = 0;
  size_t skipped = 0;
  std::map<std::string, size_t> reasons;  // of what was skipped

  void add(const script::Verdict& verdict);
  void add(const Tally& other);
  // "7 passed, 1 failed, 0 skipped"
  std::string to_string() const;
};

Tally tally_of(const ScriptReport& report);

// For people: every failure with its directive, then a line per file and, last, the totals.
std::string to_text(const std::vector<ScriptReport>& reports);
std::string to_json(const std::vector<ScriptReport>& reports);
std::string to_junit(const std::vector<ScriptReport>& reports);

}  // namespace tappet::cli
