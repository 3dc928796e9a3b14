// A core module as a command: its imports are preview1's, its `_start` is called, or the function
// that --invoke names.
#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/core_values.h"
#include "cli/guest_host.h"
#include "cli/report.h"
#include "interp/base/printable.h"
#include "wasi/p1/preview1.h"

namespace tappet::cli {
namespace {

Function* trapping_function(const Module& module, const Import& import, Store& store) {
  std::string message = fmt::format("unknown import \"{}\" \"{}\" is called",
                                    printable(import.module), printable(import.name));
  return &store.add_host_function(
      {module.functions[import.index].type,
       [message = std::move(message)](HostCall& call) { return call.trap(message); }});
}

Result<std::vector<Extern>> resolve_imports(const Module& module, bool unknown_trap, Store& store,
                                            wasi::Preview1& preview1) {
  std::vector<Extern> imports;
  std::string unknown;
  size_t count = 0;
  for (const Import& import : module.imports) {
    Function* function = nullptr;
    if (import.kind == ExternKind::kFunc) {
      function = preview1.function(store, import.module, import.name);
      if (function == nullptr && unknown_trap) function = trapping_function(module, import, store);
    }
    if (function != nullptr) {
      imports.emplace_back(function);
    } else if (count++ == 0) {
      unknown = fmt::format("unknown import \"{}\" \"{}\": {}", printable(import.module),
                            printable(import.name), describe(module, import.kind, import.index));
    }
  }
  if (count == 0) return imports;
  if (count > 1) unknown += fmt::format(", and {} more", count - 1);
  return fail(ErrorKind::kUnlinkable, std::move(unknown));
}

using Listeners = std::vector<std::shared_ptr<wasi::Socket>>;

Result<Listeners> listen(const std::vector<std::string>& addresses, net::Loop& loop) {
  Listeners listeners;
  for (const std::string& text : addresses) {
    const auto address = net::SocketAddress::parse(text);
    if (!address) {
      return fail(
          ErrorKind::kUsage,
          fmt::format("-S tcplisten wants an address such as 127.0.0.1:8080, not '{}'", text));
    }
    auto listener = wasi::Socket::listen(loop, *address);
    if (!listener.ok()) {
      return fail(ErrorKind::kIo,
                  fmt::format("cannot listen on {}: {}", text, wasi::to_string(listener.error())));
    }
    listeners.push_back(*std::move(listener));
  }
  return listeners;
}

wasi::Preview1Host preview1_host(const wasi::World& world, const Listeners& listeners) {
  return {*world.clocks, *world.random,     *world.environment,
          *world.stdio,  *world.filesystem, listeners};
}

class ModuleRun {
 public:
  ModuleRun(const RunOptions& options, const Engine& engine, GuestHost& host,
            const Listeners& listeners)
      : options_(options),
        host_(host),
        preview1_(preview1_host(host.world(), listeners), [&host] { host.wake(); }),
        store_(engine.make_store(store_limits(options.guest))),
        guest_(*store_),
        deadline_(options.guest.timeout, [this] {
          store_->kill();
          host_.expire();
        }) {}

  int run(const std::shared_ptr<const ModuleCode>& code);

 private:
  const std::string& file() const { return options_.guest.file; }
  int call_main();
  int invoke(const std::string& name);
  // kSuccess, or the exit code of what happened instead.
  int call(Function& function, std::span<const uint64_t> args, Thread& thread);
  int call_unit(Function& function, std::string_view name);

  const RunOptions& options_;
  GuestHost& host_;
  wasi::Preview1 preview1_;
  std::unique_ptr<Store> store_;
  Preemptible<Store> guest_;
  Instance* instance_ = nullptr;
  bool started_ = false;  // something of the module has been run
  Deadline deadline_;     // last: it refers to the store
};

int ModuleRun::call(Function& function, std::span<const uint64_t> args, Thread& thread) {
  thread.start(function, args);
  const Outcome outcome = host_.drive(guest_, [&] { return tappet::run(thread); });
  started_ = true;
  if (outcome == Outcome::kReturned) return kSuccess;
  // What the guest wrote comes before what is said about it.
  host_.drain();
  return report(file(), outcome == Outcome::kTrapped ? thread.trap() : interrupted());
}

// Functions with a fixed role have neither parameters nor results.
int ModuleRun::call_unit(Function& function, std::string_view name) {
  const FuncType& type = *function.shape.type;
  if (!type.params.empty() || !type.results.empty()) {
    return report(file(), make_error(ErrorKind::kUnlinkable,
                                     fmt::format("{} has parameters or results", name)));
  }
  Thread thread(*store_);
  return call(function, {}, thread);
}

int ModuleRun::invoke(const std::string& name) {
  Function* const function = instance_->exported_function(name);
  if (function == nullptr) {
    return report(file(), make_error(ErrorKind::kUnlinkable,
                                     fmt::format("there is no exported function \"{}\"", name)));
  }
  const FuncType& type = *function->shape.type;
  const auto args = parse_core_values(type.params, options_.args);
  if (!args.ok()) {
    Error error = args.error();
    error.message = fmt::format("--invoke {}: {}", name, error.message);
    return report(file(), error);
  }
  Thread thread(*store_);
  if (const int code = call(*function, *args, thread); code != kSuccess) return code;
  host_.drain();
  return print(print_core_values(type.results, thread.results()));
}

int ModuleRun::call_main() {
  if (Function* const start = instance_->exported_function("_start")) {
    return call_unit(*start, "_start");
  }
  if (started_) return kSuccess;
  return report(file(), make_error(ErrorKind::kUnlinkable,
                                   "the module has no _start function; --invoke calls another"));
}

int ModuleRun::run(const std::shared_ptr<const ModuleCode>& code) {
  const Module& module = code->module();
  const auto imports =
      resolve_imports(module, options_.guest.unknown_imports_trap, *store_, preview1_);
  if (!imports.ok()) return report(file(), imports.error());
  const auto instance = instantiate(*store_, code, *imports);
  if (!instance.ok()) return report(file(), instance.error());
  instance_ = *instance;
  if (module.has_start) {
    const int status = call_unit(instance_->function(module.start), "the start function");
    if (status != kSuccess) return status;
  }
  // A library's constructors; commands have them in _start.
  if (Function* const initialize = instance_->exported_function("_initialize")) {
    if (const int status = call_unit(*initialize, "_initialize"); status != kSuccess) return status;
  }
  return options_.invoke ? invoke(*options_.invoke) : call_main();
}

}  // namespace

int run_module(const RunOptions& options, const Engine& engine,
               const std::shared_ptr<const ModuleCode>& code) {
  const auto host = GuestHost::create(options);
  if (!host.ok()) return report({}, host.error());
  if (!options.guest.links.empty()) {
    return report(options.guest.file, make_error(ErrorKind::kUsage,
                                                 "--link: the file is a core module, which imports "
                                                 "from no component"));
  }
  const auto listeners = listen(options.guest.tcp_listen, (*host)->loop());
  if (!listeners.ok()) return report({}, listeners.error());
  const int status = ModuleRun(options, engine, **host, *listeners).run(code);
  (*host)->drain();
  return status;
}

}  // namespace tappet::cli
