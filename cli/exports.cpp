#include "cli/exports.h"

#include <fmt/format.h>

#include <vector>

namespace tappet::cli {
namespace {

constexpr size_t kMostNamed = 5;

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (size_t i = 0; i < names.size() && i < kMostNamed; ++i) {
    const bool last = i + 1 == names.size();
    text += (i == 0 ? "" : last ? " and " : ", ") + names[i];
  }
  if (names.size() > kMostNamed) {
    text += fmt::format(" and {} others", names.size() - kMostNamed);
  }
  return text;
}

}  // namespace

std::string exports_instead(const component::InstancePre& pre) {
  std::vector<std::string> names;
  for (const auto& [name, interface] : pre.exports()) {
    if (!name.empty()) {
      names.push_back(name);
      continue;
    }
    for (const component::ExportedFunction& function : interface.functions) {
      names.emplace_back(function.name);
    }
  }
  if (names.empty()) return "; it exports nothing";
  const auto has = [&](std::string_view interface) {
    return pre.find_interface(interface) != nullptr;
  };
  std::string_view advice;
  if (has("wasi:cli/run@0.2.0")) {
    advice = ": `tappet run` runs it";
  } else if (has("wasi:http/incoming-handler@0.2.0")) {
    advice = ": `tappet serve` serves with it";
  } else {
    advice = ": `tappet run --invoke` calls functions";
  }
  return fmt::format("; it exports {}{}", joined(names), advice);
}

}  // namespace tappet::cli
