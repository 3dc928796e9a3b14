// Vector instructions: the group of their row of simd.def says by which operands a handler is
// chosen.
#include "interp/exec/simd_lanes.h"
#include "interp/exec/simd_tables.h"
#include "interp/translate/emitter_impl.h"

namespace tappet::translate {

using exec::simd::Group;

namespace {

bool accesses_memory(Group group) {
  return group == Group::kLoad || group == Group::kLoadLane || group == Group::kStore ||
         group == Group::kStoreLane;
}

}  // namespace

Handler Emitter::vector_handler(const IrInstruction& i) const {
  namespace simd = exec::simd;
  const auto [group, row] = simd::row_of(static_cast<Opcode>(i.first));
  const bool checked = memory_ == &exec::kCheckedMemoryHandlers;
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
      return simd::kLoadHandlers[checked][row][by_ad];
    case Group::kLoadLane:
      return simd::kLoadLaneHandlers[checked][row][by_abd];
    case Group::kStore:
      return simd::kStoreHandlers[checked][by_ab];
    case Group::kStoreLane:
      break;
  }
  return simd::kStoreLaneHandlers[checked][row][by_ab];
}

void Emitter::vector(const IrInstruction& i) {
  const Group group = exec::simd::row_of(static_cast<Opcode>(i.first)).group;
  handler(vector_handler(i));
  word(pack(i.a.slot, i.b.slot, i.d.slot, group == Group::kTernary ? i.x.slot : i.second));
  if (accesses_memory(group)) {
    return word(i.immediate + (i.a.cls == Class::kConst ? i.a.value : 0));
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
      return select(i, exec::simd::kSelectHandlers);
    case IrKind::kGlobalGetVector:
      return global(i, exec::simd::kGlobalGetHandlers[i.flag], i.d);
    default:
      return global(i, exec::simd::kGlobalSetHandlers[i.flag], i.a);
  }
}

}  // namespace tappet::translate
