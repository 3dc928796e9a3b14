#include "interp/runtime/gc_marker.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "interp/base/bytes.h"
#include "interp/runtime/store.h"

namespace tappet {
namespace {

// Elements of an array that are looked at in one go.
constexpr uint64_t kPiece = 1024;

}  // namespace

GcMarker::GcMarker(GcHeap& heap)
    : heap_(heap), capacity_(std::min(kFirstEntries, heap.mark_entries_)) {}

GcMarker::~GcMarker() {
  if (stack_ != first_) std::free(stack_);
}

void GcMarker::mark(Store& store) {
  for (const Root* root_handle = heap_.roots_; root_handle != nullptr;
       root_handle = root_handle->next_) {
    root(root_handle->ref_);
  }
  store.mark_roots(*this);
  drain();
  while (overflowed_) rescan();
}

void GcMarker::root(uint64_t word) {
  if (GcObject* object = heap_.find(word)) reach(object);
}

void GcMarker::reach(GcObject* object) {
  GcSpan* span = span_of(object);
  const auto offset = static_cast<uint64_t>(reinterpret_cast<uint8_t*>(object) - span->payload());
  const uint32_t index = span->index_of(offset);
  const uint64_t mask = uint64_t{1} << (index % 64);
  uint64_t& word = span->marks[index / 64];
  if ((word & mask) != 0) return;
  word |= mask;
  if (object->layout->has_references()) push({object, 0});
}

void GcMarker::follow(Ref ref, Trace trace) {
  if (ref == 0 || !is_object(ref)) return;
  if (trace == Trace::kFollow) {
    reach(to_object(ref));
  } else {
    root(ref);
  }
}

void GcMarker::push(Entry entry) {
  if (size_ == capacity_ && !grow()) {
    overflowed_ = true;
    return;
  }
  stack_[size_++] = entry;
}

bool GcMarker::grow() {
  const size_t capacity = std::min(capacity_ * 2, heap_.mark_entries_);
  if (capacity <= capacity_) return false;
  const bool is_first = stack_ == first_;
  void* grown = std::realloc(is_first ? nullptr : stack_, capacity * sizeof(Entry));
  if (grown == nullptr) return false;
  if (is_first) std::memcpy(grown, first_, sizeof first_);
  stack_ = static_cast<Entry*>(grown);
  capacity_ = capacity;
  return true;
}

void GcMarker::drain() {
  while (size_ != 0) scan(stack_[--size_]);
}

void GcMarker::scan(Entry entry) {
  const GcLayout& layout = *entry.object->layout;
  if (layout.kind != ObjectKind::kArray) {
    const auto at = [&](uint32_t offset) {
      return load_le<uint64_t>(field_at(entry.object, offset));
    };
    for (const uint32_t offset : layout.followed) follow(at(offset), Trace::kFollow);
    for (const uint32_t offset : layout.verified) follow(at(offset), Trace::kVerify);
    return;
  }
  const uint64_t length = length_of(entry.object);
  const uint64_t end = std::min(length, entry.next + kPiece);
  // Before the elements, which may be many: the stack holds the rest of each array only once.
  if (end < length) push({entry.object, end});
  const auto* elements = reinterpret_cast<const Ref*>(elements_of(entry.object));
  for (uint64_t i = entry.next; i < end; ++i) follow(elements[i], layout.element_trace);
}

// The stack could not grow: some marked objects were not looked at. All are looked at again, each
// with the stack empty, so that at least the rest of a large array finds its place on it.
void GcMarker::rescan() {
  overflowed_ = false;
  heap_.blocks_.for_each([this](GcSpan* span) {
    for (uint32_t index = 0; index < span->slots; ++index) {
      if ((span->marks[index / 64] >> (index % 64) & 1) == 0) continue;
      GcObject* object = span->slot(index);
      if (object->layout->has_references()) scan({object, 0});
      drain();
    }
  });
}

}  // namespace tappet
