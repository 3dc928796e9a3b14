// The custom section "component-name" (Binary.md, "Name Section"), as text has it: ids.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "canonical-abi/types/extern.h"
#include "interp/binary/writer.h"
#include "interp/text/names.h"

namespace tappet::component::wat {

inline constexpr std::string_view kNameSection = "component-name";

using SortNames = std::array<text::NameMap, kSortCount>;

// The section's contents; nothing if there are no names.
Writer encode_names(const std::optional<std::string>& component, const SortNames& names);

// sort, and core:sort behind the byte for "core".
void write_sort(Writer& out, Sort sort);

}  // namespace tappet::component::wat
