// The garbage-collected heap of a store: non-moving, mark and sweep, collected when something is
// allocated and enough was allocated since the last time.
//
// Objects are found from tables, globals, element segments, Roots and, conservatively, from the
// stacks of all threads of the store. Native code that keeps a Ref anywhere else while guest code
// runs, or while it allocates itself, keeps it in a Root.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include "interp/runtime/gc_blocks.h"
#include "interp/runtime/gc_layout.h"
#include "interp/runtime/trap.h"

namespace tappet {

class Store;
class GcMarker;

// A new object, or why there is none: kAllocationTooLarge, kOutOfMemory.
struct Allocated {
  GcObject* object = nullptr;
  TrapKind trap = TrapKind::kNone;
};

// One reference held by native code. Belongs to a store, which it must not outlive.
class Root {
 public:
  explicit Root(Store& store, Ref ref = 0);
  Root(Root&& other) noexcept;
  Root& operator=(Root&&) = delete;
  ~Root();
  Ref get() const { return ref_; }
  void set(Ref ref) { ref_ = ref; }

 private:
  friend class GcMarker;

  Ref ref_;
  Root** at_;  // what points at this one
  Root* next_;
};

class GcHeap {
 public:
  // `limit` bounds what the heap takes, in bytes.
  GcHeap(Store& store, uint64_t limit);
  ~GcHeap();
  GcHeap(const GcHeap&) = delete;
  GcHeap& operator=(const GcHeap&) = delete;

  // Fields and elements are zero, or null. Layouts live as long as the heap. Each may collect.
  Allocated new_struct(const GcLayout& layout) { return allocate(layout, layout.size); }
  Allocated new_array(const GcLayout& layout, uint32_t length);
  // An exception's layout is exception_layout() of its tag's type.
  Allocated new_exception(const GcLayout& layout, const Tag* tag);

  // For embedders, who have no module at hand. Made once per type.
  const GcLayout& layout(TypeId struct_or_array);
  const GcLayout& exception_layout(TypeId function);

  // The object at that address; null if there is none. Any number may be asked for.
  GcObject* find(uint64_t word) const;

  void collect();
  // For tests: every allocation collects first.
  void set_stress(bool on) { stress_ = on; }
  // For tests: as if the host had no memory for a larger mark stack. At least one.
  void limit_mark_stack(size_t entries) { mark_entries_ = entries; }

  uint64_t collections() const { return collections_; }
  // What the objects that survived the last collection take.
  uint64_t live_bytes() const { return live_bytes_; }
  // What the heap has from the host, in bytes: never more than the limit.
  uint64_t committed_bytes() const { return blocks_.committed(); }

 private:
  friend class Root;
  friend class GcMarker;

  static constexpr size_t kMaxClasses = 64;
  // Where the next objects of a class come from: the free slots [cursor, end), zeroed, of `span`,
  // and those after slot `next`.
  struct Bump {
    uint8_t* cursor = nullptr;
    uint8_t* end = nullptr;
    GcSpan* span = nullptr;
    uint32_t next = 0;
    GcSpan* partial = nullptr;  // swept spans with free slots
  };

  Allocated allocate(const GcLayout& layout, uint64_t bytes);
  GcObject* refill(uint32_t size_class);
  bool next_run(Bump& bump);
  bool next_partial(Bump& bump);
  bool fresh_span(uint32_t size_class);
  GcObject* allocate_single(uint64_t bytes);
  GcSpan* acquire(uint64_t bytes);
  void sweep();
  void sweep(GcSpan* span);

  Store& store_;
  uint64_t limit_;
  GcBlocks blocks_;
  Bump bumps_[kMaxClasses];
  Root* roots_ = nullptr;
  std::map<TypeId, std::unique_ptr<GcLayout>> layouts_;
  std::map<TypeId, std::unique_ptr<GcLayout>> exception_layouts_;
  bool stress_ = false;
  size_t mark_entries_ = SIZE_MAX;
  uint64_t since_collection_ = 0;  // bytes handed out
  uint64_t budget_;                // how many may be, before the next collection
  uint64_t live_bytes_ = 0;
  uint64_t collections_ = 0;
};

// any.convert_extern: kNone, or kCastFailure for a number that only looks like an object.
inline TrapKind check_internalised(const GcHeap& heap, Ref ref) {
  const bool ok = ref == 0 || !is_object(ref) || heap.find(ref) != nullptr;
  return ok ? TrapKind::kNone : TrapKind::kCastFailure;
}

}  // namespace tappet
