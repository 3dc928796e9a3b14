#include "canonical-abi/bind/names.h"

#include <gtest/gtest.h>

namespace tappet::wasi {
struct InputStream;
}

namespace tappet::component {
namespace {

TEST(Names, FollowFromEveryCommonSpelling) {
  EXPECT_EQ(kebab_case("seconds"), "seconds");
  EXPECT_EQ(kebab_case("would_block"), "would-block");
  EXPECT_EQ(kebab_case("kWouldBlock"), "would-block");
  EXPECT_EQ(kebab_case("DirectoryEntryStream"), "directory-entry-stream");
  EXPECT_EQ(kebab_case("default_"), "default");
  EXPECT_EQ(kebab_case("kIpv4"), "ipv4");
  EXPECT_EQ(kebab_case("kHTTPVersion"), "http-version");
  EXPECT_EQ(kebab_case("TLS"), "tls");
  EXPECT_EQ(kebab_case("Utf8Text"), "utf8-text");
  EXPECT_EQ(kebab_case("k"), "k");
  EXPECT_EQ(kebab_case("kind"), "kind");
  EXPECT_EQ(kebab_case(""), "");
}

TEST(Names, AClassKnowsItsOwn) {
  EXPECT_EQ(class_name<wasi::InputStream>(), "InputStream");
  EXPECT_EQ(class_name<int>(), "int");
}

}  // namespace
}  // namespace tappet::component
