#include "interp/validate/locals.h"

#include <algorithm>

namespace tappet {

void Locals::reset(std::span<const StackType> params, std::span<const LocalRun> declared) {
  runs_.clear();
  set_.clear();
  set_order_.clear();
  count_ = 0;
  params_ = static_cast<uint32_t>(params.size());
  const auto is_set = [](const LocalRun& run) { return run.type.is_defaultable(); };
  always_set_ = std::all_of(declared.begin(), declared.end(), is_set);
  for (const StackType type : params) add(1, type);
  for (const LocalRun& run : declared) add(run.count, pack(run.type));
  const uint32_t before = simple_count_;
  simple_count_ = always_set_ ? std::min(count_, kExpanded) : 0;
  if (simple_count_ < before) {
    std::fill(simple_.begin() + simple_count_, simple_.begin() + before, kNotSimple);
  }
}

void Locals::add(uint32_t count, StackType type) {
  const uint32_t end = count_ + count;
  if (always_set_ && count_ < kExpanded) {
    std::fill(simple_.begin() + count_, simple_.begin() + std::min(end, kExpanded), type);
  }
  if (end > kExpanded || !always_set_) runs_.push_back({end, type});
  count_ = end;
}

StackType Locals::type_beyond(uint32_t index) const {
  const auto run = std::upper_bound(runs_.begin(), runs_.end(), index,
                                    [](uint32_t i, const Run& r) { return i < r.end; });
  return run->type;
}

bool Locals::is_set_slowly(uint32_t index) const {
  return index < params_ || unpack(type(index)).is_defaultable() || set_.contains(index);
}

void Locals::set_slowly(uint32_t index) {
  if (is_set_slowly(index)) return;
  set_.insert(index);
  set_order_.push_back(index);
}

void Locals::forget_slowly(uint32_t mark) {
  for (; set_order_.size() > mark; set_order_.pop_back()) set_.erase(set_order_.back());
}

}  // namespace tappet
