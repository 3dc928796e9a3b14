// Superinstructions of ciphers and hashes.
#include "interp/translate/emitter_impl.h"

namespace tappet::translate {

using exec::family_row;
using exec::PairRow;

namespace {

constexpr uint64_t kShiftMask = 63;

bool same_place(const Operand& a, const Operand& b) {
  return a.cls == b.cls && (a.cls == Class::kAcc || a.slot == b.slot) && a.cls != Class::kConst;
}

// 0 or 1 for the operation in 32 or 64 bits, -1 for another one.
int width_of(exec::FamilyRow row, Opcode in_32, Opcode in_64) {
  if (row == family_row(in_32)) return 0;
  return row == family_row(in_64) ? 1 : -1;
}

}  // namespace

// d = a + b, then a slot = rotl(another one ^ d, K).
bool Emitter::add_xor_rotl(const IrInstruction& first, const IrInstruction& second) {
  const int width = width_of(first.row, Opcode::kI32Add, Opcode::kI64Add);
  if (width < 0 || second.kind != IrKind::kOpShift) return false;
  const PairRow step{family_row(width == 0 ? Opcode::kI32Xor : Opcode::kI64Xor),
                     family_row(width == 0 ? Opcode::kI32Rotl : Opcode::kI64Rotl)};
  if (exec::kOpShifts[second.first] != step) return false;
  const bool is_left = same_place(second.a, first.d);
  const Operand& other = is_left ? second.b : second.a;
  if (!is_left && !same_place(second.b, first.d)) return false;
  if (!has_slot(first.a) || !has_slot(first.b) || !has_slot(other)) return false;
  // Pins are read from their slots.
  if (!has_slot(first.d) || !has_slot(second.d) || other.slot == first.d.slot) return false;
  handler(find(exec::kAddXorRotlHandlers[width], first.d.cls, second.d.cls));
  word(pack(first.a.slot, first.b.slot, first.d.slot, second.d.slot));
  word(pack(other.slot, second.second));
  return true;
}

bool Emitter::rotl_xor_rotl(const IrInstruction& first, const IrInstruction& second) {
  const int width = width_of(first.row, Opcode::kI32Rotl, Opcode::kI64Rotl);
  if (width < 0 || second.kind != IrKind::kShiftOp || first.b.cls != Class::kConst) return false;
  const PairRow xored{first.row, family_row(width == 0 ? Opcode::kI32Xor : Opcode::kI64Xor)};
  if (exec::kShiftOps[second.first] != xored) return false;
  if (first.d.cls != Class::kAcc || second.x.cls != Class::kAcc) return false;
  if (!same_place(first.a, second.a) || first.a.cls == Class::kAcc) return false;
  handler(find(exec::kRotlXorRotlHandlers[width], first.a.cls, second.d.cls));
  word(pack(first.a.slot, static_cast<uint32_t>(first.b.value & kShiftMask), second.d.slot,
            second.second));
  return true;
}

// (a ^ (a >> K)) * C
bool Emitter::shift_xor_mul(const IrInstruction& first, const IrInstruction& second) {
  if (second.kind != IrKind::kBinary) return false;
  const int width = width_of(second.row, Opcode::kI32Mul, Opcode::kI64Mul);
  if (width < 0) return false;
  const PairRow xored{family_row(width == 0 ? Opcode::kI32ShrU : Opcode::kI64ShrU),
                      family_row(width == 0 ? Opcode::kI32Xor : Opcode::kI64Xor)};
  if (exec::kShiftOps[first.first] != xored || !same_place(first.a, first.x)) return false;
  if (first.d.cls != Class::kAcc || second.a.cls != Class::kAcc || second.b.cls != Class::kConst)
    return false;
  handler(find(exec::kShiftXorMulHandlers[width], first.a.cls, second.d.cls));
  word(pack(first.a.slot, first.second, second.d.slot));
  word(second.b.value);
  return true;
}

}  // namespace tappet::translate
