#include "canonical-abi/linker/linker.h"

#include <algorithm>

#include "canonical-abi/linker/planner.h"
#include "canonical-abi/linker/shims.h"

namespace tappet::component {
namespace {

// A function's type as its component exports it. A host's function has the host's type.
ExportedFunction exported(const Plan& plan, std::string_view name, FuncRef ref) {
  return {name, ref,
          ref.is_host ? plan.host_funcs[ref.index].type : &plan.lifts[ref.index].signature->type};
}

void add_items(const Plan& plan, const Entities& from, ExportedInterface& to) {
  for (const auto& [name, entity] : from) {
    if (entity.sort == Sort::kFunc) to.functions.push_back(exported(plan, name, entity.func()));
    if (entity.sort == Sort::kValue) {
      to.values.push_back({name, entity.first, plan.values[entity.first].type});
    }
  }
}

void add_exports(const Plan& plan, const Entities& exports, const std::deque<Entities>& instances,
                 VersionedMap<ExportedInterface>& to) {
  ExportedInterface root;
  add_items(plan, exports, root);
  if (!root.functions.empty() || !root.values.empty()) to.add("", std::move(root));
  for (const auto& [name, entity] : exports) {
    if (entity.sort != Sort::kInstance) continue;
    ExportedInterface interface;
    interface.name = name;
    add_items(plan, instances[entity.first], interface);
    to.add(std::string(name), std::move(interface));
  }
}

}  // namespace

Linker::Linker(Engine engine, LinkOptions options)
    : engine_(std::move(engine)), options_(options), hosts_(std::make_shared<HostInterfaces>()) {}

Result<std::shared_ptr<const InstancePre>> Linker::link(std::shared_ptr<const Component> component,
                                                        std::span<const Link> links) const {
  const std::shared_ptr<InstancePre> pre(new InstancePre);
  pre->component_ = component;
  for (const Link& link : links) pre->linked_.push_back(link.component);
  const auto is_foreign = [this](const std::shared_ptr<const Component>& c) {
    return c->registry != engine_.registry();
  };
  if (is_foreign(component) || std::any_of(pre->linked_.begin(), pre->linked_.end(), is_foreign)) {
    return fail(ErrorKind::kUsage, "the component was loaded with the types of another engine");
  }
  pre->hosts_ = hosts_;
  Linkage linkage{pre->plan_, {}, {}};
  Planner planner(pre->plan_, linkage.instances, engine_.code_options(),
                  options_.calls_between_relatives);
  Composition composition(*hosts_, options_.unknown_imports_trap, planner, linkage, links);
  const Entities exports = TAPPET_TRY(composition.run(std::move(component)));
  bypass_shims(pre->plan_);
  for (const auto& code : pre->plan_.codes) engine_.prepare(*code);
  add_exports(pre->plan_, exports, linkage.instances, pre->exports_);
  return std::shared_ptr<const InstancePre>(pre);
}

}  // namespace tappet::component
