// What somebody may have meant who typed a name that does not exist.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tappet::cli {

// The candidate that takes the fewest changes of one character to become `name`; empty if none is
// near.
std::string_view nearest(std::string_view name, std::span<const std::string> candidates);

// "; did you mean `x`?" where something is near, and the names that there are, the first few of
// them: "; there is no other" if there are none.
std::string suggestion(std::string_view name, std::span<const std::string> candidates,
                       std::string_view what);

}  // namespace tappet::cli
