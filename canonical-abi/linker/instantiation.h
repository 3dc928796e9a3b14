// Making instances of a linked component.
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <vector>

#include "canonical-abi/linker/instance_pre.h"
#include "canonical-abi/runtime/component_store.h"
#include "canonical-abi/runtime/task.h"
#include "interp/base/fixed_vector.h"
#include "interp/runtime/instantiate.h"

namespace tappet::component {

struct InternalType;

// An instance of a component with all that it contains. Lives in its store, and as long.
class InstanceTree final : public ComponentStore::Owned, private CanonFunction::Definer {
 public:
  // A function that the component exports, by what InstancePre::find_function found.
  const FuncInst& function(FuncRef ref) const {
    return ref.is_host ? pre_->plan().host_funcs[ref.index] : funcs_[ref.index];
  }
  // A value that it exports. Own handles in it carry representations, which are the embedder's now.
  const ComponentValue& value(const ExportedValue& exported) const { return value(exported.ref); }
  const InstancePre& pre() const { return *pre_; }
  ComponentInstance& root() { return instances_[plan().root]; }

 private:
  friend class Instantiation;
  InstanceTree(std::shared_ptr<const InstancePre> pre, ComponentStore& store);

  const Plan& plan() const { return pre_->plan(); }
  const ResourceType* resource_type(ResourceRef ref) const;
  Function* function(CoreRef ref);
  Memory* memory(CoreRef ref);
  Extern core_item(const PlannedImport& import);
  const ComponentValue& value(uint32_t index) const;
  // The same for a start function, which may take what cannot be copied.
  ComponentValue give(uint32_t index);
  CanonicalOptions options(const PlannedOptions& planned);

  const FuncInst& internal_func(const InternalType& type, Function& core, ComponentInstance& inst);
  void define_resource(uint32_t index);
  void define_lift(uint32_t index);
  void define(CanonFunction& canon) override;

  std::shared_ptr<const InstancePre> pre_;
  FixedVector<ComponentInstance> instances_;
  std::vector<const ResourceType*> slots_;
  std::unique_ptr<ResourceType[]> resources_;
  std::unique_ptr<FuncInst[]> funcs_;
  std::list<FuncInst> internal_funcs_;  // destructors and start functions
  std::unique_ptr<CanonFunction[]> canons_;
  std::vector<Instance*> cores_;        // by Plan::cores; null: left out, or still to come
  std::vector<ComponentValue> values_;  // results of start functions, by Plan::values
  // Not all of it was made. A thread that an early core instance began may go on nonetheless.
  bool given_up_ = false;
};

// One instantiation, as the embedder drives it: start functions are guest code, so it may have to
// be resumed like a task. Neither copies nor moves; loop thread only. Goes before its store.
class Instantiation {
 public:
  // `on_wake`: see Activity.
  Instantiation(std::shared_ptr<const InstancePre> pre, ComponentStore& store,
                std::function<void()> on_wake = {});
  // Unless it has ended, what was made so far stays in the store and cannot be entered.
  ~Instantiation();
  Instantiation(const Instantiation&) = delete;
  Instantiation& operator=(const Instantiation&) = delete;

  // Runs or resumes it. After kReturned or kTrapped the same again. kTrapped stands for failures of
  // every kind: see failure().
  Outcome run();
  // After kReturned. Owned by the store.
  InstanceTree& instance() { return *tree_; }
  // After kTrapped: a trap of guest code, or an Error: kLimit, kResource, or kUsage for a store
  // that is poisoned.
  const InstantiateError& failure() const { return failure_; }
  // After kSuspended: see Task.
  bool runnable() const {
    return start_ != nullptr ? start_->runnable() : activity_ && activity_->runnable();
  }

 private:
  Outcome run_steps();
  // Makes a core instance. kReturned: go on.
  Outcome instantiate_core(uint32_t index);
  Outcome run_core_start();
  // Calls a component-level start function. kReturned: go on.
  Outcome call_start(const PlannedStart& start);
  Outcome run_start();
  Outcome fail_with(InstantiateError failure);

  std::shared_ptr<const InstancePre> pre_;
  ComponentStore& store_;
  InstanceTree* tree_ = nullptr;
  size_t step_ = 0;
  std::vector<Extern> imports_;
  InstantiateError failure_;
  std::optional<Outcome> ended_;
  std::function<void()> on_wake_;
  std::unique_ptr<Task> start_;  // while it is called
  uint32_t start_result_ = kNoIndex;
  std::optional<Activity> activity_;  // of the first core start function and all later ones
};

}  // namespace tappet::component
