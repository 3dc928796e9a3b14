#include <cstdio>

#include "cli/commands.h"
#include "cli/guest_host.h"
#include "cli/report.h"

namespace tappet::cli {
namespace {

constexpr size_t kProfileRows = 60;

}  // namespace

int run(const RunOptions& options) {
  EngineConfig config = engine_config(options.guest);
  if (options.profile_ops) config.profile = std::make_shared<OpProfile>();
  const Engine engine(config);
  const Result<Program> program = load_file(engine, options.guest.file, options.guest.features);
  if (!program.ok()) return report(options.guest.file, program.error());
  const auto* const module = std::get_if<0>(&*program);
  const int code = module != nullptr ? run_module(options, engine, *module)
                                     : run_component(options, engine, std::get<1>(*program));
  if (options.profile_ops) std::fputs(config.profile->report(kProfileRows).c_str(), stderr);
  return code;
}

}  // namespace tappet::cli
