// Records, variants and their like, and core values that they share.
#include "canonical-abi/abi/load.h"
#include "canonical-abi/abi/store.h"
#include "tests/unit/canonical-abi/abi/fixture.h"

namespace tappet::component::test {
namespace {

using enum TypeKind;
using V = ComponentValue;

TEST_F(AbiTest, FieldsLieAtTheirAlignment) {
  const ValType& t = *compose(kRecord, {{"a", primitive(kU8)},
                                        {"b", primitive(kU32)},
                                        {"c", primitive(kU16)},
                                        {"d", primitive(kU64)}});
  put(512, {1,    0xee, 0xee, 0xee, 2, 0, 0, 0, 3, 0, 0xee, 0xee,
            0xee, 0xee, 0xee, 0xee, 4, 0, 0, 0, 0, 0, 0,    0});
  EXPECT_EQ(loaded(t), "{a: 1, b: 2, c: 3, d: 4}");
  EXPECT_EQ(lifted(t, {1, 2, 3, 4}), "{a: 1, b: 2, c: 3, d: 4}");
  const V v = V::record({V::u8(5), V::u32(6), V::u16(7), V::u64(8)});
  EXPECT_EQ(lowered(v, t), "0x5 0x6 0x7 0x8");
  EXPECT_EQ(run([&](LiftLowerContext& cx) { return store(cx, v, t, 512); }), "");
  EXPECT_EQ(loaded(t), "{a: 5, b: 6, c: 7, d: 8}");
  // What lies between fields is not touched.
  EXPECT_EQ(bytes_at(512, 8), "05eeeeee06000000");
}

TEST_F(AbiTest, TuplesNest) {
  const ValType& pair = *compose(kTuple, {{"", primitive(kBool)}, {"", primitive(kChar)}});
  const ValType& t = *compose(kTuple, {{"", &pair}, {"", primitive(kS16)}});
  EXPECT_EQ(lifted(t, {1, 'x', 0xffff}), "((true, 'x'), -1)");
}

TEST_F(AbiTest, DiscriminantsAreAsWideAsCasesNeed) {
  for (const size_t cases : {2, 256, 257, 65536 / 8}) {
    const std::vector<std::string> names(cases, "c");
    std::vector<Labelled> labels;
    for (const std::string& name : names) labels.push_back({name});
    const ValType& t = *compose(kEnum, labels);
    const uint32_t size = elem_size(t, AddressType::kI32);
    EXPECT_EQ(size, cases <= 256 ? 1U : 2U);
    const auto last = static_cast<uint32_t>(cases - 1);
    put32(512, {0xeeee'eeee});
    EXPECT_EQ(run([&](LiftLowerContext& cx) { return store(cx, V::variant(kEnum, last), t, 512); }),
              "");
    ComponentValue v;
    EXPECT_EQ(run([&](LiftLowerContext& cx) { return load(cx, 512, t, v); }), "");
    EXPECT_EQ(v.case_index(), last);
    EXPECT_EQ(bytes_at(512 + size, 1), "ee");
    EXPECT_EQ(lifted(t, {cases}), "trap: invalid variant discriminant");
  }
}

TEST_F(AbiTest, DiscriminantsOutOfRangeTrap) {
  const ValType& t = *compose(kVariant, {{"none"}, {"some", primitive(kU32)}, {"more"}});
  put32(512, {1, 77});
  EXPECT_EQ(loaded(t), "%some(77)");
  for (const uint32_t bad : {3U, 255U}) {
    put32(512, {bad});
    EXPECT_EQ(loaded(t), "trap: invalid variant discriminant");
  }
  for (const uint64_t bad : {uint64_t{3}, uint64_t{0xffff'ffff}}) {
    EXPECT_EQ(lifted(t, {bad, 0}), "trap: invalid variant discriminant");
  }
}

TEST_F(AbiTest, PayloadsLieBehindTheWidestCasesAlignment) {
  const ValType& t = *compose(kVariant, {{"b", primitive(kU8)}, {"w", primitive(kU64)}});
  put(512, {0, 0, 0, 0, 0, 0, 0, 0, 9, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee, 0xee});
  EXPECT_EQ(loaded(t), "b(9)");
  EXPECT_EQ(run([&](LiftLowerContext& cx) {
              return store(cx, V::variant(kVariant, 0, V::u8(5)), t, 512);
            }),
            "");
  EXPECT_EQ(bytes_at(512, 16), "000000000000000005eeeeeeeeeeeeee");
}

TEST_F(AbiTest, CasesShareCoreValues) {
  // flat: i32, then join(f32, i64, f64, i32) = i64
  const ValType& t = *compose(kVariant, {{"f", primitive(kF32)},
                                         {"i", primitive(kS64)},
                                         {"d", primitive(kF64)},
                                         {"n"},
                                         {"s", primitive(kS32)}});
  const uint64_t garbage = 0xdead'beef'0000'0000;
  EXPECT_EQ(lifted(t, {0, garbage | 0x3fc0'0000}), "f(1.5)");
  EXPECT_EQ(lifted(t, {1, ~uint64_t{0}}), "i(-1)");
  EXPECT_EQ(lifted(t, {2, 0x4004'0000'0000'0000}), "d(2.5)");
  EXPECT_EQ(lifted(t, {3, garbage}), "n");
  EXPECT_EQ(lifted(t, {4, garbage | 0xffff'fffe}), "s(-2)");
  EXPECT_EQ(lowered(V::variant(kVariant, 0, V::f32(1.5F)), t), "0x0 0x3fc00000");
  EXPECT_EQ(lowered(V::variant(kVariant, 1, V::s64(-1)), t), "0x1 0xffffffffffffffff");
  EXPECT_EQ(lowered(V::variant(kVariant, 3), t), "0x3 0x0");
  EXPECT_EQ(lowered(V::variant(kVariant, 4, V::s32(-2)), t), "0x4 0xfffffffe");
}

TEST_F(AbiTest, NansInSharedCoreValuesAreCanonical) {
  const ValType& t = *compose(kVariant, {{"f", primitive(kF32)}, {"i", primitive(kU32)}});
  ComponentValue v;
  const uint64_t flat[] = {0, 0x7f80'0001};
  EXPECT_EQ(run([&](LiftLowerContext& cx) {
              CoreValueIter vi(flat);
              return lift_flat(cx, vi, t, v);
            }),
            "");
  EXPECT_EQ(v.payload()->bits(), kCanonicalFloat32Nan);
  EXPECT_EQ(lifted(t, {1, 0x7f80'0001}), "i(2139095041)");
}

TEST_F(AbiTest, ShortCasesArePaddedAndSkipped) {
  const ValType& wide = *compose(kTuple, {{"", primitive(kU32)}, {"", primitive(kU64)}});
  const ValType& v = *compose(kVariant, {{"narrow", primitive(kU8)}, {"wide", &wide}});
  const ValType& t = *compose(kTuple, {{"", &v}, {"", primitive(kU8)}});
  EXPECT_EQ(lifted(t, {0, 7, 99, 8}), "(narrow(7), 8)");
  EXPECT_EQ(lifted(t, {1, 7, 99, 8}), "(wide((7, 99)), 8)");
  EXPECT_EQ(lowered(V::tuple({V::variant(kVariant, 0, V::u8(7)), V::u8(8)}), t), "0x0 0x7 0x0 0x8");
}

TEST_F(AbiTest, OptionsAndResults) {
  const ValType& option = *compose(kOption, {{"", primitive(kU8)}});
  put(512, {1, 5});
  EXPECT_EQ(loaded(option), "some(5)");
  EXPECT_EQ(lowered(V::none(), option), "0x0 0x0");
  EXPECT_EQ(lowered(V::some(V::u8(3)), option), "0x1 0x3");
  EXPECT_EQ(lifted(option, {2, 0}), "trap: invalid variant discriminant");
  const ValType& result = *compose(kResult, {{"", primitive(kU16)}, {"", nullptr}});
  EXPECT_EQ(lifted(result, {0, 9}), "ok(9)");
  EXPECT_EQ(lifted(result, {1, 9}), "err");
  EXPECT_EQ(lowered(V::variant(kResult, 1), result), "0x1 0x0");
}

TEST_F(AbiTest, FixedListsAreInPlace) {
  const ValType& t = *compose(kFixedList, {{"", primitive(kU8)}}, 3);
  put(512, {1, 2, 3, 0xee});
  EXPECT_EQ(loaded(t), "[1, 2, 3]");
  EXPECT_EQ(lifted(t, {1, 2, 0x1'03}), "[1, 2, 3]");
  const V v = V::sequence(kFixedList, {V::u8(4), V::u8(5), V::u8(6)});
  EXPECT_EQ(lowered(v, t), "0x4 0x5 0x6");
  EXPECT_EQ(run([&](LiftLowerContext& cx) { return store(cx, v, t, 512); }), "");
  EXPECT_EQ(bytes_at(512, 4), "040506ee");
  const ValType& strings = *compose(kFixedList, {{"", string()}}, 2);
  put32(512, {600, 1, 601, 1});
  put(600, {'a', 'b'});
  EXPECT_EQ(loaded(strings), R"(["a", "b"])");
}

// Sixteen parameters are flat, seventeen lie in memory.
TEST_F(AbiTest, ManyParametersLieInMemory) {
  std::vector<Labelled> params(17, Labelled{"p", primitive(kU32)});
  params[1].type = primitive(kU8);
  params[2].type = primitive(kU64);
  const auto* type = *arena.func(false, params, nullptr);
  const Signature signature(*type, AddressType::kI32, limits::kFlatParams, limits::kFlatResults);
  ASSERT_TRUE(signature.params.in_memory);
  EXPECT_EQ(signature.params.size, 72U);
  EXPECT_EQ(signature.params.alignment, 8U);

  V::List args(17);
  for (uint32_t i = 0; i < 17; ++i) args[i] = V::u32(i + 1);
  args[1] = V::u8(200);
  args[2] = V::u64(1ULL << 40);
  FlatValues flat;
  ASSERT_EQ(run([&](LiftLowerContext& cx) {
              return lower_flat_values(cx, args, signature.params, nullptr, flat);
            }),
            "");
  ASSERT_EQ(flat.size(), 1U);
  EXPECT_EQ(realloc_calls(), "0,0,8,72");
  V::List back(17);
  ASSERT_EQ(run([&](LiftLowerContext& cx) {
              CoreValueIter vi(flat.span());
              return lift_flat_values(cx, vi, signature.params, back);
            }),
            "");
  EXPECT_EQ(back, args);

  const auto lift_from = [&](uint64_t ptr) {
    return run([&](LiftLowerContext& cx) {
      CoreValueIter vi({&ptr, 1});
      return lift_flat_values(cx, vi, signature.params, back);
    });
  };
  EXPECT_EQ(lift_from(4), "value pointer not aligned");
  EXPECT_EQ(lift_from(65536 - 64), "value pointer/length out of bounds of memory");
  EXPECT_EQ(lift_from(0xffff'fff8), "value pointer/length out of bounds of memory");
  peer = Peer::kGuest;
  EXPECT_EQ(lift_from(4), "unaligned pointer");
  EXPECT_EQ(lift_from(65536), "value content out-of-bounds");
}

TEST_F(AbiTest, ResultsGoWhereTheCallerSays) {
  const ValType& pair = *compose(kTuple, {{"", primitive(kU32)}, {"", primitive(kU64)}});
  const auto* type = *arena.func(false, {}, &pair);
  const Signature signature(*type, AddressType::kI32, limits::kFlatParams, limits::kFlatResults);
  ASSERT_TRUE(signature.results.in_memory);
  const V::List results = {V::tuple({V::u32(1), V::u64(2)})};
  const auto lower_to = [&](uint64_t ptr) {
    return run([&](LiftLowerContext& cx) {
      CoreValueIter out_param({&ptr, 1});
      FlatValues flat;
      const bool ok = lower_flat_values(cx, results, signature.results, &out_param, flat);
      EXPECT_EQ(flat.size(), 0U);
      return ok;
    });
  };
  EXPECT_EQ(lower_to(512), "");
  EXPECT_EQ(loaded(pair), "(1, 2)");
  EXPECT_EQ(realloc_calls(), "");
  EXPECT_EQ(lower_to(516), "value pointer not aligned");
  EXPECT_EQ(lower_to(65528), "value pointer/length out of bounds of memory");
}

// A tuple can be larger than 32 bits count.
TEST_F(AbiTest, HugeTuplesFitNoMemory) {
  const ValType* const big = compose(kFixedList, {{"", primitive(kU64)}}, 1U << 24);
  const std::vector<Labelled> params(64, Labelled{"p", big});
  const auto* type = *arena.func(false, params, nullptr);
  const Signature signature(*type, AddressType::kI32, limits::kFlatParams, limits::kFlatResults);
  EXPECT_EQ(signature.params.size, 64ULL << 27);
  V::List args(64);
  const uint64_t ptr = 0;
  EXPECT_EQ(run([&](LiftLowerContext& cx) {
              CoreValueIter vi({&ptr, 1});
              return lift_flat_values(cx, vi, signature.params, args);
            }),
            "value pointer/length out of bounds of memory");
}

}  // namespace
}  // namespace tappet::component::test
