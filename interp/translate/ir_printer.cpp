#include "interp/translate/ir_printer.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tappet::translate {
namespace {

std::string text(const Operand& o) {
  switch (o.cls) {
    case Class::kSlot:
      return fmt::format("s{}", o.slot);
    case Class::kConst:
      return fmt::format("{:#x}", o.value);
    case Class::kAcc:
      return "acc";
    default:
      return fmt::format("{}{}(s{})", o.is_float_pin ? 'q' : 'p', exec::pin_index(o.cls), o.slot);
  }
}

// The mnemonic of the wasm instruction that a row belongs to.
std::string_view mnemonic(exec::FamilyRow wanted) {
  for (const OpcodeRow& op : kOpcodes) {
    const exec::FamilyRow row = exec::family_row(op.opcode);
    if (row.family == wanted.family && row.row == wanted.row) return op.mnemonic;
  }
  return "?";
}

std::string pair_name(const exec::PairRow& row) {
  return fmt::format("{}+{}", mnemonic(row.first), mnemonic(row.second));
}

// A superinstruction of fused.def.
std::string fused_name(const IrInstruction& i) {
  switch (i.kind) {
    case IrKind::kOpOp:
      return pair_name(exec::kOpOps[i.first]);
    case IrKind::kShiftOp:
      return pair_name(exec::kShiftOps[i.first]);
    case IrKind::kOpShift:
      return pair_name(exec::kOpShifts[i.first]);
    case IrKind::kLoadOp:
      return pair_name(exec::kLoadOps[i.first]);
    case IrKind::kFloatLoadOp:
      return pair_name(exec::kFloatLoadOps[i.first]);
    case IrKind::kFloatOpOp:
      return pair_name(exec::kFloatOpOps[i.first]);
    default:
      return fmt::format("{}.scaled", mnemonic(exec::kScaledLoads[i.first]));
  }
}

std::string fused_line(const IrInstruction& i) {
  const std::string name = text(i.d) + " = " + fused_name(i);
  switch (i.kind) {
    case IrKind::kShiftOp:
      return fmt::format("{} {} by {}, {}", name, text(i.a), i.second, text(i.x));
    case IrKind::kOpShift:
      return fmt::format("{} {} {} by {}", name, text(i.a), text(i.b), i.second);
    case IrKind::kLoadOp:
    case IrKind::kFloatLoadOp:
      return fmt::format("{} [{} + {} + {}] {}", name, text(i.a), i.second, i.immediate, text(i.x));
    case IrKind::kLoadScaled:
      return fmt::format("{} [{} << {} + {} + {}]", name, text(i.a), i.second, text(i.x),
                         i.immediate);
    default:
      return fmt::format("{} {} {} {}", name, text(i.a), text(i.b), text(i.x));
  }
}

// The operands that the instruction's signature names, then what is in the instruction.
std::string vector_line(const IrInstruction& i, const std::string& result) {
  const OpcodeRow& op = row(static_cast<Opcode>(i.first));
  std::string out = fmt::format("{}{}", result, op.mnemonic);
  if (i.flag) out += fmt::format(" memory {}", i.frame);
  const Operand* operands[] = {&i.a, &i.b, &i.x};
  for (size_t k = 0; k < op.signature.params.size(); ++k) out += " " + text(*operands[k]);
  if (op.immediate == Immediate::kMemarg || op.immediate == Immediate::kMemargLane)
    out += fmt::format(" + {}", i.immediate);
  if (op.immediate == Immediate::kLane || op.immediate == Immediate::kMemargLane)
    out += fmt::format(" lane {}", i.second);
  if (op.immediate == Immediate::kV128 || op.immediate == Immediate::kShuffle)
    out += fmt::format(" {:#018x}{:016x}", i.x.value, i.immediate);
  return out;
}

std::string line(const IrInstruction& i, const Ir& ir) {
  const std::string result = i.has_result ? text(i.d) + " = " : "";
  switch (i.kind) {
    case IrKind::kBinary:
      return fmt::format("{}{} {} {}", result, mnemonic(i.row), text(i.a), text(i.b));
    case IrKind::kUnary:
      return fmt::format("{}{} {}", result, mnemonic(i.row), text(i.a));
    case IrKind::kOpOp:
    case IrKind::kShiftOp:
    case IrKind::kOpShift:
    case IrKind::kLoadOp:
    case IrKind::kFloatLoadOp:
    case IrKind::kFloatOpOp:
    case IrKind::kLoadScaled:
      return fused_line(i);
    case IrKind::kLoad:
      return fmt::format("{}{} [{} + {}]", result, mnemonic(i.row), text(i.a), i.immediate);
    case IrKind::kLoadSum:
      return fmt::format("{}{} [{} + {} + {}]", result, mnemonic(i.row), text(i.a), text(i.b),
                         i.immediate);
    case IrKind::kStore:
      return fmt::format("{} [{} + {}] {}", mnemonic(i.row), text(i.a), i.immediate, text(i.b));
    case IrKind::kStoreSum:
      return fmt::format("{} [{} + {} + {}] {}", mnemonic(i.row), text(i.a), text(i.x), i.immediate,
                         text(i.b));
    case IrKind::kVector:
      return vector_line(i, result);
    case IrKind::kLoadAny:
      return fmt::format("{}{} memory {} [{} + {}]", result, mnemonic(i.row), i.second, text(i.a),
                         i.immediate);
    case IrKind::kStoreAny:
      return fmt::format("{} memory {} [{} + {}] {}", mnemonic(i.row), i.second, text(i.a),
                         i.immediate, text(i.b));
    case IrKind::kWideSum:
      return fmt::format("s{}, {}{} {}:{} {}:{}", i.frame, result,
                         row(static_cast<Opcode>(i.first)).mnemonic, text(i.x), text(i.a),
                         text(i.flag ? Operand::constant(i.immediate) : Operand::at_slot(i.second)),
                         text(i.b));
    case IrKind::kWideProduct:
      return fmt::format("s{}, {}{} {} {}", i.frame, result,
                         row(static_cast<Opcode>(i.first)).mnemonic, text(i.a), text(i.b));
    case IrKind::kMoveInt:
    case IrKind::kMoveVector:
      return fmt::format("{}move {}", result, text(i.a));
    case IrKind::kMoveFloat:
      return fmt::format("{}move.f {}", result, text(i.a));
    case IrKind::kFloatToInt:
      return fmt::format("{}bits {}", result, text(i.a));
    case IrKind::kIntToFloat:
      return fmt::format("{}float {}", result, text(i.a));
    case IrKind::kSelectInt:
    case IrKind::kSelectFloat:
    case IrKind::kSelectVector:
      return fmt::format("{}select {} ? {} : {}", result, text(i.a), text(i.b), text(i.x));
    case IrKind::kBranch:
      return fmt::format("branch L{}", i.label);
    case IrKind::kIntBranch:
      return fmt::format("branch L{} if {} {} {}", i.label, mnemonic(i.row), text(i.a), text(i.b));
    case IrKind::kFloatBranch:
      return fmt::format("branch L{} if {}{} {} {}", i.label, i.flag ? "not " : "", mnemonic(i.row),
                         text(i.a), text(i.b));
    case IrKind::kBranchTable: {
      std::string labels;
      for (const uint32_t label : ir.branch_tables[i.immediate])
        labels += fmt::format(" L{}", label);
      return fmt::format("branch-table {}{}", text(i.a), labels);
    }
    case IrKind::kGlobalGetInt:
    case IrKind::kGlobalGetFloat:
    case IrKind::kGlobalGetVector:
      return fmt::format("{}global{}", result, i.flag ? " imported" : "");
    case IrKind::kGlobalSetInt:
    case IrKind::kGlobalSetFloat:
    case IrKind::kGlobalSetVector:
      return fmt::format("global{} = {}", i.flag ? " imported" : "", text(i.a));
    case IrKind::kCall:
      return fmt::format("call {} at s{}", i.immediate, i.frame);
    case IrKind::kCallImport:
      return fmt::format("call-import {} at s{}", i.immediate, i.frame);
    case IrKind::kCallIndirect:
      return fmt::format("call-indirect {} at s{}", text(i.a), i.frame);
    case IrKind::kCallRef:
      return fmt::format("call-ref {} at s{}", text(i.a), i.frame);
    case IrKind::kReturnCall:
      return fmt::format("return-call {} from s{}", i.immediate, i.frame);
    case IrKind::kReturnCallImport:
      return fmt::format("return-call-import {} from s{}", i.immediate, i.frame);
    case IrKind::kReturnCallIndirect:
      return fmt::format("return-call-indirect {} from s{}", text(i.a), i.frame);
    case IrKind::kReturnCallRef:
      return fmt::format("return-call-ref {} from s{}", text(i.a), i.frame);
    case IrKind::kReturn:
      return "return";
    case IrKind::kReturnInt:
    case IrKind::kReturnFloat:
      return fmt::format("return {}", text(i.a));
    case IrKind::kStructGet:
      return fmt::format("{}struct.get [{} + {}]", result, text(i.a), i.immediate);
    case IrKind::kStructSet:
      return fmt::format("struct.set [{} + {}] {}", text(i.a), i.immediate, text(i.b));
    case IrKind::kArrayGet:
      return fmt::format("{}array.get {}[{}]", result, text(i.a), text(i.b));
    case IrKind::kArraySet:
      return fmt::format("array.set {}[{}] {}", text(i.a), text(i.b), text(i.x));
    case IrKind::kArrayLen:
      return fmt::format("{}array.len {}", result, text(i.a));
    case IrKind::kI31Get:
      return fmt::format("{}i31.get {}", result, text(i.a));
    case IrKind::kRefTest:
      return fmt::format("{}ref.test {}", result, text(i.a));
    case IrKind::kRefCast:
      return fmt::format("{}ref.cast {}", result, text(i.a));
    case IrKind::kThrow:
      return fmt::format("throw {} from s{}", i.immediate, i.frame);
    case IrKind::kThrowRef:
      return fmt::format("throw-ref s{}", i.frame);
    case IrKind::kLoadPins: {
      const PinSet& pins = ir.pin_sets[i.immediate];
      return fmt::format("load-pins s{} / s{}", fmt::join(pins.ints, " s"),
                         fmt::join(pins.floats, " s"));
    }
    case IrKind::kCheckNonNull:
      return fmt::format("check-non-null {}", text(i.a));
    case IrKind::kSlow:
      return fmt::format("{} at s{}", row(static_cast<Opcode>(i.immediate)).mnemonic, i.frame);
    case IrKind::kAtomic:
      return fmt::format("{} at s{}", row(static_cast<Opcode>(i.first)).mnemonic, i.frame);
    case IrKind::kMoveSlots:
      return fmt::format("s{} = {} slots from s{}", i.first, i.second, i.frame);
    case IrKind::kUnreachable:
      break;
  }
  return "unreachable";
}

// Name of an operation, and which operands it reads.
struct Shape {
  std::string name;
  std::string_view operands;
};

Shape call_shape(const IrInstruction& i) {
  switch (i.kind) {
    case IrKind::kCall:
      return {"call", ""};
    case IrKind::kCallImport:
      return {"call-import", ""};
    case IrKind::kCallIndirect:
      return {"call-indirect", "a"};
    case IrKind::kCallRef:
      return {"call-ref", "a"};
    case IrKind::kReturn:
      return {"return", ""};
    case IrKind::kReturnInt:
      return {"return", "a"};
    case IrKind::kReturnFloat:
      return {"return.f", "a"};
    case IrKind::kLoadPins:
      return {"load-pins", ""};
    default:
      return {fmt::format("other {}", static_cast<int>(i.kind)), ""};
  }
}

Shape shape_of(const IrInstruction& i) {
  switch (i.kind) {
    case IrKind::kBinary:
      return {std::string(mnemonic(i.row)), "ab"};
    case IrKind::kUnary:
    case IrKind::kLoad:
      return {std::string(mnemonic(i.row)), "a"};
    case IrKind::kLoadSum:
      return {fmt::format("{}.sum", mnemonic(i.row)), "ab"};
    case IrKind::kOpOp:
    case IrKind::kFloatOpOp:
      return {fused_name(i), "abx"};
    case IrKind::kOpShift:
      return {fused_name(i), "ab"};
    case IrKind::kShiftOp:
    case IrKind::kLoadOp:
    case IrKind::kFloatLoadOp:
    case IrKind::kLoadScaled:
      return {fused_name(i), "ax"};
    case IrKind::kStore:
      return {std::string(mnemonic(i.row)), "ab"};
    case IrKind::kStoreSum:
      return {fmt::format("{}.sum", mnemonic(i.row)), "axb"};
    case IrKind::kMoveInt:
      return {"move", "a"};
    case IrKind::kMoveFloat:
      return {"move.f", "a"};
    case IrKind::kMoveVector:
      return {"move.v", "a"};
    case IrKind::kSelectInt:
      return {"select", "abx"};
    case IrKind::kSelectFloat:
      return {"select.f", "abx"};
    case IrKind::kBranch:
      return {"br", ""};
    case IrKind::kIntBranch:
      return {fmt::format("br_if {}", mnemonic(i.row)), "ab"};
    case IrKind::kFloatBranch:
      return {fmt::format("br_if {}{}", i.flag ? "not " : "", mnemonic(i.row)), "ab"};
    case IrKind::kBranchTable:
      return {"br_table", "a"};
    case IrKind::kGlobalGetInt:
    case IrKind::kGlobalGetFloat:
      return {"global.get", ""};
    case IrKind::kGlobalSetInt:
    case IrKind::kGlobalSetFloat:
      return {"global.set", "a"};
    case IrKind::kSlow:
      return {std::string(row(static_cast<Opcode>(i.immediate)).mnemonic), ""};
    case IrKind::kVector:
      return {std::string(row(static_cast<Opcode>(i.first)).mnemonic), "ab"};
    default:
      return call_shape(i);
  }
}

char letter(const Operand& o) {
  constexpr std::string_view kLetters = "ska0123";
  return kLetters[static_cast<size_t>(o.cls)];
}

}  // namespace

std::string op_name(const IrInstruction& i) {
  const Shape shape = shape_of(i);
  std::string out = shape.name + " ";
  for (const char operand : shape.operands)
    out += letter(operand == 'a' ? i.a : operand == 'b' ? i.b : i.x);
  if (i.has_result) out += fmt::format(">{}", letter(i.d));
  return out;
}

std::string to_string(const Ir& ir) {
  std::string out;
  for (size_t i = 0; i <= ir.code.size(); ++i) {
    for (size_t label = 0; label < ir.labels.size(); ++label) {
      if (ir.labels[label].position == i) out += fmt::format("L{}:\n", label);
    }
    if (i < ir.code.size()) out += "  " + line(ir.code[i], ir) + "\n";
  }
  return out;
}

}  // namespace tappet::translate
