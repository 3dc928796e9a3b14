// Function instances (core spec 4.2.6): what a funcref points at.
#pragma once

#include <atomic>
#include <cstdint>

#include "interp/module/types.h"

namespace tappet {

struct Instance;
struct HostFunction;

// A reference as it lies in slots, tables and globals: null is 0, a funcref is a Function*; for
// those of the hierarchies any and extern see gc_object.h.
using Ref = uint64_t;

// Where a function's values lie: parameters from slot 0 of its frame; the link above them and above
// what its results need; then its other locals.
struct CallShape {
  const FuncType* type = nullptr;  // lives as long as the TypeRegistry
  uint32_t param_slots = 0;
  uint32_t result_slots = 0;
  uint32_t link_slot() const { return param_slots > result_slots ? param_slots : result_slots; }
  // The link: the return address, and how many bytes below this frame the caller's begins.
  static constexpr uint32_t kLinkSlots = 2;
  uint32_t locals_slot() const { return link_slot() + kLinkSlots; }
  // True if the result travels in an accumulator rather than in slot 0 and up.
  bool single_result() const { return type->results.size() == 1 && result_slots == 1; }
};
CallShape call_shape(const FuncType& type);

struct Function {
  TypeId type;
  uint32_t index = 0;            // in its module's function index space
  Instance* instance = nullptr;  // null for host functions
  // Where threaded code starts. Before the first call a stub that translates the function.
  const uint64_t* code = nullptr;
  uint64_t first_handler = 0;          // *code: an indirect call need not wait for `code` to load
  const HostFunction* host = nullptr;  // host functions only
  CallShape shape;

  void set_code(const uint64_t* start) {
    code = start;
    first_handler = *start;
  }
  bool is_host() const { return host != nullptr; }
};

inline Ref to_ref(const Function* function) { return reinterpret_cast<Ref>(function); }
inline Function* to_function(Ref ref) { return reinterpret_cast<Function*>(ref); }

}  // namespace tappet
