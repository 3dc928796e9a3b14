// Resources at run time (CanonicalABI.md, "Resource State").
#pragma once

#include <cstdint>

#include "canonical-abi/runtime/host_interface.h"
#include "interp/runtime/function.h"

namespace tappet::component {

class ComponentInstance;
struct FuncInst;

// A resource type of the running program. Its address is its identity: each instance of a component
// makes own ones, and those of the host are made once per linked component.
struct ResourceType {
  ComponentInstance* impl = nullptr;       // null: the host's
  const HostResourceType* host = nullptr;  // null: a guest's, or one that an unknown import names
  Function* dtor = nullptr;                // guests', optional: (param rep)
  const FuncInst* lifted_dtor = nullptr;   // the same as a function that can be called
};

// A call of a lifted function, as the borrows that it was lent know it (definitions.py: Task).
struct BorrowScope {
  uint32_t num_borrows = 0;
};

struct ResourceHandle {
  const ResourceType* rt = nullptr;
  uint64_t rep = 0;
  BorrowScope* borrow_scope = nullptr;  // null: own
  uint32_t num_lends = 0;

  bool own() const { return borrow_scope == nullptr; }
};

}  // namespace tappet::component
