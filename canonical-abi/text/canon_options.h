// canonopt as text (Explainer.md, "Canonical Definitions").
#pragma once

#include <optional>
#include <string_view>

#include "canonical-abi/component/canon.h"
#include "canonical-abi/types/extern.h"

namespace tappet::component::wat {

// In the order of CanonOptionKind.
struct OptionRow {
  std::string_view word;
  CanonOptionKind kind;
  std::optional<Sort> sort;  // of what it refers to
};
inline constexpr OptionRow kOptions[] = {
    {"string-encoding=utf8", CanonOptionKind::kUtf8, {}},
    {"string-encoding=utf16", CanonOptionKind::kUtf16, {}},
    {"string-encoding=latin1+utf16", CanonOptionKind::kLatin1Utf16, {}},
    {"memory", CanonOptionKind::kMemory, Sort::kCoreMemory},
    {"realloc", CanonOptionKind::kRealloc, Sort::kCoreFunc},
    {"post-return", CanonOptionKind::kPostReturn, Sort::kCoreFunc},
    {"async", CanonOptionKind::kAsync, {}},
    {"callback", CanonOptionKind::kCallback, Sort::kCoreFunc},
};

}  // namespace tappet::component::wat
