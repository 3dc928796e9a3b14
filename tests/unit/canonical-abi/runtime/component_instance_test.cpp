// Who may enter whom: the examples of CanonicalABI.md, "Component Instances".
#include "canonical-abi/runtime/component_instance.h"

#include <gtest/gtest.h>

#include "canonical-abi/runtime/component_store.h"

namespace tappet::component {
namespace {

class Entering : public ::testing::Test {
 protected:
  Engine engine;
  ComponentStore store{engine};
  ComponentInstance p{store, nullptr, 10, {}};
  ComponentInstance c1{store, &p, 10, {}};
  ComponentInstance c2{store, &p, 10, {}};
  ComponentInstance inner{store, &c1, 10, {}};
  ComponentInstance other{store, nullptr, 10, {}};
};

TEST_F(Entering, CountsWhatTheCallerIsNotInAlready) {
  EXPECT_EQ(p.entering_levels(nullptr), 1U);
  EXPECT_EQ(c1.entering_levels(nullptr), 2U);
  EXPECT_EQ(inner.entering_levels(nullptr), 3U);
  EXPECT_EQ(c1.entering_levels(&p), 1U);
  EXPECT_EQ(c2.entering_levels(&c1), 1U);
  EXPECT_EQ(p.entering_levels(&c2), 0U);
  EXPECT_EQ(p.entering_levels(&inner), 0U);
  EXPECT_EQ(inner.entering_levels(&c2), 2U);
  EXPECT_EQ(c1.entering_levels(&c1), 0U);
  EXPECT_EQ(other.entering_levels(&inner), 1U);
  EXPECT_EQ(inner.entering_levels(&other), 3U);
}

TEST_F(Entering, ADonutIsNotEnteredTwice) {
  p.enter_from(1);  // host -> P
  EXPECT_TRUE(c1.may_enter_from(c1.entering_levels(&p)));
  c1.enter_from(1);                                         // P -> C1
  c2.enter_from(1);                                         // C1 -> C2
  EXPECT_TRUE(p.may_enter_from(p.entering_levels(&c2)));    // C2 -> P: stays inside
  EXPECT_FALSE(c1.may_enter_from(c1.entering_levels(&p)));  // P -> C1: entered already
  EXPECT_FALSE(c2.may_enter_from(c2.entering_levels(nullptr)));
  c2.leave_to(1);
  EXPECT_TRUE(c2.may_enter_from(c2.entering_levels(&p)));
  EXPECT_FALSE(c2.may_enter_from(c2.entering_levels(nullptr)));  // P is still entered
  c1.leave_to(1);
  p.leave_to(1);
  EXPECT_TRUE(c2.may_enter_from(c2.entering_levels(nullptr)));
}

}  // namespace
}  // namespace tappet::component
