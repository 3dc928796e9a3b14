// Operators that exist twice: with an instruction of the host, and portably.
#include <gtest/gtest.h>

#include <random>

#include "interp/exec/simd_lanes.h"

namespace tappet::exec::simd {
namespace {

Vector vector_of(uint64_t low, uint64_t high) { return (Vector)LongVector{low, high}; }
uint64_t low_of(Vector v) { return ((LongVector)v)[0]; }
uint64_t high_of(Vector v) { return ((LongVector)v)[1]; }

// Random bits, and now and then bytes from the edges of what the operators tell apart.
class Vectors {
 public:
  Vector next() {
    uint8_t bytes[16];
    for (uint8_t& byte : bytes) {
      constexpr uint8_t kEdges[] = {0, 1, 15, 16, 31, 32, 127, 128, 143, 144, 255};
      const auto bits = static_cast<uint32_t>(random_());
      byte = bits % 2 == 0 ? static_cast<uint8_t>(bits >> 8) : kEdges[(bits >> 8) % 11];
    }
    return load_le<Vector>(bytes);
  }

 private:
  std::mt19937 random_{2026};
};

TEST(SimdLanes, HostAndPortableOperatorsAgree) {
  Vectors vectors;
  for (int i = 0; i < 20'000; ++i) {
    const Vector a = vectors.next(), b = vectors.next(), c = vectors.next();
    EXPECT_EQ(Bitmask<uint8_t>::apply(a), portable_bitmask<uint8_t>(a));
    EXPECT_EQ(Bitmask<uint16_t>::apply(a), portable_bitmask<uint16_t>(a));
    EXPECT_EQ(Bitmask<uint32_t>::apply(a), portable_bitmask<uint32_t>(a));
    EXPECT_EQ(Bitmask<uint64_t>::apply(a), portable_bitmask<uint64_t>(a));
    const Vector dot = Dot<int32_t>::apply(a, b), portable = portable_dot<int32_t>(a, b);
    EXPECT_EQ(low_of(dot), low_of(portable));
    EXPECT_EQ(high_of(dot), high_of(portable));
    if (!shuffles_bytes()) continue;
    const Vector host_swizzled = HostSwizzle::apply(a, c), swizzled = Swizzle::apply(a, c);
    EXPECT_EQ(low_of(host_swizzled), low_of(swizzled));
    EXPECT_EQ(high_of(host_swizzled), high_of(swizzled));
    const auto indices = (Vector)(as<uint8_t>(c) & 31);
    const Vector host_shuffled = HostShuffle::apply(a, b, indices);
    const Vector shuffled = Shuffle::apply(a, b, indices);
    EXPECT_EQ(low_of(host_shuffled), low_of(shuffled));
    EXPECT_EQ(high_of(host_shuffled), high_of(shuffled));
  }
}

TEST(SimdLanes, SwizzleGivesZeroBeyondTheVector) {
  const Vector a = vector_of(0x0807'0605'0403'0201, 0x100f'0e0d'0c0b'0a09);
  const Vector indices = vector_of(0xff80'7f20'1f11'100f, 0x0706'0504'0302'0100);
  const Vector swizzled = Swizzle::apply(a, indices);
  EXPECT_EQ(low_of(swizzled), 0x0000'0000'0000'0010u);
  EXPECT_EQ(high_of(swizzled), 0x0807'0605'0403'0201u);
}

TEST(SimdLanes, ShuffleGoesOnInTheSecondVector) {
  const Vector a = vector_of(0x0807'0605'0403'0201, 0x100f'0e0d'0c0b'0a09);
  const Vector b = vector_of(0x1817'1615'1413'1211, 0x201f'1e1d'1c1b'1a19);
  const Vector indices = vector_of(0x0011'0f10'1f00'1e01, 0x0706'0504'0302'0100);
  const Vector shuffled = Shuffle::apply(a, b, indices);
  EXPECT_EQ(low_of(shuffled), 0x0112'1011'2001'1f02u);
  EXPECT_EQ(high_of(shuffled), 0x0807'0605'0403'0201u);
}

}  // namespace
}  // namespace tappet::exec::simd
