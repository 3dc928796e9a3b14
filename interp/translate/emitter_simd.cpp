// Vector instructions: the group of their row of simd.def says by which operands a handler is
// chosen.
#include "interp/exec/simd_lanes.h"
#include "interp/exec/simd_tables.h"
#include "interp/translate/emitter_impl.h"

namespace tappet::translate {

using exec::simd::Access;
using exec::simd::Group;

namespace {

bool accesses_memory(Group group) {
  return group == Group::kLoad || group == Group::kLoadLane || group == Group::kStore ||
         group == Group::kStoreLane;
}

}  // namespace

// As the translator found: `flag` stands for any memory.
Access Emitter::access_of(const IrInstruction& i) const {
  if (i.flag) return Access::kAny;
  return memory_ == &exec::kGuardedMemoryHandlers ? Access::kGuarded : Access::kChecked;
}

Handler Emitter::vector_handler(const IrInstruction& i) const {
  namespace simd = exec::simd;
  const auto [group, row] = simd::row_of(static_cast<Opcode>(i.first));
  const simd::MemoryHandlers& memory = simd::kMemoryHandlers[static_cast<size_t>(access_of(i))];
  const size_t by_d = at(i.d.cls);
  const size_t by_ad = at(i.a.cls, i.d.cls);
  const size_t by_ab = at(i.a.cls, i.b.cls);
  const size_t by_abd = at(i.a.cls, i.b.cls, i.d.cls);
  switch (group) {
    case Group::kUnary:
      return simd::kUnaryHandlers[row][by_ad];
    case Group::kBinary:
      return simd::kBinaryHandlers[row][by_abd];
    case Group::kCompare:
      return simd::kCompareHandlers[row][by_abd];
    case Group::kFloatBinary:
      return simd::kFloatBinaryHandlers[row][by_abd];
    case Group::kTernary:
      return simd::kTernaryHandlers[row][at(i.a.cls, i.b.cls, i.x.cls, i.d.cls)];
    case Group::kShift:
      return simd::kShiftHandlers[row][by_abd];
    case Group::kTest:
      return simd::kTestHandlers[row][by_ad];
    case Group::kSplat:
      return simd::kSplatHandlers[row][by_ad];
    case Group::kExtract:
      return simd::kExtractHandlers[row][by_ad];
    case Group::kReplace:
      return simd::kReplaceHandlers[row][by_abd];
    case Group::kConst:
      return simd::kConstHandlers[by_d];
    case Group::kShuffle:
      return simd::kShuffleHandlers[simd::shuffles_bytes()][by_abd];
    case Group::kSwizzle:
      return simd::kSwizzleHandlers[simd::shuffles_bytes()][by_abd];
    case Group::kLoad:
      return memory.load[row][by_ad];
    case Group::kLoadLane:
      return memory.load_lane[row][by_abd];
    case Group::kStore:
      return memory.store[row][by_ab];
    case Group::kStoreLane:
      break;
  }
  return memory.store_lane[row][by_ab];
}

void Emitter::vector(const IrInstruction& i) {
  const Group group = exec::simd::row_of(static_cast<Opcode>(i.first)).group;
  handler(vector_handler(i));
  word(pack(i.a.slot, i.b.slot, i.d.slot, group == Group::kTernary ? i.x.slot : i.second));
  if (accesses_memory(group)) {
    word(i.immediate + (i.a.cls == Class::kConst ? i.a.value : 0));
    if (access_of(i) == Access::kAny) word(code_.layout().memories + i.frame * sizeof(Memory*));
    return;
  }
  if (group == Group::kConst || group == Group::kShuffle) {
    return word(i.immediate), word(i.x.value);
  }
  constant(i.a), constant(i.b);
}

void Emitter::simd(const IrInstruction& i) {
  switch (i.kind) {
    case IrKind::kVector:
      return vector(i);
    case IrKind::kMoveVector:
      handler(exec::simd::kMoveHandlers[at(i.a.cls, i.d.cls)]);
      return word(pack(i.a.slot, 0, i.d.slot));
    case IrKind::kSelectVector:
      return select(i);
    case IrKind::kGlobalGetVector:
      return global(i, i.d);
    default:
      return global(i, i.a);
  }
}

}  // namespace tappet::translate
