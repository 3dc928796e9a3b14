#include "cli/core_values.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

namespace tappet::cli {
namespace {

std::optional<uint64_t> slot(ValueType type, const std::string& text) {
  const auto slots = parse_core_values({&type, 1}, {&text, 1});
  return slots.ok() ? std::optional((*slots)[0]) : std::nullopt;
}

std::string show(ValueType type, uint64_t bits) {
  return print_core_values({&type, 1}, {&bits, 1});
}
std::string show(float x) { return show(kF32, std::bit_cast<uint32_t>(x)); }
std::string show(double x) { return show(kF64, std::bit_cast<uint64_t>(x)); }

TEST(CoreValues, Integers) {
  EXPECT_EQ(slot(kI32, "5"), 5U);
  EXPECT_EQ(slot(kI32, "-1"), 0xffff'ffffU);
  EXPECT_EQ(slot(kI32, "-2147483648"), 0x8000'0000U);
  EXPECT_EQ(slot(kI32, "4294967295"), 0xffff'ffffU);
  EXPECT_EQ(slot(kI32, "0xFf"), 255U);
  EXPECT_EQ(slot(kI32, "-0x10"), 0xffff'fff0U);
  EXPECT_EQ(slot(kI64, "18446744073709551615"), UINT64_MAX);
  EXPECT_EQ(slot(kI64, "-9223372036854775808"), uint64_t{1} << 63);
  for (const char* bad :
       {"", "-", "+1", "0x", "4294967296", "-2147483649", "1.0", "1 ", " 1", "a", "--1", "0x-1"}) {
    EXPECT_EQ(slot(kI32, bad), std::nullopt) << bad;
  }
  EXPECT_EQ(slot(kI64, "18446744073709551616"), std::nullopt);
  EXPECT_EQ(slot(kI64, "-9223372036854775809"), std::nullopt);
}

TEST(CoreValues, Floats) {
  EXPECT_EQ(slot(kF32, "1.5"), std::bit_cast<uint32_t>(1.5F));
  EXPECT_EQ(slot(kF64, "-1e300"), std::bit_cast<uint64_t>(-1e300));
  EXPECT_EQ(slot(kF64, "inf"), std::bit_cast<uint64_t>(std::numeric_limits<double>::infinity()));
  EXPECT_TRUE(std::isnan(std::bit_cast<double>(*slot(kF64, "nan"))));
  EXPECT_EQ(slot(kF64, "1.5x"), std::nullopt);
  EXPECT_EQ(slot(kF64, ""), std::nullopt);
}

TEST(CoreValues, ArgumentsMustFit) {
  const std::vector<ValueType> two{kI32, kI64};
  const std::vector<std::string> one{"1"};
  EXPECT_EQ(parse_core_values(two, one).error().message, "expected 2 arguments, got 1");
  const ValueType ref = kFuncRef;
  EXPECT_EQ(parse_core_values({&ref, 1}, one).error().message,
            "a parameter of type funcref cannot be given here");
  EXPECT_TRUE(parse_core_values({}, {}).ok());
}

TEST(CoreValues, PrintedLikeWasmtimeDoes) {
  EXPECT_EQ(show(kI32, 0xffff'ffff), "-1\n");
  EXPECT_EQ(show(kI64, UINT64_MAX), "-1\n");
  EXPECT_EQ(show(kFuncRef, 0), "null\n");
  EXPECT_EQ(show(1.0F), "1\n");
  EXPECT_EQ(show(0.1F), "0.1\n");
  EXPECT_EQ(show(-0.0), "-0\n");
  EXPECT_EQ(show(16777216.0F), "16777216\n");
  EXPECT_EQ(show(123.456), "123.456\n");
  EXPECT_EQ(show(1e21), "1000000000000000000000\n");
  EXPECT_EQ(show(1.5e-7), "0.00000015\n");
  EXPECT_EQ(show(std::numeric_limits<double>::infinity()), "inf\n");
  EXPECT_EQ(show(-std::numeric_limits<double>::infinity()), "-inf\n");
  EXPECT_EQ(show(std::numeric_limits<double>::quiet_NaN()), "NaN\n");
}

TEST(CoreValues, VectorsTakeTwoSlots) {
  const std::vector<ValueType> types{kV128, kI32};
  const std::vector<uint64_t> slots{1, 2, 3};
  EXPECT_EQ(print_core_values(types, slots), "0x00000000000000020000000000000001\n3\n");
}

}  // namespace
}  // namespace tappet::cli
