// The subcommands. Each reports what goes wrong and returns the process's exit code.
#pragma once

#include "cli/load.h"
#include "cli/options.h"

namespace tappet::cli {

// Runs a command: a core module or a component.
int run(const RunOptions& options);
// Answers HTTP with a component until SIGINT or SIGTERM; then requests under way are finished.
int serve(const ServeOptions& options);
int validate(const ValidateOptions& options);
// Shows what a component or a module imports and exports.
int inspect(const InspectOptions& options);
// Runs test scripts, several at once. kFailure if any directive fails.
int wast(const WastOptions& options);
// Text to binary, and anything to text.
int wat2wasm(const ConvertOptions& options);
int print_text(const ConvertOptions& options);

// The two kinds of programs that run() runs, loaded with `engine`.
int run_module(const RunOptions& options, const Engine& engine,
               const std::shared_ptr<const ModuleCode>& code);
int run_component(const RunOptions& options, const Engine& engine,
                  const std::shared_ptr<const component::Component>& component);

}  // namespace tappet::cli
