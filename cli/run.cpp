#include "cli/commands.h"
#include "cli/guest_host.h"
#include "cli/report.h"

namespace tappet::cli {

int run(const RunOptions& options) {
  const Engine engine(engine_config(options.guest));
  const Result<Program> program = load_file(engine, options.guest.file);
  if (!program.ok()) return report(options.guest.file, program.error());
  if (const auto* const module = std::get_if<0>(&*program)) {
    return run_module(options, engine, *module);
  }
  return run_component(options, engine, std::get<1>(*program));
}

}  // namespace tappet::cli
