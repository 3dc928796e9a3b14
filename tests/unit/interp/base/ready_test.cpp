#include "interp/base/ready.h"

#include <gtest/gtest.h>

#include <memory>

namespace tappet {
namespace {

TEST(WakeList, WakesEachOnce) {
  WakeList list;
  int woken = 0;
  Waker a([&] { ++woken; });
  Waker b([&] { ++woken; });
  list.add(a), list.add(b);
  list.wake_all();
  list.wake_all();
  EXPECT_EQ(woken, 2);
  EXPECT_TRUE(list.empty());
}

TEST(WakeList, ForgetsDestroyedWakers) {
  WakeList list;
  auto waker = std::make_unique<Waker>([] { FAIL(); });
  list.add(*waker);
  waker.reset();
  list.wake_all();
}

TEST(WakeList, AWakerMayRegisterAgainOrDestroyAnother) {
  WakeList list;
  int woken = 0;
  auto victim = std::make_unique<Waker>([&] { ++woken; });
  Waker* self = nullptr;
  Waker again([&] {
    ++woken;
    victim.reset();
    list.add(*self);
  });
  self = &again;
  list.add(*victim), list.add(again);  // woken in reverse order of registration
  list.wake_all();
  EXPECT_EQ(woken, 1);
  EXPECT_TRUE(again.registered());
}

TEST(WakeList, MayDieWhileItWakes) {
  auto list = std::make_unique<WakeList>();
  int woken = 0;
  Waker a([&] { ++woken; });
  Waker b([&] { ++woken, list.reset(); });
  list->add(a), list->add(b);
  list->wake_all();
  EXPECT_EQ(woken, 2);
}

}  // namespace
}  // namespace tappet
