#include "canonical-abi/bind/names.h"

namespace tappet::component {
namespace {

// ASCII only, whatever the locale: these are identifiers.
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

}  // namespace

std::string kebab_case(std::string_view name) {
  if (name.size() > 1 && name[0] == 'k' && is_upper(name[1])) name.remove_prefix(1);
  while (!name.empty() && name.back() == '_') name.remove_suffix(1);
  std::string out;
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (c == '_') {
      out += '-';
      continue;
    }
    const bool after_word = i > 0 && name[i - 1] != '_' && !is_upper(name[i - 1]);
    const bool before_word =
        i > 0 && is_upper(name[i - 1]) && i + 1 < name.size() && is_lower(name[i + 1]);
    if (is_upper(c) && (after_word || before_word)) out += '-';
    out += is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

namespace detail {

std::string_view template_argument(std::string_view description) {
  const size_t start = description.rfind("T = ");
  if (start == std::string_view::npos) return description;
  std::string_view argument = description.substr(start + 4);
  argument = argument.substr(0, argument.find_first_of(";]<"));
  const size_t scope = argument.rfind("::");
  return scope == std::string_view::npos ? argument : argument.substr(scope + 2);
}

}  // namespace detail
}  // namespace tappet::component
