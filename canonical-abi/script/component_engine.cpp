#include "canonical-abi/script/component_engine.h"

#include <fmt/format.h>

#include "canonical-abi/component/engine_options.h"
#include "canonical-abi/runtime/task.h"
#include "canonical-abi/script/value.h"
#include "interp/runtime/instantiate.h"

namespace tappet::component {
namespace {

using script::ScriptEngine;
using script::ScriptValue;
using ScriptOutcome = script::Outcome;

// What ComponentEngine::load() makes.
using LoadedAny = std::variant<ScriptEngine::Loaded, std::shared_ptr<const Component>>;

ScriptOutcome failed(std::string message) {
  return {ScriptOutcome::Kind::kFailed, {}, std::move(message)};
}

bool is_float(TypeKind kind) { return kind == TypeKind::kF32 || kind == TypeKind::kF64; }

Result<ComponentValue> to_argument(const ScriptValue& value, const ValType& type) {
  if (value.foreign)
    return to_value(*static_cast<const ScriptComponentValue&>(*value.foreign).constant(), type);
  const ValueType core = type.kind == TypeKind::kF32 ? kF32 : kF64;
  if (!is_float(type.kind) || value.type != core)
    return fail(ErrorKind::kUsage, "a core value is no component-level value");
  return ComponentValue::scalar(type.kind, value.bits[0]);
}

ScriptValue to_result(ComponentValue value, const ValType& type) {
  ScriptValue result;
  if (is_float(type.kind)) {
    result.type = type.kind == TypeKind::kF32 ? kF32 : kF64;
    result.bits[0] = value.bits();
  } else {
    result.foreign = std::make_shared<ScriptComponentValue>(std::move(value), type);
  }
  return result;
}

ScriptOutcome trapped(const tappet::Trap& trap) {
  const bool exhausted = trap.kind == TrapKind::kStackExhausted;
  return {exhausted ? ScriptOutcome::Kind::kExhausted : ScriptOutcome::Kind::kTrapped,
          {},
          trap.message};
}

}  // namespace

ComponentOptions script_options(const Engine& engine) {
  ComponentOptions options = options_for(engine);
  options.features = ComponentFeatureSet::all();
  options.features.set(ComponentFeature::kVersionSuffix, false);
  options.features.set(ComponentFeature::kNestedNames, false);
  return options;
}

ComponentEngine::ComponentEngine(const EngineConfig& config, bool gc_stress, StoreLimits limits)
    : core_(config, gc_stress, limits), engine_(config), limits_(limits), linker_(engine_) {}

Result<ScriptEngine::Loaded> ComponentEngine::load(Bytes bytes) {
  if (!is_component(bytes)) {
    return Loaded(std::make_shared<LoadedAny>(TAPPET_TRY(core_.load(std::move(bytes)))));
  }
  return Loaded(std::make_shared<LoadedAny>(
      TAPPET_TRY(load_component(std::move(bytes), script_options(engine_)))));
}

Result<ScriptEngine::Instance, ScriptEngine::NoInstance> ComponentEngine::add(
    std::variant<CoreInstance, Program> instance) {
  instances_.push_back(std::move(instance));
  return static_cast<Instance>(instances_.size() - 1);
}

Result<ScriptEngine::Instance, ScriptEngine::NoInstance> ComponentEngine::instantiate(
    Loaded loaded) {
  const auto& any = *static_cast<const LoadedAny*>(loaded.get());
  if (const auto* component = std::get_if<std::shared_ptr<const Component>>(&any))
    return instantiate_component(*component);
  return add(TAPPET_TRY(core_.instantiate(std::get<Loaded>(any))));
}

Result<ScriptEngine::Instance, ScriptEngine::NoInstance> ComponentEngine::instantiate_component(
    std::shared_ptr<const Component> component) {
  auto pre = linker_.link(std::move(component));
  if (!pre.ok()) {
    return fail(NoInstance{pre.error().kind == ErrorKind::kUnlinkable, pre.error().to_string()});
  }
  Program program{std::move(*pre), nullptr, nullptr};
  ComponentLimits limits;
  limits.core = limits_;
  program.store = std::make_unique<ComponentStore>(engine_, limits);
  Instantiation instantiation(program.pre, *program.store);
  switch (instantiation.run()) {
    case Outcome::kReturned:
      program.tree = &instantiation.instance();
      return add(std::move(program));
    case Outcome::kTrapped:
      if (const auto* trap = std::get_if<tappet::Trap>(&instantiation.failure()))
        return fail(NoInstance{false, trap->message});
      return fail(NoInstance{false, std::get<Error>(instantiation.failure()).to_string()});
    default:
      return fail(NoInstance{false, "instantiation waits for what never comes"});
  }
}

// Components import nothing from each other here.
void ComponentEngine::register_instance(const std::string& name, Instance instance) {
  if (const auto* core = std::get_if<CoreInstance>(&instances_[instance]))
    core_.register_instance(name, *core);
}

ScriptOutcome ComponentEngine::invoke(Instance instance, const std::string& field,
                                      const std::vector<ScriptValue>& arguments) {
  if (const auto* core = std::get_if<CoreInstance>(&instances_[instance]))
    return core_.invoke(*core, field, arguments);
  const Program& program = std::get<Program>(instances_[instance]);
  const ExportedFunction* const found = program.pre->find_function("", field);
  if (found == nullptr) return failed(fmt::format("there is no function \"{}\"", field));
  const FuncType& type = *found->type;
  if (type.params.size() != arguments.size()) return failed("wrong number of arguments");
  std::vector<ComponentValue> values;
  for (size_t i = 0; i < arguments.size(); ++i) {
    auto value = to_argument(arguments[i], *type.params[i].type);
    if (!value.ok()) return failed(value.error().message);
    values.push_back(std::move(*value));
  }
  Task task(*program.store, program.tree->function(found->ref), std::move(values));
  switch (task.run()) {
    case Outcome::kReturned: {
      ScriptOutcome outcome;
      if (type.result) outcome.values.push_back(to_result(std::move(task.result()), *type.result));
      return outcome;
    }
    case Outcome::kTrapped:
      return trapped(task.trap());
    default:
      return failed("did not return");
  }
}

ScriptOutcome ComponentEngine::get(Instance instance, const std::string& field) {
  if (const auto* core = std::get_if<CoreInstance>(&instances_[instance]))
    return core_.get(*core, field);
  const Program& program = std::get<Program>(instances_[instance]);
  const ExportedValue* const found = program.pre->find_value("", field);
  if (found == nullptr) return failed(fmt::format("there is no value \"{}\"", field));
  ScriptOutcome outcome;
  outcome.values.push_back(to_result(program.tree->value(*found), *found->type));
  return outcome;
}

Result<std::unique_ptr<ScriptEngine>> ComponentEngine::for_thread(
    std::span<const Instance> shared) {
  std::vector<CoreInstance> cores;
  for (const Instance instance : shared) {
    const auto* core = std::get_if<CoreInstance>(&instances_[instance]);
    if (core == nullptr) return fail(ErrorKind::kUsage, "a component cannot be shared");
    cores.push_back(*core);
  }
  return core_.for_thread(cores);
}

}  // namespace tappet::component
