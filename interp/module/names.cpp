// The name section is a hint: whatever is wrong with it ends the reading, and what was read stays.
#include "interp/module/names.h"

#include <fmt/format.h>

#include "interp/base/leb128.h"
#include "interp/base/printable.h"
#include "interp/base/utf8.h"

namespace tappet {
namespace {

constexpr uint8_t kModuleNames = 0;
constexpr uint8_t kFunctionNames = 1;

// Yields nothing where the bytes end or make no sense.
class Cursor {
 public:
  explicit Cursor(ByteSpan bytes) : bytes_(bytes) {}

  bool at_end() const { return bytes_.empty(); }
  std::optional<uint8_t> byte() {
    if (bytes_.empty()) return std::nullopt;
    const uint8_t first = bytes_[0];
    bytes_ = bytes_.subspan(1);
    return first;
  }
  std::optional<uint32_t> u32() {
    const uint8_t* const end = bytes_.data() + bytes_.size();
    const auto leb = read_leb_unsigned<32>(bytes_.data(), end);
    if (leb.error != LebError::kNone) return std::nullopt;
    bytes_ = ByteSpan(leb.next, end);
    return static_cast<uint32_t>(leb.value);
  }
  std::optional<ByteSpan> vector() {
    const auto size = u32();
    if (!size || *size > bytes_.size()) return std::nullopt;
    const ByteSpan result = bytes_.first(*size);
    bytes_ = bytes_.subspan(*size);
    return result;
  }

 private:
  ByteSpan bytes_;
};

void read_function_names(Cursor in, size_t functions, Names& names) {
  const auto count = in.u32();
  for (uint32_t i = 0; count && i < *count; ++i) {
    const auto index = in.u32();
    const auto name = index ? in.vector() : std::nullopt;
    if (!name) return;
    if (*index < functions && is_utf8(*name)) {
      names.functions.try_emplace(*index, as_text(*name));
    }
  }
}

void read_subsections(Cursor in, size_t functions, Names& names) {
  while (!in.at_end()) {
    const auto id = in.byte();
    const auto contents = id ? in.vector() : std::nullopt;
    if (!contents) return;
    if (*id == kFunctionNames) read_function_names(Cursor(*contents), functions, names);
    if (*id != kModuleNames) continue;
    const auto name = Cursor(*contents).vector();
    if (name && is_utf8(*name)) names.module = as_text(*name);
  }
}

std::string_view exported_name(const Module& module, uint32_t function) {
  for (const Export& item : module.exports) {
    if (item.kind == ExternKind::kFunc && item.index == function) return item.name;
  }
  return {};
}

}  // namespace

Names read_names(const Module& module) {
  Names names;
  for (const CustomSection& custom : module.customs) {
    if (custom.name != "name") continue;
    const ByteSpan contents = module.bytes.subspan(custom.begin, custom.end - custom.begin);
    read_subsections(Cursor(contents), module.functions.size(), names);
  }
  return names;
}

std::string function_label(const Module& module, uint32_t function) {
  const Names names = read_names(module);
  const auto found = names.functions.find(function);
  const std::string_view name =
      found != names.functions.end() ? found->second : exported_name(module, function);
  if (name.empty()) return fmt::format("function {}", function);
  return fmt::format("function {} ({})", function, printable(name));
}

}  // namespace tappet
