#include "canonical-abi/linker/version.h"

#include <gtest/gtest.h>

namespace tappet::component {
namespace {

TEST(Version, TracksAreMajorsOrZeroMinors) {
  EXPECT_EQ(track_of("a:b/c@1.2.3"), "a:b/c@1");
  EXPECT_EQ(track_of("a:b/c@12.0.0"), "a:b/c@12");
  EXPECT_EQ(track_of("a:b/c@0.2.12"), "a:b/c@0.2");
  EXPECT_EQ(track_of("a:b/c@0.2.12+build.5"), "a:b/c@0.2");
  EXPECT_EQ(track_of("a:b/c@0.2"), "a:b/c@0.2");
  EXPECT_EQ(track_of("a:b/c@3"), "a:b/c@3");
}

TEST(Version, SomeVersionsAreOnNoTrack) {
  for (const char* name : {"a:b/c", "plain", "a:b/c@0.0.3", "a:b/c@0.0.0", "a:b/c@1.0.0-rc.1",
                           "a:b/c@0.2.0-rc-2023-10-18", "a:b/c@", "a:b/c@x", "a:b/c@1.2"}) {
    EXPECT_EQ(track_of(name), std::nullopt) << name;
  }
}

TEST(Version, IsOrderedByNumber) {
  EXPECT_TRUE(is_older("a@0.2.9", "a@0.2.12"));
  EXPECT_FALSE(is_older("a@0.2.12", "a@0.2.9"));
  EXPECT_FALSE(is_older("a@0.2.9", "a@0.2.9"));
  EXPECT_TRUE(is_older("a@1.9.9", "a@1.10.0"));
  EXPECT_TRUE(is_older("a@0.2", "a@0.2.0"));
  EXPECT_TRUE(is_older("a@1.2.99999999999999999998", "a@1.2.99999999999999999999"));
  EXPECT_FALSE(is_older("a@1.0.0+b", "a@1.0.0+a"));
}

TEST(Version, TheExactNameWinsAndThenTheGreatest) {
  VersionedMap<int> map;
  EXPECT_NE(map.add("a:b/c@0.2.0", 20), nullptr);
  EXPECT_NE(map.add("a:b/c@0.2.12", 212), nullptr);
  EXPECT_NE(map.add("a:b/c@0.2.6", 26), nullptr);
  EXPECT_NE(map.add("a:b/c@0.3.0", 30), nullptr);
  EXPECT_NE(map.add("a:b/c@0.2.99-rc", 99), nullptr);
  EXPECT_NE(map.add("a:b/c@0.0.1", 1), nullptr);
  EXPECT_EQ(map.add("a:b/c@0.2.6", 0), nullptr);
  const auto find = [&](const char* name) {
    const int* found = map.find(name);
    return found ? *found : -1;
  };
  EXPECT_EQ(find("a:b/c@0.2.0"), 20);
  EXPECT_EQ(find("a:b/c@0.2.6"), 26);
  EXPECT_EQ(find("a:b/c@0.2.7"), 212);
  EXPECT_EQ(find("a:b/c@0.2.99"), 212);
  EXPECT_EQ(find("a:b/c@0.2"), 212);
  EXPECT_EQ(find("a:b/c@0.3.4"), 30);
  EXPECT_EQ(find("a:b/c@0.2.99-rc"), 99);
  EXPECT_EQ(find("a:b/c@0.2.99-rc2"), -1);
  EXPECT_EQ(find("a:b/c@0.0.1"), 1);
  EXPECT_EQ(find("a:b/c@0.0.2"), -1);
  EXPECT_EQ(find("a:b/c@1.0.0"), -1);
  EXPECT_EQ(find("a:b/c"), -1);
}

}  // namespace
}  // namespace tappet::component
