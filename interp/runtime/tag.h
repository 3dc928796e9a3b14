// Tag instances (core spec 4.2.10).
#pragma once

#include <cstdint>
#include <string>

#include "interp/module/module.h"
#include "interp/runtime/gc_layout.h"

namespace tappet {

// What tells exceptions apart: by identity, not by type. Owned by a store. Exceptions to which
// guests hold references are GcExceptions; others live only while they are thrown.
struct Tag {
  TypeId type;
  const FuncType* signature = nullptr;  // lives as long as the TypeRegistry
  uint32_t slots = 0;                   // that the values of an exception take
  // Where it was declared, for messages; null for a host's tag.
  const Module* module = nullptr;
  uint32_t index = 0;
};

// "tag "name" [i32 i64]", for messages.
std::string describe(const Tag& tag);

}  // namespace tappet
