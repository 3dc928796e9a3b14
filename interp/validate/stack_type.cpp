#include "interp/validate/stack_type.h"

namespace tappet {

bool matches(StackType sub, StackType super, const TypeRegistry& registry) {
  if (sub == super || sub == stack_type::kBottom) return true;
  const ValueType below = unpack(sub);
  const ValueType above = unpack(super);
  if (below.is_ref() && above.is_ref() && below.heap.kind == kBottomHeap) {
    return !below.nullable || above.nullable;
  }
  if (above.heap.kind == kBottomHeap) return false;
  return registry.matches(below, above);
}

std::string to_string(StackType type) {
  const ValueType value = unpack(type);
  if (value.is_ref() && value.heap.kind == kBottomHeap) return "a reference";
  return TypeRegistry::to_string(value);
}

}  // namespace tappet
