#include "interp/runtime/op_profile.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

namespace tappet {
namespace {

using Counts = std::map<std::string, uint64_t>;

std::string table(const Counts& counts, uint64_t total, size_t top) {
  std::vector<std::pair<uint64_t, std::string_view>> rows;
  for (const auto& [name, count] : counts) {
    if (count != 0) rows.emplace_back(count, name);
  }
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  rows.resize(std::min(rows.size(), top));
  std::string out;
  for (const auto& [count, name] : rows) {
    const double share = 100.0 * static_cast<double>(count) / static_cast<double>(total);
    out += fmt::format("{:>14} {:5.1f} %  {}\n", count, share, name);
  }
  return out;
}

}  // namespace

uint64_t& OpProfile::add(std::string op, bool joined) {
  const std::lock_guard lock(mutex_);
  return entries_.emplace_back(Entry{std::move(op), joined}).count;
}

std::string OpProfile::report(size_t top) const {
  const std::lock_guard lock(mutex_);
  Counts ops;
  Counts pairs;
  uint64_t total = 0;
  for (size_t i = 0; i < entries_.size(); ++i) {
    const Entry& entry = entries_[i];
    total += entry.count;
    ops[entry.op] += entry.count;
    if (entry.joined && i != 0) pairs[entries_[i - 1].op + "; " + entry.op] += entry.count;
  }
  return fmt::format("{} instructions executed\n{}pairs\n{}", total, table(ops, total, top),
                     table(pairs, total, top));
}

}  // namespace tappet
