#include "canonical-abi/linker/version.h"

#include <array>

#include "canonical-abi/component/extern_name.h"

namespace tappet::component {
namespace {

// A version without build metadata; empty if there is none.
std::string_view version_of(std::string_view name) {
  const size_t at = name.find('@');
  if (at == std::string_view::npos) return {};
  const std::string_view version = name.substr(at + 1);
  return version.substr(0, version.find('+'));
}

// major, minor, patch; what is cut off is empty, and counts as less than any number.
std::array<std::string_view, 3> parts_of(std::string_view version) {
  std::array<std::string_view, 3> parts;
  for (std::string_view& part : parts) {
    const size_t dot = version.find('.');
    part = version.substr(0, dot);
    version = dot == std::string_view::npos ? std::string_view() : version.substr(dot + 1);
  }
  return parts;
}

// Numbers of any size, without leading zeros.
bool is_less(std::string_view a, std::string_view b) {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

}  // namespace

std::optional<std::string> track_of(std::string_view name) {
  const std::string_view version = version_of(name);
  if (version.find('-') != std::string_view::npos) return std::nullopt;
  if (!is_semver(version) && !is_canon_version(version)) return std::nullopt;
  const auto [major, minor, patch] = parts_of(version);
  const std::string_view path = name.substr(0, name.find('@'));
  if (major != "0") return std::string(path) + "@" + std::string(major);
  if (minor != "0") return std::string(path) + "@0." + std::string(minor);
  return std::nullopt;
}

bool is_older(std::string_view a, std::string_view b) {
  const auto left = parts_of(version_of(a));
  const auto right = parts_of(version_of(b));
  for (size_t i = 0; i < left.size(); ++i) {
    if (left[i] != right[i]) return is_less(left[i], right[i]);
  }
  return false;
}

}  // namespace tappet::component
