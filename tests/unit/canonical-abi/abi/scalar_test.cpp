// Booleans, numbers, characters, flags and handles, in memory and flat.
#include <fmt/format.h>

#include "canonical-abi/abi/load.h"
#include "canonical-abi/abi/store.h"
#include "tests/unit/canonical-abi/abi/fixture.h"

namespace tappet::component::test {
namespace {

using enum TypeKind;

TEST_F(AbiTest, LoadsIntegersWithTheirSign) {
  put(512, {0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff});
  EXPECT_EQ(loaded(*primitive(kU8)), "254");
  EXPECT_EQ(loaded(*primitive(kS8)), "-2");
  EXPECT_EQ(loaded(*primitive(kU16)), "65534");
  EXPECT_EQ(loaded(*primitive(kS16)), "-2");
  EXPECT_EQ(loaded(*primitive(kU32)), "4294967294");
  EXPECT_EQ(loaded(*primitive(kS32)), "-2");
  EXPECT_EQ(loaded(*primitive(kU64)), "18446744073709551614");
  EXPECT_EQ(loaded(*primitive(kS64)), "-2");
}

TEST_F(AbiTest, LiftsOnlyTheBitsOfTheType) {
  EXPECT_EQ(lifted(*primitive(kU8), {0xffff'ff80}), "128");
  EXPECT_EQ(lifted(*primitive(kS8), {0xffff'ff80}), "-128");
  EXPECT_EQ(lifted(*primitive(kS8), {0x7f}), "127");
  EXPECT_EQ(lifted(*primitive(kU16), {0x12'8000}), "32768");
  EXPECT_EQ(lifted(*primitive(kS16), {0x12'8000}), "-32768");
  EXPECT_EQ(lifted(*primitive(kU32), {0xffff'ffff}), "4294967295");
  EXPECT_EQ(lifted(*primitive(kS32), {0xffff'ffff}), "-1");
  EXPECT_EQ(lifted(*primitive(kU64), {0xffff'ffff}), "4294967295");
  EXPECT_EQ(lifted(*primitive(kS64), {~uint64_t{0}}), "-1");
}

TEST_F(AbiTest, LowersNegativeNumbersAsWideAsTheCoreType) {
  EXPECT_EQ(lowered(ComponentValue::s8(-1), *primitive(kS8)), "0xffffffff");
  EXPECT_EQ(lowered(ComponentValue::s16(-2), *primitive(kS16)), "0xfffffffe");
  EXPECT_EQ(lowered(ComponentValue::s32(-3), *primitive(kS32)), "0xfffffffd");
  EXPECT_EQ(lowered(ComponentValue::s64(-4), *primitive(kS64)), "0xfffffffffffffffc");
  EXPECT_EQ(lowered(ComponentValue::u8(255), *primitive(kU8)), "0xff");
}

TEST_F(AbiTest, AnyNonZeroBitsAreTrue) {
  put(512, {0, 1, 2, 0xff});
  EXPECT_EQ(loaded(*primitive(kBool), 512), "false");
  EXPECT_EQ(loaded(*primitive(kBool), 513), "true");
  EXPECT_EQ(loaded(*primitive(kBool), 514), "true");
  EXPECT_EQ(loaded(*primitive(kBool), 515), "true");
  EXPECT_EQ(lifted(*primitive(kBool), {0x100}), "true");
  EXPECT_EQ(lowered(ComponentValue::boolean(true), *primitive(kBool)), "0x1");
}

TEST_F(AbiTest, NansAreCanonicalInBothDirections) {
  ComponentValue v;
  put32(512, {0x7f80'0001, 0});
  EXPECT_EQ(run([&](LiftLowerContext& cx) { return load(cx, 512, *primitive(kF32), v); }), "");
  EXPECT_EQ(v.bits(), kCanonicalFloat32Nan);
  put32(512, {1, 0xfff0'0000});
  EXPECT_EQ(run([&](LiftLowerContext& cx) { return load(cx, 512, *primitive(kF64), v); }), "");
  EXPECT_EQ(v.bits(), kCanonicalFloat64Nan);
  EXPECT_EQ(lowered(ComponentValue::scalar(kF32, 0xffc0'1234), *primitive(kF32)), "0x7fc00000");
  EXPECT_EQ(lowered(ComponentValue::scalar(kF64, 0x7ff0'0000'0000'0001), *primitive(kF64)),
            "0x7ff8000000000000");
}

TEST_F(AbiTest, OtherFloatsKeepTheirBits) {
  EXPECT_EQ(lowered(ComponentValue::f32(-0.0F), *primitive(kF32)), "0x80000000");
  EXPECT_EQ(lowered(ComponentValue::scalar(kF32, 0x7f80'0000), *primitive(kF32)), "0x7f800000");
  EXPECT_EQ(lowered(ComponentValue::f64(-0.0), *primitive(kF64)), "0x8000000000000000");
  EXPECT_EQ(lifted(*primitive(kF32), {0x3fc0'0000}), "1.5");
}

TEST_F(AbiTest, CharsAreScalarValues) {
  const auto lift = [&](uint32_t c) { return lifted(*primitive(kChar), {c}); };
  EXPECT_EQ(lift('x'), "'x'");
  EXPECT_EQ(lift(0xd7ff).substr(0, 5), "'\xed\x9f\xbf'");
  EXPECT_EQ(lift(0xd800), "trap: invalid `char` bit pattern: 0xd800");
  EXPECT_EQ(lift(0xdfff), "trap: invalid `char` bit pattern: 0xdfff");
  EXPECT_EQ(lift(0x10'ffff), "'\xf4\x8f\xbf\xbf'");
  EXPECT_EQ(lift(0x11'0000), "trap: invalid `char` bit pattern: 0x110000");
  EXPECT_EQ(lift(0xffff'ffff), "trap: invalid `char` bit pattern: 0xffffffff");
  put32(512, {0xdc00});
  EXPECT_EQ(loaded(*primitive(kChar)), "trap: invalid `char` bit pattern: 0xdc00");
}

TEST_F(AbiTest, FlagsHaveOnlyTheBitsTheyName) {
  for (const size_t count : {1, 8, 9, 16, 17, 32}) {
    const std::vector<std::string> names(count, "f");
    std::vector<Labelled> labels;
    for (const std::string& name : names) labels.push_back({name});
    const ValType& t = *compose(kFlags, labels);
    const uint64_t all = (uint64_t{1} << count) - 1;
    EXPECT_EQ(elem_size(t, AddressType::kI32), count <= 8 ? 1 : count <= 16 ? 2 : 4);
    ComponentValue v;
    put32(512, {0xffff'ffff});
    EXPECT_EQ(run([&](LiftLowerContext& cx) { return load(cx, 512, t, v); }), "");
    EXPECT_EQ(v.bits(), all);
    EXPECT_EQ(lowered(v, t), fmt::format("{:#x}", all));
    put32(512, {0});
    EXPECT_EQ(run([&](LiftLowerContext& cx) { return store(cx, v, t, 512); }), "");
    EXPECT_EQ(load_le<uint32_t>(memory->base() + 512),
              all & ((uint64_t{1} << (8 * elem_size(t, AddressType::kI32))) - 1));
  }
}

TEST_F(AbiTest, HandlesGoThroughTheTable) {
  for (const TypeKind kind : {kOwn, kBorrow}) {
    const ValType& t = *handle(kind);
    ComponentValue v;
    put32(512, {7});
    EXPECT_EQ(run([&](LiftLowerContext& cx) { return load(cx, 512, t, v); }), "");
    EXPECT_EQ(v.kind(), kind);
    EXPECT_EQ(v.rep(), 1007U);
    EXPECT_EQ(lowered(v, t), "0x7");
    put32(512, {0});
    EXPECT_EQ(run([&](LiftLowerContext& cx) { return store(cx, v, t, 512); }), "");
    EXPECT_EQ(bytes_at(512, 4), "07000000");
    put32(512, {0});
    EXPECT_EQ(loaded(t), "trap: no such handle");
    EXPECT_EQ(lifted(t, {0}), "trap: no such handle");
  }
}

}  // namespace
}  // namespace tappet::component::test
