// Streams of bytes beyond one read or write: tasks that wait for them, and ends that go on to
// others.
#include <random>

#include "tests/unit/canonical-abi/bind/byte_streams.h"

namespace tappet::component::test {
namespace {

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

// --- Anything in any order: every byte arrives once, and both sides agree on how many have.

class RandomTraffic : public ByteStreams, public ::testing::WithParamInterface<uint32_t> {
 protected:
  uint32_t upto(uint32_t n) { return std::uniform_int_distribution<uint32_t>(0, n)(random); }
  static Bytes numbers(size_t from, size_t n) {
    Bytes bytes(n);
    for (size_t i = 0; i < n; ++i) bytes[i] = static_cast<uint8_t>((from + i) * 7);
    return bytes;
  }
  // What the guest was told: how many were copied, in its state of mind.
  bool settled(uint64_t result) {
    if (result == kBlocked) return false;
    guest_count += static_cast<uint32_t>(result) >> 4;
    return true;
  }

  std::mt19937 random{GetParam()};
  size_t guest_count = 0;
  size_t host_count = 0;
};

TEST_P(RandomTraffic, FromTheGuest) {
  host_reads();
  bool busy = false;
  for (int i = 0; i < 400; ++i) {
    if (upto(1) == 0) {
      const uint32_t n = upto(20);
      Bytes into(n);
      if (const Copied got = p.host.reader.try_read(into, wakes.waker)) {
        into.resize(*got);
        ASSERT_EQ(into, numbers(host_count, *got));
        host_count += *got;
      }
    } else if (!busy) {
      const uint32_t n = upto(20);
      p.poke(kAt, numbers(guest_count, n));
      busy = !settled(p.write(kAt, n));
    } else if (upto(3) == 0) {
      busy = !settled(p.number("cancel-write"));
    } else if (const uint64_t event = p.write_event()) {
      busy = !settled(event & UINT32_MAX);
    }
    ASSERT_LE(guest_count, host_count);
  }
  if (busy) settled(p.number("cancel-write"));
  EXPECT_EQ(guest_count, host_count);
}

TEST_P(RandomTraffic, FromTheHost) {
  host_writes();
  bool busy = false;
  const auto check = [&](uint64_t result) {
    const size_t before = guest_count;
    busy = !settled(result);
    return p.peek(kAt, static_cast<uint32_t>(guest_count - before)) ==
           numbers(before, guest_count - before);
  };
  for (int i = 0; i < 400; ++i) {
    if (upto(1) == 0) {
      const Copied taken = writer.try_write(numbers(host_count, upto(20)), wakes.waker);
      host_count += taken.value_or(0);
    } else if (!busy) {
      ASSERT_TRUE(check(p.read(kAt, upto(20))));
    } else if (upto(3) == 0) {
      ASSERT_TRUE(check(p.number("cancel-read")));
    } else if (const uint64_t event = p.read_event()) {
      ASSERT_TRUE(check(event & UINT32_MAX));
    }
    ASSERT_LE(guest_count, host_count);
  }
  if (busy) {
    EXPECT_TRUE(check(p.number("cancel-read")));
  }
  EXPECT_EQ(guest_count, host_count);
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomTraffic, ::testing::Range(0U, 20U));

}  // namespace
}  // namespace tappet::component::test
