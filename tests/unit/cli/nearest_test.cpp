#include "cli/nearest.h"

#include <gtest/gtest.h>

#include <vector>

namespace tappet::cli {
namespace {

TEST(Nearest, TheFewestChanges) {
  const std::vector<std::string> names = {"add", "subtract", "example:calc/ops#multiply"};
  EXPECT_EQ(nearest("ad", names), "add");
  EXPECT_EQ(nearest("substract", names), "subtract");
  EXPECT_EQ(nearest("multply", names), "example:calc/ops#multiply");
  EXPECT_EQ(nearest("divide", names), "");
  EXPECT_EQ(nearest("", names), "");
  EXPECT_EQ(nearest(std::string(1'000'000, 'a'), names), "");
  EXPECT_EQ(nearest("add", {}), "");
}

TEST(Nearest, Suggestions) {
  const std::vector<std::string> one = {"add"};
  EXPECT_EQ(suggestion("ad", one, "names"), "; did you mean `add`? names: `add`");
  EXPECT_EQ(suggestion("xyz", one, "names"), "; names: `add`");
  EXPECT_EQ(suggestion("xyz", {}, "names"), "; there are no names");
  const std::vector<std::string> many(25, "name");
  EXPECT_TRUE(suggestion("xyz", many, "names").ends_with(", and 5 more"));
}

}  // namespace
}  // namespace tappet::cli
