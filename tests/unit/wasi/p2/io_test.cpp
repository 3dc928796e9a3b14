#include "wasi/p2/io.h"

#include "tests/unit/canonical-abi/bind/caller.h"
#include "tests/unit/wasi/p2/streams.h"

namespace tappet::wasi::p2 {
namespace {

using component::ComponentValue;
using component::host_resource_type;
using component::HostReturn;
using component::TypeKind;
using component::testing::Caller;
using testing::ScriptedInput;
using testing::ScriptedOutput;
using V = ComponentValue;

class IoTest : public ::testing::Test {
 protected:
  template <class T, class Object>
  V lend(const std::shared_ptr<Object>& object) {
    const auto rep = caller.resources().add(host_resource_type<T>(), std::shared_ptr<T>(object));
    return V::handle(TypeKind::kBorrow, *rep);
  }
  std::string show(std::string_view function, V value) {
    return to_string(value, caller.function(function).type->result);
  }
  std::string call(std::string_view function, V::List args) {
    return show(function, caller.value(function, std::move(args)));
  }
  // A call that has to wait: "..." until it is over.
  void begin(std::string_view function, V::List args) {
    name = function;
    pending = caller.call(function, std::move(args));
    ASSERT_EQ(pending.kind(), HostReturn::Kind::kPending) << function;
  }
  std::string poll() {
    Poll<HostReturn> done = pending.pending()->poll(caller.environment(), waker);
    return done ? show(name, std::move(done->value())) : "...";
  }

  Caller caller{io_streams()};
  std::shared_ptr<ScriptedInput> in = std::make_shared<ScriptedInput>();
  std::shared_ptr<ScriptedOutput> out = std::make_shared<ScriptedOutput>();
  V source = lend<InputStream>(in);
  V sink = lend<OutputStream>(out);
  std::string_view name;
  HostReturn pending;
  int wakes = 0;
  Waker waker{[this] { ++wakes; }};
};

TEST_F(IoTest, ReadsWhatIsThereAndNeverWaits) {
  EXPECT_EQ(call("[method]input-stream.read", {source, V::u64(9)}), "ok([])");
  in->arrive("ab");
  EXPECT_EQ(call("[method]input-stream.read", {source, V::u64(1)}), "ok([97])");
  EXPECT_EQ(call("[method]input-stream.skip", {source, V::u64(UINT64_MAX)}), "ok(1)");
  in->finish(StreamEnd::closed());
  EXPECT_EQ(call("[method]input-stream.read", {source, V::u64(9)}), "err(closed)");
}

TEST_F(IoTest, ABlockingReadWaitsForBytes) {
  begin("[method]input-stream.blocking-read", {source, V::u64(9)});
  EXPECT_EQ(poll(), "...");
  in->arrive("a");
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(poll(), "ok([97])");
}

TEST_F(IoTest, ABlockingReadOfNothingWaitsForReadiness) {
  begin("[method]input-stream.blocking-read", {source, V::u64(0)});
  EXPECT_EQ(poll(), "...");
  in->arrive("a");
  EXPECT_EQ(poll(), "ok([])");
  EXPECT_EQ(in->waiting.size(), 1U);
}

TEST_F(IoTest, ABlockingReadIsToldOfTheEnd) {
  begin("[method]input-stream.blocking-skip", {source, V::u64(9)});
  EXPECT_EQ(poll(), "...");
  in->finish(StreamEnd::closed());
  EXPECT_EQ(poll(), "err(closed)");
}

TEST_F(IoTest, AnErrorIsAResourceAndIsToldOnce) {
  in->finish(StreamEnd::failed(IoError("cable cut")));
  V result = caller.value("[method]input-stream.read", {source, V::u64(9)});
  const V& error = *result.payload();
  EXPECT_EQ(error.case_index(), 0U);
  void* object = caller.resources().get(host_resource_type<IoError>(),
                                        static_cast<uint32_t>(error.payload()->rep()));
  ASSERT_NE(object, nullptr);
  EXPECT_EQ(static_cast<IoError*>(object)->debug_string(), "cable cut");
  EXPECT_EQ(call("[method]input-stream.read", {source, V::u64(9)}), "err(closed)");
}

TEST_F(IoTest, WritesNoMoreThanWasPermitted) {
  out->room = 3;
  EXPECT_EQ(call("[method]output-stream.check-write", {sink}), "ok(3)");
  EXPECT_EQ(call("[method]output-stream.write", {sink, V::bytes({'a', 'b'})}), "ok");
  EXPECT_EQ(caller.trap("[method]output-stream.write", {sink, V::bytes({'c', 'd'})}),
            "write beyond what check-write permitted");
  EXPECT_EQ(caller.trap("[method]output-stream.write-zeroes", {sink, V::u64(UINT64_MAX)}),
            "write beyond what check-write permitted");
  EXPECT_EQ(call("[method]output-stream.write-zeroes", {sink, V::u64(1)}), "ok");
  EXPECT_EQ(out->text, std::string("ab\0", 3));
}

TEST_F(IoTest, ABlockingWriteGoesOutInPiecesAndIsFlushed) {
  out->room = 2;
  begin("[method]output-stream.blocking-write-and-flush", {sink, V::bytes({'a', 'b', 'c'})});
  EXPECT_EQ(poll(), "...");
  out->flush_takes_time = true;
  out->make_room(5);
  EXPECT_EQ(poll(), "...");
  EXPECT_EQ(out->text, "abc");
  EXPECT_EQ(out->flushes, 1);
  out->make_room(1);
  EXPECT_EQ(poll(), "ok");
}

TEST_F(IoTest, AStreamThatClosesWhileItIsFlushedHasTakenEverything) {
  out->room = 9;
  out->flush_takes_time = true;
  begin("[method]output-stream.blocking-write-and-flush", {sink, V::bytes({'a'})});
  out->finish(StreamEnd::closed());
  EXPECT_EQ(poll(), "ok");
}

TEST_F(IoTest, BlockingWritesAreSmall) {
  out->room = 1 << 20;
  EXPECT_EQ(
      caller.trap("[method]output-stream.blocking-write-and-flush", {sink, V::bytes(Bytes(4097))}),
      "blocking write of more than 4096 bytes");
  EXPECT_EQ(caller.trap("[method]output-stream.blocking-write-zeroes-and-flush",
                        {sink, V::u64(UINT64_MAX)}),
            "blocking write of more than 4096 zeroes");
  EXPECT_EQ(call("[method]output-stream.blocking-write-zeroes-and-flush", {sink, V::u64(4096)}),
            "ok");
}

TEST_F(IoTest, SplicesNoMoreThanTheOutputTakes) {
  in->arrive("abcd");
  out->room = 3;
  EXPECT_EQ(call("[method]output-stream.splice", {sink, source, V::u64(UINT64_MAX)}), "ok(3)");
  EXPECT_EQ(out->text, "abc");
  begin("[method]output-stream.blocking-splice", {sink, source, V::u64(5)});
  EXPECT_EQ(poll(), "...");
  out->make_room(9);
  EXPECT_EQ(poll(), "ok(1)");
  begin("[method]output-stream.blocking-splice", {sink, source, V::u64(5)});
  EXPECT_EQ(poll(), "...");
  in->finish(StreamEnd::closed());
  EXPECT_EQ(poll(), "err(closed)");
}

TEST_F(IoTest, AStreamOutlivesNoneOfItsPollables) {
  const V pollable = caller.value("[method]input-stream.subscribe", {source});
  const auto rep = static_cast<uint32_t>(source.rep());
  EXPECT_FALSE(caller.resources().remove(host_resource_type<InputStream>(), rep).ok());
  ASSERT_TRUE(caller.resources()
                  .remove(host_resource_type<Pollable>(), static_cast<uint32_t>(pollable.rep()))
                  .ok());
  EXPECT_TRUE(caller.resources().remove(host_resource_type<InputStream>(), rep).ok());
}

class PollTest : public IoTest {
 protected:
  PollTest() {
    for (const std::shared_ptr<Readiness>& r :
         {std::shared_ptr<Readiness>(in), std::shared_ptr<Readiness>(out)}) {
      pollables.push_back(V::handle(
          TypeKind::kBorrow,
          *polls.resources().add(host_resource_type<Pollable>(), std::make_shared<Pollable>(r))));
    }
  }
  Caller polls{io_poll()};
  V::List pollables;
};

TEST_F(PollTest, NamesTheReadyOnes) {
  in->arrive("a");
  V::List twice = pollables;
  twice.push_back(pollables[0]);
  EXPECT_EQ(to_string(polls.value("poll", {V::list(twice)}), polls.function("poll").type->result),
            "[0, 2]");
}

TEST_F(PollTest, WaitsForAnyOfThem) {
  HostReturn call = polls.call("poll", {V::list(pollables)});
  ASSERT_EQ(call.kind(), HostReturn::Kind::kPending);
  EXPECT_FALSE(call.pending()->poll(polls.environment(), waker));
  out->make_room(1);
  EXPECT_EQ(wakes, 1);
  Poll<HostReturn> done = call.pending()->poll(polls.environment(), waker);
  ASSERT_TRUE(done);
  EXPECT_EQ(to_string(done->value(), polls.function("poll").type->result), "[1]");
}

TEST_F(PollTest, OfNothingIsATrap) {
  EXPECT_EQ(polls.trap("poll", {V::list({})}), "poll of an empty list");
  V::List many(65537, pollables[0]);
  EXPECT_EQ(polls.trap("poll", {V::list(many)}), "poll of more than 65536 pollables");
}

TEST_F(PollTest, BlockWaitsForOne) {
  HostReturn call = polls.call("[method]pollable.block", {pollables[0]});
  ASSERT_EQ(call.kind(), HostReturn::Kind::kPending);
  EXPECT_FALSE(call.pending()->poll(polls.environment(), waker));
  in->arrive("x");
  EXPECT_TRUE(call.pending()->poll(polls.environment(), waker));
}

}  // namespace
}  // namespace tappet::wasi::p2
