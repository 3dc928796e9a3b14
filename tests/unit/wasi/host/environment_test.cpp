#include "wasi/host/environment.h"

#include <gtest/gtest.h>
#include <stdlib.h>

namespace tappet::wasi {
namespace {

TEST(Environment, KeepsOrderAndReplacesByName) {
  Environment e;
  e.add_argument("prog");
  e.add_argument("--x");
  e.set_variable("A", "1");
  e.set_variable("B", "2");
  e.set_variable("A", "3");
  EXPECT_EQ(e.arguments(), (std::vector<std::string>{"prog", "--x"}));
  ASSERT_EQ(e.variables().size(), 2U);
  EXPECT_EQ(e.variables()[0], (std::pair<std::string, std::string>("A", "3")));
  EXPECT_EQ(e.variables()[1], (std::pair<std::string, std::string>("B", "2")));
  EXPECT_FALSE(e.working_directory());
  e.set_working_directory("/x");
  EXPECT_EQ(e.working_directory(), "/x");
}

TEST(Environment, AddsToABase) {
  const auto base = std::make_shared<Environment>();
  base->add_argument("prog");
  base->set_variable("A", "1");
  base->set_variable("B", "2");
  base->set_working_directory("/x");
  Environment e(base);
  e.set_variable("B", "3");
  e.set_variable("C", "4");
  EXPECT_EQ(e.arguments(), base->arguments());
  EXPECT_EQ(e.working_directory(), "/x");
  EXPECT_EQ(e.variables(), (Environment::Variables{{"A", "1"}, {"B", "3"}, {"C", "4"}}));
  EXPECT_EQ(base->variables().size(), 2U);
}

TEST(Environment, InheritsWhatThisProcessHas) {
  setenv("TAPPET_TEST_VARIABLE", "v=1", 1);
  Environment e;
  EXPECT_TRUE(e.inherit_variable("TAPPET_TEST_VARIABLE"));
  EXPECT_FALSE(e.inherit_variable("TAPPET_TEST_NO_SUCH_VARIABLE"));
  ASSERT_EQ(e.variables().size(), 1U);
  EXPECT_EQ(e.variables()[0].second, "v=1");
  Environment all;
  all.inherit_variables();
  bool found = false;
  for (const auto& [name, value] : all.variables()) {
    found |= name == "TAPPET_TEST_VARIABLE" && value == "v=1";
  }
  EXPECT_TRUE(found);
  unsetenv("TAPPET_TEST_VARIABLE");
}

TEST(Environment, GuestsOnlySeeUtf8) {
  EXPECT_EQ(to_utf8("gr\xc3\xbc\xc3\x9f"), "gr\xc3\xbc\xc3\x9f");
  EXPECT_EQ(to_utf8("a\xff"
                    "b\xc3"),
            "a\xef\xbf\xbd"
            "b\xef\xbf\xbd");
  EXPECT_EQ(to_utf8("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

}  // namespace
}  // namespace tappet::wasi
