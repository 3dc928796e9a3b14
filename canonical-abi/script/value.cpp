#include "canonical-abi/script/value.h"

#include <fmt/format.h>

#include "canonical-abi/types/print.h"

namespace tappet::component {
namespace {

auto wrong(std::string message) { return fail(ErrorKind::kInvalid, std::move(message)); }

std::string_view describe(const Constant& constant) { return row(constant.kind).text; }

std::optional<uint32_t> find_label(const ValType& type, std::string_view label) {
  for (uint32_t i = 0; i < type.items.size(); ++i) {
    if (type.items[i].label == label) return i;
  }
  return std::nullopt;
}

Result<ComponentValue> to_list(const Constant& constant, const ValType& type) {
  ComponentValue::List items;
  for (const Constant& member : constant.members)
    items.push_back(TAPPET_TRY(to_value(member, *type.element)));
  if (type.kind != TypeKind::kList || type.element->kind != TypeKind::kU8)
    return ComponentValue::sequence(type.kind, std::move(items));
  Bytes bytes;
  for (const ComponentValue& item : items) bytes.push_back(static_cast<uint8_t>(item.bits()));
  return ComponentValue::bytes(std::move(bytes));
}

Result<ComponentValue> to_fields(const Constant& constant, const ValType& type) {
  if (constant.members.size() != type.items.size())
    return wrong(fmt::format("{} fields for {}", constant.members.size(), to_string(type)));
  ComponentValue::List items;
  for (size_t i = 0; i < type.items.size(); ++i) {
    const Constant& member = constant.members[i];
    if (member.label != type.items[i].label)
      return wrong(fmt::format("no field {} there in {}", quote(member.label), to_string(type)));
    items.push_back(TAPPET_TRY(to_value(member, *type.items[i].type)));
  }
  return ComponentValue::sequence(type.kind, std::move(items));
}

Result<ComponentValue> to_case(const Constant& constant, const ValType& type) {
  auto index = static_cast<uint32_t>(constant.bits);
  if (type.kind == TypeKind::kVariant || type.kind == TypeKind::kEnum) {
    const auto found = find_label(type, constant.text);
    if (!found)
      return wrong(fmt::format("no case {} in {}", quote(constant.text), to_string(type)));
    index = *found;
  }
  const ValType* const payload = type.items[index].type;
  if ((payload != nullptr) != !constant.members.empty())
    return wrong(fmt::format("a payload of {} too many or missing", to_string(type)));
  if (payload == nullptr) return ComponentValue::variant(type.kind, index);
  return ComponentValue::variant(type.kind, index,
                                 TAPPET_TRY(to_value(constant.members[0], *payload)));
}

Result<ComponentValue> to_flags(const Constant& constant, const ValType& type) {
  uint32_t bits = 0;
  for (const Constant& member : constant.members) {
    const auto found = find_label(type, member.label);
    if (!found) return wrong(fmt::format("no flag {} in {}", quote(member.label), to_string(type)));
    bits |= uint32_t{1} << *found;
  }
  return ComponentValue::flags(bits);
}

std::string describe_all(const Constant& constant) {
  std::string out(describe(constant));
  if (is_primitive(constant.kind) && constant.kind != TypeKind::kString)
    return fmt::format("{}:{}", out, constant.bits);
  if (!constant.text.empty()) out += " " + quote(constant.text);
  for (const Constant& member : constant.members) {
    out += member.label.empty() ? " (" : fmt::format(" {} (", quote(member.label));
    if (constant.kind != TypeKind::kFlags) out += describe_all(member);
    out += ")";
  }
  return out;
}

}  // namespace

Result<ComponentValue> to_value(const Constant& constant, const ValType& type) {
  const bool is_list = constant.kind == TypeKind::kList &&
                       (type.kind == TypeKind::kFixedList || type.kind == TypeKind::kMap);
  if (constant.kind != type.kind && !is_list)
    return wrong(fmt::format("{} for {}", describe(constant), to_string(type)));
  switch (type.kind) {
    case TypeKind::kString:
      return ComponentValue::string(constant.text);
    case TypeKind::kList:
    case TypeKind::kFixedList:
    case TypeKind::kMap:
      return to_list(constant, type);
    case TypeKind::kRecord:
    case TypeKind::kTuple:
      return to_fields(constant, type);
    case TypeKind::kVariant:
    case TypeKind::kEnum:
    case TypeKind::kOption:
    case TypeKind::kResult:
      return to_case(constant, type);
    case TypeKind::kFlags:
      return to_flags(constant, type);
    default:
      return ComponentValue::scalar(type.kind, constant.bits);
  }
}

bool ScriptComponentValue::matches(const script::ForeignValue& result) const {
  const auto& other = static_cast<const ScriptComponentValue&>(result);
  if (!constant_ || other.type_ == nullptr) return false;
  const auto expected = to_value(*constant_, *other.type_);
  return expected.ok() && *expected == other.result_;
}

std::string ScriptComponentValue::to_string() const {
  return constant_ ? describe_all(*constant_) : component::to_string(result_, type_);
}

}  // namespace tappet::component
