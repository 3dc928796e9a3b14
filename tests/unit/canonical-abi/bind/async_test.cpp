#include "tests/unit/canonical-abi/bind/caller.h"

namespace tappet::component {
namespace {

using testing::Caller;
using V = ComponentValue;

// Something to wait for.
struct Gate {
  std::optional<int32_t> value;
  WakeList changed;
  void open(int32_t v) {
    value = v;
    changed.wake_all();
  }
};

class BindAsync : public ::testing::Test {
 protected:
  static HostInterfaceDef interface() {
    return HostInterface<std::shared_ptr<Gate>>("test:async/gate", version("1.0.0"))
        .func("wait",
              [](std::shared_ptr<Gate>& gate) {
                Gate& g = *gate;
                return Async<int32_t>::retry(gate, g.changed, [&g] { return g.value; });
              })
        .func("check",
              [](std::shared_ptr<Gate>& gate) {
                return Async<HostResult<std::optional<std::string>>>::pending(
                    [gate, text = std::make_unique<std::string>("got ")](
                        HostEnvironment&,
                        Waker& waker) -> Poll<HostResult<std::optional<std::string>>> {
                      if (!gate->value) return gate->changed.add(waker), kPending;
                      if (*gate->value < 0) return {fail(Trap("negative"))};
                      return std::optional<std::string>(*text + std::to_string(*gate->value));
                    });
              })
        .func("now", [] { return Async<Result<uint8_t, Unit>>(uint8_t{5}); })
        .func("error", []() -> Async<Result<uint8_t, Unit>> { return fail(Unit()); })
        .func("quit", [](std::shared_ptr<Gate>& gate) {
          Gate& g = *gate;
          return Async<Exit>::retry(
              gate, g.changed, [&g] { return g.value ? Poll<Exit>(Exit{*g.value}) : kPending; });
        });
  }
  BindAsync() { caller.environment().set(&gate); }

  // One poll of a pending call.
  Poll<HostReturn> poll(HostReturn& call) {
    return call.pending()->poll(caller.environment(), waker);
  }

  std::shared_ptr<Gate> gate = std::make_shared<Gate>();
  Caller caller{interface()};
  int wakes = 0;
  Waker waker{[this] { ++wakes; }};
};

TEST_F(BindAsync, IsReflectedAsThePlainResult) {
  EXPECT_EQ(caller.type("wait"), "func() -> s32");
  EXPECT_EQ(caller.type("check"), "func() -> option<string>");
  EXPECT_EQ(caller.type("now"), "func() -> result<u8>");
  EXPECT_EQ(caller.type("quit"), "func()");
}

TEST_F(BindAsync, AReadyValueIsReturnedAtOnce) {
  gate->value = -3;
  EXPECT_EQ(caller.value("wait"), V::s32(-3));
  EXPECT_EQ(to_string(caller.value("now"), caller.function("now").type->result), "ok(5)");
  EXPECT_EQ(to_string(caller.value("error"), caller.function("error").type->result), "err");
}

TEST_F(BindAsync, APendingCallIsPolledAndWoken) {
  HostReturn call = caller.call("wait");
  ASSERT_EQ(call.kind(), HostReturn::Kind::kPending);
  EXPECT_FALSE(poll(call));
  EXPECT_TRUE(waker.registered());
  gate->open(7);
  EXPECT_EQ(wakes, 1);
  Poll<HostReturn> done = poll(call);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->value(), V::s32(7));
}

TEST_F(BindAsync, SpuriousPollsAreHarmless) {
  HostReturn call = caller.call("check");
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(poll(call));
  gate->open(1);
  EXPECT_EQ(poll(call)->value(), V::some(V::string("got 1")));
}

TEST_F(BindAsync, CanTrapLater) {
  HostReturn call = caller.call("check");
  gate->open(-1);
  Poll<HostReturn> done = poll(call);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->kind(), HostReturn::Kind::kTrap);
  EXPECT_EQ(done->message(), "negative");
}

TEST_F(BindAsync, CanExitLater) {
  HostReturn call = caller.call("quit");
  gate->open(3);
  Poll<HostReturn> done = poll(call);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->kind(), HostReturn::Kind::kExit);
  EXPECT_EQ(done->exit_code(), 3);
}

TEST_F(BindAsync, CancellingReleasesWhatTheCallHolds) {
  HostReturn call = caller.call("wait");
  EXPECT_FALSE(poll(call));
  EXPECT_EQ(gate.use_count(), 2);
  call = HostReturn();
  EXPECT_EQ(gate.use_count(), 1);
}

TEST(BindOutcome, TrapsAndExits) {
  Caller caller(HostInterface<>("test:outcome/f", version("1.0.0"))
                    .func("check", {"x"},
                          [](uint8_t x) -> HostResult<uint8_t> {
                            if (x > 9) return fail(Trap("too large"));
                            return x;
                          })
                    .func("forward",
                          []() -> HostResult<> {
                            const Result<int> r = fail(ErrorKind::kLimit, "no more");
                            (void)TAPPET_TRY(r);
                            return Unit();
                          })
                    .func("exit", {"code"}, [](uint8_t code) { return Exit{code}; }));
  EXPECT_EQ(caller.type("check"), "func(x: u8) -> u8");
  EXPECT_EQ(caller.value("check", {V::u8(9)}), V::u8(9));
  EXPECT_EQ(caller.trap("check", {V::u8(10)}), "too large");
  EXPECT_EQ(caller.trap("forward"), "no more");
  HostReturn exit = caller.call("exit", {V::u8(200)});
  EXPECT_EQ(exit.kind(), HostReturn::Kind::kExit);
  EXPECT_EQ(exit.exit_code(), 200);
}

}  // namespace
}  // namespace tappet::component
