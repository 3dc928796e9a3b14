#include "canonical-abi/linker/instantiation.h"

#include <fmt/format.h>

#include "canonical-abi/runtime/canon_lower.h"
#include "canonical-abi/runtime/scalar_call.h"

namespace tappet::component {

// What definitions.py calls by canon_lift though no canon lift of the component does.
struct InternalType {
  InternalType(bool has_param, TypeKind kind)
      : param{{}, primitive(kind)},
        type{.params = std::span(&param, has_param ? 1 : 0)},
        signature(type, AddressType::kI32, limits::kFlatParams, limits::kFlatResults) {}
  Labelled param;
  FuncType type;
  Signature signature;
};
namespace {

const InternalType& start_type() {
  static const InternalType kType(false, TypeKind::kU32);
  return kType;
}

const InternalType& destructor_type(bool wide) {
  static const InternalType kTypes[] = {{true, TypeKind::kU32}, {true, TypeKind::kU64}};
  return kTypes[wide ? 1 : 0];
}

// What it would refer to may not have been made.
HostOutcome refuse(CanonFunction&, HostCall& call) {
  return call.trap("the component of this function could not be instantiated");
}

HostOutcome call_directly(CanonFunction& self, HostCall& call) {
  return (*self.callee->direct)(self, call);
}

// The instantiation as the caller of a start function.
class StartCaller final : public TaskCaller {
 public:
  StartCaller() : TaskCaller(Peer::kHost, StringEncoding::kUtf8) {}
  bool on_start(HostCall&, std::span<ComponentValue>) override { return true; }
  bool on_resolve(HostCall&, std::span<ComponentValue>) override { return true; }
  void on_cancelled() override {}
};

}  // namespace

// Everything that later steps refer to is allocated here, once.
InstanceTree::InstanceTree(std::shared_ptr<const InstancePre> pre, ComponentStore& store)
    : pre_(std::move(pre)),
      resources_(std::make_unique<ResourceType[]>(plan().resources.size())),
      funcs_(std::make_unique<FuncInst[]>(plan().lifts.size())),
      canons_(std::make_unique<CanonFunction[]>(plan().canons.size())) {
  instances_.reserve(plan().instances.size());
  slots_.reserve(plan().slots.size());
  for (const ResourceRef ref : plan().slots) slots_.push_back(resource_type(ref));
  cores_.resize(plan().cores.size());
  for (size_t i = 0; i < plan().canons.size(); ++i) {
    canons_[i].declare(plan().canons[i].type, plan().canons[i].shape, *this);
  }
  if (!plan().starts.empty()) values_.resize(plan().values.size());
  for (const PlannedInstance& planned : plan().instances) {
    ComponentInstance* const parent =
        planned.parent == kNoIndex ? nullptr : &instances_[planned.parent];
    instances_.emplace_back(store, parent, store.limits().handles,
                            std::span(slots_).subspan(planned.first_slot, planned.slot_count));
  }
}

const ResourceType* InstanceTree::resource_type(ResourceRef ref) const {
  return ref.is_host ? &plan().host_types[ref.index] : &resources_[ref.index];
}

Function* InstanceTree::function(CoreRef ref) {
  if (!ref) return nullptr;
  if (ref.instance == CoreRef::kCanonFunctions) return &canons_[ref.index].function;
  return &cores_[ref.instance]->function(ref.index);
}

Memory* InstanceTree::memory(CoreRef ref) {
  return ref ? cores_[ref.instance]->memory(ref.index) : nullptr;
}

Extern InstanceTree::core_item(const PlannedImport& import) {
  const CoreRef ref = import.item;
  if (import.kind == ExternKind::kFunc) return function(ref);
  Instance& instance = *cores_[ref.instance];
  if (import.kind == ExternKind::kMemory) return instance.memory(ref.index);
  if (import.kind == ExternKind::kTable) return instance.table(ref.index);
  if (import.kind == ExternKind::kTag) return instance.tag(ref.index);
  return Global{instance.module().globals[ref.index].type, &instance.global(ref.index)};
}

const ComponentValue& InstanceTree::value(uint32_t index) const {
  const ComponentValue* const constant = plan().values[index].constant;
  return constant != nullptr ? *constant : values_[index];
}

ComponentValue InstanceTree::give(uint32_t index) {
  if (is_plain(*plan().values[index].type)) return value(index);
  return std::move(values_[index]);
}

CanonicalOptions InstanceTree::options(const PlannedOptions& planned) {
  CanonicalOptions options;
  options.string_encoding = planned.encoding;
  options.width = planned.width;
  options.memory = memory(planned.memory);
  options.realloc = function(planned.realloc);
  options.post_return = function(planned.post_return);
  options.is_async = planned.is_async;
  options.callback = function(planned.callback);
  return options;
}

const FuncInst& InstanceTree::internal_func(const InternalType& type, Function& core,
                                            ComponentInstance& inst) {
  FuncInst& func = internal_funcs_.emplace_back();
  func.type = &type.type;
  func.signature = &type.signature;
  func.core = &core;
  func.inst = &inst;
  return func;
}

void InstanceTree::define_resource(uint32_t index) {
  const PlannedResource& planned = plan().resources[index];
  resources_[index].impl = &instances_[planned.impl];
  Function* const dtor = function(planned.dtor);
  if (dtor == nullptr) return;
  resources_[index].dtor = dtor;
  const bool wide = dtor->shape.type->params[0] == kI64;
  resources_[index].lifted_dtor =
      &internal_func(destructor_type(wide), *dtor, instances_[planned.impl]);
}

void InstanceTree::define_lift(uint32_t index) {
  const PlannedLift& planned = plan().lifts[index];
  FuncInst& func = funcs_[index];
  func.type = &planned.signature->type;
  func.signature = planned.signature;
  func.inst = &instances_[planned.instance];
  func.core = function(planned.core);
  func.opts = options(planned.options);
}

void InstanceTree::define(CanonFunction& canon) {
  if (given_up_) {
    canon.body = refuse;
    return;
  }
  const PlannedCanon& planned = plan().canons[static_cast<size_t>(&canon - canons_.get())];
  canon.body = planned.body;
  canon.inst = &instances_[planned.instance];
  canon.opts = options(planned.options);
  canon.signature = planned.signature;
  canon.value = planned.value;
  canon.flag = planned.flag;
  canon.number = planned.number;
  canon.thread_type = planned.thread_type;
  if (planned.table) canon.table = cores_[planned.table.instance]->table(planned.table.index);
  if (planned.body == canon_lower) {
    canon.callee = &function(planned.callee);
    canon.levels = planned.levels;
    canon.may_call = planned.may_call;
    if (canon.callee->direct != nullptr && !canon.opts.is_async) canon.body = call_directly;
    canon.adapter = ScalarCall::make(canon, canon.inst->store.scheduler());
    canon.host.adapter = canon.adapter.get();
  }
  if (planned.resource.index != kNoIndex) canon.rt = resource_type(planned.resource);
}

Instantiation::Instantiation(std::shared_ptr<const InstancePre> pre, ComponentStore& store,
                             std::function<void()> on_wake)
    : pre_(std::move(pre)), store_(store), on_wake_(std::move(on_wake)) {}

Instantiation::~Instantiation() = default;

Outcome Instantiation::run() {
  if (ended_) return *ended_;
  const Outcome outcome = run_steps();
  if (outcome == Outcome::kReturned || outcome == Outcome::kTrapped) ended_ = outcome;
  return outcome;
}

Outcome Instantiation::fail_with(InstantiateError failure) {
  if (std::holds_alternative<Trap>(failure)) store_.poison();
  if (tree_ != nullptr) tree_->given_up_ = true;
  failure_ = std::move(failure);
  return Outcome::kTrapped;
}

Outcome Instantiation::run_steps() {
  if (tree_ == nullptr) {
    if (store_.poisoned()) {
      return fail_with(make_error(ErrorKind::kUsage, "the store's guests have trapped"));
    }
    const uint64_t count = pre_->plan().instance_count();
    if (!store_.reserve_instances(count)) {
      return fail_with(make_error(
          ErrorKind::kLimit, fmt::format("the store has no room for {} more instances", count)));
    }
    std::unique_ptr<InstanceTree> tree(new InstanceTree(pre_, store_));
    tree_ = tree.get();
    store_.own(std::move(tree));
  }
  Outcome outcome = Outcome::kReturned;
  if (activity_ && activity_->active()) outcome = run_core_start();
  if (start_ != nullptr) outcome = run_start();
  const Plan& plan = pre_->plan();
  while (outcome == Outcome::kReturned && step_ < plan.steps.size()) {
    const Step step = plan.steps[step_++];
    switch (step.kind) {
      case Step::Kind::kResource:
        tree_->define_resource(step.index);
        break;
      case Step::Kind::kLift:
        tree_->define_lift(step.index);
        break;
      case Step::Kind::kCore:
        outcome = instantiate_core(step.index);
        break;
      case Step::Kind::kStart:
        outcome = call_start(plan.starts[step.index]);
        break;
    }
  }
  return outcome;
}

Outcome Instantiation::instantiate_core(uint32_t index) {
  const PlannedCore& core = pre_->plan().cores[index];
  const std::shared_ptr<const ModuleCode>& code = pre_->plan().codes[core.code];
  const size_t count = code->module().imports.size();
  imports_.clear();
  imports_.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    imports_.push_back(tree_->core_item(pre_->plan().core_imports[core.first_import + i]));
  }
  Result<Instance*, InstantiateError> made = instantiate(store_.core(), code, imports_);
  if (!made.ok()) return fail_with(std::move(made.error()));
  Instance& instance = **made;
  tree_->cores_[index] = &instance;
  if (!instance.module().has_start) return Outcome::kReturned;
  ComponentInstance& inst = tree_->instances_[core.instance];
  inst.enter_from(inst.depth + 1);
  const FuncInst& start =
      tree_->internal_func(start_type(), instance.function(instance.module().start), inst);
  if (!activity_) activity_.emplace(store_, on_wake_);
  activity_->start(GuestTask::create(start, std::make_shared<StartCaller>(), activity_->origin()),
                   inst.depth + 1);
  return run_core_start();
}

Outcome Instantiation::run_core_start() {
  const Outcome outcome = activity_->run();
  if (outcome == Outcome::kTrapped) return fail_with(activity_->trap());
  return outcome;
}

Outcome Instantiation::call_start(const PlannedStart& start) {
  ComponentValue::List args;
  for (const uint32_t arg : start.args) args.push_back(tree_->give(arg));
  start_ = std::make_unique<Task>(store_, tree_->function(start.func), std::move(args), on_wake_);
  start_result_ = start.result;
  return run_start();
}

Outcome Instantiation::run_start() {
  const Outcome outcome = start_->run();
  if (outcome == Outcome::kTrapped) return fail_with(start_->trap());
  if (outcome != Outcome::kReturned) return outcome;
  if (start_result_ != kNoIndex) tree_->values_[start_result_] = std::move(start_->result());
  start_.reset();
  return outcome;
}

}  // namespace tappet::component
