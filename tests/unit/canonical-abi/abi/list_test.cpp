// Lists and maps, and what hostile lengths, pointers and reallocs do.
#include "canonical-abi/abi/load.h"
#include "canonical-abi/abi/store.h"
#include "tests/unit/canonical-abi/abi/fixture.h"

namespace tappet::component::test {
namespace {

using enum TypeKind;
using V = ComponentValue;

V numbers(TypeKind kind, std::initializer_list<int> ns) {
  V::List items;
  for (const int n : ns) items.push_back(V::scalar(kind, static_cast<uint64_t>(int64_t{n})));
  return V::list(std::move(items));
}

TEST_F(AbiTest, BytesMoveInOnePiece) {
  const ValType& t = *list(primitive(kU8));
  put(600, {1, 2, 3});
  ComponentValue v;
  const uint64_t flat[] = {600, 3};
  ASSERT_EQ(run([&](LiftLowerContext& cx) {
              CoreValueIter vi(flat);
              return lift_flat(cx, vi, t, v);
            }),
            "");
  EXPECT_TRUE(v.is_bytes());
  EXPECT_EQ(v.bytes(), Bytes({1, 2, 3}));
  EXPECT_EQ(lowered(v, t), "0x1000 0x3");
  EXPECT_EQ(bytes_at(0x1000, 3), "010203");
  EXPECT_EQ(realloc_calls(), "0,0,1,3");
}

TEST_F(AbiTest, BytesLiftedInPlaceReferToTheMemory) {
  const ValType& t = *list(primitive(kU8));
  put(600, {1, 2, 3});
  ComponentValue v;
  const uint64_t flat[] = {600, 3};
  ASSERT_EQ(run([&](LiftLowerContext& cx) {
              cx.lift_in_place();
              CoreValueIter vi(flat);
              return lift_flat(cx, vi, t, v);
            }),
            "");
  put(600, {4, 5, 6});
  EXPECT_EQ(v, V::bytes({4, 5, 6}));
  EXPECT_EQ(lowered(v, t), "0x1000 0x3");
}

TEST_F(AbiTest, NumbersOfEveryWidth) {
  const struct {
    TypeKind kind;
    const char* text;
    const char* bytes;
  } kCases[] = {
      {kS8, "[-1, 2]", "ff02"},
      {kU16, "[1, 2]", "01000200"},
      {kS16, "[-1, 2]", "ffff0200"},
      {kU32, "[1, 2]", "0100000002000000"},
      {kS32, "[-1, 2]", "ffffffff02000000"},
      {kU64, "[1, 2]", "01000000000000000200000000000000"},
      {kS64, "[-1, 2]", "ffffffffffffffff0200000000000000"},
  };
  for (const auto& c : kCases) {
    const ValType& t = *list(primitive(c.kind));
    const bool negative = c.text[1] == '-';
    const V v = numbers(c.kind, {negative ? -1 : 1, 2});
    FlatValues flat;
    ASSERT_EQ(run([&](LiftLowerContext& cx) { return lower_flat(cx, v, t, flat); }), "");
    const uint64_t ptr = flat.span()[0];
    EXPECT_EQ(bytes_at(ptr, 2ULL * row(c.kind).size), c.bytes) << row(c.kind).text;
    EXPECT_EQ(lifted(t, {ptr, 2}), c.text);
  }
}

TEST_F(AbiTest, ElementsThatAreNotNumbers) {
  put(600, {0, 1, 2});
  EXPECT_EQ(lifted(*list(primitive(kBool)), {600, 3}), "[false, true, true]");
  put32(600, {'a', 0xd800});
  EXPECT_EQ(lifted(*list(primitive(kChar)), {600, 1}), "['a']");
  EXPECT_EQ(lifted(*list(primitive(kChar)), {600, 2}), "trap: invalid `char` bit pattern: 0xd800");
  put32(600, {0x7f80'0001, 0x3f80'0000});
  ComponentValue v;
  EXPECT_EQ(run([&](LiftLowerContext& cx) {
              return load_list_from_range(cx, 600, 2, *list(primitive(kF32)), v);
            }),
            "");
  EXPECT_EQ(v.items()[0].bits(), kCanonicalFloat32Nan);
  EXPECT_EQ(v.items()[1].as_f32(), 1.0F);
}

TEST_F(AbiTest, ListsNest) {
  const ValType& t = *list(list(string()));
  const V v = V::list({V::list({V::string("ab"), V::string("")}), V::list({}),
                       V::list({V::string("\xe2\x98\x83")})});
  FlatValues flat;
  ASSERT_EQ(run([&](LiftLowerContext& cx) { return lower_flat(cx, v, t, flat); }), "");
  EXPECT_EQ(lifted(t, {flat.span()[0], flat.span()[1]}),
            "[[\"ab\", \"\"], [], [\"\xe2\x98\x83\"]]");
}

TEST_F(AbiTest, MapsAreListsOfPairs) {
  const ValType& t = *compose(kMap, {{"", string()}, {"", primitive(kU16)}});
  const V v = V::sequence(kMap, {V::tuple({V::string("k"), V::u16(7)})});
  FlatValues flat;
  ASSERT_EQ(run([&](LiftLowerContext& cx) { return lower_flat(cx, v, t, flat); }), "");
  ComponentValue back;
  ASSERT_EQ(run([&](LiftLowerContext& cx) {
              CoreValueIter vi(flat.span());
              return lift_flat(cx, vi, t, back);
            }),
            "");
  EXPECT_EQ(back, v);
}

TEST_F(AbiTest, EmptyListsAreCheckedAndAllocated) {
  const ValType& t = *list(primitive(kU32));
  EXPECT_EQ(lifted(t, {65536, 0}), "[]");
  EXPECT_EQ(lifted(t, {65540, 0}), "trap: list pointer/length out of bounds of memory");
  EXPECT_EQ(lifted(t, {2, 0}), "trap: list pointer not aligned");
  EXPECT_EQ(lowered(V::list({}), t), "0x1000 0x0");
  EXPECT_EQ(realloc_calls(), "0,0,4,0");
}

TEST_F(AbiTest, HostileRangesTrap) {
  const ValType& words = *list(primitive(kU32));
  EXPECT_EQ(lifted(words, {65532, 1}), "[0]");
  EXPECT_EQ(lifted(words, {65532, 2}), "trap: list pointer/length out of bounds of memory");
  EXPECT_EQ(lifted(words, {0xffff'fffc, 1}), "trap: list pointer/length out of bounds of memory");
  EXPECT_EQ(lifted(words, {513, 1}), "trap: list pointer not aligned");
  EXPECT_EQ(lifted(words, {0, 0xffff'ffff}), "trap: list size is too large");
  EXPECT_EQ(lifted(words, {0, (1U << 26)}), "trap: list size is too large");
  EXPECT_EQ(lifted(words, {0, (1U << 26) - 1}),
            "trap: list pointer/length out of bounds of memory");
  peer = Peer::kGuest;
  EXPECT_EQ(lifted(words, {513, 1}), "trap: unaligned pointer");
  EXPECT_EQ(lifted(words, {65532, 2}), "trap: list content out-of-bounds");
  put32(512, {600, 0x4000'0000});
  EXPECT_EQ(loaded(words), "trap: list size is too large");
}

// Elements that all point to the same bytes: a guest's 128 KiB mean 240 MB.
TEST_F(AbiTest, LiftedValuesAreBounded) {
  constexpr uint32_t kCount = 4000;
  memory->grow(1);
  for (uint32_t i = 0; i < kCount; ++i) put32(1024 + 8 * i, {65536, 60000});
  EXPECT_EQ(lifted(*list(list(primitive(kU8))), {1024, kCount}),
            "trap: the values of a call take more than 134217728 bytes");
  EXPECT_EQ(lifted(*list(string()), {1024, kCount}),
            "trap: the values of a call take more than 134217728 bytes");
  EXPECT_EQ(lifted(*list(list(primitive(kS8))), {1024, kCount}),
            "trap: the values of a call take more than 134217728 bytes");
}

TEST_F(AbiTest, HostsListsAreBoundedToo) {
  V v = V::bytes(Bytes(limits::kListBytes + 1));
  EXPECT_EQ(lowered(v, *list(primitive(kU8))), "trap: list size is too large");
  EXPECT_EQ(realloc_calls(), "");
}

struct Hostile {
  const char* realloc;
  const char* bytes;  // what lowering bytes of the size of a page gives
  const char* words;  // a list of two u32
  const char* words_from_guest;
};

TEST_F(AbiTest, HostileReallocsTrap) {
  const Hostile kCases[] = {
      {"realloc_minus_one", "realloc return: beyond end of memory",
       "realloc return: result not aligned", "unaligned pointer"},
      {"realloc_odd", "realloc return: beyond end of memory", "realloc return: result not aligned",
       "unaligned pointer"},
      {"realloc_end", "realloc return: beyond end of memory", "", ""},
      {"realloc_trap", "unreachable", "unreachable", "unreachable"},
  };
  const V page = V::bytes(Bytes(65535, 7));
  for (const Hostile& c : kCases) {
    use_realloc(c.realloc);
    const auto lower = [&](const V& v, const ValType& t) {
      handles.may_leave() = true;
      FlatValues flat;
      return run([&](LiftLowerContext& cx) { return lower_flat(cx, v, t, flat); });
    };
    peer = Peer::kHost;
    EXPECT_EQ(lower(page, *list(primitive(kU8))), c.bytes) << c.realloc;
    EXPECT_EQ(lower(numbers(kU32, {1, 2}), *list(primitive(kU32))), c.words) << c.realloc;
    peer = Peer::kGuest;
    EXPECT_EQ(lower(numbers(kU32, {1, 2}), *list(primitive(kU32))), c.words_from_guest)
        << c.realloc;
  }
}

TEST_F(AbiTest, AddressZeroIsAnAddress) {
  use_realloc("realloc_zero");
  EXPECT_EQ(lowered(V::bytes({9, 8, 7}), *list(primitive(kU8))), "0x0 0x3");
  EXPECT_EQ(bytes_at(0, 3), "090807");
}

TEST_F(AbiTest, TheLastBytesOfMemoryAreMemory) {
  use_realloc("realloc_end");
  EXPECT_EQ(lowered(numbers(kU32, {1, 2}), *list(primitive(kU32))), "0xfff8 0x2");
  EXPECT_EQ(lowered(numbers(kU32, {1, 2, 3}), *list(primitive(kU32))),
            "trap: realloc return: beyond end of memory");
}

// Under the checked strategy the memory moves when it grows.
TEST_F(AbiTest, MemoryMayGrowWithEveryRealloc) {
  use_realloc("realloc_grow");
  const ValType& t = *list(string());
  const V v = V::list({V::string("one"), V::string("two"), V::string("three"), V::string("four")});
  FlatValues flat;
  ASSERT_EQ(run([&](LiftLowerContext& cx) { return lower_flat(cx, v, t, flat); }), "");
  EXPECT_EQ(memory->size(), 4U * 65536);
  EXPECT_EQ(lifted(t, {flat.span()[0], flat.span()[1]}), R"(["one", "two", "three", "four"])");
}

TEST_F(AbiTest, ReallocMayNotLeaveItsInstance) {
  use_realloc("realloc_call");
  bool may_leave = true;
  on_call = [&](HostCall&) {
    may_leave = handles.may_leave();
    return HostOutcome::kReturn;
  };
  EXPECT_EQ(lowered(V::bytes({1}), *list(primitive(kU8))), "0x1000 0x1");
  EXPECT_FALSE(may_leave);
  EXPECT_TRUE(handles.may_leave());
}

TEST_F(AbiTest, ReallocMayNotWait) {
  class Never final : public HostContinuation {
    HostOutcome resume(HostCall&) override { return HostOutcome::kReturn; }
  };
  use_realloc("realloc_call");
  on_call = [](HostCall& call) { return call.suspend(std::make_unique<Never>()); };
  EXPECT_EQ(lowered(V::bytes({1}), *list(primitive(kU8))),
            "trap: a function that may not block waited");
}

TEST_F(AbiTest, NoReallocAtAll) {
  options.realloc = nullptr;
  EXPECT_EQ(lowered(V::bytes({}), *list(primitive(kU8))),
            "trap: a value needs memory, but there is no realloc");
}

TEST_F(AbiTest, NoMemoryAtAll) {
  options.memory = nullptr;
  EXPECT_EQ(lifted(*list(primitive(kU8)), {0, 0}),
            "trap: list pointer/length out of bounds of memory");
}

}  // namespace
}  // namespace tappet::component::test
