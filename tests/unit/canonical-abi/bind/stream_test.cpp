// Streams of bytes between a host and its guests: CanonicalABI.md, "Stream State", seen from both
// sides.
#include "tests/unit/canonical-abi/bind/stream_program.h"

namespace tappet::component::test {
namespace {

using Copied = Poll<size_t>;
constexpr uint32_t kAt = 0x1000;

class ByteStreams : public ::testing::Test {
 protected:
  // The host reads at most n bytes.
  std::string read(size_t n) {
    std::string text(n, '\0');
    const Copied got =
        p.host.reader.try_read({reinterpret_cast<uint8_t*>(text.data()), n}, wakes.waker);
    if (!got) return "pending";
    return text.substr(0, *got);
  }
  Copied write(std::string_view text) { return writer.try_write(as_bytes(text), wakes.waker); }
  // The guest makes a stream, and gives it to the host.
  void host_reads() {
    p.run("new");
    p.run("take");
  }
  void host_writes() {
    auto ends = make_stream<uint8_t>();
    writer = std::move(ends.writer);
    p.host.to_give = std::move(ends.reader);
    p.run("give");
  }

  StreamProgram<uint8_t> p{"u8"};
  StreamWriter<uint8_t> writer;
  Wakes wakes;
};

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

// Something that others fill.
struct Pipe {
  std::string text;
  bool over = false;
  WakeList changed;
  int reads = 0;

  Copied try_read(std::span<uint8_t> into, Waker& waker) {
    ++reads;
    if (text.empty() && !over) return changed.add(waker), kPending;
    const size_t n = std::min(into.size(), text.size());
    std::copy_n(text.begin(), n, into.begin());
    text.erase(0, n);
    return n;
  }
  void put(std::string_view more) {
    text += more;
    changed.wake_all();
  }
  void end() {
    over = true;
    changed.wake_all();
  }
};
struct PipeSource {
  std::shared_ptr<Pipe> pipe;
  Copied try_read(std::span<uint8_t> into, Waker& waker) { return pipe->try_read(into, waker); }
};

class ByteSources : public ByteStreams {
 protected:
  ByteSources() { p.host.to_give = StreamReader<uint8_t>::from(PipeSource{pipe}); }
  std::shared_ptr<Pipe> pipe = std::make_shared<Pipe>();
};

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

// --- Tasks that wait

class ByteTasks : public ByteSources, public ::testing::WithParamInterface<const char*> {};

// The embedder runs the task when it is woken, and only then.
TEST_P(ByteTasks, ReadToTheEnd) {
  int wakeups = 0;
  Task task(p.store(), p.function(GetParam()), {}, [&] { ++wakeups; });
  EXPECT_EQ(task.run(), Outcome::kSuspended);
  for (int i = 1; i <= 10; ++i) {
    EXPECT_FALSE(task.runnable());
    pipe->put(std::string(300, 'x'));
    EXPECT_TRUE(task.runnable());
    EXPECT_EQ(wakeups, i);
    EXPECT_EQ(task.run(), Outcome::kSuspended);
    EXPECT_EQ(pipe->text, "");
  }
  pipe->end();
  EXPECT_EQ(task.run(), Outcome::kReturned);
  EXPECT_EQ(task.result(), V::u64(3000));
  EXPECT_EQ(task.finish(), Outcome::kReturned);
}

TEST_P(ByteTasks, ReadWhatAWriterWritesFromTheLoop) {
  auto ends = make_stream<uint8_t>();
  writer = std::move(ends.writer);
  p.host.to_give = std::move(ends.reader);
  int wakeups = 0;
  Task task(p.store(), p.function(GetParam()), {}, [&] { ++wakeups; });
  EXPECT_EQ(task.run(), Outcome::kSuspended);
  EXPECT_EQ(write(std::string(300, 'x')), Copied(300));
  EXPECT_EQ(wakeups, 1);
  EXPECT_EQ(write(std::string(900, 'x')), Copied(700)) << "what the guest has room for";
  EXPECT_EQ(task.run(), Outcome::kSuspended);
  EXPECT_FALSE(task.runnable());
  writer = {};
  EXPECT_TRUE(task.runnable());
  EXPECT_EQ(task.run(), Outcome::kReturned);
  EXPECT_EQ(task.result(), V::u64(1000));
}

TEST_P(ByteTasks, DoNotWaitForAnEndThatNobodyHas) {
  auto ends = make_stream<uint8_t>();
  p.host.to_give = std::move(ends.reader);
  Task task(p.store(), p.function(GetParam()), {});
  EXPECT_EQ(task.run(), Outcome::kSuspended);
  ends.writer = {};
  EXPECT_EQ(task.run(), Outcome::kReturned);
  EXPECT_EQ(task.result(), V::u64(0));
}

INSTANTIATE_TEST_SUITE_P(Lifts, ByteTasks, ::testing::Values("count", "count-stackful"));

TEST_F(ByteStreams, AnAsyncFunctionReadsItsArgument) {
  Task task(p.store(), p.function("fill"), {V::u32(10'000), V::u32(999)});
  EXPECT_EQ(task.run(), Outcome::kReturned) << task.trap().message;
  EXPECT_EQ(task.result(), V::u64(10'000));
}

// What guests do among themselves is a deadlock still, even if a stream went through the host.
TEST_F(ByteStreams, AGuestThatWaitsForItselfIsADeadlock) {
  host_reads();
  p.host.to_give = std::move(p.host.reader);
  EXPECT_EQ(p.call("count"), "trap: deadlock detected: event loop cannot make further progress");
}

// --- The host has both ends, or hands one on

TEST_F(ByteStreams, BetweenHostsAreBounded) {
  auto ends = make_stream<uint8_t>();
  writer = std::move(ends.writer);
  p.host.reader = std::move(ends.reader);
  EXPECT_EQ(write("abc"), kPending);
  Wakes reads;
  std::array<uint8_t, 4> into = {};
  EXPECT_EQ(p.host.reader.try_read(into, reads.waker), kPending);
  EXPECT_EQ(write("abcdef"), Copied(6));
  EXPECT_EQ(reads.count, 1);
  EXPECT_EQ(read(4), "abcd");
  const std::string much(100'000, 'x');
  EXPECT_EQ(write(much), Copied(16384 - 2));
  EXPECT_EQ(write(much), kPending);
  EXPECT_EQ(read(100), "ef" + std::string(98, 'x'));
  EXPECT_EQ(write(much), Copied(100));
  writer = {};
  EXPECT_EQ(read(20'000).size(), 16384U) << "what was written arrives";
  EXPECT_EQ(read(1), "");
}

TEST_F(ByteStreams, BetweenHostsASourceIsReadDirectly) {
  auto pipe = std::make_shared<Pipe>();
  p.host.reader = StreamReader<uint8_t>::from(PipeSource{pipe});
  EXPECT_EQ(read(4), "pending");
  pipe->put("abcdef");
  EXPECT_EQ(wakes.count, 1);
  EXPECT_EQ(read(4), "abcd");
  pipe->end();
  EXPECT_EQ(read(4), "ef");
  EXPECT_EQ(read(4), "");
  EXPECT_EQ(pipe.use_count(), 1);
}

TEST_F(ByteStreams, WhatWasWrittenBetweenHostsGoesOnToAGuest) {
  auto ends = make_stream<uint8_t>();
  writer = std::move(ends.writer);
  p.host.to_give = std::move(ends.reader);
  std::array<uint8_t, 2> into = {};
  EXPECT_EQ(p.host.to_give.try_read(into, wakes.waker), kPending);
  EXPECT_EQ(write("abcdef"), Copied(6));
  EXPECT_EQ(p.host.to_give.try_read(into, wakes.waker), Copied(2));
  p.run("give");
  EXPECT_EQ(p.read(kAt, 9), copied(4));
  EXPECT_EQ(p.text(kAt, 4), "cdef");
  EXPECT_EQ(write("gh"), kPending) << "a guest's stream has no buffer";
}

// From one guest through the host to another: the data does not pass the host.
TEST_F(ByteStreams, GoFromGuestToGuest) {
  StreamProgram<uint8_t> q{"u8"};  // in another store
  host_reads();
  p.poke(kAt, "hello");
  EXPECT_EQ(p.write(kAt, 5), kBlocked);
  q.host.to_give = std::move(p.host.reader);
  q.run("give");
  EXPECT_EQ(q.read(kAt, 3), copied(3));
  EXPECT_EQ(q.text(kAt, 3), "hel");
  EXPECT_EQ(p.write_event(), event(EventCode::kStreamWrite, copied(3)));
  EXPECT_EQ(q.read(kAt, 3), kBlocked);
  EXPECT_EQ(p.write(kAt + 3, 2), copied(2));
  EXPECT_EQ(q.read_event(), event(EventCode::kStreamRead, copied(2)));
  EXPECT_EQ(q.text(kAt, 3), "lol");
  p.run("drop-writable");
  EXPECT_EQ(q.read(kAt, 3), copied(0, CopyResult::kDropped));
}

TEST_F(ByteStreams, AGuestInAnotherStoreIsWoken) {
  StreamProgram<uint8_t> q{"u8"};
  host_reads();
  q.host.to_give = std::move(p.host.reader);
  Task count(q.store(), q.function("count"), {});
  // In its own store there is nothing to wait for.
  EXPECT_EQ(count.run(), Outcome::kSuspended);
  EXPECT_EQ(p.write(kAt, 5), copied(5));
  EXPECT_TRUE(count.runnable());
  EXPECT_EQ(count.run(), Outcome::kSuspended);
  p.run("drop-writable");
  EXPECT_EQ(count.run(), Outcome::kReturned);
  EXPECT_EQ(count.result(), V::u64(5));
}

TEST_F(ByteStreams, AReadableEndInAnotherStoreOutlivesIt) {
  auto q = std::make_unique<StreamProgram<uint8_t>>("u8");
  q->run("new");
  q->run("take");
  p.host.to_give = std::move(q->host.reader);
  p.run("give");
  EXPECT_EQ(p.read(kAt, 5), kBlocked);
  q.reset();
  EXPECT_EQ(p.read_event(), event(EventCode::kStreamRead, copied(0, CopyResult::kDropped)));
}

// --- As arguments and results of guests' functions

TEST_F(ByteStreams, AreArguments) {
  auto ends = make_stream<uint8_t>();
  p.run("accept", {std::move(ends.reader).to_value()});
  EXPECT_EQ(p.read(kAt, 5), kBlocked);
  EXPECT_EQ(ends.writer.try_write(as_bytes("ab"), wakes.waker), Copied(2));
  EXPECT_EQ(p.read_event(), event(EventCode::kStreamRead, copied(2)));
}

TEST_F(ByteStreams, AreResults) {
  Task task(p.store(), p.function("offer"), {});
  ASSERT_EQ(task.run(), Outcome::kReturned);
  auto reader = StreamReader<uint8_t>::from_value(task.result());
  ASSERT_TRUE(reader.ok()) << reader.error().message;
  p.host.reader = *std::move(reader);
  EXPECT_EQ(p.write(kAt, 2), kBlocked);
  EXPECT_EQ(read(9).size(), 2U);
}

TEST_F(ByteStreams, PassThroughAGuestUntouched) {
  auto pipe = std::make_shared<Pipe>();
  Task task(p.store(), p.function("forward"),
            {StreamReader<uint8_t>::from(PipeSource{pipe}).to_value()});
  ASSERT_EQ(task.run(), Outcome::kReturned);
  p.host.reader = *StreamReader<uint8_t>::from_value(task.result());
  pipe->put("abc");
  EXPECT_EQ(read(9), "abc");
}

TEST_F(ByteStreams, AreCheckedWhereTypesAreNotKnown) {
  auto ends = make_stream<uint16_t>();
  EXPECT_EQ(p.call("accept", {std::move(ends.reader).to_value()}),
            "trap: the host gave a stream or future of another type");
  V none = V::shared(TypeKind::kStream, nullptr);
  EXPECT_EQ(StreamReader<uint8_t>::from_value(none).error().message,
            "the value is no stream<u8> that is still there");
  auto other = make_stream<uint8_t>();
  V value = std::move(other.reader).to_value();
  EXPECT_EQ(StreamReader<int8_t>::from_value(value).error().message,
            "the value is not a stream<s8>");
  EXPECT_EQ(FutureReader<uint8_t>::from_value(value).error().message,
            "the value is no future<u8> that is still there");
  EXPECT_TRUE(StreamReader<uint8_t>::from_value(value).ok());
  EXPECT_FALSE(StreamReader<uint8_t>::from_value(value).ok()) << "there is one readable end";
}

TEST_F(ByteStreams, AStreamThatIsNotThereIsATrap) {
  EXPECT_EQ(p.call("give"), "trap: the host gave a stream or future that it does not have");
}

}  // namespace
}  // namespace tappet::component::test
