// Component-level functions as values, and the core functions that canonical definitions make of
// them (definitions.py: FuncInst, CoreFuncInst).
#pragma once

#include "canonical-abi/abi/flat.h"
#include "canonical-abi/runtime/component_instance.h"
#include "interp/runtime/host_function.h"

namespace tappet::component {

// A function that a component exports or imports: a guest's, lifted, or the host's. Lives as long
// as what it belongs to: a guest's as its component instance, the host's as the linked component.
struct FuncInst {
  const FuncType* type = nullptr;
  const HostBody* host = nullptr;  // the host's; all below is a guest's

  Function* core = nullptr;
  ComponentInstance* inst = nullptr;
  CanonicalOptions opts;
  const Signature* signature = nullptr;

  bool is_host() const { return host != nullptr; }
};

// Whether what a host function returned is of the type that it has; null: no result. Errors:
// kUsage, saying that the host is at fault.
Result<> check_result(const HostReturn& returned, const ValType* type);

// A core function made by canon lower or by a built-in, for one component instance. Core instances
// hold pointers to `function`: it stays where it is as long as the store.
struct CanonFunction {
  using Body = HostOutcome (*)(CanonFunction& self, HostCall& call);

  CanonFunction() = default;
  CanonFunction(const CanonFunction&) = delete;
  CanonFunction& operator=(const CanonFunction&) = delete;

  void bind(TypeId type, const CallShape& shape, Body body) {
    function.type = type;
    function.shape = shape;
    function.host = &host;
    host.type = type;
    host.invoke = [this, body](HostCall& call) { return body(*this, call); };
  }

  Function function;
  HostFunction host;
  ComponentInstance* inst = nullptr;

  // canon lower
  const FuncInst* callee = nullptr;
  const Signature* signature = nullptr;
  LiftLowerOptions opts;
  uint32_t levels = 0;   // what a call enters
  bool may_call = true;  // false: callee and caller contain one another (LinkOptions)

  // resource.new, resource.drop, resource.rep
  const ResourceType* rt = nullptr;
};

// A few component-level values in place, more of them on the heap.
class ValueBuffer {
 public:
  explicit ValueBuffer(size_t size) : size_(size) {
    if (size > few_.size()) many_.resize(size);
  }
  std::span<ComponentValue> span() {
    return {size_ > few_.size() ? many_.data() : few_.data(), size_};
  }

 private:
  size_t size_;
  std::array<ComponentValue, 4> few_;
  std::vector<ComponentValue> many_;
};

}  // namespace tappet::component
