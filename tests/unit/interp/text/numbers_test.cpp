#include "interp/text/numbers.h"

#include <gtest/gtest.h>

#include <bit>
#include <random>

namespace tappet::text {
namespace {

uint32_t f32(float value) { return std::bit_cast<uint32_t>(value); }
uint64_t f64(double value) { return std::bit_cast<uint64_t>(value); }

TEST(Numbers, Integers) {
  EXPECT_EQ(parse_integer("0", 32), 0u);
  EXPECT_EQ(parse_integer("-1", 32), 0xffff'ffffu);
  EXPECT_EQ(parse_integer("4294967295", 32), 0xffff'ffffu);
  EXPECT_EQ(parse_integer("-0x8000_0000", 32), 0x8000'0000u);
  EXPECT_EQ(parse_integer("+0xff", 8), 0xffu);
  EXPECT_EQ(parse_integer("0xffff_ffff_ffff_ffff", 64), ~uint64_t{0});
  for (const char* bad : {"", "-", "+", "0x", "_1", "1_", "1__2", "0x_1", "1a", "--1", "4294967296",
                          "-2147483649", "0X1", "1.0"}) {
    EXPECT_FALSE(parse_integer(bad, 32).has_value()) << bad;
  }
  EXPECT_FALSE(parse_integer("18446744073709551616", 64).has_value());
  EXPECT_FALSE(parse_unsigned("-1").has_value());
  EXPECT_FALSE(parse_unsigned("256", 8).has_value());
}

TEST(Numbers, Floats) {
  EXPECT_EQ(parse_f32("1.5"), f32(1.5f));
  EXPECT_EQ(parse_f32("1."), f32(1.f));
  EXPECT_EQ(parse_f32("-0"), f32(-0.f));
  EXPECT_EQ(parse_f32("1_0.2_5e0_1"), f32(102.5f));
  EXPECT_EQ(parse_f32("0x1.8p3"), f32(12.f));
  EXPECT_EQ(parse_f32("0x1.p-149"), f32(0x1p-149f));
  EXPECT_EQ(parse_f64("1e308"), f64(1e308));
  EXPECT_EQ(parse_f64("4.9406564584124654e-324"), 1u);
  EXPECT_EQ(parse_f32("inf"), 0x7f80'0000u);
  EXPECT_EQ(parse_f32("-nan"), 0xffc0'0000u);
  EXPECT_EQ(parse_f32("nan:0x1"), 0x7f80'0001u);
  EXPECT_EQ(parse_f64("nan:0xf_ffff_ffff_ffff"), 0x7fff'ffff'ffff'ffffu);
  for (const char* bad : {"", ".5", "1e", "1e+", "0x1p", "0x.8", "1.5.", "1_.5", "1._5", "nan:0x0",
                          "nan:1", "nan:0x800000", "infinity", "1p3", "e1"}) {
    EXPECT_FALSE(parse_f32(bad).has_value()) << bad;
  }
}

TEST(Numbers, RangesOfFloats) {
  EXPECT_EQ(parse_f32("0x1.fffffep127"), 0x7f7f'ffffu);
  EXPECT_FALSE(parse_f32("0x1p128").has_value());
  EXPECT_FALSE(parse_f32("1e39").has_value());
  EXPECT_FALSE(parse_f32("0x1.ffffffp127").has_value());  // rounds up to infinity
  EXPECT_EQ(parse_f32("1e-60"), 0u);
  EXPECT_EQ(parse_f32("0x1p-150"), 0u);  // halfway to the smallest, to even
  EXPECT_EQ(parse_f32("0x1.8p-150"), 1u);
  EXPECT_EQ(parse_f64("1e-400"), 0u);
  EXPECT_EQ(parse_f64("-1e-999999999999"), f64(-0.0));
  EXPECT_FALSE(parse_f64("1e999999999999").has_value());
  EXPECT_FALSE(parse_f64("1" + std::string(400, '0')).has_value());
  EXPECT_EQ(parse_f64("0x0." + std::string(300, '0') + "1p1200"), f64(0x1p-4));
}

TEST(Numbers, PrintedFloatsReadBack) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20000; ++i) {
    const uint64_t bits = random();
    EXPECT_EQ(parse_f64(print_f64(bits)), bits) << print_f64(bits);
    const auto low = static_cast<uint32_t>(bits);
    EXPECT_EQ(parse_f32(print_f32(low)), low) << print_f32(low);
  }
}

}  // namespace
}  // namespace tappet::text
