#include "cli/commands.h"
#include "cli/report.h"

namespace tappet::cli {

int validate(const ValidateOptions& options) {
  EngineConfig config;
  config.features = options.features.core;
  int code = kSuccess;
  for (const std::string& file : options.files) {
    // One engine each: types that one file defines are not kept for the next.
    const Result<Program> program = load_file(Engine(config), file, options.features);
    if (!program.ok()) {
      report(file, program.error());
      code = kFailure;
    }
  }
  return code;
}

}  // namespace tappet::cli
