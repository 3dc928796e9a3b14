// Types and constant expressions as text.
#include <fmt/format.h>

#include "interp/text/numbers.h"
#include "interp/text/printer.h"

namespace tappet::text {
namespace {

constexpr std::string_view kHeapNames[] = {"func", "extern", "any",      "eq",
                                           "i31",  "struct", "array",    "exn",
                                           "none", "nofunc", "noextern", "noexn"};
constexpr std::string_view kRefNames[] = {"funcref", "externref",   "anyref",        "eqref",
                                          "i31ref",  "structref",   "arrayref",      "exnref",
                                          "nullref", "nullfuncref", "nullexternref", "nullexnref"};

std::string limits_text(const Limits& limits) {
  return limits.has_max ? fmt::format("{} {}", limits.min, limits.max)
                        : fmt::format("{}", limits.min);
}

std::string_view address(AddressType type) { return type == AddressType::kI64 ? "i64 " : ""; }

}  // namespace

std::string Printer::heap_type(HeapType heap) const {
  if (heap.kind == HeapKind::kDefined) return ids_[kTypeNames].reference(heap.id.value);
  return std::string(kHeapNames[static_cast<size_t>(heap.kind)]);
}

std::string Printer::value_type(ValueType type) const {
  switch (type.kind) {
    case ValueKind::kI32:
      return "i32";
    case ValueKind::kI64:
      return "i64";
    case ValueKind::kF32:
      return "f32";
    case ValueKind::kF64:
      return "f64";
    case ValueKind::kV128:
      return "v128";
    default:
      break;
  }
  if (type.nullable && type.heap.kind != HeapKind::kDefined)
    return std::string(kRefNames[static_cast<size_t>(type.heap.kind)]);
  return fmt::format("(ref {}{})", type.nullable ? "null " : "", heap_type(type.heap));
}

std::string Printer::field_type(const FieldType& field) const {
  std::string type = value_type(field.type);
  if (field.packed == PackedKind::kI8) type = "i8";
  if (field.packed == PackedKind::kI16) type = "i16";
  return field.is_mutable ? fmt::format("(mut {})", type) : type;
}

// Each parameter apart where there are names to show.
std::string Printer::function_type(const FuncType& type, const Ids* params) const {
  std::string out;
  for (uint32_t i = 0; i < type.params.size(); ++i) {
    const std::string id = params == nullptr ? "" : params->plain_binding(i);
    out += fmt::format(" (param{} {})", id, value_type(type.params[i]));
  }
  if (type.results.empty()) return out;
  out += " (result";
  for (const ValueType result : type.results) out += " " + value_type(result);
  return out + ")";
}

std::string Printer::composite(const SubType& type, uint32_t index) const {
  std::string out;
  if (const auto* function = std::get_if<FuncType>(&type.composite)) {
    out = fmt::format("(func{})", function_type(*function, nullptr));
  } else if (const auto* structure = std::get_if<StructType>(&type.composite)) {
    const Ids fields = make_ids(names_.of(kFieldNames, index));
    out = "(struct";
    for (uint32_t i = 0; i < structure->fields.size(); ++i)
      out +=
          fmt::format(" (field{} {})", fields.plain_binding(i), field_type(structure->fields[i]));
    out += ")";
  } else {
    out = fmt::format("(array {})", field_type(std::get<ArrayType>(type.composite).element));
  }
  if (type.is_final && type.supertypes.empty()) return out;
  std::string head = type.is_final ? "(sub final" : "(sub";
  for (const TypeId super : type.supertypes) head += " " + ids_[kTypeNames].reference(super.value);
  return fmt::format("{} {})", head, out);
}

std::string Printer::global_type(const GlobalType& type) const {
  return type.is_mutable ? fmt::format("(mut {})", value_type(type.type)) : value_type(type.type);
}

std::string Printer::table_type(const TableType& type) const {
  return fmt::format("{}{} {}", address(type.address), limits_text(type.limits),
                     value_type(type.element));
}

std::string Printer::memory_type(const MemoryType& type) const {
  std::string out = fmt::format("{}{}", address(type.address), limits_text(type.limits));
  if (type.shared) out += " shared";
  if (type.page_size_log2 != 16)
    out += fmt::format(" (pagesize {})", uint64_t{1} << type.page_size_log2);
  return out;
}

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
