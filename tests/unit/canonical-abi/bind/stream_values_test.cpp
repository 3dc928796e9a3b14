// Streams of values that are lifted and lowered: strings, resources, streams, nothing at all.
#include "tests/unit/canonical-abi/bind/stream_program.h"

namespace tappet::component::test {
namespace {

using Strings = std::vector<std::string>;

class StringStreams : public ::testing::Test {
 protected:
  // What the host reads; "pending" if it has to wait.
  Strings read(size_t most) {
    Poll<Strings> got = p.host.reader.try_read(most, wakes.waker);
    return got ? *std::move(got) : Strings{"pending"};
  }
  Copied write(Strings strings) { return writer.try_write(strings, wakes.waker); }
  void host_reads() {
    p.run("new");
    p.run("take");
  }
  void host_writes(size_t capacity = 3) {
    auto ends = make_stream<std::string>(capacity);
    writer = std::move(ends.writer);
    p.host.to_give = std::move(ends.reader);
    p.run("give");
  }

  StreamProgram<std::string> p{"string"};
  StreamWriter<std::string> writer;
  Wakes wakes;
  const Strings kPendingRead = {"pending"};
};

// --- The host reads

TEST_F(StringStreams, AreReadWhenTheGuestWaits) {
  host_reads();
  p.poke_strings(kAt, {"one", "two", "three"});
  EXPECT_EQ(p.write(kAt, 3), kBlocked);
  EXPECT_EQ(read(2), kPendingRead);
  p.turn();
  EXPECT_EQ(wakes.count, 1);
  EXPECT_EQ(read(5), (Strings{"one", "two"}));
  EXPECT_EQ(read(5), kPendingRead);
  p.turn();
  EXPECT_EQ(read(5), Strings{"three"});
  EXPECT_EQ(p.write_event(), event(EventCode::kStreamWrite, copied(3)));
}

TEST_F(StringStreams, AreReadWhenTheHostWaits) {
  host_reads();
  EXPECT_EQ(read(2), kPendingRead);
  p.poke_strings(kAt, {"one", "two", "three"});
  EXPECT_EQ(p.write(kAt, 0), copied(0));
  EXPECT_EQ(p.write(kAt, 3), copied(2));
  EXPECT_EQ(wakes.count, 1);
  EXPECT_EQ(p.write(kAt + 16, 1), kBlocked) << "the host has not asked for more";
  EXPECT_EQ(read(1), Strings{"one"});
  EXPECT_EQ(read(9), Strings{"two"});
  EXPECT_EQ(p.write_event(), 0U);
}

TEST_F(StringStreams, AWriteOfNothingWaitsUntilTheHostReads) {
  host_reads();
  EXPECT_EQ(p.write(kAt, 0), kBlocked);
  EXPECT_EQ(read(2), kPendingRead);
  p.turn();
  EXPECT_EQ(p.write_event(), event(EventCode::kStreamWrite, copied(0)));
  p.poke_strings(kAt, {"one"});
  EXPECT_EQ(p.write(kAt, 1), copied(1));
  EXPECT_EQ(read(2), Strings{"one"});
}

TEST_F(StringStreams, TheHostAsksWhetherThereIsSomething) {
  host_reads();
  EXPECT_EQ(read(0), kPendingRead);
  EXPECT_EQ(p.write(kAt, 0), copied(0));
  p.poke_strings(kAt, {"one"});
  EXPECT_EQ(p.write(kAt, 1), kBlocked);
  EXPECT_EQ(wakes.count, 1);
  EXPECT_EQ(read(0), Strings());
  EXPECT_EQ(p.write_event(), 0U);
}

TEST_F(StringStreams, WhatWasReadIsThereAfterTheEnd) {
  host_reads();
  EXPECT_EQ(read(2), kPendingRead);
  p.poke_strings(kAt, {"one"});
  EXPECT_EQ(p.write(kAt, 1), copied(1));
  p.run("drop-writable");
  EXPECT_TRUE(p.host.reader.is_over());
  EXPECT_EQ(read(2), Strings{"one"});
  EXPECT_EQ(read(2), Strings());
}

TEST_F(StringStreams, AReaderThatWaitsGoes) {
  host_reads();
  EXPECT_EQ(read(2), kPendingRead);
  p.host.reader = {};
  p.poke_strings(kAt, {"one"});
  EXPECT_EQ(p.write(kAt, 1), copied(0, CopyResult::kDropped));
}

TEST_F(StringStreams, AReaderGoesWithItsJob) {
  host_reads();
  p.poke_strings(kAt, {"one"});
  EXPECT_EQ(p.write(kAt, 1), kBlocked);
  EXPECT_EQ(read(2), kPendingRead);
  p.host.reader = {};
  p.turn();
  EXPECT_EQ(p.write_event(), event(EventCode::kStreamWrite, copied(0, CopyResult::kDropped)));
}

TEST_F(StringStreams, AReaderGoesWhenWoken) {
  host_reads();
  p.poke_strings(kAt, {"one"});
  EXPECT_EQ(p.write(kAt, 1), kBlocked);
  EXPECT_EQ(read(2), kPendingRead);
  wakes.then = [&] { p.host.reader = {}; };
  p.turn();
  EXPECT_EQ(wakes.count, 1);
  EXPECT_EQ(p.write_event(), event(EventCode::kStreamWrite, copied(1, CopyResult::kDropped)));
}

TEST_F(StringStreams, AReaderThatReadsOnWhenWokenGetsAll) {
  host_reads();
  p.poke_strings(kAt, {"a", "b", "c"});
  EXPECT_EQ(p.write(kAt, 3), kBlocked);
  Strings all;
  wakes.then = [&] {
    while (Poll<Strings> got = p.host.reader.try_read(1, wakes.waker)) {
      all.insert(all.end(), got->begin(), got->end());
    }
  };
  EXPECT_EQ(read(1), kPendingRead);
  p.turn();
  p.turn();
  EXPECT_EQ(all, (Strings{"a", "b", "c"}));
}

TEST_F(StringStreams, AStringThatIsNoneIsATrap) {
  host_reads();
  p.poke_strings(kAt, {"\xff"});
  EXPECT_EQ(p.write(kAt, 1), kBlocked);
  EXPECT_EQ(read(2), kPendingRead);
  EXPECT_NE(p.call("turns", {V::u32(2)}).find("trap"), std::string::npos);
  EXPECT_TRUE(p.store().poisoned());
}

TEST_F(StringStreams, AStringThatIsNoneIsATrapWithinAWriteToo) {
  host_reads();
  EXPECT_EQ(read(2), kPendingRead);
  p.poke_strings(kAt, {"\xff"});
  EXPECT_NE(p.call("write", {V::u32(kAt), V::u32(1)}).find("trap"), std::string::npos);
  EXPECT_EQ(read(2), kPendingRead);
}

// --- The host writes

TEST_F(StringStreams, AreWrittenToAGuestThatWaits) {
  host_writes();
  EXPECT_EQ(p.read(kAt, 2), kBlocked);
  EXPECT_EQ(write({"one", "two", "three"}), Copied(3));
  EXPECT_EQ(p.read_event(), 0U);
  p.turn();
  EXPECT_EQ(p.read_event(), event(EventCode::kStreamRead, copied(2)));
  EXPECT_EQ(p.element(kAt), "one");
  EXPECT_EQ(p.element(kAt + 8), "two");
  EXPECT_EQ(p.read(kAt, 2), copied(1));
  EXPECT_EQ(p.element(kAt), "three");
}

TEST_F(StringStreams, AreQueuedUpToTheCapacity) {
  host_writes();
  EXPECT_EQ(write({"1", "2"}), Copied(2));
  EXPECT_EQ(write({"3", "4"}), Copied(1));
  EXPECT_EQ(write({"4"}), kPending);
  EXPECT_EQ(p.read(kAt, 0), copied(0));
  EXPECT_EQ(p.read(kAt, 2), copied(2));
  EXPECT_EQ(wakes.count, 1);
  EXPECT_EQ(write({"4"}), Copied(1));
  EXPECT_EQ(p.read(kAt, 9), copied(2));
  EXPECT_EQ(p.element(kAt + 8), "4");
}

TEST_F(StringStreams, WhatWasWrittenArrivesAfterTheWriterHasGone) {
  host_writes();
  EXPECT_EQ(write({"1", "2"}), Copied(2));
  writer = {};
  EXPECT_EQ(p.read(kAt, 1), copied(1));
  EXPECT_EQ(p.element(kAt), "1");
  EXPECT_EQ(p.read(kAt, 9), copied(1));
  EXPECT_EQ(p.element(kAt), "2");
  EXPECT_EQ(p.read(kAt, 9), copied(0, CopyResult::kDropped));

  host_writes();
  EXPECT_EQ(p.read(kAt, 9), kBlocked);
  EXPECT_EQ(write({"3"}), Copied(1));
  writer = {};
  p.turn();
  EXPECT_EQ(p.read_event(), event(EventCode::kStreamRead, copied(1, CopyResult::kDropped)));
}

TEST_F(StringStreams, AreTakenBack) {
  host_writes();
  EXPECT_EQ(write({"1", "2", "3"}), Copied(3));
  EXPECT_EQ(p.read(kAt, 1), copied(1));
  EXPECT_EQ(writer.take_back(), (Strings{"2", "3"}));
  EXPECT_EQ(p.read(kAt, 1), kBlocked);
  EXPECT_EQ(write({"4"}), Copied(1));
  EXPECT_EQ(writer.take_back(), Strings{"4"});
  p.turn();
  EXPECT_EQ(p.read_event(), 0U);
}

TEST_F(StringStreams, AreForgottenWhenTheReaderGoes) {
  host_writes();
  EXPECT_EQ(write({"1", "2", "3"}), Copied(3));
  EXPECT_EQ(write({"4"}), kPending);
  p.run("drop-readable");
  EXPECT_EQ(wakes.count, 1);
  EXPECT_EQ(write({"4"}), Copied(0));
}

TEST_F(StringStreams, ACancelledReadTakesNothing) {
  host_writes();
  EXPECT_EQ(p.read(kAt, 2), kBlocked);
  EXPECT_EQ(write({"1"}), Copied(1));
  EXPECT_EQ(p.number("cancel-read"), copied(0, CopyResult::kCancelled));
  p.turn();
  EXPECT_EQ(p.read(kAt, 2), copied(1));
}

TEST_F(StringStreams, TheHostsIllFormedStringIsATrap) {
  host_writes();
  EXPECT_EQ(write({"\xff"}), Copied(1));
  EXPECT_EQ(p.call("read", {V::u32(kAt), V::u32(1)}),
            "trap: the host gave a string that is not well-formed UTF-8");
}

// --- Sources

struct Words {
  Strings words;
  bool over = false;
  WakeList changed;
};
struct WordSource {
  std::shared_ptr<Words> words;
  Poll<Strings> try_read(size_t most, Waker& waker) {
    Strings& all = words->words;
    if (all.empty() && !words->over) return words->changed.add(waker), kPending;
    const auto end = all.begin() + static_cast<ptrdiff_t>(std::min(most, all.size()));
    Strings some(all.begin(), end);
    all.erase(all.begin(), end);
    return some;
  }
};

TEST_F(StringStreams, ComeFromASource) {
  const auto words = std::make_shared<Words>();
  p.host.to_give = StreamReader<std::string>::from(WordSource{words}, 2);
  p.run("give");
  EXPECT_EQ(p.read(kAt, 5), kBlocked);
  words->words = {"one", "two", "three"};
  words->changed.wake_all();
  p.turn();
  EXPECT_EQ(p.read_event(), event(EventCode::kStreamRead, copied(2)));
  EXPECT_EQ(p.read(kAt, 0), copied(0));
  EXPECT_EQ(p.read(kAt, 5), copied(1));
  EXPECT_EQ(p.element(kAt), "three");
  words->over = true;
  EXPECT_EQ(p.read(kAt, 5), copied(0, CopyResult::kDropped));
  EXPECT_EQ(words.use_count(), 1);
}

TEST_F(StringStreams, ATaskReadsASourceToTheEnd) {
  for (const char* lift : {"count", "count-stackful"}) {
    SCOPED_TRACE(lift);
    const auto words = std::make_shared<Words>();
    p.host.to_give = StreamReader<std::string>::from(WordSource{words});
    Task task(p.store(), p.function(lift), {});
    EXPECT_EQ(task.run(), Outcome::kSuspended);
    words->words = Strings(40, "word");
    words->changed.wake_all();
    EXPECT_TRUE(task.runnable());
    EXPECT_EQ(task.run(), Outcome::kSuspended);
    words->over = true;
    words->changed.wake_all();
    EXPECT_EQ(task.run(), Outcome::kReturned);
    EXPECT_EQ(task.finish(), Outcome::kReturned);
  }
}

TEST_F(StringStreams, AnAsyncFunctionReadsItsArgument) {
  p.poke_strings(kAt, {"one", "two", "three"});
  Task task(p.store(), p.function("fill"), {V::u32(9), V::u32(3)});
  EXPECT_EQ(task.run(), Outcome::kReturned) << task.trap().message;
  EXPECT_EQ(task.result(), V::u64(9));
}

// --- Between hosts

TEST_F(StringStreams, AreMovedBetweenHosts) {
  auto ends = make_stream<std::string>(2);
  writer = std::move(ends.writer);
  p.host.reader = std::move(ends.reader);
  EXPECT_EQ(read(2), kPendingRead);
  EXPECT_EQ(write({"1", "2", "3"}), Copied(2));
  EXPECT_EQ(wakes.count, 1);
  EXPECT_EQ(read(1), Strings{"1"});
  EXPECT_EQ(write({"3"}), Copied(1));
  writer = {};
  EXPECT_EQ(read(9), (Strings{"2", "3"}));
  EXPECT_EQ(read(9), Strings());
}

TEST_F(StringStreams, AReaderWithValuesCannotBeGivenAway) {
  host_reads();
  EXPECT_EQ(read(2), kPendingRead);
  p.poke_strings(kAt, {"one", "two"});
  EXPECT_EQ(p.write(kAt, 2), copied(2));
  p.host.to_give = std::move(p.host.reader);
  EXPECT_EQ(p.call("give"), "trap: the host gave a stream or future that it does not have");
}

TEST_F(StringStreams, AWaitingReaderCanBeGivenAway) {
  host_reads();
  EXPECT_EQ(read(2), kPendingRead);
  p.host.to_give = std::move(p.host.reader);
  p.run("give");
  EXPECT_EQ(p.read(kAt, 1), kBlocked);
}

TEST_F(StringStreams, DoNotGoFromStoreToStore) {
  StreamProgram<std::string> q{"string"};
  host_reads();
  q.host.to_give = std::move(p.host.reader);
  q.run("give");
  EXPECT_EQ(q.read(kAt, 1), kBlocked);
  p.poke_strings(kAt, {"one"});
  EXPECT_EQ(p.call("write", {V::u32(kAt), V::u32(1)}),
            "trap: cannot copy values that are not numbers between stores");
}

// --- Resources

class ThingStreams : public ::testing::Test {
 protected:
  ~ThingStreams() override { EXPECT_EQ(Thing::alive, static_cast<int>(p.live())); }
  struct Things : StreamProgram<Own<Thing>> {
    Things() : StreamProgram("(own $thing)") {}
    uint32_t live() { return store().environment().resources().size(); }
  };
  Things p;
  Wakes wakes;
};

TEST_F(ThingStreams, OwnersChange) {
  p.run("new");
  p.run("take");
  p.run("make-thing", {V::u32(kAt), V::u32(7)});
  p.run("make-thing", {V::u32(kAt + 4), V::u32(8)});
  EXPECT_EQ(p.live(), 2U);
  EXPECT_EQ(p.host.reader.try_read(5, wakes.waker), kPending);
  EXPECT_EQ(p.write(kAt, 2), copied(2));
  EXPECT_EQ(p.live(), 0U);
  auto things = p.host.reader.try_read(5, wakes.waker);
  ASSERT_TRUE(things);
  ASSERT_EQ(things->size(), 2U);
  EXPECT_EQ((*things)[1]->n, 8U);

  auto ends = make_stream<Own<Thing>>();
  p.host.to_give = std::move(ends.reader);
  p.run("give");
  EXPECT_EQ(ends.writer.try_write(*things, wakes.waker), Copied(2));
  things.reset();
  EXPECT_EQ(p.read(kAt, 1), copied(1));
  EXPECT_EQ(p.live(), 1U);
  EXPECT_EQ(p.number("get-thing", {V::u32(kAt)}), 7U);
  EXPECT_EQ(Thing::alive, 2);
  p.run("drop-readable");
  EXPECT_EQ(Thing::alive, 1) << "the other one was on its way";
  p.run("drop-thing", {V::u32(kAt)});
  EXPECT_EQ(Thing::alive, 0);
}

TEST_F(ThingStreams, AHandleThatIsNoneIsATrap) {
  p.run("new");
  p.run("take");
  EXPECT_EQ(p.host.reader.try_read(5, wakes.waker), kPending);
  EXPECT_EQ(p.call("write", {V::u32(kAt), V::u32(1)}), "trap: unknown handle index 0");
}

TEST_F(ThingStreams, AFullTableIsATrap) {
  auto ends = make_stream<Own<Thing>>();
  p.host.to_give = std::move(ends.reader);
  p.run("give");
  std::vector<Own<Thing>> things;
  things.push_back(Own<Thing>());
  EXPECT_EQ(ends.writer.try_write(things, wakes.waker), Copied(1));
  EXPECT_EQ(p.call("read", {V::u32(kAt), V::u32(1)}),
            "trap: the host gave an empty `thing` resource");
}

// --- Streams of streams, and of nothing

TEST(StreamStreams, AreValues) {
  StreamProgram<StreamReader<uint8_t>> p{"(stream u8)"};
  Wakes wakes;
  auto outer = make_stream<StreamReader<uint8_t>>();
  auto inner = make_stream<uint8_t>();
  p.host.to_give = std::move(outer.reader);
  p.run("give");
  EXPECT_EQ(outer.writer.try_write(std::span(&inner.reader, 1), wakes.waker), Copied(1));
  EXPECT_EQ(p.read(kAt, 1), copied(1));
  EXPECT_FALSE(inner.writer.is_dropped());

  p.run("new");
  p.run("take");
  EXPECT_EQ(p.host.reader.try_read(1, wakes.waker), kPending);
  EXPECT_EQ(p.write(kAt, 1), copied(1));
  auto back = p.host.reader.try_read(1, wakes.waker);
  ASSERT_TRUE(back && back->size() == 1);
  back.reset();
  EXPECT_TRUE(inner.writer.is_dropped());
}

TEST(UnitStreams, Count) {
  StreamProgram<Unit> p{""};  // (stream)
  Wakes wakes;
  std::array<Unit, 7> units;
  p.run("new");
  p.run("take");
  EXPECT_EQ(p.write(0, 5), kBlocked);
  EXPECT_EQ(p.host.reader.try_read(std::span(units).first(3), wakes.waker), Copied(3));
  EXPECT_EQ(p.host.reader.try_read(units, wakes.waker), Copied(2));
  EXPECT_EQ(p.write_event(), event(EventCode::kStreamWrite, copied(5)));

  auto ends = make_stream<Unit>();
  p.host.to_give = std::move(ends.reader);
  p.run("give");
  EXPECT_EQ(p.read(0, 5), kBlocked);
  EXPECT_EQ(ends.writer.try_write(units, wakes.waker), Copied(5));
  EXPECT_EQ(p.read_event(), event(EventCode::kStreamRead, copied(5)));
}

template <class T>
class NumberStreams : public ::testing::Test {};
struct FloatNumber {
  using Type = float;
  static constexpr const char* kName = "f32";
};
struct WideNumber {
  using Type = uint64_t;
  static constexpr const char* kName = "u64";
};
struct SignedNumber {
  using Type = int16_t;
  static constexpr const char* kName = "s16";
};
struct TruthValue {
  using Type = bool;
  static constexpr const char* kName = "bool";
};
using Numbers = ::testing::Types<FloatNumber, WideNumber, SignedNumber, TruthValue>;
TYPED_TEST_SUITE(NumberStreams, Numbers);

// Out to a guest, and back.
TYPED_TEST(NumberStreams, KeepTheirValues) {
  using T = typename TypeParam::Type;
  StreamProgram<T> p{TypeParam::kName};
  Wakes wakes;
  T values[] = {T(1), T(0), static_cast<T>(-5)};
  auto ends = make_stream<T>();
  p.host.to_give = std::move(ends.reader);
  p.run("give");
  EXPECT_EQ(p.read(kAt, 3), kBlocked);
  EXPECT_EQ(ends.writer.try_write(values, wakes.waker), Copied(3));
  p.turn();
  EXPECT_EQ(p.read_event(), event(EventCode::kStreamRead, copied(3)));

  p.run("new");
  p.run("take");
  EXPECT_EQ(p.write(kAt, 3), kBlocked);
  if constexpr (StreamReader<T>::kBulk) {
    T back[3] = {};
    EXPECT_EQ(p.host.reader.try_read(back, wakes.waker), Copied(3));
    EXPECT_TRUE(std::equal(back, back + 3, values));
  } else {
    EXPECT_EQ(p.host.reader.try_read(3, wakes.waker), kPending);
    p.turn();
    EXPECT_EQ(p.host.reader.try_read(3, wakes.waker), std::vector<T>(values, values + 3));
  }
}

}  // namespace
}  // namespace tappet::component::test
