#include "interp/binary/reader.h"

#include <gtest/gtest.h>

#include "interp/base/limits.h"

namespace tappet {
namespace {

TEST(Reader, ReadsIntegersOfAllLengths) {
  const Bytes bytes = {0x05, 0xe5, 0x8e, 0x26, 0x7f, 0xc0, 0xbb,
                       0x78, 0x80, 0x80, 0x80, 0x80, 0x70};
  Reader in(bytes, 0);
  EXPECT_EQ(in.u32(), 5u);
  EXPECT_EQ(in.u32(), 624485u);
  EXPECT_EQ(in.s32(), -1);
  EXPECT_EQ(in.s64(), -123456);
  EXPECT_EQ(in.s33(), -(int64_t{1} << 32));
  EXPECT_TRUE(in.ok());
  EXPECT_TRUE(in.at_end());
}

TEST(Reader, ReadsWordsAndBytes) {
  const Bytes bytes = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0xaa, 0xbb};
  Reader in(bytes, 0);
  EXPECT_EQ(in.word32(), 0x04030201u);
  EXPECT_EQ(in.word64(), 0x0c0b0a0908070605u);
  EXPECT_EQ(in.bytes(2)[1], 0xbb);
  EXPECT_TRUE(in.ok());
}

TEST(Reader, KeepsItsFirstError) {
  const Bytes bytes = {0x01, 0x80};
  Reader in(bytes, 100);
  in.u32();
  EXPECT_EQ(in.u32(), 0u);
  EXPECT_EQ(in.byte(), 0);
  EXPECT_EQ(in.u64(), 0u);
  EXPECT_EQ(in.word64(), 0u);
  EXPECT_TRUE(in.bytes(1).empty());
  in.malformed("another");
  EXPECT_EQ(in.error(),
            make_error(ErrorKind::kMalformed, "unexpected end", Position::at_offset(102)));
}

TEST(Reader, NamesTheErrorsOfIntegers) {
  const auto message = [](Bytes bytes) {
    Reader in(bytes, 0);
    in.u32();
    return in.error().message;
  };
  EXPECT_EQ(message({0x80, 0x80, 0x80, 0x80, 0x80, 0x00}), "integer representation too long");
  EXPECT_EQ(message({0xff, 0xff, 0xff, 0xff, 0x1f}), "integer too large");
  EXPECT_EQ(message({}), "unexpected end");
}

TEST(Reader, CutsOutParts) {
  const Bytes bytes = {1, 2, 3, 4};
  Reader in(bytes, 10);
  in.byte();
  Reader part = in.sub(2);
  EXPECT_EQ(part.offset(), 11u);
  EXPECT_EQ(part.byte(), 2);
  EXPECT_EQ(part.remaining(), 1u);
  EXPECT_EQ(in.byte(), 4);
  part.malformed("wrong");
  in.adopt_error(part);
  EXPECT_EQ(in.error().message, "wrong");
}

TEST(Reader, ChecksNames) {
  const Bytes good = {3, 'a', 0xc3, 0xa9};
  EXPECT_EQ(Reader(good, 0).name(), "a\xc3\xa9");
  const Bytes bad = {2, 0xc3, 0x28};
  Reader in(bad, 0);
  EXPECT_EQ(in.name(), "");
  EXPECT_EQ(in.error().message, "malformed UTF-8 encoding");
  const Bytes too_short = {4, 'a'};
  Reader cut(too_short, 0);
  cut.name();
  EXPECT_EQ(cut.error().message, "length out of bounds");
}

TEST(Reader, ChecksCountsBeforeAnyoneReserves) {
  const Bytes bytes = {0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0};
  Reader in(bytes, 0);
  EXPECT_EQ(in.count("things", UINT32_MAX), 0u);
  EXPECT_EQ(in.error().message, "length out of bounds: 4294967295 things");

  const Bytes five = {5, 0, 0, 0, 0, 0};
  Reader limited(five, 0);
  EXPECT_EQ(limited.count("things", 4), 0u);
  EXPECT_EQ(limited.error().kind, ErrorKind::kLimit);
  EXPECT_EQ(limited.error().message, "too many things: 5, more than 4");
  EXPECT_EQ(Reader(five, 0).count("things", 5), 5u);
  Reader wide(five, 0);
  EXPECT_EQ(wide.count("things", 5, 2), 0u);
}

}  // namespace
}  // namespace tappet
