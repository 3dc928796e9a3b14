// What stands for the items of a component while it is linked.
#pragma once

#include <array>
#include <map>
#include <string_view>
#include <vector>

#include "canonical-abi/linker/plan.h"
#include "canonical-abi/types/extern.h"

namespace tappet::component {

// An item, by sort:
//
//   func                    a FuncRef
//   value                   an index into Plan::values
//   type                    a ResourceRef; of no resource for other types
//   instance, component, core module, core instance     an index into the planner's tables
//   core func, table, memory, global, tag               a CoreRef
struct Entity {
  Sort sort = Sort::kFunc;
  uint32_t first = kNoIndex;
  uint32_t second = 0;

  static Entity of(FuncRef f) { return {Sort::kFunc, f.index, f.is_host}; }
  static Entity of(ResourceRef r) { return {Sort::kType, r.index, r.is_host}; }
  static Entity of(Sort sort, CoreRef r) { return {sort, r.index, r.instance}; }
  static Entity of(Sort sort, uint32_t index) { return {sort, index, 0}; }
  FuncRef func() const { return {second != 0, first}; }
  ResourceRef resource() const { return {second != 0, first}; }
  CoreRef core() const { return {second, first}; }
};

// Sorted rather than hashed: hostile names cannot make it slow.
using Entities = std::map<std::string_view, Entity>;

}  // namespace tappet::component
