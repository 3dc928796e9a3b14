#include "cli/options.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "cli/option_parser.h"
#include "cli/version.h"

namespace tappet::cli {
namespace {

constexpr const char* kKeys = "KEY[=VALUE],...";
constexpr const char* kRunning = "Running";

void add_wasm_option(CLI::App& app, std::vector<std::string>& texts) {
  app.add_option("-W,--wasm", texts, "WebAssembly options")
      ->type_name(kKeys)
      ->allow_extra_args(false);
}

Result<Command> parse_run(std::vector<std::string> args) {
  CLI::App app("Runs a WebAssembly component or module", "tappet run");
  app.formatter(std::make_shared<Help>("tappet run [OPTIONS] FILE [ARGS...]"));
  app.prefix_command();
  RawGuest raw;
  add_guest_options(app, raw);
  std::string argv0;
  std::string invoke;
  auto* argv0_option = app.add_option("--argv0", argv0, "what the guest sees as its own name")
                           ->type_name("NAME")
                           ->group(kRunning);
  auto* invoke_option =
      app.add_option("--invoke", invoke,
                     "call this exported function instead of the main one; of a component: "
                     "'name(argument, ...)', the arguments in WAVE")
          ->type_name("FUNCTION")
          ->group(kRunning);
  bool profile_ops = false;
  app.add_flag("--profile-ops", profile_ops,
               "count the instructions of threaded code, and print the busiest at the end")
      ->group(kRunning);
  if (auto help = TAPPET_TRY(parse(app, std::move(args)))) return print(*help);
  if (auto help = group_help(raw)) return print(*help);
  Command command;
  command.kind = Command::Kind::kRun;
  RunOptions& run = command.run;
  run.guest = TAPPET_TRY(finish(raw));
  run.args = app.remaining();
  run.guest.file = TAPPET_TRY(take_file("run", app, run.args));
  run.profile_ops = profile_ops;
  if (*argv0_option) run.argv0 = argv0;
  if (*invoke_option) run.invoke = invoke;
  return command;
}

Result<Command> parse_validate(std::vector<std::string> args) {
  CLI::App app("Checks that files are valid modules or components", "tappet validate");
  app.formatter(std::make_shared<Help>("tappet validate [OPTIONS] FILE..."));
  Command command;
  command.kind = Command::Kind::kValidate;
  std::vector<std::string> wasm;
  add_wasm_option(app, wasm);
  app.add_option("files", command.validate.files, "files to check")->required();
  if (auto help = TAPPET_TRY(parse(app, std::move(args)))) return print(*help);
  GuestOptions guest;
  for (const std::string& text : wasm) TAPPET_TRY(apply_group('W', text, guest));
  command.validate.features = guest.features;
  return command;
}

Result<Command> parse_inspect(std::vector<std::string> args) {
  CLI::App app("Shows what a component (as WIT) or a module imports and exports", "tappet inspect");
  app.formatter(std::make_shared<Help>("tappet inspect [OPTIONS] FILE"));
  Command command;
  command.kind = Command::Kind::kInspect;
  std::vector<std::string> wasm;
  add_wasm_option(app, wasm);
  app.add_option("file", command.inspect.file, "the file to show")->required();
  if (auto help = TAPPET_TRY(parse(app, std::move(args)))) return print(*help);
  GuestOptions guest;
  for (const std::string& text : wasm) TAPPET_TRY(apply_group('W', text, guest));
  command.inspect.features = guest.features;
  return command;
}

Result<Command> parse_wast(std::vector<std::string> args) {
  CLI::App app("Runs scripts in the format of the specification's tests", "tappet wast");
  app.formatter(std::make_shared<Help>("tappet wast [OPTIONS] FILE..."));
  Command command;
  command.kind = Command::Kind::kWast;
  WastOptions& wast = command.wast;
  std::vector<std::string> groups[2];
  add_wasm_option(app, groups[0]);
  app.add_option("-O,--optimize", groups[1], "tuning options")
      ->type_name(kKeys)
      ->allow_extra_args(false);
  app.add_flag("--json", wast.json, "print the results as JSON");
  app.add_option("--junit", wast.junit, "write the results to this file, in JUnit's format")
      ->type_name("FILE");
  app.add_option("--expected", wast.expected,
                 "a list of known failures: lines of 'name.wast[:LINE]: reason'")
      ->type_name("FILE");
  app.add_flag("--gc-stress", wast.gc_stress, "collect garbage at every allocation");
  app.add_flag("--round-trip", wast.round_trip,
               "print and encode every module again instead of executing it");
  app.add_option("files", wast.files, "scripts to run")->required();
  if (auto help = TAPPET_TRY(parse(app, std::move(args)))) return print(*help);
  GuestOptions guest;
  for (const std::string& text : groups[0]) TAPPET_TRY(apply_group('W', text, guest));
  for (const std::string& text : groups[1]) TAPPET_TRY(apply_group('O', text, guest));
  wast.features = guest.features;
  wast.guard_pages = guest.guard_pages;
  wast.fuel = guest.fuel;
  return command;
}

Result<Command> parse_convert(Command::Kind kind, std::vector<std::string> args) {
  const bool to_binary = kind == Command::Kind::kWat2Wasm;
  CLI::App app(to_binary ? "Encodes a module's text" : "Prints a module as text",
               to_binary ? "tappet wat2wasm" : "tappet print");
  app.formatter(std::make_shared<Help>(to_binary ? "tappet wat2wasm [OPTIONS] FILE"
                                                 : "tappet print [OPTIONS] FILE"));
  Command command;
  command.kind = kind;
  app.add_option("-o,--output", command.convert.output, "where to write; - is standard output")
      ->type_name("FILE");
  app.add_option("file", command.convert.file, "the file to read; - is standard input")->required();
  if (auto help = TAPPET_TRY(parse(app, std::move(args)))) return print(*help);
  return command;
}

constexpr std::string_view kHelp =
    "Runs WebAssembly components and serves HTTP with them, without a JIT.\n"
    "\n"
    "Usage: tappet [run] [OPTIONS] FILE [ARGS...]   run a command component or module\n"
    "       tappet serve [OPTIONS] FILE             answer HTTP requests with a component\n"
    "       tappet validate [OPTIONS] FILE...       check files without running them\n"
    "       tappet inspect [OPTIONS] FILE           show what a file imports and exports\n"
    "       tappet wast [OPTIONS] FILE...           run the specification's test scripts\n"
    "       tappet wat2wasm [-o OUT] FILE           encode a module's text\n"
    "       tappet print [-o OUT] FILE              print a module as text\n"
    "       tappet COMMAND --help                   the options of a command\n"
    "       tappet --version\n"
    "\n"
    "Exit codes: the guest's own; 134 if it trapped, 1 if a file cannot be loaded, 2 for wrong "
    "usage.\n";

Result<Command> parse_command(const std::string& name, std::vector<std::string> args) {
  if (name == "serve") return parse_serve(std::move(args));
  if (name == "validate") return parse_validate(std::move(args));
  if (name == "inspect") return parse_inspect(std::move(args));
  if (name == "wast") return parse_wast(std::move(args));
  if (name == "wat2wasm") return parse_convert(Command::Kind::kWat2Wasm, std::move(args));
  if (name == "print") return parse_convert(Command::Kind::kToText, std::move(args));
  return parse_run(std::move(args));
}

const std::vector<std::string>& commands() {
  static const std::vector<std::string> names = {"run",  "serve",    "validate", "inspect",
                                                 "wast", "wat2wasm", "print"};
  return names;
}

// For what is taken for a file's name: nothing if it is one, or not nearly a command's.
std::string similar_command(const std::string& word) {
  return ::access(word.c_str(), F_OK) == 0 ? std::string() : similar(word, commands());
}

}  // namespace

Result<Command> parse_command_line(std::vector<std::string> args) {
  if (args.empty()) return usage("no file is given; see 'tappet --help'");
  const std::string first = args[0];
  if (first == "--help" || first == "-h" || first == "help") return print(std::string(kHelp));
  if (first == "--version" || first == "-V") return print(fmt::format("tappet {}\n", kVersion));
  const bool named = std::find(commands().begin(), commands().end(), first) != commands().end();
  if (named) args.erase(args.begin());
  if (const std::string near = named ? "" : similar_command(first); !near.empty()) {
    return usage(
        fmt::format("'{}' is neither a command nor a file{}; see 'tappet --help'", first, near));
  }
  const std::string name = named ? first : "run";
  Result<Command> command = parse_command(name, std::move(args));
  if (!command.ok() && command.error().kind == ErrorKind::kUsage) {
    command.error().message += fmt::format("; see 'tappet {} --help'", name);
  }
  return command;
}

}  // namespace tappet::cli
