// Bulk operations are bounds-checked as a whole first (core spec 4.6.12), then done in chunks, so
// that a deadline also stops a guest that copies gigabytes; what is left stays in the operand
// slots.
#include "interp/exec/slow_ops.h"

#include <algorithm>

#include "interp/exec/dispatch.h"
#include "interp/runtime/ref_values.h"

namespace tappet::exec {
namespace {

constexpr uint64_t kChunkBytes = 4 << 20;

// An address or count operand: i32 slots are zero-extended, so both address types read alike.
uint64_t operand(const SlowOperands& operands, int index) { return operands.slots[index]; }

uint64_t grow_result(int64_t result, AddressType address) {
  return address == AddressType::kI64 ? static_cast<uint64_t>(result)
                                      : static_cast<uint32_t>(result);
}

}  // namespace

TrapKind slow_MemorySize(State& s, SlowOperands operands, bool&) {
  operands.slots[0] = s.in->memory(operands.first)->pages();
  return TrapKind::kNone;
}

TrapKind slow_MemoryGrow(State& s, SlowOperands operands, bool&) {
  Memory& memory = *s.in->memory(operands.first);
  operands.slots[0] = grow_result(memory.grow(operand(operands, 0)), memory.type().address);
  return TrapKind::kNone;
}

TrapKind slow_MemoryInit(State& s, SlowOperands operands, bool&) {
  Memory& memory = *s.in->memory(operands.second);
  const DataSegment& segment = s.in->module().datas[operands.first];
  const uint64_t available = s.in->dropped_datas[operands.first] ? 0 : segment.end - segment.begin;
  const uint64_t to = operand(operands, 0);
  const uint64_t from = operand(operands, 1);
  const uint64_t count = operand(operands, 2);
  if (!in_bounds(from, count, available) || !memory.contains(to, count))
    return TrapKind::kMemoryOutOfBounds;
  if (!pay_for(s, count)) return TrapKind::kOutOfFuel;
  if (count != 0) {
    std::memcpy(memory.base() + to, s.in->module().bytes.data() + segment.begin + from, count);
  }
  return TrapKind::kNone;
}

TrapKind slow_DataDrop(State& s, SlowOperands operands, bool&) {
  s.in->dropped_datas[operands.first] = true;
  return TrapKind::kNone;
}

TrapKind slow_MemoryCopy(State& s, SlowOperands operands, bool& interrupted) {
  Memory& target = *s.in->memory(operands.first);
  Memory& source = *s.in->memory(operands.second);
  uint64_t& to = operands.slots[0];
  uint64_t& from = operands.slots[1];
  uint64_t& count = operands.slots[2];
  if (!target.contains(to, count) || !source.contains(from, count))
    return TrapKind::kMemoryOutOfBounds;
  // Overlapping ranges are copied from the end that is not overwritten first.
  const bool backwards = &target == &source && to > from;
  while (count != 0) {
    const uint64_t chunk = std::min(count, kChunkBytes);
    if (!pay_for(s, chunk)) return TrapKind::kOutOfFuel;
    const uint64_t skip = backwards ? count - chunk : 0;
    std::memmove(target.base() + to + skip, source.base() + from + skip, chunk);
    if (!backwards) to += chunk, from += chunk;
    count -= chunk;
    if (count != 0 && limit_requested(s)) return interrupted = true, TrapKind::kNone;
  }
  return TrapKind::kNone;
}

TrapKind slow_MemoryFill(State& s, SlowOperands operands, bool& interrupted) {
  Memory& memory = *s.in->memory(operands.first);
  uint64_t& to = operands.slots[0];
  uint64_t& count = operands.slots[2];
  if (!memory.contains(to, count)) return TrapKind::kMemoryOutOfBounds;
  const auto value = static_cast<uint8_t>(operands.slots[1]);
  while (count != 0) {
    const uint64_t chunk = std::min(count, kChunkBytes);
    if (!pay_for(s, chunk)) return TrapKind::kOutOfFuel;
    std::memset(memory.base() + to, value, chunk);
    to += chunk;
    count -= chunk;
    if (count != 0 && limit_requested(s)) return interrupted = true, TrapKind::kNone;
  }
  return TrapKind::kNone;
}

TrapKind slow_TableGet(State& s, SlowOperands operands, bool&) {
  Table& table = *s.in->table(operands.first);
  const uint64_t index = operand(operands, 0);
  if (index >= table.size()) return TrapKind::kTableOutOfBounds;
  operands.slots[0] = table.elements()[index];
  return TrapKind::kNone;
}

TrapKind slow_TableSet(State& s, SlowOperands operands, bool&) {
  Table& table = *s.in->table(operands.first);
  const uint64_t index = operand(operands, 0);
  if (index >= table.size()) return TrapKind::kTableOutOfBounds;
  table.elements()[index] = operands.slots[1];
  return TrapKind::kNone;
}

TrapKind slow_TableInit(State& s, SlowOperands operands, bool&) {
  // What exceeds the segment is a trap.
  const uint64_t most = s.in->module().elems[operands.first].size();
  if (!pay_for(s, std::min(most, operand(operands, 2)) * sizeof(Ref))) return TrapKind::kOutOfFuel;
  return init_table(*s.in, operands.second, operands.first, operand(operands, 0),
                    operand(operands, 1), operand(operands, 2));
}

TrapKind slow_ElemDrop(State& s, SlowOperands operands, bool&) {
  drop_elem(*s.in, operands.first);
  return TrapKind::kNone;
}

TrapKind slow_TableCopy(State& s, SlowOperands operands, bool&) {
  Table& target = *s.in->table(operands.first);
  Table& source = *s.in->table(operands.second);
  const uint64_t to = operand(operands, 0);
  const uint64_t from = operand(operands, 1);
  const uint64_t count = operand(operands, 2);
  if (!in_bounds(to, count, target.size()) || !in_bounds(from, count, source.size())) {
    return TrapKind::kTableOutOfBounds;
  }
  if (!pay_for(s, count * sizeof(Ref))) return TrapKind::kOutOfFuel;
  if (count != 0)
    std::memmove(target.elements() + to, source.elements() + from, count * sizeof(Ref));
  return TrapKind::kNone;
}

TrapKind slow_TableGrow(State& s, SlowOperands operands, bool&) {
  Table& table = *s.in->table(operands.first);
  const uint64_t delta = operand(operands, 1);
  const int64_t old = table.grow(delta, operands.slots[0]);
  operands.slots[0] = grow_result(old, table.type().address);
  if (old >= 0 && !pay_for(s, delta * sizeof(Ref))) return TrapKind::kOutOfFuel;
  return TrapKind::kNone;
}

TrapKind slow_TableSize(State& s, SlowOperands operands, bool&) {
  operands.slots[0] = s.in->table(operands.first)->size();
  return TrapKind::kNone;
}

TrapKind slow_TableFill(State& s, SlowOperands operands, bool&) {
  Table& table = *s.in->table(operands.first);
  const uint64_t to = operand(operands, 0);
  const uint64_t count = operand(operands, 2);
  if (!in_bounds(to, count, table.size())) return TrapKind::kTableOutOfBounds;
  if (!pay_for(s, count * sizeof(Ref))) return TrapKind::kOutOfFuel;
  std::fill_n(table.elements() + to, count, operands.slots[1]);
  return TrapKind::kNone;
}

TrapKind slow_RefFunc(State& s, SlowOperands operands, bool&) {
  operands.slots[0] = to_ref(&s.in->function(operands.first));
  return TrapKind::kNone;
}

}  // namespace tappet::exec
