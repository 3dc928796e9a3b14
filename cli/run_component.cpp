// A component as a command: the world wasi:cli/command, whose wasi:cli/run is called.
#include <fmt/format.h>

#include "canonical-abi/linker/instantiation.h"
#include "canonical-abi/linker/linker.h"
#include "canonical-abi/runtime/task.h"
#include "cli/commands.h"
#include "cli/guest_host.h"
#include "cli/report.h"

namespace tappet::cli {
namespace {

constexpr std::string_view kRunInterface = "wasi:cli/run@0.2.0";

// func() -> result
bool is_run(const component::FuncType& type) {
  return type.params.empty() && type.result != nullptr &&
         type.result->kind == component::TypeKind::kResult;
}

class ComponentRun {
 public:
  ComponentRun(const RunOptions& options, const Engine& engine, GuestHost& host)
      : options_(options),
        host_(host),
        linker_(engine, {.unknown_imports_trap = options.guest.unknown_imports_trap}),
        store_(engine, component_limits(options.guest)),
        deadline_(options.guest.timeout, [this] {
          store_.kill();
          host_.expire();
        }) {}

  int run(const std::shared_ptr<const component::Component>& component);

 private:
  const std::string& file() const { return options_.guest.file; }
  int call_run(const component::FuncInst& function);

  const RunOptions& options_;
  GuestHost& host_;
  component::Linker linker_;
  component::ComponentStore store_;
  Deadline deadline_;  // last: it refers to the store
};

int ComponentRun::run(const std::shared_ptr<const component::Component>& component) {
  const Result<> defined = wasi::add_to_linker(linker_);
  if (!defined.ok()) return report(file(), defined.error());
  host_.world().install(store_.environment());
  const auto pre = linker_.link(component);
  if (!pre.ok()) return report(file(), pre.error());
  const component::ExportedFunction* const found = (*pre)->find_function(kRunInterface, "run");
  if (found == nullptr) {
    return report(file(), make_error(ErrorKind::kUnlinkable,
                                     "the component is not a command: it exports no wasi:cli/run"));
  }
  if (!is_run(*found->type)) {
    return report(file(), make_error(ErrorKind::kUnlinkable,
                                     "the component's wasi:cli/run is not func() -> result"));
  }
  component::Instantiation instantiation(*pre, store_, [this] { host_.wake(); });
  const Outcome made = host_.drive([&] { return instantiation.run(); });
  if (made != Outcome::kReturned) {
    host_.drain();
    return made == Outcome::kTrapped ? report(file(), instantiation.failure())
                                     : report(file(), interrupted());
  }
  return call_run(instantiation.instance().function(found->ref));
}

int ComponentRun::call_run(const component::FuncInst& function) {
  component::Task task(store_, function, {}, [this] { host_.wake(); });
  const Outcome outcome = host_.drive([&] { return task.run(); });
  host_.drain();
  if (outcome == Outcome::kTrapped) return report(file(), task.trap());
  if (outcome == Outcome::kInterrupted) return report(file(), interrupted());
  return task.result().case_index() == 0 ? kSuccess : kFailure;
}

}  // namespace

int run_component(const RunOptions& options, const Engine& engine,
                  const std::shared_ptr<const component::Component>& component) {
  if (options.invoke) {
    return report(options.guest.file, make_error(ErrorKind::kUnsupported,
                                                 "--invoke calls functions of core modules only"));
  }
  const auto host = GuestHost::create(options);
  if (!host.ok()) return report({}, host.error());
  return ComponentRun(options, engine, **host).run(component);
}

}  // namespace tappet::cli
