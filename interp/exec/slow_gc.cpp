// Garbage-collected objects: what allocates, loops, or is rare. Operands stay in their slots, where
// the collector sees them, until there is an object to put them into. Large copies are done in
// chunks, as those of memories are.
#include <algorithm>
#include <cstring>

#include "interp/exec/dispatch.h"
#include "interp/exec/safepoint.h"
#include "interp/exec/slow_ops.h"
#include "interp/runtime/gc_heap.h"
#include "interp/runtime/ref_values.h"
#include "interp/runtime/store.h"

namespace tappet::exec {
namespace {

constexpr uint64_t kChunkBytes = 4 << 20;

GcHeap& heap(State& s) { return s.in->store->heap(); }
uint32_t low32(uint64_t slot) { return static_cast<uint32_t>(slot); }

// An array of `length` with `operands` slots in use; null after a trap.
GcObject* new_array(State& s, SlowOperands operands, uint32_t slots, uint32_t length,
                    TrapKind& trap) {
  const GcLayout& layout = s.in->code->object_layout(operands.first);
  if (!pay_for(s, uint64_t{length} * bytes_of(layout.element))) {
    trap = TrapKind::kOutOfFuel;
    return nullptr;
  }
  const Safepoint safepoint(s, operands.slots + slots);
  const Allocated made = heap(s).new_array(layout, length);
  trap = made.trap;
  return made.object;
}

TrapKind check_range(GcObject* array, uint64_t from, uint64_t count) {
  if (array == nullptr) return TrapKind::kNullArrayReference;
  return in_bounds(from, count, length_of(array)) ? TrapKind::kNone : TrapKind::kArrayOutOfBounds;
}

// The bytes of `count` elements from byte `from` of a data segment; null if they are not there.
const uint8_t* segment_bytes(State& s, uint32_t index, uint64_t from, uint64_t bytes) {
  const DataSegment& segment = s.in->module().datas[index];
  const uint64_t available = s.in->dropped_datas[index] ? 0 : segment.end - segment.begin;
  if (!in_bounds(from, bytes, available)) return nullptr;
  return s.in->module().bytes.data() + segment.begin + from;
}

HeapType heap_type(SlowOperands operands) {
  return {static_cast<HeapKind>(operands.first & 0xff), TypeId(operands.second)};
}

bool test(State& s, SlowOperands operands) {
  return is_of_type(s.in->store->registry(), operands.slots[0], heap_type(operands),
                    (operands.first & kNullableType) != 0);
}

}  // namespace

TrapKind slow_StructNew(State& s, SlowOperands operands, bool&) {
  const GcLayout& layout = s.in->code->object_layout(operands.first);
  const Safepoint safepoint(s, operands.slots + layout.operand_slots);
  const Allocated made = heap(s).new_struct(layout);
  if (made.object == nullptr) return made.trap;
  const uint64_t* slot = operands.slots;
  for (const GcField& field : layout.fields) {
    store_field(field_at(made.object, field.offset), field.storage, slot);
    slot += slots_of(field.storage);
  }
  operands.slots[0] = to_ref(made.object);
  return TrapKind::kNone;
}

TrapKind slow_StructNewDefault(State& s, SlowOperands operands, bool&) {
  const Safepoint safepoint(s, operands.slots);
  const Allocated made = heap(s).new_struct(s.in->code->object_layout(operands.first));
  operands.slots[0] = to_ref(made.object);
  return made.trap;
}

TrapKind slow_StructGet(State& s, SlowOperands operands, bool&) {
  GcObject* object = to_object(operands.slots[0]);
  if (object == nullptr) return TrapKind::kNullStructReference;
  const GcField field = s.in->code->object_layout(operands.first).fields[operands.second];
  load_field(field_at(object, field.offset), field.storage, operands.slots);
  return TrapKind::kNone;
}

TrapKind slow_StructSet(State& s, SlowOperands operands, bool&) {
  GcObject* object = to_object(operands.slots[0]);
  if (object == nullptr) return TrapKind::kNullStructReference;
  const GcField field = s.in->code->object_layout(operands.first).fields[operands.second];
  store_field(field_at(object, field.offset), field.storage, operands.slots + 1);
  return TrapKind::kNone;
}

TrapKind slow_ArrayNew(State& s, SlowOperands operands, bool&) {
  const GcLayout& layout = s.in->code->object_layout(operands.first);
  const uint32_t length = low32(operands.slots[layout.operand_slots]);
  TrapKind trap{};
  GcObject* array = new_array(s, operands, layout.operand_slots, length, trap);
  if (array == nullptr) return trap;
  fill_elements(array, layout, 0, length, operands.slots);
  operands.slots[0] = to_ref(array);
  return TrapKind::kNone;
}

TrapKind slow_ArrayNewDefault(State& s, SlowOperands operands, bool&) {
  TrapKind trap{};
  operands.slots[0] = to_ref(new_array(s, operands, 0, low32(operands.slots[0]), trap));
  return trap;
}

TrapKind slow_ArrayNewFixed(State& s, SlowOperands operands, bool&) {
  const GcLayout& layout = s.in->code->object_layout(operands.first);
  const uint32_t length = operands.second;
  TrapKind trap{};
  GcObject* array = new_array(s, operands, length * layout.operand_slots, length, trap);
  if (array == nullptr) return trap;
  const uint64_t* slot = operands.slots;
  for (uint32_t i = 0; i < length; ++i, slot += layout.operand_slots)
    store_field(element_at(array, layout, i), layout.element, slot);
  operands.slots[0] = to_ref(array);
  return TrapKind::kNone;
}

TrapKind slow_ArrayNewData(State& s, SlowOperands operands, bool&) {
  const GcLayout& layout = s.in->code->object_layout(operands.first);
  const uint32_t length = low32(operands.slots[1]);
  const uint64_t bytes = uint64_t{length} * bytes_of(layout.element);
  const uint8_t* from = segment_bytes(s, operands.second, low32(operands.slots[0]), bytes);
  if (from == nullptr) return TrapKind::kMemoryOutOfBounds;
  TrapKind trap{};
  GcObject* array = new_array(s, operands, 0, length, trap);
  if (array == nullptr) return trap;
  std::memcpy(elements_of(array), from, bytes);
  operands.slots[0] = to_ref(array);
  return TrapKind::kNone;
}

TrapKind slow_ArrayNewElem(State& s, SlowOperands operands, bool&) {
  const uint32_t from = low32(operands.slots[0]);
  const uint32_t length = low32(operands.slots[1]);
  const size_t size = s.in->module().elems[operands.second].size();
  const uint64_t available = s.in->dropped_elems[operands.second] ? 0 : size;
  if (!in_bounds(from, length, available)) return TrapKind::kTableOutOfBounds;
  TrapKind trap{};
  GcObject* array = new_array(s, operands, 0, length, trap);
  if (array == nullptr) return trap;
  trap = copy_elements(*s.in, operands.second, from, length,
                       reinterpret_cast<Ref*>(elements_of(array)));
  operands.slots[0] = to_ref(array);
  return trap;
}

TrapKind slow_ArrayGet(State& s, SlowOperands operands, bool&) {
  const GcLayout& layout = s.in->code->object_layout(operands.first);
  GcObject* array = to_object(operands.slots[0]);
  const uint32_t index = low32(operands.slots[1]);
  const TrapKind trap = check_range(array, index, 1);
  if (trap == TrapKind::kNone)
    load_field(element_at(array, layout, index), layout.element, operands.slots);
  return trap;
}

TrapKind slow_ArraySet(State& s, SlowOperands operands, bool&) {
  const GcLayout& layout = s.in->code->object_layout(operands.first);
  GcObject* array = to_object(operands.slots[0]);
  const uint32_t index = low32(operands.slots[1]);
  const TrapKind trap = check_range(array, index, 1);
  if (trap == TrapKind::kNone)
    store_field(element_at(array, layout, index), layout.element, operands.slots + 2);
  return trap;
}

TrapKind slow_ArrayFill(State& s, SlowOperands operands, bool& interrupted) {
  const GcLayout& layout = s.in->code->object_layout(operands.first);
  GcObject* array = to_object(operands.slots[0]);
  uint64_t& to = operands.slots[1];
  uint64_t& count = operands.slots[2 + layout.operand_slots];
  const TrapKind trap = check_range(array, low32(to), low32(count));
  if (trap != TrapKind::kNone) return trap;
  while (count != 0) {
    const uint64_t chunk = std::min<uint64_t>(count, kChunkBytes / bytes_of(layout.element));
    if (!pay_for(s, chunk * bytes_of(layout.element))) return TrapKind::kOutOfFuel;
    fill_elements(array, layout, to, chunk, operands.slots + 2);
    to += chunk;
    count -= chunk;
    if (count != 0 && limit_requested(s)) return interrupted = true, TrapKind::kNone;
  }
  return TrapKind::kNone;
}

TrapKind slow_ArrayCopy(State& s, SlowOperands operands, bool& interrupted) {
  const GcLayout& layout = s.in->code->object_layout(operands.first);
  GcObject* target = to_object(operands.slots[0]);
  uint64_t& to = operands.slots[1];
  GcObject* source = to_object(operands.slots[2]);
  uint64_t& from = operands.slots[3];
  uint64_t& count = operands.slots[4];
  if (target == nullptr || source == nullptr) return TrapKind::kNullArrayReference;
  if (!in_bounds(to, count, length_of(target)) || !in_bounds(from, count, length_of(source)))
    return TrapKind::kArrayOutOfBounds;
  const bool backwards = target == source && to > from;
  while (count != 0) {
    const uint64_t chunk = std::min<uint64_t>(count, kChunkBytes / bytes_of(layout.element));
    if (!pay_for(s, chunk * bytes_of(layout.element))) return TrapKind::kOutOfFuel;
    const uint64_t skip = backwards ? count - chunk : 0;
    std::memmove(element_at(target, layout, to + skip), element_at(source, layout, from + skip),
                 chunk * bytes_of(layout.element));
    if (!backwards) to += chunk, from += chunk;
    count -= chunk;
    if (count != 0 && limit_requested(s)) return interrupted = true, TrapKind::kNone;
  }
  return TrapKind::kNone;
}

TrapKind slow_ArrayInitData(State& s, SlowOperands operands, bool&) {
  const GcLayout& layout = s.in->code->object_layout(operands.first);
  GcObject* array = to_object(operands.slots[0]);
  const uint32_t to = low32(operands.slots[1]);
  const uint32_t count = low32(operands.slots[3]);
  const TrapKind trap = check_range(array, to, count);
  if (trap != TrapKind::kNone) return trap;
  const uint64_t bytes = uint64_t{count} * bytes_of(layout.element);
  const uint8_t* from = segment_bytes(s, operands.second, low32(operands.slots[2]), bytes);
  if (from == nullptr) return TrapKind::kMemoryOutOfBounds;
  if (!pay_for(s, bytes)) return TrapKind::kOutOfFuel;
  std::memcpy(element_at(array, layout, to), from, bytes);
  return TrapKind::kNone;
}

TrapKind slow_ArrayInitElem(State& s, SlowOperands operands, bool&) {
  const GcLayout& layout = s.in->code->object_layout(operands.first);
  GcObject* array = to_object(operands.slots[0]);
  const uint32_t to = low32(operands.slots[1]);
  const uint32_t count = low32(operands.slots[3]);
  const TrapKind trap = check_range(array, to, count);
  if (trap != TrapKind::kNone) return trap;
  if (!pay_for(s, uint64_t{count} * sizeof(Ref))) return TrapKind::kOutOfFuel;
  return copy_elements(*s.in, operands.second, low32(operands.slots[2]), count,
                       reinterpret_cast<Ref*>(element_at(array, layout, to)));
}

TrapKind slow_RefTest(State& s, SlowOperands operands, bool&) {
  operands.slots[0] = test(s, operands) ? 1 : 0;
  return TrapKind::kNone;
}

TrapKind slow_RefCast(State& s, SlowOperands operands, bool&) {
  return test(s, operands) ? TrapKind::kNone : TrapKind::kCastFailure;
}

TrapKind slow_AnyConvertExtern(State& s, SlowOperands operands, bool&) {
  return check_internalised(heap(s), operands.slots[0]);
}

}  // namespace tappet::exec
