// Values of core functions as text: arguments and results of --invoke.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "interp/module/types.h"

namespace tappet::cli {

// Raw slots, one per parameter. Integers are decimal or, after 0x, hexadecimal, signed or unsigned;
// floats are decimal, inf or nan. Errors: kUsage if the number of arguments is wrong, one is no
// value of its type, or a parameter's type has no text.
Result<std::vector<uint64_t>> parse_core_values(std::span<const ValueType> types,
                                                std::span<const std::string> texts);

// One value per line: integers signed, floats in the fewest digits that mean the same number and
// without exponent, references as null or by their type.
std::string print_core_values(std::span<const ValueType> types, std::span<const uint64_t> slots);

}  // namespace tappet::cli
