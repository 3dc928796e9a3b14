// Calls between guests of which every value is a scalar in a core parameter or result: what
// canon lower and canon lift do then, without a task (CanonicalABI.md, "canon lower", "canon
// lift").
#pragma once

#include <memory>
#include <vector>

#include "canonical-abi/runtime/func_inst.h"

namespace tappet::component {

class Scheduler;

// Lifting and lowering of such values at once: what is not the identity on core values.
class ScalarConversion {
 public:
  // The next core values are of that type. False: they are not scalars.
  bool add(const ValType& t);
  bool identity() const { return steps_.empty(); }
  // True if apply() never fails.
  bool total() const { return total_; }
  // `values`: raw slots, converted in place. False: lifting them traps.
  bool apply(uint64_t* values) const { return identity() || apply_steps(values); }

 private:
  enum class Kind : uint8_t { kMask, kSign8, kSign16, kBool, kFloat32, kFloat64, kChar, kCase };
  struct Step {
    Kind kind;
    uint8_t slot;
    uint32_t operand;  // the mask, or how many cases

    bool apply(uint64_t* values) const;
  };

  bool apply_steps(uint64_t* values) const;
  void push(Kind kind, uint32_t operand = 0);
  bool add_items(std::span<const Labelled> items);

  std::vector<Step> steps_;
  uint8_t slots_ = 0;
  bool total_ = true;
};

// Its task comes into being when somebody asks for it (Scheduler::current).
class ScalarCall final : public CallAdapter {
 public:
  // Null if `lowered` is not such a call. The scheduler is that of its store.
  static std::unique_ptr<ScalarCall> make(const CanonFunction& lowered, Scheduler& scheduler);

  bool enter(uint64_t* args) override;
  uint64_t leave(uint64_t result) override;

  const FuncInst& func() const { return func_; }
  // While it is under way and no task: the one like it that its caller is in.
  ScalarCall* around = nullptr;

 private:
  ScalarCall(const CanonFunction& lowered, Scheduler& scheduler, ScalarConversion params,
             ScalarConversion results)
      : CallAdapter(*lowered.callee->core, !results.identity()),
        func_(*lowered.callee),
        caller_(*lowered.inst),
        callee_(*func_.inst),
        scheduler_(scheduler),
        levels_(lowered.levels),
        params_(std::move(params)),
        results_(std::move(results)) {}

  const FuncInst& func_;
  const ComponentInstance& caller_;
  ComponentInstance& callee_;
  Scheduler& scheduler_;
  uint32_t levels_;
  ScalarConversion params_;
  ScalarConversion results_;
};

}  // namespace tappet::component
