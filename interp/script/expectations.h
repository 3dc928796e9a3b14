// The directives that are known to fail, each with its reason.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "interp/base/result.h"
#include "interp/script/run_script.h"

namespace tappet::script {

// Lines of the form "name.wast: reason" (at least one directive of the file fails) or
// "name.wast:123: reason" (the directive on that line fails); "#" starts a comment line.
class Expectations {
 public:
  static Result<Expectations> read(const std::filesystem::path& file);

  // Turns the failures that are listed for this script into skips; what is listed and does not fail
  // becomes a failure. So a list cannot outlive its reasons.
  void apply(const std::string& script, std::vector<Verdict>& verdicts) const;
  // Scripts that are listed and were not among `seen`.
  std::vector<std::string> unknown(const std::vector<std::string>& seen) const;

 private:
  std::map<std::string, std::string> files_;
  std::map<std::string, std::map<uint32_t, std::string>> lines_;
};

}  // namespace tappet::script
