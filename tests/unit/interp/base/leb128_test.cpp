#include "interp/base/leb128.h"

#include <gtest/gtest.h>

#include <vector>

namespace tappet {
namespace {

template <int N>
LebResult<uint64_t> u(std::vector<uint8_t> bytes) {
  return read_leb_unsigned<N>(bytes.data(), bytes.data() + bytes.size());
}
template <int N>
LebResult<int64_t> s(std::vector<uint8_t> bytes) {
  return read_leb_signed<N>(bytes.data(), bytes.data() + bytes.size());
}

TEST(Leb128, ReadsUnsigned) {
  EXPECT_EQ(u<32>({0x00}).value, 0u);
  EXPECT_EQ(u<32>({0xe5, 0x8e, 0x26}).value, 624485u);
  EXPECT_EQ(u<32>({0xff, 0xff, 0xff, 0xff, 0x0f}).value, 0xffffffffu);
  EXPECT_EQ(u<64>({0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}).value,
            ~uint64_t{0});
  EXPECT_EQ(u<32>({0x80, 0x80, 0x80, 0x80, 0x00}).error, LebError::kNone);
}

TEST(Leb128, RejectsUnsignedThatDoNotFit) {
  EXPECT_EQ(u<32>({}).error, LebError::kUnexpectedEnd);
  EXPECT_EQ(u<32>({0x80}).error, LebError::kUnexpectedEnd);
  EXPECT_EQ(u<32>({0xff, 0xff, 0xff, 0xff, 0x1f}).error, LebError::kTooLarge);
  EXPECT_EQ(u<32>({0x80, 0x80, 0x80, 0x80, 0x80, 0x00}).error, LebError::kTooLong);
  EXPECT_EQ(u<1>({0x02}).error, LebError::kTooLarge);
}

TEST(Leb128, ReadsSigned) {
  EXPECT_EQ(s<32>({0x7f}).value, -1);
  EXPECT_EQ(s<32>({0xc0, 0xbb, 0x78}).value, -123456);
  EXPECT_EQ(s<32>({0x80, 0x80, 0x80, 0x80, 0x78}).value, INT32_MIN);
  EXPECT_EQ(s<33>({0x80, 0x80, 0x80, 0x80, 0x70}).value, -(int64_t{1} << 32));
  EXPECT_EQ(s<64>({0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x7f}).value, INT64_MIN);
}

TEST(Leb128, RejectsSignedWhoseUnusedBitsDisagree) {
  EXPECT_EQ(s<32>({0xff, 0xff, 0xff, 0xff, 0x0f}).error, LebError::kTooLarge);
  EXPECT_EQ(s<32>({0x80, 0x80, 0x80, 0x80, 0x70}).error, LebError::kTooLarge);
  EXPECT_EQ(s<32>({0x80, 0x80, 0x80, 0x80, 0x80, 0x00}).error, LebError::kTooLong);
  EXPECT_EQ(s<64>({0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x41}).error,
            LebError::kTooLarge);
}

}  // namespace
}  // namespace tappet
