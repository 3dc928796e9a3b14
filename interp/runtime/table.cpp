#include "interp/runtime/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

namespace tappet {

Result<std::unique_ptr<Table>> Table::create(const TableType& type, uint64_t max_entries,
                                             Ref init) {
  const uint64_t cap = type.limits.has_max ? std::min(type.limits.max, max_entries) : max_entries;
  if (type.limits.min > cap) {
    return fail(ErrorKind::kLimit,
                fmt::format("table of {} entries exceeds the limit of {}", type.limits.min, cap));
  }
  auto table = std::unique_ptr<Table>(new Table(type, cap));
  if (table->grow(type.limits.min, init) < 0) {
    return fail(ErrorKind::kResource, "no memory left for a table");
  }
  return table;
}

Table::~Table() { std::free(elements_); }

int64_t Table::grow(uint64_t delta, Ref init) {
  const uint64_t old = size_;
  if (delta > max_entries_ || old > max_entries_ - delta) return -1;
  const uint64_t wanted = old + delta;
  if (wanted > capacity_) {
    const uint64_t capacity =
        old == 0 ? wanted : std::min(std::max(wanted, capacity_ * 2), max_entries_);
    void* block = std::realloc(elements_, capacity * sizeof(Ref));  // NOLINT: kept on failure
    if (block == nullptr) return -1;
    elements_ = static_cast<Ref*>(block);
    capacity_ = capacity;
  }
  std::fill(elements_ + old, elements_ + wanted, init);
  size_ = wanted;
  return static_cast<int64_t>(old);
}

}  // namespace tappet
