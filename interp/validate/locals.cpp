#include "interp/validate/locals.h"

#include <algorithm>

namespace tappet {

constexpr std::array<StackType, 256> Locals::kNone = [] {
  std::array<StackType, 256> none{};
  none.fill(kNotSimple);
  return none;
}();

void Locals::reset(std::span<const StackType> params, const FunctionDecl& function) {
  runs_.clear();
  set_.clear();
  set_order_.clear();
  count_ = 0;
  always_set_ = true;
  params_ = static_cast<uint32_t>(params.size());
  for (const StackType type : params) add(1, type);
  for (const LocalRun& run : function.locals) {
    add(run.count, pack(run.type));
    if (!run.type.is_defaultable()) always_set_ = false;
  }
  if (count_ < kExpanded) {
    std::fill(simple_.begin() + count_, simple_.begin() + kExpanded, kNotSimple);
  }
}

void Locals::add(uint32_t count, StackType type) {
  const uint32_t end = count_ + count;
  if (count_ < kExpanded) {
    std::fill(simple_.begin() + count_, simple_.begin() + std::min(end, kExpanded), type);
  }
  if (end > kExpanded) runs_.push_back({end, type});
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
