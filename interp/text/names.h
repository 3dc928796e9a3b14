// The whole name section, for printing: core spec A.4.1 and the extended-name-section proposal.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "interp/module/module.h"

namespace tappet::text {

// Subsections by their number.
enum NameKind : uint8_t {
  kModuleNames = 0,
  kFunctionNames = 1,
  kLocalNames = 2,
  kTypeNames = 4,
  kTableNames = 5,
  kMemoryNames = 6,
  kGlobalNames = 7,
  kElemNames = 8,
  kDataNames = 9,
  kFieldNames = 10,
  kTagNames = 11,
};

using NameMap = std::map<uint32_t, std::string>;

struct AllNames {
  std::optional<std::string> module;
  std::map<uint8_t, NameMap> flat;                          // by NameKind
  std::map<uint8_t, std::map<uint32_t, NameMap>> indirect;  // kLocalNames, kFieldNames

  const NameMap& of(NameKind kind) const;
  const NameMap& of(NameKind kind, uint32_t owner) const;
};

// Reads what can be read; the first thing that is wrong ends it.
AllNames read_all_names(const Module& module);

// "$name", quoted where it must be.
std::string id_text(std::string_view name);
// A string literal with these bytes.
std::string string_text(ByteSpan bytes);
inline std::string string_text(std::string_view text) { return string_text(as_bytes(text)); }

}  // namespace tappet::text
