// Functions that take a little while to say that there is nothing, for guests without pollables.
#include "wasi/p2/patience.h"

#include "tests/unit/canonical-abi/bind/caller.h"
#include "tests/unit/wasi/p2/streams.h"

namespace tappet::wasi::p2 {
namespace {

using component::host_resource_type;
using component::HostReturn;
using component::TypeKind;
using component::testing::Caller;
using V = component::ComponentValue;

class PatienceTest : public ::testing::Test {
 protected:
  PatienceTest() { caller.environment().set(&patience); }

  template <class T, class Object>
  V lend(const std::shared_ptr<Object>& object) {
    const auto rep = caller.resources().add(host_resource_type<T>(), std::shared_ptr<T>(object));
    return V::handle(TypeKind::kBorrow, *rep);
  }
  void begin(std::string_view function, V::List args) {
    name = function;
    call = caller.call(function, std::move(args));
  }
  std::string poll() {
    if (call.kind() == HostReturn::Kind::kPending) {
      Poll<HostReturn> done = call.pending()->poll(caller.environment(), waker);
      if (!done) return "...";
      call = std::move(*done);
    }
    return to_string(call.value(), caller.function(name).type->result);
  }
  void turn_until_woken() {
    while (wakes == 0) loop->turn(net::Loop::Wait::kForEvent);
  }

  std::unique_ptr<net::Loop> loop = net::Loop::create().value();
  Patience patience{*loop};
  Caller caller{io_streams()};
  std::shared_ptr<testing::ScriptedInput> in = std::make_shared<testing::ScriptedInput>();
  std::shared_ptr<testing::ScriptedOutput> out = std::make_shared<testing::ScriptedOutput>();
  V source = lend<InputStream>(in);
  V sink = lend<OutputStream>(out);
  std::string_view name;
  HostReturn call;
  int wakes = 0;
  Waker waker{[this] { ++wakes; }};
};

TEST_F(PatienceTest, NothingIsTheAnswerInTheEnd) {
  begin("[method]input-stream.read", {source, V::u64(9)});
  EXPECT_EQ(poll(), "...");
  turn_until_woken();
  EXPECT_EQ(poll(), "ok([])");
}

TEST_F(PatienceTest, SomethingComesMeanwhile) {
  patience.wait_ns = UINT64_MAX;
  begin("[method]input-stream.read", {source, V::u64(9)});
  EXPECT_EQ(poll(), "...");
  in->arrive("a");
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(poll(), "ok([97])");
  begin("[method]output-stream.check-write", {sink});
  EXPECT_EQ(poll(), "...");
  out->make_room(7);
  EXPECT_EQ(poll(), "ok(7)");
  begin("[method]input-stream.read", {source, V::u64(9)});
  EXPECT_EQ(poll(), "...");
  in->finish(StreamEnd::closed());
  EXPECT_EQ(poll(), "err(closed)");
}

TEST_F(PatienceTest, WhatIsThereIsThereAtOnce) {
  patience.wait_ns = UINT64_MAX;
  in->arrive("a");
  out->make_room(1);
  begin("[method]input-stream.read", {source, V::u64(0)});
  EXPECT_EQ(poll(), "ok([])");
  begin("[method]input-stream.read", {source, V::u64(9)});
  EXPECT_EQ(poll(), "ok([97])");
  begin("[method]output-stream.check-write", {sink});
  EXPECT_EQ(poll(), "ok(1)");
}

// The guest goes while it waits.
TEST_F(PatienceTest, MayBeGivenUp) {
  patience.wait_ns = 1;
  begin("[method]input-stream.read", {source, V::u64(9)});
  EXPECT_EQ(poll(), "...");
  call = HostReturn();
  loop->turn(net::Loop::Wait::kNone);
  EXPECT_EQ(wakes, 0);
}

}  // namespace
}  // namespace tappet::wasi::p2
