// Constant expressions as text.
#include <fmt/format.h>

#include "interp/text/numbers.h"
#include "interp/text/printer.h"

namespace tappet::text {

// Flat instructions, in order.
std::string Printer::const_expr(const ConstExpr& expr) const {
  std::string out;
  for (const ConstInstruction& in : expr.instructions) {
    const OpcodeRow& op = row(in.opcode);
    if (!out.empty()) out += " ";
    out += op.mnemonic;
    switch (op.immediate) {
      case Immediate::kI32:
        out += fmt::format(" {}", static_cast<int32_t>(in.value));
        break;
      case Immediate::kI64:
        out += fmt::format(" {}", static_cast<int64_t>(in.value));
        break;
      case Immediate::kF32:
        out += " " + print_f32(static_cast<uint32_t>(in.value));
        break;
      case Immediate::kF64:
        out += " " + print_f64(in.value);
        break;
      case Immediate::kV128:
        out += fmt::format(" i64x2 {:#018x} {:#018x}", in.value, in.value_high);
        break;
      case Immediate::kHeapType:
        out += " " + heap_type(in.type.heap);
        break;
      case Immediate::kGlobalIndex:
        out += " " + ids_[kGlobalNames].reference(in.index);
        break;
      case Immediate::kFuncIndex:
        out += " " + ids_[kFunctionNames].reference(in.index);
        break;
      case Immediate::kTypeIndex:
        out += " " + ids_[kTypeNames].reference(in.index);
        break;
      case Immediate::kArrayFixed:
      case Immediate::kArrayData:
      case Immediate::kArrayElem:
        out += fmt::format(" {} {}", ids_[kTypeNames].reference(in.index), in.index2);
        break;
      default:
        break;
    }
  }
  return out;
}

}  // namespace tappet::text
