#pragma once

#include <string_view>

namespace tappet::cli {

inline constexpr std::string_view kVersion = TAPPET_VERSION;

}  // namespace tappet::cli
