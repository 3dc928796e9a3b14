// Names as WIT writes them.
#pragma once

#include <string>
#include <string_view>

namespace tappet::component::wit {

// With a % before what would be a keyword.
std::string identifier(std::string_view label);

// "wasi:http/types@0.2.0" taken apart.
struct InterfaceName {
  std::string_view package;    // "wasi:http"
  std::string_view interface;  // "types"
  std::string_view version;    // "0.2.0", or empty

  bool same_package(const InterfaceName& other) const {
    return package == other.package && version == other.version;
  }
  // "wasi:http@0.2.0"
  std::string package_text() const;
};
InterfaceName split_interface(std::string_view name);

}  // namespace tappet::component::wit
