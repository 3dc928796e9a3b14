// Handles for lifting and lowering without a component around them.
#pragma once

#include "canonical-abi/abi/context.h"

namespace tappet::component::test {

// Representations are indices plus 1000.
class FakeHandles final : public Handles {
 public:
  bool lift_own(LiftLowerContext& cx, uint32_t i, const ValType&, uint64_t& rep) override {
    if (i == 0) return cx.trap("no such handle");
    rep = i + 1000;
    return true;
  }
  bool lift_borrow(LiftLowerContext& cx, uint32_t i, const ValType& t, uint64_t& rep) override {
    return lift_own(cx, i, t, rep);
  }
  bool lower_own(LiftLowerContext&, uint64_t rep, const ValType&, uint32_t& i) override {
    i = static_cast<uint32_t>(rep - 1000);
    return true;
  }
  bool lower_borrow(LiftLowerContext& cx, uint64_t rep, const ValType& t, uint32_t& i) override {
    return lower_own(cx, rep, t, i);
  }
  bool lift_shared(LiftLowerContext& cx, uint32_t, const ValType&,
                   ComponentValue::Shared&) override {
    return cx.trap("no such handle");
  }
  bool lower_shared(LiftLowerContext& cx, const ComponentValue::Shared&, const ValType&,
                    uint32_t&) override {
    return cx.trap("no such handle");
  }
  void begin_realloc() override { may_leave_ = false; }
  void end_realloc() override { may_leave_ = true; }
  bool& may_leave() { return may_leave_; }

 private:
  bool may_leave_ = true;
};

}  // namespace tappet::component::test
