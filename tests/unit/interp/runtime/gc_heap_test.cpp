// The garbage-collected heap by itself: what is kept, what is reused, what the host gets back.
#include <gtest/gtest.h>

#include <fstream>

#include "interp/engine.h"
#include "interp/runtime/gc_heap.h"

namespace tappet::test {
namespace {

constexpr ValueType kAnyRef = ValueType::ref(true, {HeapKind::kAny, {}});

struct Heap : testing::Test {
  Engine engine;
  std::unique_ptr<Store> store = engine.make_store();

  GcHeap& heap() { return store->heap(); }
  const GcLayout& layout_of(CompositeType composite) {
    std::vector<SubType> group(1);
    group[0].composite = std::move(composite);
    return heap().layout(engine.registry()->add_group(std::move(group)));
  }
  const GcLayout& struct_of(const std::vector<ValueType>& types) {
    StructType type;
    for (const ValueType field : types) type.fields.push_back({field, PackedKind::kNone, true});
    return layout_of(std::move(type));
  }
  const GcLayout& array_of(ValueType type) {
    return layout_of(ArrayType{{type, PackedKind::kNone, true}});
  }
  // A list cell: a number and the next cell.
  const GcLayout& cell() {
    if (cell_ == nullptr) cell_ = &struct_of({kI64, kAnyRef});
    return *cell_;
  }
  GcObject* new_cell(uint64_t number, Ref next) {
    GcObject* object = heap().new_struct(cell()).object;
    EXPECT_NE(object, nullptr);
    store_field(field_at(object, cell().fields[0].offset), Storage::k64, &number);
    store_field(field_at(object, cell().fields[1].offset), Storage::k64, &next);
    return object;
  }
  static uint64_t read(GcObject* object, uint32_t field) {
    uint64_t value = 0;
    load_field(field_at(object, object->layout->fields[field].offset), Storage::k64, &value);
    return value;
  }
  static uint64_t resident_bytes() {
    uint64_t total = 0;
    uint64_t resident = 0;
    std::ifstream("/proc/self/statm") >> total >> resident;
    return resident * 4096;
  }

 private:
  const GcLayout* cell_ = nullptr;
};

TEST_F(Heap, LayoutsAlignFieldsAndFollowTheirSupertypes) {
  StructType base{{{kI32, PackedKind::kI8, true}, {kI64, PackedKind::kNone, true}}};
  const TypeRegistry& registry = *engine.registry();
  std::vector<SubType> group(2);
  group[0].is_final = false;
  group[0].composite = base;
  base.fields.push_back({kI32, PackedKind::kI16, true});
  base.fields.push_back({kV128, PackedKind::kNone, true});
  base.fields.push_back({kAnyRef, PackedKind::kNone, true});
  base.fields.push_back({kExternRef, PackedKind::kNone, true});
  base.fields.push_back({kFuncRef, PackedKind::kNone, true});
  group[1].supertypes = {TypeId(TypeRegistry::kRecBase)};
  group[1].composite = base;
  const TypeId first = engine.registry()->add_group(std::move(group));
  const GcLayout super = make_layout(registry, first);
  const GcLayout sub = make_layout(registry, TypeId(first.value + 1));
  EXPECT_EQ(super.fields[0].offset, 8u);
  EXPECT_EQ(super.fields[1].offset, 16u);
  EXPECT_EQ(super.size, 24u);
  EXPECT_EQ(sub.fields[1].offset, 16u);
  EXPECT_EQ(sub.fields[2].offset, 24u);
  EXPECT_EQ(sub.fields[3].offset, 32u);
  EXPECT_EQ(sub.size, 72u);
  EXPECT_EQ(sub.operand_slots, 8u);
  EXPECT_EQ(sub.followed, std::vector<uint32_t>{48});
  EXPECT_EQ(sub.verified, std::vector<uint32_t>{56});
  EXPECT_TRUE(sub.is_subtype(first, 0));
  EXPECT_TRUE(sub.is_subtype(TypeId(first.value + 1), 1));
  EXPECT_FALSE(super.is_subtype(TypeId(first.value + 1), 1));
}

TEST_F(Heap, NewObjectsAreZero) {
  for (const uint32_t length : {0u, 1u, 100u, 5'000u, 20'000u, 300'000u}) {
    GcObject* array = heap().new_array(array_of(kI64), length).object;
    ASSERT_NE(array, nullptr);
    EXPECT_EQ(length_of(array), length);
    for (uint32_t i = 0; i < length; ++i)
      ASSERT_EQ(reinterpret_cast<uint64_t*>(elements_of(array))[i], 0u);
    std::memset(elements_of(array), 0xff, size_t{8} * length);
    heap().collect();  // the next ones lie where this one was
  }
}

TEST_F(Heap, OnlyStartsOfObjectsAreFound) {
  GcObject* object = new_cell(1, 0);
  const Ref ref = to_ref(object);
  EXPECT_EQ(heap().find(ref), object);
  for (const uint64_t wrong : {ref + 1, ref + 8, ref - 8, ref + 24, ref & ~(kGcBlockBytes - 1),
                               ref - kGcRegionBytes, uint64_t{0}, uint64_t{1} << 63, ~uint64_t{7}})
    EXPECT_EQ(heap().find(wrong), nullptr) << wrong - ref;
  GcObject* large = heap().new_array(array_of(kI64), 1 << 20).object;
  EXPECT_EQ(heap().find(to_ref(large)), large);
  EXPECT_EQ(heap().find(to_ref(large) + 8), nullptr);
  EXPECT_EQ(heap().find(to_ref(large) + kGcBlockBytes), nullptr);
  EXPECT_EQ(heap().find(to_ref(large) + kGcRegionBytes), nullptr);
  heap().collect();
  EXPECT_EQ(heap().find(ref), nullptr);
  EXPECT_EQ(heap().find(to_ref(large)), nullptr);
}

TEST_F(Heap, SurvivorsStayWhereTheyAreAndTheRestIsReused) {
  Root kept(*store);
  std::vector<Ref> dropped;
  for (uint64_t i = 0; i < 1000; ++i) {
    const Ref ref = to_ref(new_cell(i, kept.get()));
    if (i % 10 == 0) {
      kept.set(ref);
    } else {
      dropped.push_back(ref);
    }
  }
  heap().collect();
  EXPECT_EQ(heap().live_bytes(), 100 * 24u);
  for (const Ref ref : dropped) EXPECT_EQ(heap().find(ref), nullptr);
  uint64_t expected = 990;
  for (Ref ref = kept.get(); ref != 0; ref = read(to_object(ref), 1), expected -= 10) {
    ASSERT_EQ(heap().find(ref), to_object(ref));
    ASSERT_EQ(read(to_object(ref), 0), expected);
  }
  // The first free slot is one that was dropped, and is zero.
  GcObject* again = heap().new_struct(cell()).object;
  EXPECT_NE(std::find(dropped.begin(), dropped.end(), to_ref(again)), dropped.end());
  EXPECT_EQ(read(again, 0), 0u);
  EXPECT_EQ(read(again, 1), 0u);
}

TEST_F(Heap, CyclesAreCollected) {
  const Ref a = to_ref(new_cell(1, 0));
  const Ref b = to_ref(new_cell(2, a));
  store_field(field_at(to_object(a), cell().fields[1].offset), Storage::k64, &b);
  {
    const Root root(*store, b);
    heap().collect();
    EXPECT_EQ(heap().live_bytes(), 2 * 24u);
    EXPECT_NE(heap().find(a), nullptr);
  }
  heap().collect();
  EXPECT_EQ(heap().live_bytes(), 0u);
}

TEST_F(Heap, LongListsCostNoNativeStack) {
  Root head(*store);
  constexpr uint64_t kLength = 1'000'000;
  for (uint64_t i = 0; i < kLength; ++i) head.set(to_ref(new_cell(i, head.get())));
  heap().collect();
  EXPECT_EQ(heap().live_bytes(), kLength * 24);
  uint64_t length = 0;
  for (Ref ref = head.get(); ref != 0; ref = read(to_object(ref), 1)) ++length;
  EXPECT_EQ(length, kLength);
}

// A tree of arrays of 3,000 elements, each of which is an array of a number.
TEST_F(Heap, LargeArraysAreMarkedInPieces) {
  const GcLayout& refs = array_of(kAnyRef);
  Root root(*store, to_ref(heap().new_array(refs, 3'000).object));
  for (uint64_t i = 0; i < 3'000; ++i) {
    const Ref element = to_ref(new_cell(i, to_ref(new_cell(i, 0))));
    store_field(element_at(to_object(root.get()), refs, i), Storage::k64, &element);
  }
  heap().collect();
  EXPECT_GE(heap().live_bytes(), 6'000 * 24u + 24'016);
  EXPECT_LE(heap().live_bytes(), 6'000 * 24u + 33'000);
}

TEST_F(Heap, MarkingGoesOnWithoutMemoryForItsStack) {
  const GcLayout& pair = struct_of({kAnyRef, kAnyRef});
  const GcLayout& refs = array_of(kAnyRef);
  Root root(*store);
  // A complete binary tree, its leaves arrays that hold more than one piece.
  const auto build = [&](auto&& self, int depth) -> Ref {
    if (depth == 0) {
      const Root leaf(*store, to_ref(heap().new_array(refs, 2'000).object));
      const Ref last = to_ref(new_cell(7, 0));
      store_field(element_at(to_object(leaf.get()), refs, 1'999), Storage::k64, &last);
      return leaf.get();
    }
    const Root left(*store, self(self, depth - 1));
    const Root right(*store, self(self, depth - 1));
    GcObject* object = heap().new_struct(pair).object;
    const Ref fields[] = {left.get(), right.get()};
    for (size_t i = 0; i < 2; ++i)
      store_field(field_at(object, pair.fields[i].offset), Storage::k64, &fields[i]);
    return to_ref(object);
  };
  root.set(build(build, 6));
  heap().collect();
  const uint64_t live = heap().live_bytes();
  EXPECT_GT(live, 64u * 16'000);
  for (const size_t entries : {1, 2, 3, 7}) {
    heap().limit_mark_stack(entries);
    heap().collect();
    EXPECT_EQ(heap().live_bytes(), live);
  }
}

TEST_F(Heap, RootsMoveAndEnd) {
  std::vector<Root> roots;
  for (uint64_t i = 0; i < 100; ++i) roots.emplace_back(*store, to_ref(new_cell(i, 0)));
  heap().collect();
  EXPECT_EQ(heap().live_bytes(), 100 * 24u);
  while (roots.size() > 40) roots.pop_back();
  heap().collect();
  EXPECT_EQ(heap().live_bytes(), 40 * 24u);
  for (uint64_t i = 0; i < 40; ++i) EXPECT_EQ(read(to_object(roots[i].get()), 0), i);
}

TEST_F(Heap, NumbersThatAreNoReferencesAreHarmless) {
  const GcLayout& externs = struct_of({kExternRef, kAnyRef});
  const Root root(*store, to_ref(heap().new_struct(externs).object));
  Root number(*store, 0xdead'beef'0000);
  const Ref made_up = 0x1234'5678;
  store_field(field_at(to_object(root.get()), externs.fields[0].offset), Storage::k64, &made_up);
  const Ref host = host_ref(99);
  store_field(field_at(to_object(root.get()), externs.fields[1].offset), Storage::k64, &host);
  heap().collect();
  EXPECT_EQ(heap().live_bytes(), 24u);
}

TEST_F(Heap, ExceptionsKeepTheirPayload) {
  const TypeId type = engine.registry()->add_function({{kI32, kAnyRef, kV128, kExternRef}, {}});
  const GcLayout& layout = heap().exception_layout(type);
  EXPECT_EQ(&layout, &heap().exception_layout(type));
  Root payload(*store, to_ref(new_cell(5, 0)));
  const Tag tag{};
  auto* exception = static_cast<GcException*>(heap().new_exception(layout, &tag).object);
  exception->payload()[1] = payload.get();
  payload.set(to_ref(exception));
  heap().collect();
  EXPECT_EQ(exception->tag, &tag);
  EXPECT_EQ(read(to_object(exception->payload()[1]), 0), 5u);
  EXPECT_EQ(heap().live_bytes(), 24u + 16 + 8 * 5);
}

TEST_F(Heap, ReferencesTellWhatTheyAre) {
  const TypeRegistry& registry = *engine.registry();
  const auto is = [&](Ref ref, HeapKind kind) {
    return is_of_type(registry, ref, {kind, {}}, false);
  };
  const Ref object = to_ref(new_cell(0, 0));
  const Ref array = to_ref(heap().new_array(array_of(kI32), 0).object);
  for (const Ref ref : {object, array, i31_ref(0), host_ref(0)}) {
    EXPECT_TRUE(is(ref, HeapKind::kAny));
    EXPECT_FALSE(is(ref, HeapKind::kNone));
    EXPECT_EQ(is(ref, HeapKind::kEq), ref != host_ref(0));
    EXPECT_EQ(is(ref, HeapKind::kI31), ref == i31_ref(0));
    EXPECT_EQ(is(ref, HeapKind::kStruct), ref == object);
    EXPECT_EQ(is(ref, HeapKind::kArray), ref == array);
  }
  EXPECT_EQ(i31_signed(i31_ref(0xffff'ffff)), 0xffff'ffffu);
  EXPECT_EQ(i31_unsigned(i31_ref(0xffff'ffff)), 0x7fff'ffffu);
  EXPECT_EQ(i31_signed(i31_ref(0x3fff'ffff)), 0x3fff'ffffu);
  EXPECT_EQ(host_number(host_ref((uint64_t{1} << 62) - 1)), (uint64_t{1} << 62) - 1);
}

TEST_F(Heap, CollectsByItselfAndStaysSmall) {
  for (int i = 0; i < 3'000'000; ++i) new_cell(1, 0);
  EXPECT_GT(heap().collections(), 5u);
  EXPECT_LT(heap().collections(), 60u);
  EXPECT_LT(heap().committed_bytes(), uint64_t{16} << 20);
}

TEST_F(Heap, TheThresholdGrowsWithWhatIsLive) {
  Root head(*store);
  for (uint64_t i = 0; i < 2'000'000; ++i) head.set(to_ref(new_cell(i, head.get())));
  // 48 MB in all: at 4, 8, 16, 32.
  EXPECT_LT(heap().collections(), 8u);
}

TEST_F(Heap, PagesGoBackToTheHost) {
  const uint64_t before = resident_bytes();
  {
    Root head(*store);
    for (uint64_t i = 0; i < 4'000'000; ++i) head.set(to_ref(new_cell(i, head.get())));
    const Root large(*store, to_ref(heap().new_array(array_of(kI64), 4 << 20).object));
    std::memset(elements_of(to_object(large.get())), 1, 32 << 20);
    EXPECT_GT(resident_bytes(), before + (uint64_t{120} << 20));
  }
  heap().collect();
  EXPECT_EQ(heap().live_bytes(), 0u);
  EXPECT_LE(heap().committed_bytes(), uint64_t{4} << 20);
  EXPECT_LT(resident_bytes(), before + (uint64_t{40} << 20));
}

struct SmallHeap : Heap {
  SmallHeap() {
    StoreLimits limits;
    limits.memory_bytes = 2 << 20;
    store = engine.make_store(limits);
  }
};

TEST_F(SmallHeap, EndsAtItsLimit) {
  Root head(*store);
  uint64_t made = 0;
  Allocated next;
  for (;; ++made) {
    next = heap().new_struct(cell());
    if (next.object == nullptr) break;
    const Ref ref = head.get();
    store_field(field_at(next.object, cell().fields[1].offset), Storage::k64, &ref);
    head.set(to_ref(next.object));
  }
  EXPECT_EQ(next.trap, TrapKind::kOutOfMemory);
  EXPECT_GT(made, 80'000u);
  EXPECT_LT(made, 88'000u);
  EXPECT_LE(heap().committed_bytes(), 2u << 20);
  head.set(0);
  EXPECT_NE(heap().new_struct(cell()).object, nullptr);
  EXPECT_NE(heap().new_array(array_of(kI64), 100'000).object, nullptr);
}

// A list that fills the heap but for one part in a hundred, and objects that nobody keeps.
TEST_F(SmallHeap, DoesNotCollectForEveryFewObjects) {
  Root head(*store);
  for (;;) {
    const Allocated next = heap().new_struct(cell());
    if (next.object == nullptr) break;
    const Ref ref = head.get();
    store_field(field_at(next.object, cell().fields[1].offset), Storage::k64, &ref);
    head.set(to_ref(next.object));
  }
  for (int i = 0; i < 800; ++i) head.set(read(to_object(head.get()), 1));
  const uint64_t before = heap().collections();
  for (int i = 0; i < 100'000 && heap().new_struct(cell()).object != nullptr; ++i) continue;
  EXPECT_LE(heap().collections(), before + 3);
}

TEST_F(SmallHeap, DirtyBlocksMakeRoomForLargeObjects) {
  for (int i = 0; i < 50'000; ++i) new_cell(1, 0);
  for (int i = 0; i < 10; ++i) EXPECT_NE(heap().new_array(array_of(kI64), 200'000).object, nullptr);
}

TEST_F(SmallHeap, HugeArraysAreATrap) {
  for (const ValueType type : {kI32, kV128, kAnyRef}) {
    for (const uint32_t length : {UINT32_MAX, 0x8000'0000u, 1u << 20}) {
      const Allocated made = heap().new_array(array_of(type), length);
      EXPECT_EQ(made.object, nullptr);
      EXPECT_EQ(made.trap, TrapKind::kAllocationTooLarge);
    }
  }
}

TEST_F(Heap, HugeArraysBeyondTheDefaultLimitAreATrap) {
  EXPECT_EQ(heap().new_array(array_of(kV128), UINT32_MAX).trap, TrapKind::kAllocationTooLarge);
}

// Objects of all sizes, a random half of them dropped again and again, each filled with its number.
TEST_F(Heap, ObjectsOfAllSizesLiveSideBySide) {
  struct Kept {
    Root root;
    uint8_t fill;
  };
  const GcLayout& bytes = layout_of(ArrayType{{kI32, PackedKind::kI8, true}});
  std::vector<std::unique_ptr<Kept>> kept(2'000);
  uint32_t random = 1;
  const auto next = [&] { return random = random * 1'664'525 + 1'013'904'223; };
  for (int i = 0; i < 20'000; ++i) {
    std::unique_ptr<Kept>& slot = kept[(next() >> 8) % kept.size()];
    if (slot != nullptr) {
      GcObject* old = to_object(slot->root.get());
      for (uint32_t k = 0; k < length_of(old); ++k) ASSERT_EQ(elements_of(old)[k], slot->fill);
    }
    slot.reset();
    const uint32_t length = (next() >> 8) % (i % 50 == 0 ? 200'000 : 2'000);
    GcObject* object = heap().new_array(bytes, length).object;
    ASSERT_NE(object, nullptr);
    for (uint32_t k = 0; k < length; ++k) ASSERT_EQ(elements_of(object)[k], 0);
    const auto fill = static_cast<uint8_t>(next() >> 8);
    std::memset(elements_of(object), fill, length);
    slot.reset(new Kept{Root(*store, to_ref(object)), fill});
  }
  EXPECT_GT(heap().collections(), 2u);
}

}  // namespace
}  // namespace tappet::test
