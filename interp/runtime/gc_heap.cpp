// Allocation takes the next free slot of its size class; only when a span's slots are used up is
// there something to decide. Sweeping looks at mark bits, never at objects: what is free in a span
// is cleared when allocation comes to it, and a span without survivors goes as a whole.
#include "interp/runtime/gc_heap.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "interp/runtime/gc_marker.h"
#include "interp/runtime/store.h"

namespace tappet {
namespace {

// Collections are not worth their while before this much was allocated.
// A heap with less than this part of its limit free after a collection is full.
constexpr uint64_t kFullPart = 32;
constexpr uint64_t kLeastBudget = 4 << 20;

// Sizes of slots: every multiple of 8 to 128, of 16 to 256, then four per doubling, and what
// divides a block evenly.
struct SizeClasses {
  uint32_t bytes[64] = {};
  uint32_t count = 0;

  constexpr SizeClasses() {
    for (uint32_t size = kGcLeastSlotBytes; size <= 128; size += 8) bytes[count++] = size;
    for (uint32_t size = 144; size <= 256; size += 16) bytes[count++] = size;
    for (uint32_t base = 256; base < 8192; base *= 2) {
      for (uint32_t k = 1; k <= 4; ++k) bytes[count++] = base + base / 4 * k;
    }
    for (uint32_t parts = 7; parts >= 2; --parts) bytes[count++] = kGcPayloadBytes / parts / 8 * 8;
  }
};
constexpr SizeClasses kClasses;
static_assert(kClasses.bytes[kClasses.count - 1] > kClasses.bytes[kClasses.count - 2]);
constexpr uint64_t kLargestSlotBytes = kClasses.bytes[kClasses.count - 1];

uint32_t class_of(uint64_t bytes) {
  if (bytes <= 128) return static_cast<uint32_t>(bytes <= 16 ? 0 : (bytes - 9) / 8);
  const auto* const end = kClasses.bytes + kClasses.count;
  return static_cast<uint32_t>(std::lower_bound(kClasses.bytes, end, bytes) - kClasses.bytes);
}

bool bit(const uint64_t* bitmap, uint32_t index) {
  return (bitmap[index / 64] >> (index % 64) & 1) != 0;
}

// The first index from `from` on whose bit is `value`, or `end`.
uint32_t find_bit(const uint64_t* bitmap, uint32_t from, uint32_t end, bool value) {
  while (from < end) {
    const uint64_t word = (value ? bitmap[from / 64] : ~bitmap[from / 64]) >> (from % 64);
    if (word != 0) return std::min(end, from + static_cast<uint32_t>(std::countr_zero(word)));
    from = (from / 64 + 1) * 64;
  }
  return end;
}

}  // namespace

Root::Root(Store& store, Ref ref) : ref_(ref), at_(&store.heap().roots_), next_(*at_) {
  *at_ = this;
  if (next_ != nullptr) next_->at_ = &next_;
}

Root::Root(Root&& other) noexcept : ref_(other.ref_), at_(other.at_), next_(other.next_) {
  *at_ = this;
  if (next_ != nullptr) next_->at_ = &next_;
  other.at_ = nullptr;
}

Root::~Root() {
  if (at_ == nullptr) return;
  *at_ = next_;
  if (next_ != nullptr) next_->at_ = at_;
}

GcHeap::GcHeap(Store& store, uint64_t limit) : store_(store), limit_(limit), budget_(kLeastBudget) {
  static_assert(kClasses.count <= kMaxClasses);
}

GcHeap::~GcHeap() = default;

const GcLayout& GcHeap::layout(TypeId type) {
  std::unique_ptr<GcLayout>& made = layouts_[type];
  if (made == nullptr) made = std::make_unique<GcLayout>(make_layout(store_.registry(), type));
  return *made;
}

const GcLayout& GcHeap::exception_layout(TypeId type) {
  std::unique_ptr<GcLayout>& made = exception_layouts_[type];
  if (made == nullptr)
    made = std::make_unique<GcLayout>(make_exception_layout(store_.registry(), type));
  return *made;
}

Allocated GcHeap::new_array(const GcLayout& layout, uint32_t length) {
  const Allocated made = allocate(layout, array_bytes(layout, length));
  if (made.object != nullptr) static_cast<GcArray*>(made.object)->length = length;
  return made;
}

Allocated GcHeap::new_exception(const GcLayout& layout, const Tag* tag) {
  const Allocated made = allocate(layout, layout.size);
  if (made.object != nullptr) static_cast<GcException*>(made.object)->tag = tag;
  return made;
}

Allocated GcHeap::allocate(const GcLayout& layout, uint64_t bytes) {
  if (stress_) collect();
  GcObject* object = nullptr;
  if (bytes <= kLargestSlotBytes) {
    const uint32_t size_class = class_of(bytes);
    Bump& bump = bumps_[size_class];
    if (bump.cursor != bump.end) [[likely]] {
      object = reinterpret_cast<GcObject*>(bump.cursor);
      bump.cursor += kClasses.bytes[size_class];
    } else {
      object = refill(size_class);
    }
  } else {
    if (GcBlocks::span_bytes(sizeof(GcSpan) + bytes) > limit_)
      return {nullptr, TrapKind::kAllocationTooLarge};
    object = allocate_single(sizeof(GcSpan) + bytes);
  }
  if (object == nullptr) return {nullptr, TrapKind::kOutOfMemory};
  object->layout = &layout;
  return {object, TrapKind::kNone};
}

// Finds free slots for a class and takes the first.
GcObject* GcHeap::refill(uint32_t size_class) {
  Bump& bump = bumps_[size_class];
  bool collected = false;
  while (!next_run(bump) && !next_partial(bump)) {
    if (!collected && since_collection_ >= budget_) {
      collect();
      collected = true;
    } else if (!fresh_span(size_class)) {
      if (collected) return nullptr;
      collect();
      collected = true;
      // A heap this full would be collected again for every few objects.
      if (live_bytes_ > limit_ - limit_ / kFullPart) return nullptr;
    }
  }
  auto* object = reinterpret_cast<GcObject*>(bump.cursor);
  bump.cursor += kClasses.bytes[size_class];
  return object;
}

// Goes on to the next free slots of the span.
bool GcHeap::next_run(Bump& bump) {
  if (bump.span == nullptr) return false;
  GcSpan& span = *bump.span;
  const uint32_t begin = find_bit(span.live, bump.next, span.slots, false);
  const uint32_t end = find_bit(span.live, begin, span.slots, true);
  bump.next = end;
  if (begin == end) {
    bump.span = nullptr;
    return false;
  }
  bump.cursor = reinterpret_cast<uint8_t*>(span.slot(begin));
  bump.end = reinterpret_cast<uint8_t*>(span.slot(end));
  return true;
}

// Takes a span with survivors back into use: from now on its free slots have headers of zero.
bool GcHeap::next_partial(Bump& bump) {
  if (bump.partial == nullptr) return false;
  GcSpan& span = *bump.partial;
  bump.partial = span.next;
  for (uint32_t at = 0; at < span.slots;) {
    const uint32_t begin = find_bit(span.live, at, span.slots, false);
    at = find_bit(span.live, begin, span.slots, true);
    const uint64_t bytes = uint64_t{at - begin} * span.slot_bytes;
    std::memset(static_cast<void*>(span.slot(begin)), 0, bytes);
    since_collection_ += bytes;
  }
  span.state = GcSpan::State::kInUse;
  bump.span = &span;
  bump.next = 0;
  return next_run(bump);
}

GcSpan* GcHeap::acquire(uint64_t bytes) {
  const uint64_t wanted = GcBlocks::span_bytes(bytes);
  // Dirty blocks count as well: they are reused or given back first.
  if (blocks_.committed() + wanted > limit_) {
    const uint64_t excess = blocks_.committed() + wanted - limit_;
    blocks_.trim(blocks_.dirty() - std::min(blocks_.dirty(), excess));
    if (blocks_.committed() + wanted > limit_) return nullptr;
  }
  return blocks_.acquire(bytes);
}

bool GcHeap::fresh_span(uint32_t size_class) {
  GcSpan* span = acquire(kGcBlockBytes);
  if (span == nullptr) return false;
  span->state = GcSpan::State::kInUse;
  span->size_class = static_cast<uint8_t>(size_class);
  span->slot_bytes = kClasses.bytes[size_class];
  span->slots = kGcPayloadBytes / span->slot_bytes;
  span->reciprocal = static_cast<uint32_t>(((uint64_t{1} << 32) - 1) / span->slot_bytes + 1);
  since_collection_ += kGcPayloadBytes;
  bumps_[size_class].span = span;
  bumps_[size_class].next = 0;
  return true;
}

GcObject* GcHeap::allocate_single(uint64_t bytes) {
  bool collected = stress_;
  if (!collected && since_collection_ + bytes > budget_ && since_collection_ != 0) {
    collect();
    collected = true;
  }
  GcSpan* span = acquire(bytes);
  if (span == nullptr && !collected) {
    collect();
    span = acquire(bytes);
  }
  if (span == nullptr) return nullptr;
  span->state = GcSpan::State::kInUse;
  span->slots = 1;
  since_collection_ += span->bytes;
  return span->slot(0);
}

GcObject* GcHeap::find(uint64_t word) const {
  if (word % 8 != 0 || word == 0) return nullptr;
  GcSpan* span = blocks_.find(word);
  if (span == nullptr) return nullptr;
  const uint64_t offset = word - reinterpret_cast<uint64_t>(span->payload());
  if (offset >= kGcPayloadBytes) return nullptr;  // in the span's header
  const uint32_t index = span->index_of(offset);
  if (index >= span->slots || offset != uint64_t{index} * span->slot_bytes) return nullptr;
  auto* object = to_object(word);
  const bool allocated =
      span->state == GcSpan::State::kSwept ? bit(span->live, index) : object->layout != nullptr;
  return allocated ? object : nullptr;
}

void GcHeap::collect() {
  for (Bump& bump : bumps_) bump = {};
  GcMarker(*this).mark(store_);
  sweep();
  ++collections_;
  since_collection_ = 0;
  budget_ = std::max(kLeastBudget, live_bytes_);
  blocks_.trim(budget_);
}

void GcHeap::sweep() {
  live_bytes_ = 0;
  blocks_.for_each([this](GcSpan* span) { sweep(span); });
}

void GcHeap::sweep(GcSpan* span) {
  uint32_t count = 0;
  const uint32_t words = (span->slots + 63) / 64;
  for (uint32_t i = 0; i < words; ++i) {
    span->live[i] = span->marks[i];
    span->marks[i] = 0;
    count += static_cast<uint32_t>(std::popcount(span->live[i]));
  }
  if (count == 0) return blocks_.release(span);
  span->state = GcSpan::State::kSwept;
  live_bytes_ += span->slot_bytes == 0 ? span->bytes : uint64_t{count} * span->slot_bytes;
  if (count == span->slots) return;
  Bump& bump = bumps_[span->size_class];
  span->next = bump.partial;
  bump.partial = span;
}

}  // namespace tappet
