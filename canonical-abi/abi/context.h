// What every function of this folder works with: the options of a canonical definition as runtime
// objects, and the context of one lifting or lowering (CanonicalABI.md, "Canonical ABI Options",
// "Lifting and Lowering Context").
//
// The folder follows definitions.py name for name. Where the Python traps, a function here returns
// false and the HostCall holds the trap: the host function that lifts or lowers then returns
// HostOutcome::kTrap. Where the Python returns a value, the last parameter receives it.
#pragma once

#include <cassert>
#include <cstdint>
#include <new>
#include <string>

#include "canonical-abi/component/canon.h"
#include "canonical-abi/types/type.h"
#include "canonical-abi/values/value.h"
#include "interp/runtime/host_function.h"
#include "interp/runtime/memory.h"

namespace tappet::component {

class LiftLowerContext;

struct LiftOptions {
  StringEncoding string_encoding = StringEncoding::kUtf8;
  AddressType width = AddressType::kI32;  // of the memory; i32 if there is none
  Memory* memory = nullptr;               // null only if no value needs it
};

struct LiftLowerOptions : LiftOptions {
  Function* realloc = nullptr;
};

struct CanonicalOptions : LiftLowerOptions {
  Function* post_return = nullptr;
  bool is_async = false;
  Function* callback = nullptr;
};

// cx.inst and cx.borrow_scope, as far as lifting and lowering know them: a component instance's
// handles, seen from one call. The runtime implements it.
class Handles {
 public:
  virtual bool lift_own(LiftLowerContext& cx, uint32_t i, const ValType& t, uint64_t& rep) = 0;
  virtual bool lift_borrow(LiftLowerContext& cx, uint32_t i, const ValType& t, uint64_t& rep) = 0;
  virtual bool lower_own(LiftLowerContext& cx, uint64_t rep, const ValType& t, uint32_t& i) = 0;
  virtual bool lower_borrow(LiftLowerContext& cx, uint64_t rep, const ValType& t, uint32_t& i) = 0;
  // Readable ends of streams and futures, which move from side to side, and error contexts.
  virtual bool lift_shared(LiftLowerContext& cx, uint32_t i, const ValType& t,
                           ComponentValue::Shared& v) = 0;
  virtual bool lower_shared(LiftLowerContext& cx, const ComponentValue::Shared& v, const ValType& t,
                            uint32_t& i) = 0;
  // Around a call of realloc, which is guest code that may not leave its instance, on a thread of
  // its own. Not ended after a trap.
  virtual void begin_realloc() = 0;
  virtual void end_realloc() = 0;

 protected:
  ~Handles() = default;
};

// Who is on the other side of a call. Traps are worded differently, as the official tests expect.
enum class Peer : uint8_t { kHost, kGuest };

// One lifting or lowering. Short-lived: made within a host function, on its HostCall.
//
// Nothing here keeps a pointer into linear memory, but for values that are lifted in place.
// Lowering asks for memory() again after every reallocate(), which runs guest code; ranges that
// were checked before stay valid, as memories do not shrink.
class LiftLowerContext {
 public:
  // What lifting may allocate on the host's heap, per context: a guest can make a small memory mean
  // huge values.
  static constexpr uint64_t kLiftBytes = uint64_t{128} << 20;

  LiftLowerContext(HostCall& call, const LiftLowerOptions& options, Handles& handles, Peer peer,
                   StringEncoding peer_encoding = StringEncoding::kUtf8)
      : call_(call),
        options_(options),
        handles_(handles),
        peer_(peer),
        peer_encoding_(peer_encoding) {}

  const LiftLowerOptions& opts() const { return options_; }
  AddressType width() const { return options_.width; }
  uint32_t ptr_size() const { return options_.width == AddressType::kI64 ? 8 : 4; }
  Handles& handles() { return handles_; }
  Peer peer() const { return peer_; }
  // Lowering: how the strings that are lowered were encoded where they come from. It decides in
  // which steps memory is allocated, which guests can see.
  StringEncoding peer_encoding() const { return peer_encoding_; }

  // What is lifted is lowered before the memory can change, and may refer to it until then.
  void lift_in_place() { lifts_in_place_ = true; }
  bool lifts_in_place() const { return lifts_in_place_; }

  uint8_t* memory() { return options_.memory->base(); }
  bool in_memory(uint64_t ptr, uint64_t length) const {
    return options_.memory != nullptr && options_.memory->contains(ptr, length);
  }

  // Calls realloc and checks what it returns: aligned, and `new_byte_length` bytes within memory,
  // which all callers in the Python check next. `what` is for the message.
  bool reallocate(uint64_t old, uint64_t old_byte_length, uint32_t alignment,
                  uint64_t new_byte_length, std::string_view what, uint64_t& ptr);
  bool allocate(uint32_t alignment, uint64_t byte_length, std::string_view what, uint64_t& ptr) {
    return reallocate(0, 0, alignment, byte_length, what, ptr);
  }
  // Traps unless a guest's pointer is aligned and the bytes lie within memory.
  bool check_range(uint64_t ptr, uint64_t byte_length, uint32_t alignment, std::string_view what);

  // Returns false.
  bool trap(std::string message);

  // Charges host memory to lifting's budget. False with a trap when that is used up.
  bool charge(uint64_t bytes);
  // Charges, then runs an allocation of that size. False with a trap if the host has no memory.
  template <class Allocate>
  bool charge(uint64_t bytes, Allocate allocate) {
    if (!charge(bytes)) return false;
    try {
      allocate();
    } catch (const std::bad_alloc&) {
      return trap_out_of_memory();
    }
    return true;
  }

 private:
  bool trap_out_of_memory();

  HostCall& call_;
  const LiftLowerOptions& options_;
  Handles& handles_;
  Peer peer_;
  StringEncoding peer_encoding_;
  bool lifts_in_place_ = false;
  uint64_t lift_bytes_ = kLiftBytes;
};

constexpr bool is_aligned(uint64_t ptr, uint32_t alignment) { return (ptr & (alignment - 1)) == 0; }
// align_to() of types/type.h for the powers of two that alignments are.
constexpr uint64_t align_up(uint64_t ptr, uint32_t alignment) {
  return (ptr + alignment - 1) & ~uint64_t{alignment - 1};
}

inline constexpr uint32_t kCanonicalFloat32Nan = 0x7fc0'0000;
inline constexpr uint64_t kCanonicalFloat64Nan = 0x7ff8'0000'0000'0000;

// On bits rather than floats, so that no load or move can change a payload. Used in both
// directions: the Python may scramble NaNs as they are lowered, which this is one way of.
constexpr uint32_t canonicalize_nan32(uint32_t bits) {
  return (bits & 0x7fff'ffff) > 0x7f80'0000 ? kCanonicalFloat32Nan : bits;
}
constexpr uint64_t canonicalize_nan64(uint64_t bits) {
  return (bits & 0x7fff'ffff'ffff'ffff) > 0x7ff0'0000'0000'0000 ? kCanonicalFloat64Nan : bits;
}

}  // namespace tappet::component
