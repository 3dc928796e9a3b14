#include "wasi/host/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tappet::wasi {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(Config, HasSettingsByName) {
  Config config;
  EXPECT_EQ(config.get("a"), std::nullopt);
  config.set("a", "1");
  config.set("b", "");
  config.set("a", "2");
  EXPECT_EQ(config.get("a"), "2");
  EXPECT_EQ(config.get("b"), "");
  EXPECT_EQ(config.get("A"), std::nullopt);
  EXPECT_THAT(config.all(), ElementsAre(Pair("a", "2"), Pair("b", "")));
}

TEST(Config, IsText) {
  Config config;
  config.set("a\xff", "\x80");
  EXPECT_THAT(config.all(), ElementsAre(Pair("a\xef\xbf\xbd", "\xef\xbf\xbd")));
}

}  // namespace
}  // namespace tappet::wasi
