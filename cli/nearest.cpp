#include "cli/nearest.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "canonical-abi/types/print.h"

namespace tappet::cli {
namespace {

constexpr size_t kLongestName = 200;
constexpr size_t kMostCompared = 10'000;
constexpr size_t kMostShown = 20;

// Levenshtein's distance, one row of the table at a time.
size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t changed = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({changed, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row[b.size()];
}

}  // namespace

std::string_view nearest(std::string_view name, std::span<const std::string> candidates) {
  if (name.size() > kLongestName) return {};
  std::string_view best;
  size_t least = std::max<size_t>(name.size() / 3, 1) + 1;
  for (const std::string& candidate :
       candidates.first(std::min(candidates.size(), kMostCompared))) {
    if (candidate.size() > kLongestName) continue;
    // A part that is right counts for more than an interface that was left out.
    const std::string_view last = std::string_view(candidate).substr(candidate.rfind('#') + 1);
    const size_t d = std::min(distance(name, candidate), distance(name, last));
    if (d < least) least = d, best = candidate;
  }
  return best;
}

std::string suggestion(std::string_view name, std::span<const std::string> candidates,
                       std::string_view what) {
  std::string out;
  if (const std::string_view near = nearest(name, candidates); !near.empty()) {
    out += fmt::format("; did you mean {}?", component::quote(near));
  }
  if (candidates.empty()) return out + fmt::format("; there are no {}", what);
  out += fmt::format("{} {}: ", out.empty() ? ";" : "", what);
  for (size_t i = 0; i < std::min(candidates.size(), kMostShown); ++i) {
    out += fmt::format("{}{}", i == 0 ? "" : ", ", component::quote(candidates[i]));
  }
  if (candidates.size() > kMostShown) {
    out += fmt::format(", and {} more", candidates.size() - kMostShown);
  }
  return out;
}

}  // namespace tappet::cli
