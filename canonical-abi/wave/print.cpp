#include <algorithm>

#include <fmt/format.h>

#include "canonical-abi/types/print.h"
#include "canonical-abi/wave/wave.h"

namespace tappet::component {
namespace {

bool has_text(TypeKind kind) { return kind != TypeKind::kErrorContext && kind < TypeKind::kOwn; }

// A part of the value that has no text; null if all have one.
const ComponentValue* find_mute(const ComponentValue& value) {
  if (!has_text(value.kind())) return &value;
  if (value.payload() != nullptr) return find_mute(*value.payload());
  if (!value.is_list()) return nullptr;
  for (const ComponentValue& item : value.items()) {
    if (const ComponentValue* const found = find_mute(item)) return found;
  }
  return nullptr;
}

}  // namespace

Result<std::string> print_wave(const ComponentValue& value, const ValType& type) {
  TAPPET_TRY(check_value(value, type));
  if (const ComponentValue* const mute = find_mute(value)) {
    return fail(ErrorKind::kUnsupported,
                fmt::format("a value of type {} cannot be written", row(mute->kind()).text));
  }
  return to_string(value, &type);
}

bool has_wave(const ValType& type) {
  if (type.contains_resource || type.contains_async_value || !has_text(type.kind)) return false;
  return (type.element == nullptr || has_wave(*type.element)) &&
         std::all_of(type.items.begin(), type.items.end(), [](const Labelled& item) {
           return item.type == nullptr || has_wave(*item.type);
         });
}

}  // namespace tappet::component
