// The names of imports and exports (Explainer.md, "Import and Export Definitions").
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "canonical-abi/types/features.h"
#include "interp/base/result.h"

namespace tappet::component {

// A name with its attributes as written (nameattributes). The attributes say what an item is for;
// linking goes by the name alone.
struct ExternName {
  std::string_view name;
  std::optional<std::string_view> implements;      // an interface name
  std::optional<std::string_view> version_suffix;  // what canonicalisation cut from the version
  std::optional<std::string_view> external_id;
};

// An externname taken apart; the parts point into the name.
struct ParsedName {
  enum class Kind : uint8_t { kLabel, kConstructor, kMethod, kStatic, kInterface };
  Kind kind = Kind::kLabel;
  std::string_view label;       // kLabel: the name. kConstructor, kMethod, kStatic: the resource
  std::string_view member;      // kMethod, kStatic
  std::string_view package;     // kInterface: "wasi:http"
  std::string_view projection;  // kInterface: "types"
  std::string_view version;     // kInterface: "0.2.1"; empty: none

  bool is_plain() const { return kind != Kind::kInterface; }
};

// True for a label: words and acronyms joined with hyphens, the first starting with a letter.
bool is_kebab_label(std::string_view text);
// True for a version by semver.org, version 2.0.0.
bool is_semver(std::string_view text);
// True for what is left of a version after canonicalisation: "1", "0.2", "0.0.1".
bool is_canon_version(std::string_view text);

// Errors: kInvalid, also for nested names that are off; kUnsupported for versions that are off.
Result<ParsedName> parse_extern_name(std::string_view name, const ComponentFeatureSet& features);
// Only the interfacename form.
Result<ParsedName> parse_interface_name(std::string_view name, const ComponentFeatureSet& features);

// Two names are strongly unique iff their keys differ (Explainer.md, "Name Uniqueness").
std::string uniqueness_key(std::string_view name);

// "feature cm-async is not supported yet", unless the set has it.
Result<> require(const ComponentFeatureSet& features, ComponentFeature feature);

}  // namespace tappet::component
