#include "canonical-abi/wit/identifier.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace tappet::component::wit {
namespace {

// WIT.md, "Keywords"; sorted.
constexpr std::array<std::string_view, 43> kKeywords = {
    "as",       "async",     "bool", "borrow", "char",   "constructor", "enum",    "error-context",
    "export",   "f32",       "f64",  "flags",  "from",   "func",        "future",  "import",
    "include",  "interface", "list", "map",    "option", "own",         "package", "record",
    "resource", "result",    "s16",  "s32",    "s64",    "s8",          "static",  "stream",
    "string",   "tuple",     "type", "u16",    "u32",    "u64",         "u8",      "use",
    "variant",  "with",      "world"};

}  // namespace

std::string identifier(std::string_view label) {
  const bool is_keyword = std::binary_search(kKeywords.begin(), kKeywords.end(), label);
  return fmt::format("{}{}", is_keyword ? "%" : "", label);
}

std::string InterfaceName::package_text() const {
  return version.empty() ? std::string(package) : fmt::format("{}@{}", package, version);
}

InterfaceName split_interface(std::string_view name) {
  const size_t at = std::min(name.find('@'), name.size());
  const size_t slash = std::min(name.substr(0, at).rfind('/'), at);
  InterfaceName split;
  split.package = name.substr(0, slash);
  split.interface = name.substr(std::min(slash + 1, at), at - std::min(slash + 1, at));
  split.version = name.substr(std::min(at + 1, name.size()));
  return split;
}

}  // namespace tappet::component::wit
