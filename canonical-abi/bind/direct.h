// One call that a guest makes of a typed C++ function, between core values and C++ values: what
// lifting and lowering do by way of component values, without them.
#pragma once

#include <string>

#include "canonical-abi/abi/load.h"
#include "canonical-abi/abi/store.h"
#include "canonical-abi/bind/call.h"
#include "canonical-abi/runtime/canon_lower.h"
#include "canonical-abi/runtime/component_store.h"
#include "canonical-abi/runtime/subtask.h"

namespace tappet::component {

// Specialised for the types that are lifted and lowered directly (direct_binding.h). Where a
// guest's values are none of the type, the call has trapped, and what is lifted is not used.
template <class T>
struct Direct;

class DirectCall : public Call {
 public:
  DirectCall(const CanonFunction& lowered, HostCall& call)
      : Call(lowered.inst->store.environment()),
        call_(call),
        caller_(lowered, StringEncoding::kUtf8),
        handles_(call, *lowered.inst, &caller_.lenders(), nullptr),
        cx_(call, lowered.opts, handles_, Peer::kHost),
        params_(lowered.signature->params),
        flat_(caller_.flat_args(call)) {}

  // False: the guest may not call, or its parameters do not lie in memory.
  bool begin() {
    if (!caller_.inst().may_leave) return cannot_leave();
    if (!params_.in_memory) return true;
    ptr_ = flat_.next(cx_.ptr_size());
    return cx_.check_range(ptr_, params_.size, params_.alignment, "value");
  }
  // Lifts the next parameter.
  template <class T>
  T next() {
    const ValType& t = *params_.types[lifted_++].type;
    if (!params_.in_memory) return Direct<T>::lift_flat(*this, t);
    const Layout& layout = t.layout(cx_.width());
    const uint64_t at = align_up(ptr_, layout.alignment);
    ptr_ = at + layout.size;
    return Direct<T>::load(*this, t, at);
  }

  // These stand in for those of Call in what is generic over both.
  // NOLINTBEGIN(bugprone-derived-method-shadowing-base-method)

  // Neither the guest nor the host is at fault so far.
  bool ok() const { return !trapped_ && Call::ok(); }
  // Precondition: !ok().
  HostOutcome trap() { return trapped_ ? HostOutcome::kTrap : settle(Call::trap()); }
  // NOLINTEND(bugprone-derived-method-shadowing-base-method)
  // Ends the call: without a result, with this one, or otherwise.
  HostOutcome finish() { return caller_.host_returned(call_) ? end() : HostOutcome::kTrap; }
  template <class T>
  HostOutcome finish(T result) {
    if (!caller_.host_returned(call_)) return HostOutcome::kTrap;
    const ValueTypes& types = caller_.lowered().signature->results;
    const ValType& t = *types.types[0].type;
    if (!types.in_memory) {
      const uint64_t flat = Direct<T>::lower_flat(*this, t, std::move(result));
      if (ok()) call_.set_result(0, flat);
    } else if (require(cx_.check_range(caller_.out(), types.size, types.alignment, "value"))) {
      Direct<T>::store(*this, t, std::move(result), caller_.out());
    }
    return ok() ? end() : trap();
  }
  HostOutcome settle(HostReturn returned) {
    return finish_host_call(call_, caller_, std::move(returned));
  }

  // --- For Direct<T>

  LiftLowerContext& cx() { return cx_; }
  CoreValueIter& flat() { return flat_; }
  const uint8_t* at(uint64_t ptr) { return cx_.memory() + ptr; }
  // The guest has trapped: nothing of it is looked at any more.
  bool trapped() const { return trapped_; }
  bool require(bool ok) {
    trapped_ |= !ok;
    return ok;
  }
  uint64_t next_pointer() { return flat_.next(cx_.ptr_size()); }
  uint64_t load_pointer(uint64_t ptr) { return load_int(cx_, ptr, cx_.ptr_size()); }
  // A variant's case; 0 after a trap.
  uint32_t check_case(uint64_t index, const ValType& t) {
    if (!trapped_ && require(check_case_index(cx_, index, t))) return static_cast<uint32_t>(index);
    return 0;
  }
  char32_t check_char(uint32_t c) {
    if (!trapped_) require(component::check_char(cx_, c));
    return c;
  }
  std::string load_string(uint64_t ptr, uint64_t tagged_code_units);
  Bytes load_bytes(const ValType& t, uint64_t ptr, uint64_t length);
  // Charges for elements that take so many bytes, and allocates. How many there are; 0 after a
  // trap.
  template <class Allocate>
  uint32_t load_list(const ValType& t, uint64_t ptr, uint64_t length, size_t size,
                     Allocate allocate) {
    if (trapped_ || !require(check_list_range(cx_, ptr, length, t))) return 0;
    const auto count = static_cast<uint32_t>(length);
    return require(cx_.charge(size * length, [&] { allocate(count); })) ? count : 0;
  }
  // The representation; nothing after a trap.
  std::optional<uint64_t> lift_handle(const ValType& t, uint32_t i);

  // Where the host or the guest is at fault, these do nothing.
  void store_string(std::string_view text, uint64_t ptr);
  void store_bytes(const ValType& t, ByteSpan bytes, uint64_t ptr);
  // Stores the place of so many elements, for which the caller lowers them. False: none is there.
  bool store_list(const ValType& t, uint64_t length, uint64_t ptr, uint64_t& begin);
  uint32_t lower_own(const ValType& t, uint64_t rep);
  // A value of a type that is not lowered directly, or one that may be none of its type.
  void store_value(const ValType& t, const ComponentValue& v, uint64_t ptr);
  uint64_t lower_value(const ValType& t, const ComponentValue& v);

 private:
  bool cannot_leave();
  bool fits(const ValType& t, const ComponentValue& v);
  HostOutcome end() { return caller_.finish(call_); }

  HostCall& call_;
  Caller caller_;
  InstanceHandles handles_;
  LiftLowerContext cx_;
  const ValueTypes& params_;
  CoreValueIter flat_;
  size_t lifted_ = 0;
  uint64_t ptr_ = 0;  // of the next parameter, where they are in memory
  bool trapped_ = false;
};

}  // namespace tappet::component
