#include "wasi/host/config.h"

#include <algorithm>

#include "wasi/host/environment.h"

namespace tappet::wasi {

void Config::set(std::string_view name, std::string_view value) {
  const std::string clean = to_utf8(name);
  const auto known = std::find_if(settings_.begin(), settings_.end(),
                                  [&](const auto& setting) { return setting.first == clean; });
  if (known != settings_.end()) {
    known->second = to_utf8(value);
  } else {
    settings_.emplace_back(clean, to_utf8(value));
  }
}

std::optional<std::string> Config::get(std::string_view name) const {
  for (const auto& [known, value] : settings_) {
    if (known == name) return value;
  }
  return std::nullopt;
}

}  // namespace tappet::wasi
