#include "canonical-abi/linker/instantiation.h"

#include <fmt/format.h>

namespace tappet::component {

// Everything that later steps refer to is allocated here, once.
InstanceTree::InstanceTree(std::shared_ptr<const InstancePre> pre, ComponentStore& store)
    : pre_(std::move(pre)),
      resources_(std::make_unique<ResourceType[]>(plan().resources.size())),
      funcs_(std::make_unique<FuncInst[]>(plan().lifts.size())),
      canons_(std::make_unique<CanonFunction[]>(plan().canons.size())) {
  slots_.reserve(plan().slots.size());
  for (const ResourceRef ref : plan().slots) slots_.push_back(resource_type(ref));
  cores_.reserve(plan().cores.size());
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

LiftLowerOptions InstanceTree::options(const PlannedOptions& planned) {
  LiftLowerOptions options;
  options.string_encoding = planned.encoding;
  options.width = planned.width;
  options.memory = memory(planned.memory);
  options.realloc = function(planned.realloc);
  return options;
}

void InstanceTree::define_resource(uint32_t index) {
  const PlannedResource& planned = plan().resources[index];
  resources_[index].impl = &instances_[planned.impl];
  resources_[index].dtor = function(planned.dtor);
}

void InstanceTree::define_lift(uint32_t index) {
  const PlannedLift& planned = plan().lifts[index];
  FuncInst& func = funcs_[index];
  func.type = &planned.signature->type;
  func.signature = planned.signature;
  func.inst = &instances_[planned.instance];
  func.core = function(planned.core);
  static_cast<LiftLowerOptions&>(func.opts) = options(planned.options);
  func.opts.post_return = function(planned.options.post_return);
}

void InstanceTree::define_canon(uint32_t index) {
  const PlannedCanon& planned = plan().canons[index];
  CanonFunction& canon = canons_[index];
  canon.bind(planned.type, planned.shape, planned.body);
  canon.inst = &instances_[planned.instance];
  if (planned.signature != nullptr) {
    canon.callee = &function(planned.callee);
    canon.signature = planned.signature;
    canon.opts = options(planned.options);
    canon.levels = planned.levels;
    canon.may_call = planned.may_call;
  }
  if (planned.resource.index != kNoIndex) canon.rt = resource_type(planned.resource);
}

Instantiation::Instantiation(std::shared_ptr<const InstancePre> pre, ComponentStore& store,
                             std::function<void()> on_wake)
    : pre_(std::move(pre)), store_(store), activity_(store, std::move(on_wake)) {}

Instantiation::~Instantiation() = default;

Outcome Instantiation::run() {
  if (ended_) return *ended_;
  const Outcome outcome = run_steps();
  if (outcome == Outcome::kReturned || outcome == Outcome::kTrapped) ended_ = outcome;
  return outcome;
}

Outcome Instantiation::fail_with(InstantiateError failure) {
  if (std::holds_alternative<Trap>(failure)) store_.poison();
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
  Outcome outcome = activity_.active() ? run_start() : Outcome::kReturned;
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
      case Step::Kind::kCanon:
        tree_->define_canon(step.index);
        break;
      case Step::Kind::kCore:
        outcome = instantiate_core(plan.cores[step.index]);
        break;
    }
  }
  return outcome;
}

Outcome Instantiation::instantiate_core(const PlannedCore& core) {
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
  tree_->cores_.push_back(&instance);
  if (!instance.module().has_start) return Outcome::kReturned;
  starting_ = &tree_->instances_[core.instance];
  starting_->enter_from(starting_->depth + 1);
  activity_.start(instance.function(instance.module().start), {});
  return run_start();
}

Outcome Instantiation::run_start() {
  const Outcome outcome = activity_.run();
  if (outcome == Outcome::kTrapped) return fail_with(activity_.trap());
  if (outcome == Outcome::kReturned) starting_->leave_to(starting_->depth + 1);
  return outcome;
}

}  // namespace tappet::component
