// Finds what a collection keeps. An explicit stack holds what is still to be looked at, so that
// long lists and deep trees cost no native stack; large arrays are looked at in pieces.
#pragma once

#include <cstdint>
#include <span>

#include "interp/runtime/gc_heap.h"

namespace tappet {

class GcMarker {
 public:
  explicit GcMarker(GcHeap& heap);
  ~GcMarker();
  GcMarker(const GcMarker&) = delete;
  GcMarker& operator=(const GcMarker&) = delete;

  // Marks everything that is reachable in a store.
  void mark(Store& store);

  // For whoever knows roots: words that may or may not be references.
  void root(uint64_t word);
  void roots(std::span<const uint64_t> words) {
    for (const uint64_t word : words) root(word);
  }

 private:
  // An object of which fields, or elements from `next` on, are to be looked at.
  struct Entry {
    GcObject* object;
    uint64_t next;
  };

  void reach(GcObject* object);
  void follow(Ref ref, Trace trace);
  void push(Entry entry);
  bool grow();
  void drain();
  void scan(Entry entry);
  void rescan();

  static constexpr size_t kFirstEntries = 256;

  GcHeap& heap_;
  Entry first_[kFirstEntries];  // the stack, until it needs more
  Entry* stack_ = first_;
  size_t size_ = 0;
  size_t capacity_;
  bool overflowed_ = false;
};

}  // namespace tappet
