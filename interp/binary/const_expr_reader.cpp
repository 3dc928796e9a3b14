#include <algorithm>

#include "interp/binary/instruction_reader.h"
#include "interp/binary/sections.h"

namespace tappet {
namespace {

// Instructions that may occur in a constant expression (core spec 3.4.7), apart from global.get's
// condition, which the validator checks.
constexpr Opcode kConstant[] = {
    Opcode::kI32Const,         Opcode::kI64Const,         Opcode::kF32Const,
    Opcode::kF64Const,         Opcode::kV128Const,        Opcode::kGlobalGet,
    Opcode::kRefNull,          Opcode::kRefFunc,          Opcode::kRefI31,
    Opcode::kStructNew,        Opcode::kStructNewDefault, Opcode::kArrayNew,
    Opcode::kArrayNewDefault,  Opcode::kArrayNewFixed,    Opcode::kAnyConvertExtern,
    Opcode::kExternConvertAny,
};
constexpr Opcode kExtendedConstant[] = {
    Opcode::kI32Add, Opcode::kI32Sub, Opcode::kI32Mul,
    Opcode::kI64Add, Opcode::kI64Sub, Opcode::kI64Mul,
};

template <size_t kSize>
bool contains(const Opcode (&set)[kSize], Opcode opcode) {
  return std::find(std::begin(set), std::end(set), opcode) != std::end(set);
}

void require_constant(Reader& in, const Instruction& instruction, const FeatureSet& features) {
  if (contains(kConstant, instruction.opcode)) return;
  if (contains(kExtendedConstant, instruction.opcode)) {
    return in.require(Feature::kExtendedConst, features);
  }
  in.fail(ErrorKind::kInvalid, "constant expression required", instruction.offset);
}

ConstInstruction convert(const Instruction& from) {
  ConstInstruction to;
  to.opcode = from.opcode;
  switch (kOpcodeColumns[static_cast<size_t>(from.opcode)].immediate) {
    case Immediate::kArrayFixed:
      to.index2 = from.b;
      [[fallthrough]];
    case Immediate::kFuncIndex:
    case Immediate::kGlobalIndex:
    case Immediate::kTypeIndex:
      to.index = from.a;
      break;
    case Immediate::kHeapType:
      to.type = from.type;
      break;
    case Immediate::kV128:
      to.value = load_le<uint64_t>(from.v128.bytes);
      to.value_high = load_le<uint64_t>(from.v128.bytes + 8);
      break;
    case Immediate::kNone:
      break;
    default:
      to.value = from.value;
  }
  return to;
}

}  // namespace

ConstExpr read_const_expr(Reader& in, DecodeContext& context) {
  ConstExpr expr;
  expr.offset = in.offset();
  InstructionReader reader(in, context.scope());
  for (Instruction instruction; reader.next(instruction);) {
    if (instruction.opcode == Opcode::kEnd) {
      in = reader.reader();
      return expr;
    }
    require_constant(reader.reader(), instruction, context.features);
    if (instruction.opcode == Opcode::kRefFunc) context.declare_function(instruction.a);
    if (!context.charge(reader.reader(), sizeof(ConstInstruction))) break;
    expr.instructions.push_back(convert(instruction));
  }
  if (reader.ok()) reader.reader().malformed("unexpected end: END opcode expected");
  in = reader.reader();
  return expr;
}

}  // namespace tappet
