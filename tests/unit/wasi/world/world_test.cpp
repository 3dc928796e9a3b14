#include "wasi/world/world.h"

#include "tests/unit/canonical-abi/bind/caller.h"
#include "tests/unit/canonical-abi/support/program.h"
#include "tests/unit/wasi/host/scratch_directory.h"
#include "wasi/host/memory_stream.h"

namespace tappet::wasi {
namespace {

using component::HostInterfaceDef;
using component::HostReturn;
using component::testing::Caller;
using V = component::ComponentValue;

// Linking compares the types of all functions with those of the WIT.
TEST(WorldLinks, AComponentThatImportsEverything) {
  component::test::Program program("../../wasi/world/data/everything.wasm");
  ASSERT_TRUE(add_to_linker(program.linker()).ok());
  EXPECT_EQ(program.link(), "");
  program.start();
}

TEST(WorldLinks, AComponentThatImportsEveryDraft) {
  component::test::Program program("../../wasi/world/data/drafts.wasm");
  ASSERT_TRUE(add_to_linker(program.linker()).ok());
  EXPECT_EQ(program.link(), "");
  program.start();
}

TEST(WorldLinks, ThatComponentNeedsEveryInterface) {
  std::vector<HostInterfaceDef> all = all_interfaces({});
  // It imports what is released.
  std::erase_if(all, [](const HostInterfaceDef& i) { return i.version != "0.2.12"; });
  for (size_t left_out = 0; left_out < all.size(); ++left_out) {
    component::test::Program program("../../wasi/world/data/everything.wasm");
    for (size_t i = 0; i < all.size(); ++i) {
      if (i == left_out) continue;
      ASSERT_TRUE(program.linker().define(all[i]).ok());
    }
    EXPECT_NE(program.link().find("`" + all[left_out].name + "@0.2.12` is missing"),
              std::string::npos)
        << all[left_out].name << ": " << program.link();
  }
}

class WorldTest : public ::testing::Test {
 protected:
  Caller caller(std::string_view name) {
    for (HostInterfaceDef& interface : all_interfaces({})) {
      if (interface.name == name) return Caller(std::move(interface));
    }
    ADD_FAILURE() << name;
    std::abort();
  }
  std::string call(std::string_view interface, std::string_view function, V::List args = {}) {
    Caller c = caller(interface);
    world.install(c.environment());
    return to_string(c.value(function, std::move(args)), c.function(function).type->result);
  }

  std::unique_ptr<net::Loop> loop = net::Loop::create().value();
  World world{*loop};
};

TEST_F(WorldTest, GrantsLittleAtFirst) {
  EXPECT_EQ(call("wasi:cli/environment", "get-arguments"), "[]");
  EXPECT_EQ(call("wasi:cli/environment", "get-environment"), "[]");
  EXPECT_EQ(call("wasi:filesystem/preopens", "get-directories"), "[]");
  EXPECT_EQ(call("wasi:config/store", "get-all"), "ok([])");
  EXPECT_EQ(call("wasi:keyvalue/store", "open", {V::string("")}), "err(no-such-store)");
  EXPECT_TRUE(world.stdio->in->read(1).error().error == nullptr);
}

TEST_F(WorldTest, HasAllThatInterfacesNeed) {
  for (const HostInterfaceDef& interface : all_interfaces({})) {
    for (const component::HostFunctionDef& f : interface.functions) {
      if (!f.type->params.empty() || f.name == "exit") continue;
      Caller c(interface);
      world.install(c.environment());
      EXPECT_EQ(c.call(f.name).kind(), HostReturn::Kind::kValue) << interface.name << " " << f.name;
    }
  }
}

TEST_F(WorldTest, ACopyDiffersInWhatIsReplaced) {
  world.environment->add_argument("a");
  World copy = world;
  copy.environment = std::make_shared<Environment>();
  EXPECT_EQ(copy.clocks, world.clocks);
  copy.environment->add_argument("b");
  Caller c = caller("wasi:cli/environment");
  copy.install(c.environment());
  EXPECT_EQ(c.value("get-arguments").items()[0].string(), "b");
  EXPECT_EQ(world.environment->arguments()[0], "a");
}

// A C program: its libc goes through the preview1 adapter to most of wasi:filesystem.
TEST_F(WorldTest, AProgramWorksWithFiles) {
  const testing::ScratchDirectory scratch;
  const auto out = std::make_shared<MemoryOutput>();
  const auto err = std::make_shared<MemoryOutput>();
  world.stdio->out = out;
  world.stdio->err = err;
  ASSERT_TRUE(world.filesystem->preopen(scratch.path(), "/").ok());
  component::test::Program program("../../wasi/world/data/files.wasm");
  ASSERT_TRUE(add_to_linker(program.linker()).ok());
  program.prepare();
  world.install(program.store().environment());
  ASSERT_EQ(program.instantiate(), Outcome::kReturned);

  component::Task task(program.store(), program.function("run", "wasi:cli/run@0.2.0"), {});
  ASSERT_EQ(task.run(), Outcome::kTrapped);
  EXPECT_EQ(task.trap().kind, TrapKind::kExit);
  EXPECT_EQ(err->text(), "");
  EXPECT_EQ(out->text(),
            "size 8, modified 2.000000003\n"
            "link to ../b\n"
            "/dir/s: hello wo\n"
            "/dir/c: hello wo\n"
            "2 entries\n"
            "rmdir: Directory not empty\n"
            "open of a file that is not there: No such file or directory\n"
            "open outside: Operation not permitted\n");
  EXPECT_TRUE(std::filesystem::is_empty(scratch.path()));
  EXPECT_EQ(world.filesystem->open_count(), 1U) << "besides the preopen, all is closed";
}

}  // namespace
}  // namespace tappet::wasi
