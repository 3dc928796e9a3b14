#include "interp/script/value.h"

#include <gtest/gtest.h>

namespace tappet::script {
namespace {

ScriptPattern nan(ValueType type, LaneCheck check) {
  return {{type}, type == kF32 ? 32u : 64u, {check}, false};
}
ScriptValue f32(uint32_t bits) { return {kF32, {bits, 0}}; }
ScriptValue f64(uint64_t bits) { return {kF64, {bits, 0}}; }

TEST(Patterns, CompareNumbersBitByBit) {
  const ScriptPattern seven{{kI32, {7, 0}}};
  EXPECT_TRUE(seven.matches({kI32, {7, 0}}));
  EXPECT_FALSE(seven.matches({kI32, {8, 0}}));
  EXPECT_FALSE(seven.matches({kI64, {7, 0}}));
  const ScriptPattern zero{f32(0)};
  EXPECT_FALSE(zero.matches(f32(0x8000'0000)));
}

TEST(Patterns, KnowBothKindsOfNan) {
  const ScriptPattern canonical = nan(kF32, LaneCheck::kCanonicalNan);
  EXPECT_TRUE(canonical.matches(f32(0x7fc0'0000)));
  EXPECT_TRUE(canonical.matches(f32(0xffc0'0000)));
  EXPECT_FALSE(canonical.matches(f32(0x7fc0'0001)));
  EXPECT_FALSE(canonical.matches(f32(0x7f80'0000)));
  const ScriptPattern arithmetic = nan(kF64, LaneCheck::kArithmeticNan);
  EXPECT_TRUE(arithmetic.matches(f64(0x7ff8'0000'0000'0001)));
  EXPECT_TRUE(arithmetic.matches(f64(0xfff8'0000'0000'0000)));
  EXPECT_FALSE(arithmetic.matches(f64(0x7ff4'0000'0000'0000)));
}

TEST(Patterns, CompareVectorsByLane) {
  ScriptPattern pattern{{kV128, {0x3f80'0000'0000'0000, 0}}, 32, {}, false};
  pattern.lanes = {LaneCheck::kCanonicalNan, LaneCheck::kEqual, LaneCheck::kEqual,
                   LaneCheck::kArithmeticNan};
  EXPECT_TRUE(pattern.matches({kV128, {0x3f80'0000'7fc0'0000, 0x7fc0'1234'0000'0000}}));
  EXPECT_FALSE(pattern.matches({kV128, {0x3f80'0001'7fc0'0000, 0x7fc0'1234'0000'0000}}));
  EXPECT_FALSE(pattern.matches({kV128, {0x3f80'0000'7fc0'0000, 0x3fc0'1234'0000'0000}}));
}

TEST(Patterns, CompareReferences) {
  const ScriptPattern null{{kFuncRef, {}, true}};
  const ScriptPattern host{{kExternRef, {3, 0}, false}};
  const ScriptPattern any{{kFuncRef}, 0, {}, true};
  EXPECT_TRUE(null.matches({kFuncRef, {}, true}));
  EXPECT_FALSE(null.matches({kFuncRef, {}, false}));
  EXPECT_TRUE(host.matches({kExternRef, {3, 0}, false}));
  EXPECT_FALSE(host.matches({kExternRef, {4, 0}, false}));
  EXPECT_FALSE(host.matches({kExternRef, {}, true}));
  EXPECT_TRUE(any.matches({kFuncRef, {99, 0}, false}));
  EXPECT_FALSE(any.matches({kI32, {0, 0}}));
}

TEST(Values, AreShown) {
  EXPECT_EQ(to_string({{kI32, {7, 0}}, f32(0x7fc0'0000), {kExternRef, {}, true}}),
            "[i32:7 f32:0x7fc00000 externref:null]");
}

}  // namespace
}  // namespace tappet::script
