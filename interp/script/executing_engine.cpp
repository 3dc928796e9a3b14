#include "interp/script/executing_engine.h"

#include <fmt/format.h>

#include <bit>

#include "interp/runtime/gc_heap.h"
#include "interp/runtime/gc_layout.h"
#include "interp/validate/validator.h"

namespace tappet::script {
namespace {

// An externref of a script is its number.
uint64_t to_slot(const ScriptValue& value) {
  if (!value.type.is_ref()) return value.bits[0];
  return value.is_null ? 0 : host_ref(value.bits[0]);
}

// What a non-null reference refers to: see ScriptValue::heap.
HeapKind dynamic_kind(const TypeRegistry& registry, HeapType type, Ref ref) {
  for (const HeapKind top : {HeapKind::kFunc, HeapKind::kExtern, HeapKind::kExn}) {
    if (registry.matches(type, HeapType{top, {}})) return top;
  }
  for (const HeapKind kind : {HeapKind::kI31, HeapKind::kStruct, HeapKind::kArray}) {
    if (is_of_type(registry, ref, {kind, {}}, false)) return kind;
  }
  return HeapKind::kAny;
}

ScriptValue from_slot(const TypeRegistry& registry, ValueType type, const uint64_t* slot) {
  ScriptValue value{type, {*slot, type.slots() == 2 ? slot[1] : 0}};
  if (type.is_ref()) {
    value.is_null = *slot == 0;
    if (!value.is_null) value.heap = dynamic_kind(registry, type.heap, *slot);
    const bool is_host = value.heap == HeapKind::kExtern || value.heap == HeapKind::kAny;
    value.bits[0] = is_host && is_host_ref(*slot) ? host_number(*slot) : 0;
  }
  if (type.kind == ValueKind::kF32) value.bits[0] = static_cast<uint32_t>(value.bits[0]);
  return value;
}

Outcome failed(std::string message) { return {Outcome::Kind::kFailed, {}, std::move(message)}; }

}  // namespace

ExecutingEngine::ExecutingEngine(const EngineConfig& config, bool gc_stress, StoreLimits limits)
    : engine_(config), gc_stress_(gc_stress), store_(engine_.make_store(limits)) {
  if (gc_stress) store_->heap().set_stress(true);
  define_spectest();
}

void ExecutingEngine::define_spectest() {
  const auto print = [&](const char* name, std::vector<ValueType> params) {
    HostFunction function{engine_.registry()->add_function({std::move(params), {}}),
                          [](HostCall&) { return HostOutcome::kReturn; }};
    spectest_.emplace(name, &store_->add_host_function(std::move(function)));
  };
  print("print", {});
  print("print_i32", {kI32});
  print("print_i64", {kI64});
  print("print_f32", {kF32});
  print("print_f64", {kF64});
  print("print_i32_f32", {kI32, kF32});
  print("print_f64_f64", {kF64, kF64});
  const auto global = [&](const char* name, ValueType type, uint64_t bits) {
    spectest_.emplace(name, store_->add_global({type, false}, {bits, 0}));
  };
  global("global_i32", kI32, 666);
  global("global_i64", kI64, 666);
  global("global_f32", kF32, std::bit_cast<uint32_t>(666.6f));
  global("global_f64", kF64, std::bit_cast<uint64_t>(666.6));
  const Limits entries{10, 20, true};
  spectest_.emplace("table", *store_->add_table({AddressType::kI32, entries, kFuncRef}, 0));
  spectest_.emplace("table64", *store_->add_table({AddressType::kI64, entries, kFuncRef}, 0));
  MemoryType memory;
  memory.limits = {1, 2, true};
  spectest_.emplace("memory", *store_->add_memory(memory));
  if (!engine_.config().features.has(Feature::kThreads)) return;
  memory.shared = true;
  spectest_.emplace("shared_memory", *store_->add_memory(memory));
}

Result<ScriptEngine::Loaded> ExecutingEngine::load(Bytes bytes) {
  auto module = TAPPET_TRY(decode_module(std::move(bytes), engine_.decode_options()));
  TAPPET_TRY(validate_module(*module, engine_.config().features));
  return Loaded(std::move(module));
}

std::optional<Extern> ExecutingEngine::find_import(const Import& import) {
  if (import.module == "spectest") {
    const auto found = spectest_.find(import.name);
    return found == spectest_.end() ? std::nullopt : std::optional(found->second);
  }
  const auto found = registered_.find(import.module);
  if (found == registered_.end()) return std::nullopt;
  const Exports& exports = instances_[found->second];
  if (exports.instance == nullptr) {
    const auto memory = exports.memories.find(import.name);
    return memory == exports.memories.end() ? std::nullopt : std::optional(memory->second);
  }
  tappet::Instance& from = *exports.instance;
  const Export* item = from.module().find_export(import.name);
  if (item == nullptr) return std::nullopt;
  switch (item->kind) {
    case ExternKind::kFunc:
      return from.exported_function(import.name);
    case ExternKind::kTable:
      return from.exported_table(import.name);
    case ExternKind::kMemory:
      return from.exported_memory(import.name);
    case ExternKind::kGlobal:
      return *from.exported_global(import.name);
    case ExternKind::kTag:
      return from.exported_tag(import.name);
  }
  return std::nullopt;
}

Result<ScriptEngine::Instance, ScriptEngine::NoInstance> ExecutingEngine::instantiate(
    Loaded loaded) {
  auto module = std::static_pointer_cast<const Module>(std::move(loaded));
  std::vector<Extern> imports;
  for (const Import& import : module->imports) {
    const auto given = find_import(import);
    if (!given) {
      return fail(
          NoInstance{true, fmt::format("unknown import {}.{}", import.module, import.name)});
    }
    imports.push_back(*given);
  }
  auto made = tappet::instantiate(
      *store_, translate_module(std::move(module), engine_.code_options()), imports);
  if (!made.ok()) {
    if (const auto* trap = std::get_if<Trap>(&made.error()))
      return fail(NoInstance{false, trap->message});
    const Error& error = std::get<Error>(made.error());
    return fail(NoInstance{error.kind == ErrorKind::kUnlinkable, error.message});
  }
  tappet::Instance& instance = **made;
  if (instance.module().has_start) {
    const Outcome started = run_function(instance.function(instance.module().start), {});
    if (started.kind != Outcome::Kind::kReturned) return fail(NoInstance{false, started.message});
  }
  instances_.push_back({&instance, {}});
  return static_cast<Instance>(instances_.size() - 1);
}

void ExecutingEngine::register_instance(const std::string& name, Instance instance) {
  registered_[name] = instance;
}

// Of a store that nothing runs in, into this one, that nothing runs in yet.
Result<> ExecutingEngine::adopt(const Exports& from) {
  Exports exports;
  const auto share = [&](const std::string& name, const Memory& memory) -> Result<> {
    if (memory.shared() == nullptr) return Unit{};
    exports.memories[name] = TAPPET_TRY(store_->add_memory(memory.shared()));
    return Unit{};
  };
  for (const auto& [name, memory] : from.memories) TAPPET_TRY(share(name, *memory));
  if (from.instance != nullptr) {
    for (const Export& item : from.instance->module().exports) {
      if (item.kind != ExternKind::kMemory) continue;
      TAPPET_TRY(share(std::string(item.name), *from.instance->memory(item.index)));
    }
  }
  instances_.push_back(std::move(exports));
  return Unit{};
}

Result<std::unique_ptr<ScriptEngine>> ExecutingEngine::for_thread(
    std::span<const Instance> shared) {
  auto engine = std::make_unique<ExecutingEngine>(engine_.config(), gc_stress_);
  for (const Instance instance : shared) TAPPET_TRY(engine->adopt(instances_[instance]));
  return std::unique_ptr<ScriptEngine>(std::move(engine));
}

Outcome ExecutingEngine::run_function(Function& function, std::span<const uint64_t> slots) {
  Thread thread(*store_);
  thread.start(function, slots);
  const tappet::Outcome outcome = tappet::run(thread);
  if (outcome == tappet::Outcome::kTrapped) {
    const Trap& trap = thread.trap();
    Outcome::Kind kind = Outcome::Kind::kTrapped;
    if (trap.kind == TrapKind::kStackExhausted) kind = Outcome::Kind::kExhausted;
    if (trap.kind == TrapKind::kUncaughtException) kind = Outcome::Kind::kThrew;
    return {kind, {}, trap.message};
  }
  if (outcome != tappet::Outcome::kReturned) return failed("did not return");
  Outcome result;
  const uint64_t* slot = thread.results().data();
  for (const ValueType type : function.shape.type->results) {
    result.values.push_back(from_slot(*engine_.registry(), type, slot));
    slot += type.slots();
  }
  return result;
}

Outcome ExecutingEngine::invoke(Instance instance, const std::string& field,
                                const std::vector<ScriptValue>& arguments) {
  tappet::Instance* const callee = instances_[instance].instance;
  Function* function = callee != nullptr ? callee->exported_function(field) : nullptr;
  if (function == nullptr) return failed(fmt::format("there is no function \"{}\"", field));
  const std::vector<ValueType>& params = function->shape.type->params;
  if (params.size() != arguments.size()) return failed("wrong number of arguments");
  std::vector<uint64_t> slots;
  for (size_t i = 0; i < params.size(); ++i) {
    slots.push_back(to_slot(arguments[i]));
    if (params[i].slots() == 2) slots.push_back(arguments[i].bits[1]);
  }
  return run_function(*function, slots);
}

Outcome ExecutingEngine::get(Instance instance, const std::string& field) {
  tappet::Instance* const owner = instances_[instance].instance;
  const auto global = owner != nullptr ? owner->exported_global(field) : std::nullopt;
  if (!global) return failed(fmt::format("there is no global \"{}\"", field));
  return {Outcome::Kind::kReturned,
          {from_slot(*engine_.registry(), global->type.type, &global->cell->low)},
          {}};
}

}  // namespace tappet::script
