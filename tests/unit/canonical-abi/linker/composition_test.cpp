// Components that satisfy imports of others. What the command line says about them: tests/cli.
#include "canonical-abi/linker/composition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/canonical-abi/support/program.h"

namespace tappet::component::test {
namespace {

using ::testing::HasSubstr;
using V = ComponentValue;

constexpr std::string_view kFolder = "../../../cli/components/";

class Links : public ::testing::Test {
 protected:
  std::shared_ptr<const Component> component(std::string_view name) {
    auto loaded = load(engine_, std::string(kFolder) + std::string(name));
    EXPECT_TRUE(loaded.ok()) << loaded.error().to_string();
    return *loaded;
  }
  Link link(std::string_view name, std::string import = {}) {
    return {std::move(import), std::string(name), component(name)};
  }
  std::string call(ComponentStore& store, InstanceTree& tree, uint32_t start) {
    const ExportedFunction* const found = tree.pre().find_function("", "count");
    Task task(store, tree.function(found->ref), {V::u32(start)});
    const Outcome outcome = task.run();
    return outcome == Outcome::kReturned ? to_string(task.result()) : task.trap().message;
  }

  Engine engine_;
  Linker linker_{engine_};
};

TEST_F(Links, MakeOneInstanceOfEachForEachInstance) {
  const std::vector<Link> links = {link("link-store.wasm"), link("link-counter.wasm")};
  const auto pre = linker_.link(component("link-app.wasm"), links);
  ASSERT_TRUE(pre.ok()) << pre.error().message;
  EXPECT_EQ((*pre)->plan().instances[(*pre)->plan().root].parent, kNoIndex);
  for (int i = 0; i < 2; ++i) {
    ComponentStore store(engine_);
    Instantiation first(*pre, store);
    ASSERT_EQ(first.run(), Outcome::kReturned);
    EXPECT_EQ(call(store, first.instance(), 5), "16");
    Instantiation second(*pre, store);
    ASSERT_EQ(second.run(), Outcome::kReturned);
    EXPECT_EQ(call(store, second.instance(), 7), "20");
    EXPECT_EQ(call(store, first.instance(), 1), "8");
    EXPECT_EQ(first.instance().root().handles.size(), 0U);
  }
}

TEST_F(Links, AreOfTheSameEngine) {
  const Engine other;
  const auto foreign = load(other, std::string(kFolder) + "link-counter.wasm");
  const std::vector<Link> links = {{"", "x", *foreign}};
  const auto pre = linker_.link(component("link-app.wasm"), links);
  ASSERT_FALSE(pre.ok());
  EXPECT_EQ(pre.error().kind, ErrorKind::kUsage);
}

TEST_F(Links, AreLimitedInNumber) {
  const std::vector<Link> links(kMostLinks + 1, link("link-counter.wasm"));
  const auto pre = linker_.link(component("link-app.wasm"), links);
  ASSERT_FALSE(pre.ok());
  EXPECT_EQ(pre.error().kind, ErrorKind::kLimit);
}

TEST_F(Links, ComeBeforeTrapsForUnknownImports) {
  const Linker lenient(engine_, {.unknown_imports_trap = true});
  const std::vector<Link> links = {link("link-counter.wasm")};
  const auto pre = lenient.link(component("link-app.wasm"), links);
  ASSERT_TRUE(pre.ok()) << pre.error().message;
  ComponentStore store(engine_);
  Instantiation instantiation(*pre, store);
  ASSERT_EQ(instantiation.run(), Outcome::kReturned);
  EXPECT_THAT(call(store, instantiation.instance(), 5), HasSubstr("`keep`"));
}

}  // namespace
}  // namespace tappet::component::test
