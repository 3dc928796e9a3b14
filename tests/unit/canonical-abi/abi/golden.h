// What golden files of definitions.py write.
#pragma once

#include <string>

#include "canonical-abi/component/canon.h"

namespace tappet::component::test {

inline std::string unhex(const std::string& hex) {
  std::string text;
  if (hex == "-") return text;
  for (size_t i = 0; i < hex.size(); i += 2) {
    text.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return text;
}

inline StringEncoding encoding_of(const std::string& name) {
  return name == "utf8"    ? StringEncoding::kUtf8
         : name == "utf16" ? StringEncoding::kUtf16
                           : StringEncoding::kLatin1Utf16;
}

}  // namespace tappet::component::test
