#include "interp/module/names.h"

#include <gtest/gtest.h>

#include "tests/unit/interp/support/check.h"

namespace tappet {
namespace {

using namespace test;

Bytes subsection(uint8_t id, const Bytes& contents) {
  return Bytes{id} + leb(contents.size()) + contents;
}
Bytes function_names(const std::vector<std::pair<uint32_t, std::string>>& names) {
  std::vector<Bytes> elements;
  for (const auto& [index, text] : names) elements.push_back(leb(index) + name(text));
  return subsection(1, vec(elements));
}

std::shared_ptr<const Module> module_with_names(const Bytes& contents) {
  ModuleBuilder m;
  m.func({}, {}, code());
  m.func({}, {}, code());
  m.export_func("exported", 1);
  m.custom("name", contents);
  return *decode(m.build());
}

TEST(Names, AreRead) {
  const auto module =
      module_with_names(subsection(0, name("mod")) + function_names({{0, "first"}, {1, "second"}}));
  const Names names = read_names(*module);
  EXPECT_EQ(names.module, "mod");
  EXPECT_EQ(names.functions.at(0), "first");
  EXPECT_EQ(names.functions.at(1), "second");
}

TEST(Names, UnknownSubsectionsAreSkipped) {
  const auto module =
      module_with_names(subsection(7, Bytes{1, 2, 3}) + function_names({{0, "first"}}));
  EXPECT_EQ(read_names(*module).functions.size(), 1u);
}

TEST(Names, EndWhereTheyMakeNoSense) {
  const Bytes whole = subsection(0, name("mod")) + function_names({{0, "first"}, {1, "second"}});
  for (size_t size = 0; size < whole.size(); ++size) {
    const auto module = module_with_names(Bytes(whole.begin(), whole.begin() + size));
    EXPECT_LE(read_names(*module).functions.size(), 1u);
  }
  const auto huge = module_with_names(subsection(1, leb(0xffff'ffff) + leb(0) + name("first")));
  EXPECT_EQ(read_names(*huge).functions.at(0), "first");
}

TEST(Names, OfNoFunctionOrInNoUtf8AreLeftOut) {
  const auto module = module_with_names(function_names({{0, "\xff"}, {1, "second"}, {2, "none"}}));
  const Names names = read_names(*module);
  EXPECT_EQ(names.functions.size(), 1u);
  EXPECT_EQ(names.functions.at(1), "second");
}

TEST(Names, LabelFunctions) {
  const auto module = module_with_names(function_names({{0, "first"}}));
  EXPECT_EQ(function_label(*module, 0), "function 0 (first)");
  EXPECT_EQ(function_label(*module, 1), "function 1 (exported)");
  const auto nameless = module_with_names({});
  EXPECT_EQ(function_label(*nameless, 0), "function 0");
}

}  // namespace
}  // namespace tappet
