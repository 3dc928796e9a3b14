// Component-level functions as values, and the core functions that canonical definitions make of
// them (definitions.py: FuncInst, CoreFuncInst).
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "canonical-abi/abi/flat.h"
#include "canonical-abi/runtime/component_instance.h"
#include "interp/runtime/host_function.h"
#include "interp/runtime/table.h"

namespace tappet::component {

// A function that a component exports or imports: a guest's, lifted, or the host's. Lives as long
// as what it belongs to: a guest's as its component instance, the host's as the linked component.
struct FuncInst {
  const FuncType* type = nullptr;
  const HostBody* host = nullptr;      // the host's
  const DirectBody* direct = nullptr;  // null: there is none

  // A guest's.

  Function* core = nullptr;
  ComponentInstance* inst = nullptr;
  CanonicalOptions opts;
  const Signature* signature = nullptr;

  bool is_host() const { return host != nullptr; }
};

// Whether what a host function returned is of the type that it has; null: no result. Errors:
// kUsage, saying that the host is at fault.
Result<> check_result(const HostReturn& returned, const ValType* type);
// In what words, for check_value()'s error.
std::string misfit(const Error& error);

// A core function made by canon lower or by a built-in, for one component instance. Core instances
// hold pointers to `function`: it stays where it is as long as the store. Most instances call few
// of theirs, so all but what core instances see of it waits for the first call.
struct CanonFunction {
  using Body = HostOutcome (*)(CanonFunction& self, HostCall& call);

  // Fills in what follows `definer`, once: at the first call.
  class Definer {
   public:
    virtual void define(CanonFunction& canon) = 0;

   protected:
    ~Definer() = default;
  };

  CanonFunction() = default;
  CanonFunction(const CanonFunction&) = delete;
  CanonFunction& operator=(const CanonFunction&) = delete;

  void declare(TypeId type, const CallShape& shape, Definer& by) {
    function.type = type;
    function.shape = shape;
    function.host = &host;
    host.type = type;
    host.invoke = [this](HostCall& call) { return body(*this, call); };
    definer = &by;
  }

  Function function;
  HostFunction host;
  Definer* definer = nullptr;
  Body body = [](CanonFunction& self, HostCall& call) {
    self.definer->define(self);
    return self.body(self, call);
  };
  std::unique_ptr<CallAdapter> adapter;  // host.adapter
  ComponentInstance* inst = nullptr;

  // canon lower
  const FuncInst* callee = nullptr;
  const Signature* signature = nullptr;  // task.return: its parameters are the result
  CanonicalOptions opts;                 // and of all others that have some
  uint32_t levels = 0;                   // what a call enters
  bool may_call = true;  // false: callee and caller contain one another (LinkOptions)

  // resource.new, resource.drop, resource.rep
  const ResourceType* rt = nullptr;
  // stream.*, future.*: the stream or future type; task.return: the result, null if there is none
  const ValType* value = nullptr;
  bool flag = false;    // the immediate async? or cancellable?
  uint32_t number = 0;  // context.*: which element
  // thread.new-indirect
  tappet::Table* table = nullptr;
  TypeId thread_type;
};

// A few component-level values in place, more of them on the heap.
class ValueBuffer {
 public:
  explicit ValueBuffer(size_t size) : size_(size) {
    if (size_ > kFew) {
      many_.resize(size_);
    } else {
      for (size_t i = 0; i < size_; ++i) std::construct_at(few() + i);
    }
  }
  ~ValueBuffer() {
    if (size_ <= kFew) std::destroy_n(few(), size_);
  }
  ValueBuffer(const ValueBuffer&) = delete;
  ValueBuffer& operator=(const ValueBuffer&) = delete;

  std::span<ComponentValue> span() { return {size_ > kFew ? many_.data() : few(), size_}; }

 private:
  static constexpr size_t kFew = 4;
  ComponentValue* few() { return reinterpret_cast<ComponentValue*>(few_); }

  size_t size_;
  alignas(ComponentValue) std::byte few_[kFew * sizeof(ComponentValue)];
  std::vector<ComponentValue> many_;
};

}  // namespace tappet::component
