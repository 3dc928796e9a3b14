// What a file is to others: a component's world in WIT, a core module's imports and exports.
#include "canonical-abi/wit/wit.h"
#include "cli/commands.h"
#include "cli/report.h"
#include "interp/text/text.h"

namespace tappet::cli {
namespace {

// The file must be valid, so that what is shown is so.
Result<std::string> describe(const InspectOptions& options) {
  EngineConfig config;
  config.features = options.features.core;
  const Engine engine(config);
  Bytes bytes = TAPPET_TRY(to_binary(TAPPET_TRY(read_file(options.file))));
  const Program program = TAPPET_TRY(load_program(engine, bytes, options.features));
  const auto* const component = std::get_if<1>(&program);
  return component != nullptr ? component::print_wit(**component)
                              : print_module_type(std::move(bytes));
}

}  // namespace

int inspect(const InspectOptions& options) {
  const auto text = describe(options);
  return text.ok() ? print(*text) : report(options.file, text.error());
}

}  // namespace tappet::cli
