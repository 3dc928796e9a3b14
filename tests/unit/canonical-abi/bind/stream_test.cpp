// Streams of bytes between a host and its guests: CanonicalABI.md, "Stream State", seen from both
// sides.
#include "tests/unit/canonical-abi/bind/byte_streams.h"

namespace tappet::component::test {
namespace {

// --- The host reads

TEST_F(ByteStreams, AreReadInParts) {
  host_reads();
  p.poke(kAt, "hello world");
  EXPECT_EQ(p.write(kAt, 11), kBlocked);
  EXPECT_EQ(p.write_event(), 0U);
  EXPECT_EQ(read(2), "he");
  EXPECT_EQ(read(3), "llo");  // before the guest has heard of the first part
  EXPECT_EQ(p.write_event(), event(EventCode::kStreamWrite, copied(5)));
  EXPECT_EQ(read(100), "pending") << "the guest has its buffer back";
  EXPECT_EQ(p.write(kAt + 5, 6), kBlocked);
  EXPECT_EQ(wakes.count, 1);
  EXPECT_EQ(read(100), " world");
  EXPECT_EQ(read(100), "pending");
  EXPECT_EQ(p.write_event(), event(EventCode::kStreamWrite, copied(6)));
}

TEST_F(ByteStreams, AReaderThatReadsWhenWokenSavesTheGuestAWait) {
  host_reads();
  EXPECT_EQ(read(3), "pending");
  std::string got;
  wakes.then = [&] { got = read(3); };
  p.poke(kAt, "abcd");
  EXPECT_EQ(p.write(kAt, 4), copied(3));
  EXPECT_EQ(got, "abc");
}

TEST_F(ByteStreams, EndWhenTheGuestDropsItsEnd) {
  host_reads();
  EXPECT_EQ(read(3), "pending");
  EXPECT_FALSE(p.host.reader.is_over());
  p.run("drop-writable");
  EXPECT_EQ(wakes.count, 1);
  EXPECT_TRUE(p.host.reader.is_over());
  EXPECT_EQ(read(3), "");
  EXPECT_EQ(read(3), "");
}

TEST_F(ByteStreams, AGuestLearnsThatTheReaderIsGone) {
  host_reads();
  p.poke(kAt, "abcd");
  EXPECT_EQ(p.write(kAt, 4), kBlocked);
  EXPECT_EQ(read(1), "a");
  p.host.reader = {};
  EXPECT_EQ(p.write_event(), event(EventCode::kStreamWrite, copied(1, CopyResult::kDropped)));
  p.run("drop-writable");

  host_reads();
  p.host.reader = {};
  EXPECT_EQ(p.write(kAt, 4), copied(0, CopyResult::kDropped));
  EXPECT_EQ(p.call("write", {V::u32(kAt), V::u32(1)}),
            "trap: cannot write to stream after being notified that the readable end dropped");
}

TEST_F(ByteStreams, AnEndThatNobodyTakesIsDropped) {
  p.run("new");
  p.host.reader = {};
  p.run("take");
  p.host.reader = {};
  EXPECT_EQ(p.write(kAt, 4), copied(0, CopyResult::kDropped));
}

TEST_F(ByteStreams, AWriteOfNothingWaitsUntilTheHostReads) {
  host_reads();
  EXPECT_EQ(p.write(kAt, 0), kBlocked);
  EXPECT_EQ(p.write_event(), 0U);
  EXPECT_EQ(read(5), "pending");
  EXPECT_EQ(p.write_event(), event(EventCode::kStreamWrite, copied(0)));
  EXPECT_EQ(p.write(kAt, 0), copied(0)) << "the host still waits";
  EXPECT_EQ(wakes.count, 0);
  p.poke(kAt, "x");
  EXPECT_EQ(p.write(kAt, 1), kBlocked);
  EXPECT_EQ(wakes.count, 1);
  EXPECT_EQ(read(5), "x");
  EXPECT_EQ(p.write_event(), event(EventCode::kStreamWrite, copied(1)));
  EXPECT_EQ(p.write(kAt, 0), kBlocked) << "the host has got something, and has not asked again";
}

TEST_F(ByteStreams, TheHostAsksWhetherThereIsSomething) {
  host_reads();
  EXPECT_EQ(read(0), "pending");
  EXPECT_EQ(p.write(kAt, 0), copied(0));
  EXPECT_EQ(p.write(kAt, 2), kBlocked);
  EXPECT_EQ(read(0), "");
  EXPECT_EQ(p.write_event(), 0U) << "nothing was taken";
  EXPECT_EQ(read(2).size(), 2U);
  EXPECT_EQ(p.write_event(), event(EventCode::kStreamWrite, copied(2)));
  p.run("drop-writable");
  EXPECT_EQ(read(0), "") << "the end can be read";
}

TEST_F(ByteStreams, AGuestCancelsItsWrite) {
  host_reads();
  p.poke(kAt, "abc");
  EXPECT_EQ(p.write(kAt, 3), kBlocked);
  EXPECT_EQ(p.number("cancel-write"), copied(0, CopyResult::kCancelled));
  EXPECT_EQ(read(3), "pending");
  EXPECT_EQ(p.write(kAt, 3), kBlocked);
  EXPECT_EQ(read(1), "a");
  EXPECT_EQ(p.number("cancel-write"), copied(1, CopyResult::kCancelled));
  EXPECT_EQ(read(3), "pending");
}

TEST_F(ByteStreams, AReaderOutlivesTheStore) {
  auto other = std::make_unique<StreamProgram<uint8_t>>("u8");
  other->run("new");
  other->run("take");
  EXPECT_EQ(other->write(kAt, 4), kBlocked);
  StreamReader<uint8_t> reader = std::move(other->host.reader);
  std::array<uint8_t, 4> into = {};
  EXPECT_EQ(reader.try_read(std::span(into).first(1), wakes.waker), Copied(1));
  other.reset();
  EXPECT_TRUE(reader.is_over());
  EXPECT_EQ(reader.try_read(into, wakes.waker), Copied(0));
}

TEST_F(ByteStreams, AWaitingReaderHearsThatTheStoreIsGone) {
  auto other = std::make_unique<StreamProgram<uint8_t>>("u8");
  other->run("new");
  other->run("take");
  StreamReader<uint8_t> reader = std::move(other->host.reader);
  std::array<uint8_t, 4> into = {};
  EXPECT_EQ(reader.try_read(into, wakes.waker), kPending);
  other.reset();
  EXPECT_EQ(wakes.count, 1);
  EXPECT_EQ(reader.try_read(into, wakes.waker), Copied(0));
}

// --- The host writes

TEST_F(ByteStreams, AreWrittenInParts) {
  host_writes();
  EXPECT_EQ(p.read(kAt, 5), kBlocked);
  EXPECT_EQ(write("abc"), Copied(3));
  EXPECT_EQ(write("defg"), Copied(2));
  EXPECT_EQ(write("fg"), kPending);
  EXPECT_EQ(p.read_event(), event(EventCode::kStreamRead, copied(5)));
  EXPECT_EQ(p.text(kAt, 5), "abcde");
  EXPECT_EQ(wakes.count, 0);
  EXPECT_EQ(p.read(kAt, 5), kBlocked);
  EXPECT_EQ(wakes.count, 1);
  EXPECT_EQ(write("fg"), Copied(2));
  EXPECT_EQ(p.read_event(), event(EventCode::kStreamRead, copied(2)));
  EXPECT_EQ(p.text(kAt, 5), "fgcde");
}

TEST_F(ByteStreams, AWriterThatWritesWhenWokenSavesTheGuestAWait) {
  host_writes();
  EXPECT_EQ(write("abc"), kPending);
  wakes.then = [&] { EXPECT_EQ(write("abc"), Copied(3)); };
  EXPECT_EQ(p.read(kAt, 9), copied(3));
  EXPECT_EQ(p.text(kAt, 3), "abc");
}

TEST_F(ByteStreams, EndWhenTheHostDropsItsEnd) {
  host_writes();
  EXPECT_EQ(p.read(kAt, 5), kBlocked);
  EXPECT_EQ(write("abc"), Copied(3));
  writer = {};
  EXPECT_EQ(p.read_event(), event(EventCode::kStreamRead, copied(3, CopyResult::kDropped)));
  EXPECT_EQ(p.text(kAt, 3), "abc");

  host_writes();
  writer = {};
  EXPECT_EQ(p.read(kAt, 5), copied(0, CopyResult::kDropped));
}

TEST_F(ByteStreams, TheHostLearnsThatTheReaderIsGone) {
  host_writes();
  EXPECT_EQ(write("abc"), kPending);
  p.run("drop-readable");
  EXPECT_EQ(wakes.count, 1);
  EXPECT_TRUE(writer.is_dropped());
  EXPECT_EQ(write("abc"), Copied(0));
}

TEST_F(ByteStreams, AReadOfNothingWaitsUntilTheHostWrites) {
  host_writes();
  EXPECT_EQ(p.read(kAt, 0), kBlocked);
  EXPECT_EQ(p.read_event(), 0U);
  EXPECT_EQ(write("abc"), kPending);
  EXPECT_EQ(p.read_event(), event(EventCode::kStreamRead, copied(0)));
  EXPECT_EQ(p.read(kAt, 0), copied(0));
  EXPECT_EQ(wakes.count, 0);
  EXPECT_EQ(p.read(kAt, 3), kBlocked);
  EXPECT_EQ(wakes.count, 1);
}

TEST_F(ByteStreams, TheHostAsksWhetherSomebodyReads) {
  host_writes();
  EXPECT_EQ(write(""), kPending);
  EXPECT_EQ(p.read(kAt, 0), kBlocked);
  EXPECT_EQ(wakes.count, 1);
  EXPECT_EQ(write(""), Copied(0));
  EXPECT_EQ(p.read_event(), 0U);
  EXPECT_EQ(write("a"), kPending);
  EXPECT_EQ(p.read_event(), event(EventCode::kStreamRead, copied(0)));
}

TEST_F(ByteStreams, AGuestCancelsItsRead) {
  host_writes();
  EXPECT_EQ(p.read(kAt, 5), kBlocked);
  EXPECT_EQ(p.number("cancel-read"), copied(0, CopyResult::kCancelled));
  EXPECT_EQ(write("abc"), kPending);
  EXPECT_EQ(p.read(kAt, 5), kBlocked);
  EXPECT_EQ(write("abc"), Copied(3));
  EXPECT_EQ(p.number("cancel-read"), copied(3, CopyResult::kCancelled));
}

TEST_F(ByteStreams, AWriterOutlivesTheStore) {
  auto other = std::make_unique<StreamProgram<uint8_t>>("u8");
  auto ends = make_stream<uint8_t>();
  other->host.to_give = std::move(ends.reader);
  other->run("give");
  EXPECT_EQ(other->read(kAt, 4), kBlocked);
  other.reset();
  EXPECT_TRUE(ends.writer.is_dropped());
  EXPECT_EQ(ends.writer.try_write(as_bytes("x"), wakes.waker), Copied(0));
}

// --- Sources

TEST_F(ByteSources, AreReadWithinTheGuestsRead) {
  pipe->put("hello");
  p.run("give");
  EXPECT_EQ(pipe->reads, 0) << "nobody has read";
  EXPECT_EQ(p.read(kAt, 0), copied(0));
  EXPECT_EQ(p.read(kAt, 2), copied(2));
  EXPECT_EQ(p.read(kAt + 2, 9), copied(3));
  EXPECT_EQ(p.text(kAt, 5), "hello");
  pipe->end();
  EXPECT_EQ(p.read(kAt, 9), copied(0, CopyResult::kDropped));
  EXPECT_EQ(pipe.use_count(), 1) << "the source is gone";
}

TEST_F(ByteSources, AreReadWhenWoken) {
  p.run("give");
  EXPECT_EQ(p.read(kAt, 9), kBlocked);
  pipe->put("abc");
  EXPECT_EQ(pipe->text, "abc") << "not by him who wakes";
  p.turn();
  EXPECT_EQ(p.read_event(), event(EventCode::kStreamRead, copied(3)));
  EXPECT_EQ(p.read(kAt, 0), kBlocked);
  pipe->put("d");
  p.turn();
  EXPECT_EQ(p.read_event(), event(EventCode::kStreamRead, copied(0)));
  EXPECT_EQ(p.read(kAt, 9), copied(1));
  EXPECT_EQ(p.read(kAt, 9), kBlocked);
  pipe->end();
  p.turn();
  EXPECT_EQ(p.read_event(), event(EventCode::kStreamRead, copied(0, CopyResult::kDropped)));
  EXPECT_EQ(pipe.use_count(), 1);
}

TEST_F(ByteSources, AreForgottenWhenTheReaderGoes) {
  p.run("give");
  EXPECT_EQ(p.read(kAt, 9), kBlocked);
  EXPECT_EQ(p.number("cancel-read"), copied(0, CopyResult::kCancelled));
  pipe->put("abc");
  p.run("drop-readable");
  EXPECT_EQ(pipe.use_count(), 1);
  pipe->put("abc");
}

TEST_F(ByteSources, ACancelledReadHasNoJobLeft) {
  p.run("give");
  EXPECT_EQ(p.read(kAt, 9), kBlocked);
  pipe->put("abc");
  EXPECT_EQ(p.number("cancel-read"), copied(0, CopyResult::kCancelled));
  p.turn();
  EXPECT_EQ(pipe->text, "abc");
  EXPECT_EQ(p.read(kAt, 9), copied(3));
}

TEST_F(ByteSources, GoWithTheStore) {
  auto other = std::make_unique<StreamProgram<uint8_t>>("u8");
  other->host.to_give = std::move(p.host.to_give);
  other->run("give");
  EXPECT_EQ(other->read(kAt, 9), kBlocked);
  pipe->put("x");
  other.reset();
  EXPECT_EQ(pipe.use_count(), 1);
}

}  // namespace
}  // namespace tappet::component::test
