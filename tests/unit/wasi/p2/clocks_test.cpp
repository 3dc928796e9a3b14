#include "wasi/p2/clocks.h"

#include "tests/unit/canonical-abi/bind/caller.h"
#include "wasi/host/clocks.h"
#include "wasi/p2/pollable.h"

namespace tappet::wasi::p2 {
namespace {

using component::testing::Caller;
using V = component::ComponentValue;

class P2Clocks : public ::testing::Test {
 protected:
  P2Clocks() {
    wall.environment().set(&clocks);
    monotonic.environment().set(&clocks);
  }
  Pollable& subscribe(std::string_view function, uint64_t when) {
    const V pollable = monotonic.value(function, {V::u64(when)});
    return *static_cast<Pollable*>(monotonic.resources().get(
        component::host_resource_type<Pollable>(), static_cast<uint32_t>(pollable.rep())));
  }

  net::ManualClock clock{1'700'000'000 * net::kSecond + 5};
  std::unique_ptr<net::Loop> loop = net::Loop::create(&clock).value();
  Clocks clocks{*loop};
  Caller wall{wall_clock()};
  Caller monotonic{monotonic_clock()};
};

TEST_F(P2Clocks, TheTimeOfDayComesInSecondsAndNanoseconds) {
  EXPECT_EQ(wall.value("now"), V::record({V::u64(1'700'000'000), V::u32(5)}));
  clock.advance(net::kSecond - 5);
  loop->turn(net::Loop::Wait::kNone);
  EXPECT_EQ(wall.value("now"), V::record({V::u64(1'700'000'001), V::u32(0)}));
  EXPECT_EQ(wall.value("resolution"), V::record({V::u64(0), V::u32(1)}));
}

TEST_F(P2Clocks, TheMonotonicClockCountsNanoseconds) {
  const uint64_t start = monotonic.value("now").bits();
  clock.advance(7);
  loop->turn(net::Loop::Wait::kNone);
  EXPECT_EQ(monotonic.value("now").bits(), start + 7);
  EXPECT_EQ(monotonic.value("resolution"), V::u64(1));
}

TEST_F(P2Clocks, PollablesAreReadyWhenTheTimeHasCome) {
  Pollable& later = subscribe("subscribe-duration", 10);
  Pollable& then = subscribe("subscribe-instant", monotonic.value("now").bits() + 10);
  EXPECT_TRUE(subscribe("subscribe-instant", 0).ready());
  EXPECT_TRUE(subscribe("subscribe-duration", 0).ready());
  EXPECT_FALSE(later.ready());
  EXPECT_FALSE(then.ready());
  clock.advance(10);
  loop->turn(net::Loop::Wait::kNone);
  EXPECT_TRUE(later.ready());
  EXPECT_TRUE(then.ready());
}

TEST_F(P2Clocks, TheEndOfTimeNeverComes) {
  for (const char* function : {"subscribe-duration", "subscribe-instant"}) {
    EXPECT_FALSE(subscribe(function, UINT64_MAX).ready()) << function;
    EXPECT_FALSE(subscribe(function, UINT64_MAX - 1).ready()) << function;
  }
}

TEST(P2Timezone, IsUtcAtAnyTime) {
  Caller caller(timezone());
  for (const V& when :
       {V::record({V::u64(0), V::u32(0)}), V::record({V::u64(UINT64_MAX), V::u32(UINT32_MAX)})}) {
    EXPECT_EQ(caller.value("utc-offset", {when}), V::s32(0));
    EXPECT_EQ(caller.value("display", {when}),
              V::record({V::s32(0), V::string("UTC"), V::boolean(false)}));
  }
}

}  // namespace
}  // namespace tappet::wasi::p2
