#include <fmt/format.h>

#include "interp/text/type_printer.h"

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

bool Ids::is_id(uint32_t index) const {
  const auto name = names->find(index);
  return name != names->end() && !name->second.empty() && count.at(name->second) == 1;
}

std::string Ids::reference(uint32_t index) const {
  return is_id(index) ? id_text(names->at(index)) : fmt::format("{}", index);
}

std::string Ids::binding(uint32_t index) const {
  if (is_id(index)) return " " + id_text(names->at(index));
  const auto name = names->find(index);
  if (name == names->end()) return fmt::format(" (;{};)", index);
  return fmt::format(" (@name {})", string_text(name->second));
}

std::string Ids::plain_binding(uint32_t index) const {
  return is_id(index) ? " " + id_text(names->at(index)) : "";
}

Ids make_ids(const NameMap& names) {
  Ids ids;
  ids.names = &names;
  for (const auto& [index, name] : names) ++ids.count[name];
  return ids;
}

std::string TypePrinter::heap_type(HeapType heap) const {
  if (heap.kind == HeapKind::kDefined) return type_reference(heap.id.value);
  return std::string(kHeapNames[static_cast<size_t>(heap.kind)]);
}

std::string TypePrinter::value_type(ValueType type) const {
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

std::string TypePrinter::field_type(const FieldType& field) const {
  std::string type = value_type(field.type);
  if (field.packed == PackedKind::kI8) type = "i8";
  if (field.packed == PackedKind::kI16) type = "i16";
  return field.is_mutable ? fmt::format("(mut {})", type) : type;
}

std::string TypePrinter::function_type(const FuncType& type, const Ids* params) const {
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

std::string TypePrinter::composite(const SubType& type, const NameMap& names) const {
  std::string out;
  if (const auto* function = std::get_if<FuncType>(&type.composite)) {
    out = fmt::format("(func{})", function_type(*function, nullptr));
  } else if (const auto* structure = std::get_if<StructType>(&type.composite)) {
    const Ids fields = make_ids(names);
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
  for (const TypeId super : type.supertypes) head += " " + type_reference(super.value);
  return fmt::format("{} {})", head, out);
}

std::string TypePrinter::global_type(const GlobalType& type) const {
  return type.is_mutable ? fmt::format("(mut {})", value_type(type.type)) : value_type(type.type);
}

std::string TypePrinter::table_type(const TableType& type) const {
  return fmt::format("{}{} {}", address(type.address), limits_text(type.limits),
                     value_type(type.element));
}

std::string TypePrinter::memory_type(const MemoryType& type) const {
  std::string out = fmt::format("{}{}", address(type.address), limits_text(type.limits));
  if (type.shared) out += " shared";
  if (type.page_size_log2 != 16)
    out += fmt::format(" (pagesize {})", uint64_t{1} << type.page_size_log2);
  return out;
}

}  // namespace tappet::text
