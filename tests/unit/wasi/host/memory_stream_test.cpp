#include "wasi/host/memory_stream.h"

#include <gtest/gtest.h>

namespace tappet::wasi {
namespace {

Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }

TEST(MemoryInput, GivesItsContentsAndEnds) {
  MemoryInput in(bytes("hello"));
  EXPECT_TRUE(in.read(0).value().empty());
  EXPECT_EQ(as_text(in.read(2).value()), "he");
  EXPECT_EQ(as_text(in.read(UINT64_MAX).value()), "llo");
  EXPECT_TRUE(in.ready());
  const StreamResult<Bytes> end = in.read(1);
  ASSERT_FALSE(end.ok());
  EXPECT_EQ(end.error().error, nullptr);
}

TEST(MemoryInput, GivesABoundedAmountAtOnce) {
  MemoryInput in(Bytes(3 * kMostRead));
  EXPECT_EQ(in.read(UINT64_MAX).value().size(), kMostRead);
}

TEST(MemoryOutput, KeepsWhatIsWritten) {
  MemoryOutput out;
  EXPECT_EQ(out.check_write().value(), kMostWritten);
  ASSERT_TRUE(out.write(bytes("a")).ok());
  ASSERT_TRUE(out.write(bytes("b")).ok());
  EXPECT_EQ(out.text(), "ab");
  EXPECT_EQ(as_text(out.take()), "ab");
  EXPECT_TRUE(out.contents().empty());
}

TEST(MemoryOutput, FailsOnceWhenFullAndIsClosedThen) {
  MemoryOutput out(3);
  EXPECT_EQ(out.check_write().value(), 3U);
  ASSERT_TRUE(out.write(bytes("abc")).ok());
  StreamResult<size_t> full = out.check_write();
  ASSERT_FALSE(full.ok());
  ASSERT_NE(full.error().error, nullptr);
  EXPECT_EQ(full.error().error->debug_string(), "the buffer for this output is full");
  EXPECT_EQ(out.check_write().error().error, nullptr);
  EXPECT_FALSE(out.write(bytes("d")).ok());
  EXPECT_FALSE(out.flush().ok());
  EXPECT_EQ(out.text(), "abc");
}

TEST(NullOutput, TakesEverything) {
  NullOutput out;
  EXPECT_EQ(out.check_write().value(), kMostWritten);
  EXPECT_TRUE(out.write(Bytes(10)).ok());
}

TEST(IoError, GivesItsPayloadToThoseWhoKnowItsType) {
  const IoError error("text", 42);
  ASSERT_NE(error.payload<int>(), nullptr);
  EXPECT_EQ(*error.payload<int>(), 42);
  EXPECT_EQ(error.payload<unsigned>(), nullptr);
  EXPECT_EQ(IoError("plain").payload<int>(), nullptr);
}

}  // namespace
}  // namespace tappet::wasi
