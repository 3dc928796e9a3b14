// Futures between a host and its guests: CanonicalABI.md, "Future State".
#include "canonical-abi/bind/error_context.h"
#include "tests/unit/canonical-abi/bind/stream_program.h"

namespace tappet::component::test {
namespace {

constexpr auto kNeverWritten =
    "trap: the writable end of a future was dropped without writing a value";

class Futures : public ::testing::Test {
 protected:
  // What the host reads.
  std::string read() {
    auto got = p.host.future_reader.try_read(wakes.waker);
    if (!got) return "pending";
    return got->ok() ? **got : "dropped";
  }
  void host_reads() {
    p.run("new-future");
    p.run("take-future");
  }
  void host_writes() {
    auto ends = make_future<std::string>();
    writer = std::move(ends.writer);
    p.host.future_to_give = std::move(ends.reader);
    p.run("give-future");
  }
  uint64_t guest_writes(const std::string& value) {
    p.poke_strings(kAt, {value});
    return p.number("write-future", {V::u32(kAt)});
  }
  uint64_t guest_reads() { return p.number("read-future", {V::u32(kAt)}); }

  StreamProgram<std::string> p{"string"};
  FutureWriter<std::string> writer;
  Wakes wakes;
};

TEST_F(Futures, AreReadWhenTheGuestWaits) {
  host_reads();
  EXPECT_EQ(guest_writes("hello"), kBlocked);
  EXPECT_EQ(read(), "pending");
  p.turn();
  EXPECT_EQ(wakes.count, 1);
  EXPECT_EQ(read(), "hello");
  EXPECT_EQ(p.write_event(), event(EventCode::kFutureWrite, copied(0)));
  p.run("drop-writable-future");
}

TEST_F(Futures, AreReadWhenTheHostWaits) {
  host_reads();
  EXPECT_EQ(read(), "pending");
  EXPECT_EQ(guest_writes("hello"), copied(0));
  EXPECT_EQ(wakes.count, 1);
  p.run("drop-writable-future");
  EXPECT_EQ(read(), "hello");
}

TEST_F(Futures, AGuestLearnsThatTheReaderIsGone) {
  host_reads();
  EXPECT_EQ(guest_writes("hello"), kBlocked);
  p.host.future_reader = {};
  EXPECT_EQ(p.write_event(), event(EventCode::kFutureWrite, copied(0, CopyResult::kDropped)));
  p.run("drop-writable-future");

  host_reads();
  EXPECT_EQ(read(), "pending");
  p.host.future_reader = {};
  EXPECT_EQ(guest_writes("hello"), copied(0, CopyResult::kDropped));
}

TEST_F(Futures, AGuestMayNotLeaveThemUnwritten) {
  host_reads();
  EXPECT_EQ(p.call("drop-writable-future"),
            "trap: cannot drop future write end without first writing a value");
  EXPECT_EQ(read(), "pending") << "until the store is destroyed";
}

TEST_F(Futures, AReaderHearsThatTheStoreIsGone) {
  auto other = std::make_unique<StreamProgram<std::string>>("string");
  other->run("new-future");
  other->run("take-future");
  p.host.future_reader = std::move(other->host.future_reader);
  EXPECT_EQ(read(), "pending");
  other.reset();
  EXPECT_EQ(wakes.count, 1);
  EXPECT_EQ(read(), "dropped");
}

TEST_F(Futures, AGuestCancelsItsWrite) {
  host_reads();
  EXPECT_EQ(guest_writes("hello"), kBlocked);
  EXPECT_EQ(read(), "pending");
  EXPECT_EQ(p.number("cancel-write-future"), copied(0, CopyResult::kCancelled));
  p.turn();
  EXPECT_EQ(read(), "pending");
  EXPECT_EQ(guest_writes("again"), copied(0));
  EXPECT_EQ(read(), "again");
}

TEST_F(Futures, AreWrittenWhenTheGuestWaits) {
  host_writes();
  EXPECT_EQ(guest_reads(), kBlocked);
  std::move(writer).write("hello");
  p.turn();
  EXPECT_EQ(p.read_event(), event(EventCode::kFutureRead, copied(0)));
  EXPECT_EQ(p.element(kAt), "hello");
  p.run("drop-readable-future");
}

TEST_F(Futures, AreWrittenBeforeTheGuestReads) {
  host_writes();
  std::move(writer).write("hello");
  EXPECT_TRUE(writer.empty());
  EXPECT_EQ(guest_reads(), copied(0));
  EXPECT_EQ(p.element(kAt), "hello");
}

TEST_F(Futures, TheHostLearnsThatTheReaderIsGone) {
  host_writes();
  EXPECT_EQ(writer.try_dropped(wakes.waker), kPending);
  p.run("drop-readable-future");
  EXPECT_EQ(wakes.count, 1);
  EXPECT_TRUE(writer.try_dropped(wakes.waker));
  std::move(writer).write("nobody reads it");
}

TEST_F(Futures, ACancelledReadTakesNothing) {
  host_writes();
  EXPECT_EQ(guest_reads(), kBlocked);
  std::move(writer).write("hello");
  EXPECT_EQ(p.number("cancel-read-future"), copied(0, CopyResult::kCancelled));
  p.turn();
  EXPECT_EQ(guest_reads(), copied(0));
  EXPECT_EQ(p.element(kAt), "hello");
}

TEST_F(Futures, OneThatTheHostLeavesUnwrittenIsATrapForWhoReads) {
  host_writes();
  writer = {};
  EXPECT_EQ(p.call("read-future", {V::u32(kAt)}), kNeverWritten);
}

TEST_F(Futures, OneThatTheHostLeavesUnwrittenIsATrapForWhoWaits) {
  host_writes();
  EXPECT_EQ(guest_reads(), kBlocked);
  writer = {};
  EXPECT_EQ(p.read_event(), 0U);
  EXPECT_EQ(p.call("turns", {V::u32(2)}), kNeverWritten);
}

TEST_F(Futures, OneThatNobodyReadsMayBeLeftUnwritten) {
  host_writes();
  EXPECT_EQ(guest_reads(), kBlocked);
  writer = {};
  EXPECT_EQ(p.number("cancel-read-future"), copied(0, CopyResult::kCancelled));
  p.run("drop-readable-future");
  p.turn();
}

TEST_F(Futures, ComeFromAFunctionThatIsPolled) {
  struct Later {
    std::optional<std::string> value;
    WakeList changed;
  };
  const auto later = std::make_shared<Later>();
  p.host.future_to_give =
      FutureReader<std::string>::from([later](Waker& waker) -> Poll<std::string> {
        if (!later->value) later->changed.add(waker);
        return later->value;
      });
  p.run("give-future");
  EXPECT_EQ(guest_reads(), kBlocked);
  p.turn();
  EXPECT_EQ(p.read_event(), 0U);
  later->value = "now";
  later->changed.wake_all();
  p.turn();
  EXPECT_EQ(p.read_event(), event(EventCode::kFutureRead, copied(0)));
  EXPECT_EQ(p.element(kAt), "now");
  EXPECT_EQ(later.use_count(), 1);
}

TEST_F(Futures, BetweenHosts) {
  auto ends = make_future<std::string>();
  p.host.future_reader = std::move(ends.reader);
  EXPECT_EQ(read(), "pending");
  std::move(ends.writer).write("hello");
  EXPECT_EQ(wakes.count, 1);
  EXPECT_EQ(read(), "hello");

  auto other = make_future<std::string>();
  p.host.future_reader = std::move(other.reader);
  EXPECT_EQ(read(), "pending");
  other.writer = {};
  EXPECT_EQ(read(), "dropped");

  p.host.future_reader =
      FutureReader<std::string>::from([](Waker&) { return Poll<std::string>("x"); });
  EXPECT_EQ(read(), "x");
}

TEST_F(Futures, GoFromGuestToGuest) {
  host_reads();
  p.host.future_to_give = std::move(p.host.future_reader);
  p.run("give-future");
  EXPECT_EQ(guest_reads(), kBlocked);
  EXPECT_EQ(p.call("write-future", {V::u32(kAt)}),
            "trap: cannot read from and write to intra-component future with non-numeric payload");
}

// Numbers are no exception: a future has one.
TEST(NumberFutures, KeepTheirValues) {
  StreamProgram<uint32_t> p{"u32"};
  Wakes wakes;
  p.host.future_to_give = FutureReader<uint32_t>::from([](Waker&) -> Poll<uint32_t> { return 77; });
  p.run("give-future");
  EXPECT_EQ(p.number("read-future", {V::u32(kAt)}), copied(0));
  EXPECT_EQ(p.word(kAt), 77U);
  p.run("new-future");
  p.run("take-future");
  EXPECT_EQ(p.host.future_reader.try_read(wakes.waker), kPending);
  EXPECT_EQ(p.number("write-future", {V::u32(kAt)}), copied(0));
  EXPECT_EQ(**p.host.future_reader.try_read(wakes.waker), 77U);
}

// As in wasi:http: trailers.
TEST(ResultFutures, KeepTheirValues) {
  using Value = Result<std::optional<Own<Thing>>, std::string>;
  StreamProgram<Value> p{"(result (option (own $thing)) (error string))"};
  p.host.future_to_give =
      FutureReader<Value>::from([](Waker&) -> Poll<Value> { return Value(make_own<Thing>(4)); });
  p.run("give-future");
  EXPECT_EQ(p.number("read-future", {V::u32(kAt)}), copied(0));
  EXPECT_EQ(p.number("get-thing", {V::u32(kAt + 8)}), 4U);
  p.run("new-future");
  p.run("take-future");
  Wakes wakes;
  EXPECT_EQ(p.host.future_reader.try_read(wakes.waker), kPending);
  EXPECT_EQ(p.number("write-future", {V::u32(kAt)}), copied(0));
  auto value = p.host.future_reader.try_read(wakes.waker);
  ASSERT_TRUE(value && value->ok() && (*value)->ok());
  EXPECT_EQ((**value).value().value()->n, 4U);
}

// --- error-context

TEST(ErrorContexts, KeepTheirMessages) {
  StreamProgram<ErrorContext> p{"error-context"};
  Wakes wakes;
  const ErrorContext context("out of paper");
  p.host.future_to_give =
      FutureReader<ErrorContext>::from([context](Waker&) -> Poll<ErrorContext> { return context; });
  p.run("give-future");
  EXPECT_EQ(p.number("read-future", {V::u32(kAt)}), copied(0));
  p.run("new-future");
  p.run("take-future");
  EXPECT_EQ(p.host.future_reader.try_read(wakes.waker), kPending);
  EXPECT_EQ(p.number("write-future", {V::u32(kAt)}), copied(0));
  auto back = p.host.future_reader.try_read(wakes.waker);
  ASSERT_TRUE(back && back->ok());
  EXPECT_EQ((*back)->debug_message(), "out of paper");
  EXPECT_EQ(&(*back)->debug_message(), &context.debug_message()) << "nothing was copied";
}

TEST(ErrorContexts, AreWellFormed) {
  StreamProgram<ErrorContext> p{"error-context"};
  p.host.future_to_give = FutureReader<ErrorContext>::from(
      [](Waker&) -> Poll<ErrorContext> { return ErrorContext("\xff"); });
  p.run("give-future");
  EXPECT_EQ(p.call("read-future", {V::u32(kAt)}),
            "trap: the host gave a message that is not well-formed UTF-8");
}

}  // namespace
}  // namespace tappet::component::test
