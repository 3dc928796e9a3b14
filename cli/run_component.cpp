// A component as a command: the world wasi:cli/command, whose wasi:cli/run is called, or the
// function that --invoke names.
#include <fmt/format.h>

#include "canonical-abi/linker/instantiation.h"
#include "canonical-abi/linker/linker.h"
#include "canonical-abi/runtime/task.h"
#include "cli/commands.h"
#include "cli/component_call.h"
#include "cli/exports.h"
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
        engine_(engine),
        host_(host),
        linker_(engine, {.unknown_imports_trap = options.guest.unknown_imports_trap}),
        store_(engine, component_limits(options.guest)),
        guest_(store_),
        deadline_(options.guest.timeout, [this] {
          store_.kill();
          host_.expire();
        }) {}

  int run(const std::shared_ptr<const component::Component>& component);

 private:
  const std::string& file() const { return options_.guest.file; }
  Result<ComponentCall> main_call(const component::InstancePre& pre) const;
  int make(const std::shared_ptr<const component::InstancePre>& pre, ComponentCall call);
  int call(const component::FuncInst& function, component::ComponentValue::List args);
  int finish(const component::FuncType& type, const component::ComponentValue& result);

  const RunOptions& options_;
  const Engine& engine_;
  GuestHost& host_;
  component::Linker linker_;
  component::ComponentStore store_;
  Preemptible<component::ComponentStore> guest_;
  Deadline deadline_;  // last: it refers to the store
};

int ComponentRun::run(const std::shared_ptr<const component::Component>& component) {
  const Result<> defined = wasi::add_to_linker(linker_, {.poll = options_.guest.poll});
  if (!defined.ok()) return report(file(), defined.error());
  const auto links = load_links(engine_, options_.guest);
  if (!links.ok()) return report({}, links.error());
  const auto pre = linker_.link(component, *links);
  if (!pre.ok()) return report(file(), pre.error());
  host_.world().install(store_.environment(), **pre);
  Result<ComponentCall> call =
      options_.invoke ? parse_component_call(**pre, *options_.invoke) : main_call(**pre);
  return call.ok() ? make(*pre, std::move(*call)) : report(file(), call.error());
}

Result<ComponentCall> ComponentRun::main_call(const component::InstancePre& pre) const {
  const component::ExportedFunction* const found = pre.find_function(kRunInterface, "run");
  if (found == nullptr) {
    return fail(
        ErrorKind::kUnlinkable,
        "the component is not a command: it exports no wasi:cli/run" + exports_instead(pre));
  }
  if (is_run(*found->type)) return ComponentCall{found, nullptr, {}};
  return fail(ErrorKind::kUnlinkable, "the component's wasi:cli/run is not func() -> result");
}

int ComponentRun::make(const std::shared_ptr<const component::InstancePre>& pre,
                       ComponentCall call) {
  component::Instantiation instantiation(pre, store_, [this] { host_.wake(); });
  const Outcome made = host_.drive(guest_, [&] { return instantiation.run(); });
  if (made == Outcome::kReturned && call.value != nullptr) {
    host_.drain();
    return print(
        print_component_result(call.value->type, instantiation.instance().value(*call.value)));
  }
  if (made == Outcome::kReturned) {
    return this->call(instantiation.instance().function(call.function->ref), std::move(call.args));
  }
  host_.drain();
  return made == Outcome::kTrapped ? report(file(), instantiation.failure())
                                   : report(file(), interrupted());
}

int ComponentRun::call(const component::FuncInst& function, component::ComponentValue::List args) {
  component::Task task(store_, function, std::move(args), [this] { host_.wake(); });
  const Outcome outcome = host_.drive(guest_, [&] { return task.run(); });
  // What the guest wrote comes before what is said about it.
  host_.drain();
  if (outcome == Outcome::kTrapped) return report(file(), task.trap());
  if (outcome == Outcome::kInterrupted) return report(file(), interrupted());
  return finish(*function.type, task.result());
}

int ComponentRun::finish(const component::FuncType& type, const component::ComponentValue& result) {
  if (options_.invoke) return print(print_component_result(type.result, result));
  return result.case_index() == 0 ? kSuccess : kFailure;
}

}  // namespace

int run_component(const RunOptions& options, const Engine& engine,
                  const std::shared_ptr<const component::Component>& component) {
  const auto host = GuestHost::create(options);
  if (!host.ok()) return report({}, host.error());
  if (!options.guest.tcp_listen.empty()) {
    return report(options.guest.file, make_error(ErrorKind::kUsage,
                                                 "-S tcplisten: the file is a component; such "
                                                 "sockets are for core modules"));
  }
  return ComponentRun(options, engine, **host).run(component);
}

}  // namespace tappet::cli
