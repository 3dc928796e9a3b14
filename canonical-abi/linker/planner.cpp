#include "canonical-abi/linker/planner.h"

#include <fmt/format.h>

#include "canonical-abi/types/print.h"
#include "interp/base/limits.h"
#include "interp/translate/translated_module.h"

namespace tappet::component {
namespace {

// Definitions, exports and imports of all instances, unrolled: more than real components have by
// far, and little enough for a second.
constexpr uint64_t kMostDefinitions = 1'000'000;

auto unlinkable(std::string message) { return fail(ErrorKind::kUnlinkable, std::move(message)); }

Sort sort_of(ExternKind kind) {
  constexpr Sort kSortsOf[] = {Sort::kCoreFunc, Sort::kCoreTable, Sort::kCoreMemory,
                               Sort::kCoreGlobal, Sort::kCoreTag};
  return kSortsOf[static_cast<size_t>(kind)];
}

}  // namespace

// One definition in the frame on top, by its kind.
struct Planner::Execute {
  Planner& p;
  Frame& frame;

  Result<> operator()(const CoreModuleDef& d) { return p.core_module(frame, d); }
  Result<> operator()(const CoreInstantiate& d) { return p.core_instantiate(frame, d); }
  Result<> operator()(const CoreBundle& d) { return p.core_bundle(frame, d); }
  Result<> operator()(const ComponentDef& d) { return p.component(frame, d); }
  Result<> operator()(const Instantiate& d) { return p.instantiate(frame, d); }
  Result<> operator()(const Bundle& d) { return p.bundle(frame, d); }
  Result<> operator()(const AliasExport& d) { return p.alias_export(frame, d); }
  Result<> operator()(const AliasCoreExport& d) { return p.alias_core_export(frame, d); }
  Result<> operator()(const AliasOuter& d) {
    return push(frame, frame.closure->captures[d.capture]), Result<>();
  }
  Result<> operator()(const AliasSelf& d) {
    const Entity same = at(frame, d.sort, d.index);
    return push(frame, same), Result<>();
  }
  Result<> operator()(const ResourceDef& d) { return p.resource(frame, d); }
  Result<> operator()(const Canon& d) { return p.canon(frame, d); }
  Result<> operator()(const Import& d) { return p.import(frame, d); }
  Result<> operator()(const Export& d) { return p.export_item(frame, d); }
  Result<> operator()(const Start& d) { return p.start(frame, d); }
  Result<> operator()(const ValueDef& d) { return p.value(frame, d); }
};

Result<Entities> Planner::run(std::shared_ptr<const Component> root, Entities args) {
  closures_.push_back({std::move(root), {}});
  TAPPET_TRY(enter(closures_.back(), kNoIndex, std::move(args)));
  for (;;) {
    Frame& frame = frames_.back();
    const std::vector<Definition>& definitions = frame.closure->component->definitions;
    if (frame.next < definitions.size()) {
      TAPPET_TRY(spend(1));
      TAPPET_TRY(std::visit(Execute{*this, frame}, definitions[frame.next++]));
    } else if (frames_.size() > 1) {
      TAPPET_TRY(finish_child());
    } else {
      return leave();
    }
  }
}

Result<> Planner::spend(uint64_t definitions) {
  definitions_ += definitions;
  if (definitions_ <= kMostDefinitions) return {};
  return fail(ErrorKind::kLimit, fmt::format("instantiating the component takes more than {} steps",
                                             kMostDefinitions));
}

Result<> Planner::count_instance() const {
  if (plan_.instance_count() < limits::kTotalInstances) return {};
  return fail(ErrorKind::kLimit,
              fmt::format("instantiating the component makes more than {} instances",
                          limits::kTotalInstances));
}

Result<> Planner::enter(const Closure& closure, uint32_t parent, Entities args) {
  TAPPET_TRY(count_instance());
  Frame& frame = frames_.emplace_back();
  frame.closure = &closure;
  frame.instance = static_cast<uint32_t>(plan_.instances.size());
  frame.args = std::move(args);
  frame.slots.resize(closure.component->resources.size());
  TAPPET_TRY(spend(frame.slots.size()));
  plan_.instances.push_back({.parent = parent, .depth = depth(parent) + 1});
  return {};
}

// The slots are complete now; nobody reads them before instantiation.
Entities Planner::leave() {
  Frame& frame = frames_.back();
  PlannedInstance& instance = plan_.instances[frame.instance];
  instance.first_slot = static_cast<uint32_t>(plan_.slots.size());
  instance.slot_count = static_cast<uint32_t>(frame.slots.size());
  plan_.slots.insert(plan_.slots.end(), frame.slots.begin(), frame.slots.end());
  Entities exports = std::move(frame.exports);
  frames_.pop_back();
  return exports;
}

// Back in the definition that the frame below was left at.
Result<> Planner::finish_child() {
  instances_.push_back(leave());
  Frame& frame = frames_.back();
  const auto& def = std::get<Instantiate>(frame.closure->component->definitions[frame.next - 1]);
  const auto made = Entity::of(Sort::kInstance, static_cast<uint32_t>(instances_.size() - 1));
  push(frame, made);
  return bind(frame, def.resources, made);
}

Entity Planner::resolve(Frame& frame, const Item& item) {
  if (item.sort != Sort::kType) return at(frame, item.sort, item.index);
  const ResourceName* const name = item.type.resource();
  return Entity::of(name != nullptr ? frame.slots[name->resource->slot] : ResourceRef());
}

Result<> Planner::bind(Frame& frame, std::span<const ResourceBinding> bindings,
                       const Entity& item) {
  for (const ResourceBinding& binding : bindings) {
    Entity found = item;
    for (const std::string_view name : binding.path) {
      const Entities& exports = instances_[found.first];
      const auto next = exports.find(name);
      if (found.sort != Sort::kInstance || next == exports.end()) {
        return unlinkable(fmt::format("there is no resource type {}", quote(name)));
      }
      found = next->second;
    }
    frame.slots[binding.slot] = found.resource();
  }
  return {};
}

Result<> Planner::core_module(Frame& frame, const CoreModuleDef& def) {
  const auto [at, inserted] =
      codes_.try_emplace(def.module.get(), static_cast<uint32_t>(plan_.codes.size()));
  if (inserted) plan_.codes.push_back(translate_module(def.module, code_options_));
  push(frame, Entity::of(Sort::kCoreModule, at->second));
  return {};
}

Result<> Planner::core_instantiate(Frame& frame, const CoreInstantiate& def) {
  TAPPET_TRY(count_instance());
  std::map<std::string_view, uint32_t> args;
  for (const CoreInstantiate::Arg& arg : def.args) {
    args.emplace(arg.name, at(frame, Sort::kCoreInstance, arg.instance).first);
  }
  PlannedCore core;
  core.code = at(frame, Sort::kCoreModule, def.module).first;
  core.instance = frame.instance;
  core.first_import = static_cast<uint32_t>(plan_.core_imports.size());
  const Module& module = plan_.codes[core.code]->module();
  TAPPET_TRY(spend(def.args.size() + module.imports.size()));
  for (const tappet::Import& import : module.imports) {
    const auto from = args.find(import.module);
    if (from == args.end()) {
      return unlinkable(fmt::format("no instance is given for module {}", quote(import.module)));
    }
    plan_.core_imports.push_back(TAPPET_TRY(core_import(core_instances_[from->second], import)));
  }
  core_instances_.push_back({static_cast<uint32_t>(plan_.cores.size()), &module, {}});
  plan_.steps.push_back({Step::Kind::kCore, static_cast<uint32_t>(plan_.cores.size())});
  plan_.cores.push_back(core);
  push(frame, Entity::of(Sort::kCoreInstance, static_cast<uint32_t>(core_instances_.size() - 1)));
  return {};
}

Result<PlannedImport> Planner::core_import(const CoreInstanceEntity& from,
                                           const tappet::Import& import) {
  const Entity found = TAPPET_TRY(core_export(from, import.name));
  if (found.sort != sort_of(import.kind)) {
    return unlinkable(fmt::format("{} is not a {}", quote(import.name), to_string(import.kind)));
  }
  return PlannedImport{import.kind, found.core()};
}

Result<Entity> Planner::core_export(const CoreInstanceEntity& from, std::string_view name) const {
  if (from.module != nullptr) {
    const tappet::Export* const found = from.module->find_export(name);
    if (found != nullptr) {
      return Entity::of(sort_of(found->kind), CoreRef{from.instance, found->index});
    }
  } else {
    const auto found = from.exports.find(name);
    if (found != from.exports.end()) return found->second;
  }
  return unlinkable(fmt::format("a core instance has no export {}", quote(name)));
}

Result<> Planner::core_bundle(Frame& frame, const CoreBundle& def) {
  TAPPET_TRY(spend(def.exports.size()));
  CoreInstanceEntity& made = core_instances_.emplace_back();
  for (const CoreBundle::Export& e : def.exports) {
    made.exports.emplace(e.name, at(frame, sort_of(e.kind), e.index));
  }
  push(frame, Entity::of(Sort::kCoreInstance, static_cast<uint32_t>(core_instances_.size() - 1)));
  return {};
}

Result<> Planner::alias_core_export(Frame& frame, const AliasCoreExport& def) {
  const uint32_t from = at(frame, Sort::kCoreInstance, def.instance).first;
  push(frame, TAPPET_TRY(core_export(core_instances_[from], def.name)));
  return {};
}

Result<> Planner::component(Frame& frame, const ComponentDef& def) {
  Closure& closure = closures_.emplace_back();
  closure.component = def.component;
  TAPPET_TRY(spend(def.component->captures.size()));
  for (const Capture& capture : def.component->captures) {
    closure.captures.push_back(capture.is_capture ? frame.closure->captures[capture.index]
                                                  : at(frame, capture.sort, capture.index));
  }
  push(frame, Entity::of(Sort::kComponent, static_cast<uint32_t>(closures_.size() - 1)));
  return {};
}

// The rest happens in finish_child().
Result<> Planner::instantiate(Frame& frame, const Instantiate& def) {
  TAPPET_TRY(spend(def.args.size()));
  Entities args;
  for (const Instantiate::Arg& arg : def.args) args.emplace(arg.name, resolve(frame, arg.item));
  const Closure& closure = closures_[at(frame, Sort::kComponent, def.component).first];
  return enter(closure, frame.instance, std::move(args));
}

Result<> Planner::bundle(Frame& frame, const Bundle& def) {
  TAPPET_TRY(spend(def.exports.size()));
  Entities exports;
  for (const Bundle::Export& e : def.exports) {
    exports.emplace(e.name.name, resolve(frame, e.item));
  }
  instances_.push_back(std::move(exports));
  push(frame, Entity::of(Sort::kInstance, static_cast<uint32_t>(instances_.size() - 1)));
  return {};
}

Result<> Planner::alias_export(Frame& frame, const AliasExport& def) {
  const Entities& exports = instances_[at(frame, Sort::kInstance, def.instance).first];
  const auto found = exports.find(def.name);
  if (found == exports.end() || found->second.sort != def.sort) {
    return unlinkable(fmt::format("an instance has no export {}", quote(def.name)));
  }
  push(frame, found->second);
  return {};
}

Result<> Planner::resource(Frame& frame, const ResourceDef& def) {
  PlannedResource planned;
  planned.impl = frame.instance;
  if (def.dtor) planned.dtor = at(frame, Sort::kCoreFunc, *def.dtor).core();
  frame.slots[def.slot] = {false, static_cast<uint32_t>(plan_.resources.size())};
  plan_.steps.push_back({Step::Kind::kResource, static_cast<uint32_t>(plan_.resources.size())});
  plan_.resources.push_back(planned);
  return {};
}

Entity Planner::new_value(const ValType* type, const ComponentValue* constant) {
  plan_.values.push_back({type, constant});
  return Entity::of(Sort::kValue, static_cast<uint32_t>(plan_.values.size() - 1));
}

Result<> Planner::value(Frame& frame, const ValueDef& def) {
  push(frame, new_value(def.type, &def.value));
  return {};
}

// Validation has seen to it that a component uses each value once; two components that are linked
// to a third could both use one of its values.
Result<> Planner::start(Frame& frame, const Start& def) {
  TAPPET_TRY(spend(def.args.size()));
  PlannedStart planned;
  planned.func = at(frame, Sort::kFunc, def.func).func();
  given_.resize(plan_.values.size());
  for (const uint32_t arg : def.args) {
    const uint32_t value = at(frame, Sort::kValue, arg).first;
    if (given_[value]) return unlinkable("a value with handles is used more than once");
    given_[value] = !is_plain(*plan_.values[value].type);
    planned.args.push_back(value);
  }
  if (def.type->result != nullptr) {
    const Entity result = new_value(def.type->result, nullptr);
    planned.result = result.first;
    push(frame, result);
  }
  plan_.steps.push_back({Step::Kind::kStart, static_cast<uint32_t>(plan_.starts.size())});
  plan_.starts.push_back(std::move(planned));
  return {};
}

Result<> Planner::import(Frame& frame, const Import& def) {
  const auto found = frame.args.find(def.name.name);
  if (found == frame.args.end() || found->second.sort != def.type.sort) {
    return unlinkable(fmt::format("import {} is not given", quote(def.name.name)));
  }
  if (def.type.sort != Sort::kType) push(frame, found->second);
  return bind(frame, def.resources, found->second);
}

Result<> Planner::export_item(Frame& frame, const Export& def) {
  const Entity item = resolve(frame, def.item);
  frame.exports.emplace(def.name.name, item);
  if (item.sort != Sort::kType) push(frame, item);
  return bind(frame, def.resources, item);
}

}  // namespace tappet::component
