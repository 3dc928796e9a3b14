// Which handler executes an instruction, and what is done with operands for which there is none.
#include "interp/translate/emitter_impl.h"

namespace tappet::translate {

namespace {

// Reads the slot, which is as current as the pin.
void unpin(Operand& o) {
  if (exec::is_pin(o.cls)) o.cls = Class::kSlot;
}

void order(Operand& a, Operand& b) {
  if (!exec::in_order(a.cls, b.cls)) std::swap(a, b);
}

// The one order of operands that commute, in which there are handlers.
void order_operands(IrInstruction& i) {
  if (i.kind == IrKind::kLoadSum) return order(i.a, i.b);
  if (i.kind == IrKind::kStoreSum) return order(i.a, i.x);
  if (i.kind == IrKind::kBinary && i.row.family == Family::kIntBinary && exec::int_commutes(i.row))
    order(i.a, i.b);
  // The second operand has few classes.
  if (i.kind == IrKind::kOpOp && exec::int_commutes(exec::kOpOps[i.first].first) &&
      i.b.cls != Class::kSlot && i.b.cls != Class::kConst)
    std::swap(i.a, i.b);
  if (i.kind == IrKind::kOpShift) order(i.a, i.b);
}

}  // namespace

Handler Emitter::binary_handler(const IrInstruction& i) const {
  const auto in = [&](const PinHandlers3* rows) {
    return find(rows[i.row.row], i.a.cls, i.b.cls, i.d.cls);
  };
  switch (i.row.family) {
    case Family::kIntBinary:
      return in(exec::kIntBinaryHandlers);
    case Family::kIntDivision:
      return in(exec::kIntDivisionHandlers);
    case Family::kIntCompare:
      return in(exec::kIntCompareHandlers);
    case Family::kFloatBinary:
      return in(exec::kFloatBinaryHandlers);
    default:
      return in(exec::kFloatCompareHandlers);
  }
}

Handler Emitter::unary_handler(const IrInstruction& i) const {
  const auto in = [&](const PinHandlers2* rows) { return find(rows[i.row.row], i.a.cls, i.d.cls); };
  switch (i.row.family) {
    case Family::kIntUnary:
      return in(exec::kIntUnaryHandlers);
    case Family::kFloatUnary:
      return in(exec::kFloatUnaryHandlers);
    case Family::kTruncate:
      return in(exec::kTruncateHandlers);
    case Family::kTruncateSat:
      return in(exec::kTruncateSatHandlers);
    case Family::kConvert:
      return in(exec::kConvertHandlers);
    default:
      return in(exec::kFloatCastHandlers);
  }
}

Handler Emitter::memory_handler(const IrInstruction& i) const {
  const exec::MemoryHandlers& m = *memory_;
  const bool is_float = i.row.family == Family::kFloatLoad || i.row.family == Family::kFloatStore;
  const uint8_t row = i.row.row;
  switch (i.kind) {
    case IrKind::kLoad:
      return find((is_float ? m.float_load : m.int_load)[row], i.a.cls, i.d.cls);
    case IrKind::kLoadSum:
      return find((is_float ? m.float_load_sum : m.int_load_sum)[row], i.a.cls, i.b.cls, i.d.cls);
    case IrKind::kStore:
      return find((is_float ? m.float_store : m.int_store)[row], i.a.cls, i.b.cls);
    default:
      return find((is_float ? m.float_store_sum : m.int_store_sum)[row], i.a.cls, i.x.cls, i.b.cls);
  }
}

Handler Emitter::any_memory_handler(const IrInstruction& i) const {
  const exec::AnyMemoryHandlers& tables = exec::kAnyMemoryHandlers[i.second == 0];
  const bool is_float = i.row.family == Family::kFloatLoad || i.row.family == Family::kFloatStore;
  if (i.kind == IrKind::kLoadAny)
    return (is_float ? tables.float_load : tables.int_load)[i.row.row][at(i.a.cls, i.d.cls)];
  return (is_float ? tables.float_store : tables.int_store)[i.row.row][at(i.a.cls, i.b.cls)];
}

Handler Emitter::fused_handler(const IrInstruction& i) const {
  const auto in = [&](const PinHandlers3& row, const Operand& middle) {
    return find(row, i.a.cls, middle.cls, i.d.cls);
  };
  switch (i.kind) {
    case IrKind::kOpOp:
      if (i.b.cls != Class::kSlot && i.b.cls != Class::kConst) return nullptr;
      return in(exec::kOpOpHandlers[i.first][i.b.cls == Class::kConst], i.x);
    case IrKind::kShiftOp:
      return in(exec::kShiftOpHandlers[i.first], i.x);
    case IrKind::kOpShift:
      return in(exec::kOpShiftHandlers[i.first], i.b);
    case IrKind::kLoadOp:
      return in(memory_->load_op[i.first], i.x);
    case IrKind::kFloatLoadOp:
      return in(memory_->float_load_op[i.first], i.x);
    case IrKind::kLoadScaled:
      return in(memory_->load_scaled[exec::scaled_row(i.first, i.second)], i.x);
    default: {
      if (exec::is_pin(i.x.cls) && i.x.cls != i.d.cls) return nullptr;
      const size_t other = i.x.cls == Class::kSlot ? 0 : i.x.cls == Class::kAcc ? 1 : 2;
      return in(exec::kFloatOpOpHandlers[i.first][other], i.b);
    }
  }
}

Handler Emitter::lookup(const IrInstruction& i) const {
  switch (i.kind) {
    case IrKind::kBinary:
      return binary_handler(i);
    case IrKind::kUnary:
      return unary_handler(i);
    case IrKind::kLoad:
    case IrKind::kLoadSum:
    case IrKind::kStore:
    case IrKind::kStoreSum:
      return memory_handler(i);
    case IrKind::kLoadAny:
    case IrKind::kStoreAny:
      return any_memory_handler(i);
    case IrKind::kOpOp:
    case IrKind::kShiftOp:
    case IrKind::kOpShift:
    case IrKind::kLoadOp:
    case IrKind::kFloatLoadOp:
    case IrKind::kFloatOpOp:
    case IrKind::kLoadScaled:
      return fused_handler(i);
    case IrKind::kStructGet:
    case IrKind::kStructSet:
    case IrKind::kArrayGet:
    case IrKind::kArraySet:
    case IrKind::kArrayLen:
    case IrKind::kI31Get:
    case IrKind::kRefTest:
    case IrKind::kRefCast:
      return object_handler(i);
    case IrKind::kMoveInt:
      return find(exec::kMoveIntHandlers, i.a.cls, i.d.cls);
    case IrKind::kMoveFloat:
      return find(exec::kMoveFloatHandlers, i.a.cls, i.d.cls);
    case IrKind::kFloatToInt:
      return find(exec::kFloatToIntHandlers[i.flag], i.a.cls, i.d.cls);
    case IrKind::kIntToFloat:
      return find(exec::kIntToFloatHandlers, i.a.cls, i.d.cls);
    case IrKind::kSelectInt:
      return find(exec::kSelectIntHandlers, i.a.cls, i.b.cls, i.x.cls, i.d.cls);
    case IrKind::kSelectFloat:
      return find(exec::kSelectFloatHandlers, i.a.cls, i.b.cls, i.x.cls, i.d.cls);
    case IrKind::kSelectVector:
      return find(exec::simd::kSelectHandlers, i.a.cls, i.b.cls, i.x.cls, i.d.cls);
    case IrKind::kGlobalGetVector:
      return exec::simd::kGlobalGetHandlers[i.flag][at(i.d.cls)];
    case IrKind::kGlobalSetVector:
      return exec::simd::kGlobalSetHandlers[i.flag][at(i.a.cls)];
    case IrKind::kIntBranch:
      return find(exec::kIntBranchHandlers[branch_target(i)][i.row.row], i.a.cls, i.b.cls);
    case IrKind::kFloatBranch:
      return find(exec::kFloatBranchHandlers[i.flag][branch_target(i)][i.row.row], i.a.cls,
                  i.b.cls);
    case IrKind::kBranchTable:
      return find(exec::kBranchTableHandlers[0], i.a.cls);
    case IrKind::kGlobalGetInt:
      return find(exec::kGlobalGetIntHandlers[i.flag], i.d.cls);
    case IrKind::kGlobalGetFloat:
      return find(exec::kGlobalGetFloatHandlers[i.flag], i.d.cls);
    case IrKind::kGlobalSetInt:
      return find(exec::kGlobalSetIntHandlers[i.flag], i.a.cls);
    case IrKind::kGlobalSetFloat:
      return find(exec::kGlobalSetFloatHandlers[i.flag], i.a.cls);
    case IrKind::kCallIndirect:
      return find(exec::kCallIndirectHandlers[metered()], i.a.cls);
    case IrKind::kCallRef:
      return find(exec::kCallRefHandlers[metered()], i.a.cls);
    case IrKind::kReturnInt:
      return find(exec::kReturnIntHandlers[link_held_], i.a.cls);
    case IrKind::kReturnFloat:
      return find(exec::kReturnFloatHandlers[link_held_], i.a.cls);
    default:
      return nullptr;
  }
}

bool Emitter::settle(IrInstruction& i) const {
  order_operands(i);
  Operand* const operands[] = {&i.a, &i.b, &i.x, &i.d};
  uint32_t pins = 0;
  for (uint32_t k = 0; k < 4; ++k) pins |= uint32_t{exec::is_pin(operands[k]->cls)} << k;
  if (pins == 0) return false;
  // The result last: giving up its pin costs an instruction.
  for (uint32_t given_up = 0; given_up < 16; ++given_up) {
    if ((given_up & ~pins) != 0) continue;
    IrInstruction attempt = i;
    Operand* const parts[] = {&attempt.a, &attempt.b, &attempt.x, &attempt.d};
    for (uint32_t k = 0; k < 4; ++k) {
      if ((given_up >> k & 1) != 0) unpin(*parts[k]);
    }
    order_operands(attempt);
    if (given_up != pins && lookup(attempt) == nullptr) continue;
    const bool result_given_up = (given_up & 8) != 0;
    i = attempt;
    return result_given_up;
  }
  return false;
}

}  // namespace tappet::translate
