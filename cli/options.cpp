#include "cli/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>

#include "cli/version.h"

namespace tappet::cli {
namespace {

enum class KeyKind : uint8_t { kFlag, kValue };
enum class Meaning : uint8_t {
  kAccepted,
  kUnsupported,
  kFeature,
  kComponentFeature,
  kTimeout,
  kMaxMemory,
  kMaxStack,
  kMaxTable,
  kMaxResources,
  kFuel,
  kMemoryReservation,
  kSignals,
  kEagerTranslation,
  kParallel,
  kUnknownImports,
  kInheritEnv,
  kHttp,
  kTcpListen,
};

struct KeyRow {
  char group;
  std::string_view key;
  KeyKind kind;
  Meaning meaning;
};

constexpr KeyRow kKeys[] = {
#define KEY(group, key, kind, meaning) {#group[0], key, KeyKind::kind, Meaning::meaning},
#include "cli/option_groups.def"
#undef KEY
};

detail::Failure<Error> usage(std::string message) {
  return fail(ErrorKind::kUsage, std::move(message) + "; see 'tappet --help'");
}

std::optional<bool> parse_flag(std::string_view value) {
  if (value == "y" || value == "yes" || value == "true") return true;
  if (value == "n" || value == "no" || value == "false") return false;
  return std::nullopt;
}

template <class Rows, class Set>
Result<> set_feature(const Rows& rows, std::string_view key, bool on, Set& features) {
  for (const auto& row : rows) {
    if (row.name != key) continue;
    if (on && row.state == decltype(row.state)::kUnsupported) {
      return usage(fmt::format("feature {} is not supported yet", key));
    }
    features.set(row.feature, on);
  }
  return Unit{};
}

// One key of a group, with its value; flags have "y" or "n".
Result<> apply(const KeyRow& row, const std::string& value, GuestOptions& guest) {
  const bool on = parse_flag(value).value_or(true);
  switch (row.meaning) {
    case Meaning::kAccepted:
      break;
    case Meaning::kUnsupported:
      if (on) return usage(fmt::format("-{} {} is not supported", row.group, row.key));
      break;
    case Meaning::kFeature:
      return set_feature(kFeatures, row.key, on, guest.features.core);
    case Meaning::kComponentFeature:
      return set_feature(component::kComponentFeatures, row.key, on, guest.features.component);
    case Meaning::kTimeout:
      guest.timeout = TAPPET_TRY(parse_duration(value));
      break;
    case Meaning::kMaxMemory:
      guest.max_memory = TAPPET_TRY(parse_size(value));
      break;
    case Meaning::kMaxStack:
      guest.max_stack = TAPPET_TRY(parse_size(value));
      break;
    case Meaning::kMaxTable:
      guest.max_table = TAPPET_TRY(parse_size(value));
      break;
    case Meaning::kMaxResources:
      guest.max_resources =
          static_cast<uint32_t>(std::min<uint64_t>(TAPPET_TRY(parse_size(value)), UINT32_MAX));
      break;
    case Meaning::kFuel:
      guest.fuel = TAPPET_TRY(parse_count(value));
      break;
    case Meaning::kMemoryReservation:
      guest.guard_pages = TAPPET_TRY(parse_size(value)) != 0;
      break;
    case Meaning::kSignals:
      guest.guard_pages = on;
      break;
    case Meaning::kEagerTranslation:
      guest.eager_translation = on;
      break;
    case Meaning::kParallel:
      guest.parallel_translation = on;
      break;
    case Meaning::kUnknownImports:
      guest.unknown_imports_trap = on;
      break;
    case Meaning::kHttp:
      guest.http = on;
      break;
    case Meaning::kTcpListen:
      guest.tcp_listen.push_back(value);
      break;
    case Meaning::kInheritEnv:
      guest.inherit_env = on;
      break;
  }
  return Unit{};
}

// "key[=value][,key[=value]...]" after -W, -S, -O, -D or -C.
Result<> apply_group(char group, const std::string& text, GuestOptions& guest) {
  for (const std::string& part : CLI::detail::split(text, ',')) {
    const size_t equals = part.find('=');
    const std::string key = part.substr(0, equals);
    const KeyRow* found = nullptr;
    for (const KeyRow& row : kKeys) {
      if (row.group == group && row.key == key) found = &row;
    }
    if (found == nullptr) return usage(fmt::format("-{} has no key '{}'", group, key));
    if (found->kind == KeyKind::kValue && equals == std::string::npos) {
      return usage(fmt::format("-{} {} wants a value: {}=...", group, key, key));
    }
    const std::string value = equals == std::string::npos ? "y" : part.substr(equals + 1);
    if (found->kind == KeyKind::kFlag && !parse_flag(value)) {
      return usage(fmt::format("-{} {} is y or n, not '{}'", group, key, value));
    }
    TAPPET_TRY(apply(*found, value, guest));
  }
  return Unit{};
}

// Help that says how a command is written.
class Help : public CLI::Formatter {
 public:
  explicit Help(std::string usage_line) : usage_line_(std::move(usage_line)) {}
  std::string make_usage(const CLI::App*, std::string) const override {
    return "Usage: " + usage_line_ + "\n";
  }

 private:
  std::string usage_line_;
};

// What CLI11 collects, before it is checked.
struct RawGuest {
  std::vector<std::string> dirs;
  std::vector<std::string> env;
  std::vector<std::string> links;
  std::vector<std::string> groups[5];
  std::string max_memory;
};
constexpr char kGroups[5] = {'W', 'S', 'O', 'D', 'C'};

void add_guest_options(CLI::App& app, RawGuest& raw) {
  app.add_option("--dir", raw.dirs, "grant access to a directory: HOST[::GUEST]")
      ->allow_extra_args(false);
  app.add_option("--env", raw.env, "set an environment variable: NAME=VALUE, or NAME to inherit it")
      ->allow_extra_args(false);
  app.add_option("--link", raw.links,
                 "let another component satisfy imports, before the host does: IMPORT=FILE for one "
                 "interface or function, of any version of its track; FILE or *=FILE for all that "
                 "the component exports. Linked components import from the host and each other")
      ->allow_extra_args(false);
  app.add_option("--max-memory", raw.max_memory, "most bytes per linear memory, such as 256M");
  const char* names[5] = {"-W,--wasm", "-S,--wasi", "-O,--optimize", "-D,--debug", "-C,--codegen"};
  const char* texts[5] = {"WebAssembly options: KEY[=VALUE],...", "WASI options", "tuning options",
                          "debugging options", "translation options"};
  for (int i = 0; i < 5; ++i)
    app.add_option(names[i], raw.groups[i], texts[i])->allow_extra_args(false);
}

Result<GuestOptions> finish(const RawGuest& raw) {
  GuestOptions guest;
  for (const std::string& dir : raw.dirs) {
    const size_t separator = dir.find("::");
    const std::string host = dir.substr(0, separator);
    if (host.empty()) return usage("--dir wants HOST[::GUEST]");
    guest.dirs.push_back({host, separator == std::string::npos ? host : dir.substr(separator + 2)});
  }
  for (const std::string& link : raw.links) {
    const size_t equals = link.find('=');
    const std::string import = equals == std::string::npos ? "*" : link.substr(0, equals);
    const std::string file = equals == std::string::npos ? link : link.substr(equals + 1);
    if (import.empty() || file.empty()) return usage("--link wants [IMPORT=]FILE");
    guest.links.push_back({import == "*" ? "" : import, file});
  }
  for (const std::string& variable : raw.env) {
    const size_t equals = variable.find('=');
    const std::string name = variable.substr(0, equals);
    if (name.empty()) return usage("--env wants NAME[=VALUE]");
    if (equals != std::string::npos) {
      guest.env.emplace_back(name, variable.substr(equals + 1));
    } else if (const char* value = std::getenv(name.c_str())) {
      guest.env.emplace_back(name, value);
    }
  }
  if (!raw.max_memory.empty()) guest.max_memory = TAPPET_TRY(parse_size(raw.max_memory));
  for (int i = 0; i < 5; ++i) {
    for (const std::string& text : raw.groups[i]) TAPPET_TRY(apply_group(kGroups[i], text, guest));
  }
  return guest;
}

// Parses one subcommand's words. Some(text) if all that is wanted is help.
Result<std::optional<std::string>> parse(CLI::App& app, std::vector<std::string> args) {
  std::reverse(args.begin(), args.end());  // CLI11 takes them from the back
  try {
    app.parse(args);
  } catch (const CLI::CallForHelp&) {
    return std::optional(app.help());
  } catch (const CLI::ParseError& error) {
    return usage(error.what());
  }
  return std::optional<std::string>();
}

// What CLI11 leaves begins with the file, or with an option that it does not know.
Result<std::string> take_file(std::string_view command, std::vector<std::string>& words) {
  const bool literally = !words.empty() && words[0] == "--";
  if (literally) words.erase(words.begin());
  if (words.empty()) return usage(fmt::format("{}: no file is given", command));
  std::string file = words[0];
  if (!literally && file.size() > 1 && file[0] == '-') {
    return usage(fmt::format("{}: unknown option {}", command, file));
  }
  words.erase(words.begin());
  return file;
}

Command print(std::string text) {
  Command command;
  command.text = std::move(text);
  return command;
}

Result<Command> parse_run(std::vector<std::string> args) {
  CLI::App app("Runs a WebAssembly component or module", "tappet run");
  app.formatter(std::make_shared<Help>("tappet run [OPTIONS] FILE [ARGS...]"));
  app.prefix_command();
  RawGuest raw;
  add_guest_options(app, raw);
  std::string argv0;
  std::string invoke;
  auto* argv0_option = app.add_option("--argv0", argv0, "what the guest sees as its own name");
  auto* invoke_option =
      app.add_option("--invoke", invoke,
                     "call this exported function instead of the main one; of a component: "
                     "'name(argument, ...)', the arguments in WAVE");
  bool profile_ops = false;
  app.add_flag("--profile-ops", profile_ops,
               "count the instructions of threaded code, and print the busiest at the end");
  if (auto help = TAPPET_TRY(parse(app, std::move(args)))) return print(*help);
  Command command;
  command.kind = Command::Kind::kRun;
  RunOptions& run = command.run;
  run.guest = TAPPET_TRY(finish(raw));
  run.args = app.remaining();
  run.guest.file = TAPPET_TRY(take_file("run", run.args));
  run.profile_ops = profile_ops;
  if (*argv0_option) run.argv0 = argv0;
  if (*invoke_option) run.invoke = invoke;
  return command;
}

Result<Command> parse_serve(std::vector<std::string> args) {
  CLI::App app("Serves HTTP with a component that exports wasi:http/incoming-handler",
               "tappet serve");
  app.formatter(std::make_shared<Help>("tappet serve [OPTIONS] FILE"));
  app.prefix_command();
  RawGuest raw;
  add_guest_options(app, raw);
  Command command;
  command.kind = Command::Kind::kServe;
  ServeOptions& serve = command.serve;
  std::string timeout;
  bool no_prefix = false;
  app.add_option("--addr", serve.addr, "address to listen on; port 0 takes a free one")
      ->capture_default_str();
  app.add_option("--request-timeout", timeout,
                 "most time for one request, such as 10s (the default)");
  app.add_flag("--no-logging-prefix", no_prefix, "do not prefix the guest's output lines");
  if (auto help = TAPPET_TRY(parse(app, std::move(args)))) return print(*help);
  serve.guest = TAPPET_TRY(finish(raw));
  if (!serve.guest.tcp_listen.empty()) return usage("serve: -S tcplisten is for core modules");
  std::vector<std::string> rest = app.remaining();
  serve.guest.file = TAPPET_TRY(take_file("serve", rest));
  if (!rest.empty()) return usage("serve: unexpected '" + rest[0] + "' after the file");
  serve.logging_prefix = !no_prefix;
  if (serve.guest.timeout) serve.request_timeout = *serve.guest.timeout;
  if (!timeout.empty()) serve.request_timeout = TAPPET_TRY(parse_duration(timeout));
  return command;
}

Result<Command> parse_validate(std::vector<std::string> args) {
  CLI::App app("Checks that files are valid modules or components", "tappet validate");
  app.formatter(std::make_shared<Help>("tappet validate [OPTIONS] FILE..."));
  Command command;
  command.kind = Command::Kind::kValidate;
  std::vector<std::string> wasm;
  app.add_option("-W,--wasm", wasm, "WebAssembly options: KEY[=VALUE],...")
      ->allow_extra_args(false);
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
  app.add_option("-W,--wasm", wasm, "WebAssembly options: KEY[=VALUE],...")
      ->allow_extra_args(false);
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
  app.add_option("-W,--wasm", groups[0], "WebAssembly options: KEY[=VALUE],...")
      ->allow_extra_args(false);
  app.add_option("-O,--optimize", groups[1], "tuning options")->allow_extra_args(false);
  app.add_flag("--json", wast.json, "print the results as JSON");
  app.add_option("--junit", wast.junit, "write the results to this file, in JUnit's format");
  app.add_option("--expected", wast.expected,
                 "a list of known failures: lines of 'name.wast[:LINE]: reason'");
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
  app.add_option("-o,--output", command.convert.output, "where to write; - is standard output");
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

}  // namespace

Result<Command> parse_command_line(std::vector<std::string> args) {
  if (args.empty()) return usage("no file is given");
  const std::string first = args[0];
  if (first == "--help" || first == "-h" || first == "help") return print(std::string(kHelp));
  if (first == "--version" || first == "-V") return print(fmt::format("tappet {}\n", kVersion));
  static constexpr std::string_view kCommands[] = {"run",  "serve",    "validate", "inspect",
                                                   "wast", "wat2wasm", "print"};
  const bool named =
      std::find(std::begin(kCommands), std::end(kCommands), first) != std::end(kCommands);
  if (named) args.erase(args.begin());
  if (first == "serve") return parse_serve(std::move(args));
  if (first == "validate") return parse_validate(std::move(args));
  if (first == "inspect") return parse_inspect(std::move(args));
  if (first == "wast") return parse_wast(std::move(args));
  if (first == "wat2wasm") return parse_convert(Command::Kind::kWat2Wasm, std::move(args));
  if (first == "print") return parse_convert(Command::Kind::kToText, std::move(args));
  return parse_run(std::move(args));
}

}  // namespace tappet::cli
