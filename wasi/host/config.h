// Settings that whoever runs a guest gives it by name.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tappet::wasi {

// All texts are well-formed UTF-8: guests get them as strings.
class Config {
 public:
  // Bytes that are not UTF-8 become U+FFFD. A later value of the same name replaces an earlier one.
  void set(std::string_view name, std::string_view value);

  std::optional<std::string> get(std::string_view name) const;
  // In the order in which their names were set first.
  const std::vector<std::pair<std::string, std::string>>& all() const { return settings_; }

 private:
  std::vector<std::pair<std::string, std::string>> settings_;
};

}  // namespace tappet::wasi
