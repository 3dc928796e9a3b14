// Values that options take.
#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "cli/options.h"

namespace tappet::cli {
namespace {

struct Unit {
  std::string_view name;
  double factor;
};

// A decimal number, followed by the name of a unit.
template <size_t N>
std::optional<double> number_with_unit(const std::string& text, const Unit (&units)[N]) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (error != std::errc() || !(number >= 0)) return std::nullopt;
  const std::string_view suffix(rest, static_cast<size_t>(end - rest));
  for (const Unit& unit : units) {
    if (unit.name == suffix) return number * unit.factor;
  }
  return std::nullopt;
}

}  // namespace

Result<std::chrono::nanoseconds> parse_duration(const std::string& text) {
  static constexpr Unit kUnits[] = {{"", 1e9},   {"s", 1e9},  {"ms", 1e6}, {"us", 1e3},
                                    {"μs", 1e3}, {"ns", 1.0}, {"m", 60e9}, {"h", 3600e9}};
  const auto value = number_with_unit(text, kUnits);
  constexpr double kMost = 1e18;  // some thirty years
  if (!value || *value > kMost) {
    return fail(ErrorKind::kUsage,
                fmt::format("'{}' is not a duration such as 10s or 250ms", text));
  }
  return std::chrono::nanoseconds(static_cast<int64_t>(*value));
}

Result<uint64_t> parse_count(const std::string& text) {
  uint64_t count = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc() || rest != end) {
    return fail(ErrorKind::kUsage, fmt::format("'{}' is not a number such as 1000000", text));
  }
  return count;
}

Result<uint64_t> parse_size(const std::string& text) {
  static constexpr double kKilo = 1024;
  static constexpr Unit kUnits[] = {{"", 1},
                                    {"k", kKilo},
                                    {"K", kKilo},
                                    {"KiB", kKilo},
                                    {"m", kKilo * kKilo},
                                    {"M", kKilo * kKilo},
                                    {"MiB", kKilo * kKilo},
                                    {"g", kKilo * kKilo * kKilo},
                                    {"G", kKilo * kKilo * kKilo},
                                    {"GiB", kKilo * kKilo * kKilo}};
  const auto value = number_with_unit(text, kUnits);
  constexpr double kMost = 9e18;
  if (!value || *value > kMost) {
    return fail(ErrorKind::kUsage, fmt::format("'{}' is not a size such as 64KiB or 256M", text));
  }
  return static_cast<uint64_t>(*value);
}

}  // namespace tappet::cli
