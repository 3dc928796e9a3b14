#include "canonical-abi/component/extern_name.h"

#include <algorithm>

#include <fmt/format.h>

#include "canonical-abi/types/print.h"

namespace tappet::component {
namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_identifier_char(char c) { return is_lower(c) || is_upper(c) || is_digit(c) || c == '-'; }

auto invalid(std::string message) { return fail(ErrorKind::kInvalid, std::move(message)); }

Result<> check_label(std::string_view label) {
  if (is_kebab_label(label)) return {};
  return invalid(fmt::format("{} is not in kebab case", quote(label)));
}

// words: a label without acronyms.
Result<> check_words(std::string_view words) {
  TAPPET_TRY(check_label(words));
  if (std::none_of(words.begin(), words.end(), is_upper)) return {};
  return invalid(fmt::format("{} is not in kebab case: namespaces and packages are in lower case",
                             quote(words)));
}

// Cuts what is before the first `mark` off the front; everything if there is no mark.
std::string_view take_until(std::string_view& text, char mark) {
  const size_t at = text.find(mark);
  const std::string_view front = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
  return front;
}

bool is_numeric_identifier(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit) &&
         (text.size() == 1 || text[0] != '0');
}

// A dot-separated list of identifiers; numeric ones have no leading zeros where that is forbidden.
bool are_identifiers(std::string_view text, bool allow_leading_zeros) {
  while (true) {
    const size_t dot = text.find('.');
    const std::string_view part = text.substr(0, dot);
    if (part.empty() || !std::all_of(part.begin(), part.end(), is_identifier_char)) return false;
    const bool is_number = std::all_of(part.begin(), part.end(), is_digit);
    if (is_number && !allow_leading_zeros && !is_numeric_identifier(part)) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

Result<> check_version(std::string_view version, const ComponentFeatureSet& features) {
  if (is_semver(version)) return {};
  if (is_canon_version(version)) return require(features, ComponentFeature::kVersionSuffix);
  return invalid(fmt::format("{} is not a valid semver", quote(version)));
}

Result<ParsedName> parse_annotated(std::string_view rest, ParsedName::Kind kind) {
  ParsedName parsed;
  parsed.kind = kind;
  parsed.label = rest;
  if (kind != ParsedName::Kind::kConstructor) {
    const size_t dot = rest.find('.');
    if (dot == std::string_view::npos) {
      return invalid(fmt::format("failed to find `.` in {}", quote(rest)));
    }
    parsed.label = rest.substr(0, dot);
    parsed.member = rest.substr(dot + 1);
    TAPPET_TRY(check_label(parsed.member));
  }
  TAPPET_TRY(check_label(parsed.label));
  return parsed;
}

constexpr std::string_view kConstructor = "[constructor]";
constexpr std::string_view kMethod = "[method]";
constexpr std::string_view kStatic = "[static]";

}  // namespace

Result<> require(const ComponentFeatureSet& features, ComponentFeature feature) {
  if (features.has(feature)) return {};
  const bool exists = row(feature).state != ComponentFeatureState::kUnsupported;
  return fail(ErrorKind::kUnsupported, fmt::format("feature {} is not {}", row(feature).name,
                                                   exists ? "enabled" : "supported yet"));
}

bool is_kebab_label(std::string_view text) {
  if (text.empty() || is_digit(text[0])) return false;
  while (true) {
    const size_t hyphen = text.find('-');
    const std::string_view fragment = text.substr(0, hyphen);
    const auto is_word = [](char c) { return is_lower(c) || is_digit(c); };
    const auto is_acronym = [](char c) { return is_upper(c) || is_digit(c); };
    if (fragment.empty() || (!std::all_of(fragment.begin(), fragment.end(), is_word) &&
                             !std::all_of(fragment.begin(), fragment.end(), is_acronym))) {
      return false;
    }
    if (hyphen == std::string_view::npos) return true;
    text.remove_prefix(hyphen + 1);
  }
}

bool is_semver(std::string_view text) {
  const size_t plus = text.find('+');
  if (plus != std::string_view::npos) {
    if (!are_identifiers(text.substr(plus + 1), true)) return false;
    text = text.substr(0, plus);
  }
  const size_t hyphen = text.find('-');
  if (hyphen != std::string_view::npos) {
    if (!are_identifiers(text.substr(hyphen + 1), false)) return false;
    text = text.substr(0, hyphen);
  }
  if (std::count(text.begin(), text.end(), '.') != 2) return false;
  return is_numeric_identifier(take_until(text, '.')) &&
         is_numeric_identifier(take_until(text, '.')) && is_numeric_identifier(text);
}

bool is_canon_version(std::string_view text) {
  if (text == "0.0.0") return true;
  for (const std::string_view zeros : {"0.0.", "0."}) {
    if (text.starts_with(zeros)) {
      text.remove_prefix(zeros.size());
      break;
    }
  }
  return is_numeric_identifier(text) && text != "0";
}

Result<ParsedName> parse_interface_name(std::string_view name,
                                        const ComponentFeatureSet& features) {
  ParsedName parsed;
  parsed.kind = ParsedName::Kind::kInterface;
  std::string_view path = name;
  const size_t at = name.find('@');
  if (at != std::string_view::npos) {
    parsed.version = name.substr(at + 1);
    TAPPET_TRY(check_version(parsed.version, features));
    path = name.substr(0, at);
  }
  const size_t slash = path.find('/');
  if (slash == std::string_view::npos ||
      path.substr(0, slash).find(':') == std::string_view::npos) {
    return invalid(fmt::format("{} must be an interface name, such as `a:b/c`", quote(name)));
  }
  parsed.package = path.substr(0, slash);
  parsed.projection = path.substr(slash + 1);
  bool nested = false;
  std::string_view rest = parsed.package;
  for (int parts = 0; !rest.empty() || parts < 2; ++parts) {
    nested |= parts >= 2;
    TAPPET_TRY(check_words(take_until(rest, ':')));
  }
  if (parsed.package.ends_with(':')) TAPPET_TRY(check_words(""));
  rest = parsed.projection;
  for (int parts = 0; !rest.empty() || parts < 1; ++parts) {
    nested |= parts >= 1;
    TAPPET_TRY(check_label(take_until(rest, '/')));
  }
  if (parsed.projection.ends_with('/')) TAPPET_TRY(check_label(""));
  if (nested && !features.has(ComponentFeature::kNestedNames)) {
    return invalid(fmt::format("{} has more parts than `a:b/c`: feature {} is not enabled",
                               quote(name), row(ComponentFeature::kNestedNames).name));
  }
  return parsed;
}

Result<ParsedName> parse_extern_name(std::string_view name, const ComponentFeatureSet& features) {
  using Kind = ParsedName::Kind;
  if (name.starts_with(kConstructor)) {
    return parse_annotated(name.substr(kConstructor.size()), Kind::kConstructor);
  }
  if (name.starts_with(kMethod)) return parse_annotated(name.substr(kMethod.size()), Kind::kMethod);
  if (name.starts_with(kStatic)) return parse_annotated(name.substr(kStatic.size()), Kind::kStatic);
  if (name.find(':') != std::string_view::npos) return parse_interface_name(name, features);
  ParsedName parsed;
  parsed.label = name;
  TAPPET_TRY(check_label(name));
  return parsed;
}

std::string uniqueness_key(std::string_view name) {
  std::string key;
  std::transform(name.begin(), name.end(), std::back_inserter(key),
                 [](char c) { return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c; });
  for (const std::string_view prefix : {kMethod, kStatic}) {
    if (!key.starts_with(prefix)) continue;
    key.erase(0, prefix.size());
    const size_t dot = key.find('.');
    if (dot != std::string::npos && key.compare(0, dot, key, dot + 1) == 0) key.resize(dot);
    break;
  }
  return key;
}

}  // namespace tappet::component
