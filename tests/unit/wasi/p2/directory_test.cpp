// wasi:filesystem: paths beneath directories, and the directories that a guest starts with.
#include <set>

#include "tests/unit/wasi/p2/file_fixture.h"

namespace tappet::wasi::p2 {
namespace {

using component::Flags;
using component::TypeKind;
using component::testing::Caller;
using testing::FileTest;
using testing::V;
using enum DescriptorFlag;

class DirectoryTest : public FileTest {
 protected:
  static V following() { return V::flags(Flags<PathFlag>(PathFlag::kSymlinkFollow).bits()); }
  static V opening(Flags<OpenFlag> flags) { return V::flags(flags.bits()); }
  std::string open_at(const std::string& path, V open_flags, V descriptor_flags) {
    return call("open-at",
                {root, no_flags(), text(path), std::move(open_flags), std::move(descriptor_flags)});
  }
  // The entries' names and types, or "!" for one that is told as an error; unordered.
  std::multiset<std::string> list(const V& directory) {
    const V stream = made("read-directory", {directory});
    std::multiset<std::string> names;
    const char* const next = "[method]directory-entry-stream.read-directory-entry";
    for (;;) {
      V result = caller.value(next, {stream});
      const std::string shown = to_string(result, caller.function(next).type->result);
      if (shown == "ok(none)") return names;
      names.insert(result.case_index() == 0
                       ? result.payload()->payload()->items()[1].string() + " " +
                             std::to_string(result.payload()->payload()->items()[0].case_index())
                       : shown);
    }
  }
};

TEST_F(DirectoryTest, OpensAsTold) {
  EXPECT_EQ(open_at("f", no_flags(), flags({kRead})), "err(no-entry)");
  EXPECT_NE(open_at("f", opening(OpenFlag::kCreate), flags({kWrite})).find("ok("),
            std::string::npos);
  EXPECT_EQ(open_at("f", opening(Flags(OpenFlag::kCreate) | OpenFlag::kExclusive), flags({kWrite})),
            "err(exist)");
  EXPECT_EQ(open_at("f", opening(OpenFlag::kDirectory), flags({kRead})), "err(not-directory)");
  EXPECT_EQ(open_at("f", opening(Flags(OpenFlag::kDirectory) | OpenFlag::kCreate), flags({kRead})),
            "err(invalid)");
  scratch.write("f", "xyz");
  open_at("f", opening(OpenFlag::kTruncate), flags({kWrite}));
  EXPECT_EQ(scratch.read("f"), "");
  scratch.mkdir("d");
  EXPECT_EQ(open_at("d", no_flags(), flags({kWrite})), "err(is-directory)");
}

TEST_F(DirectoryTest, NoPathLeavesIt) {
  scratch.symlink("/etc", "out");
  scratch.symlink("..", "up");
  for (const char* path : {"..", "/", "/etc/passwd", "a/../..", "out/passwd", "up"}) {
    scratch.mkdir("a");
    const V path_value = text(path);
    EXPECT_EQ(call("open-at", {root, following(), path_value, no_flags(), flags({kRead})}),
              "err(not-permitted)")
        << path;
    EXPECT_EQ(call("stat-at", {root, following(), path_value}), "err(not-permitted)") << path;
    EXPECT_EQ(call("metadata-hash-at", {root, following(), path_value}), "err(not-permitted)");
  }
  EXPECT_EQ(call("rename-at", {root, text("a"), root, text("../a")}), "err(not-permitted)");
  EXPECT_EQ(call("create-directory-at", {root, text("../a")}), "err(not-permitted)");
  EXPECT_EQ(call("symlink-at", {root, text("/etc"), text("l")}), "err(not-permitted)");
  EXPECT_EQ(call("readlink-at", {root, text("out")}), "err(not-permitted)");
}

TEST_F(DirectoryTest, HostilePaths) {
  const std::string nul("a\0b", 3);
  const std::string huge(1 << 20, 'x');
  for (const std::string& path : {std::string(), nul, huge}) {
    const V p = text(path);
    EXPECT_NE(call("stat-at", {root, following(), p}).find("err("), std::string::npos);
    EXPECT_NE(call("create-directory-at", {root, p}).find("err("), std::string::npos);
    EXPECT_NE(call("unlink-file-at", {root, p}).find("err("), std::string::npos);
    EXPECT_NE(call("symlink-at", {root, p, p}).find("err("), std::string::npos);
    EXPECT_NE(call("rename-at", {root, p, root, p}).find("err("), std::string::npos);
  }
}

TEST_F(DirectoryTest, MakesAndRemoves) {
  EXPECT_EQ(call("create-directory-at", {root, text("d")}), "ok");
  EXPECT_EQ(call("create-directory-at", {root, text("d")}), "err(exist)");
  scratch.write("d/f", "x");
  EXPECT_EQ(call("remove-directory-at", {root, text("d")}), "err(not-empty)");
  EXPECT_EQ(call("unlink-file-at", {root, text("d")}), "err(is-directory)");
  EXPECT_EQ(call("rename-at", {root, text("d/f"), open("d", {}), text("g")}), "ok");
  EXPECT_EQ(call("unlink-file-at", {root, text("d/g")}), "ok");
  EXPECT_EQ(call("remove-directory-at", {root, text("d")}), "ok");
  EXPECT_FALSE(scratch.exists("d"));
}

TEST_F(DirectoryTest, Links) {
  scratch.write("f", "x");
  EXPECT_EQ(call("symlink-at", {root, text("f"), text("s")}), "ok");
  EXPECT_EQ(call("readlink-at", {root, text("s")}), "ok(\"f\")");
  EXPECT_EQ(call("readlink-at", {root, text("f")}), "err(invalid)");
  EXPECT_EQ(call("open-at", {root, no_flags(), text("s"), no_flags(), flags({kRead})}),
            "err(loop)");
  const V followed = made("open-at", {root, following(), text("s"), no_flags(), flags({kRead})});
  EXPECT_EQ(call("get-type", {followed}), "ok(regular-file)");
  EXPECT_EQ(call("link-at", {root, no_flags(), text("f"), root, text("h")}), "ok");
  EXPECT_EQ(call("link-at", {root, no_flags(), text("f"), root, text("h")}), "err(exist)");
  EXPECT_EQ(call("link-at", {root, following(), text("s"), root, text("i")}), "err(invalid)");
}

TEST_F(DirectoryTest, ListsEntriesWithTheirTypes) {
  scratch.mkdir("d");
  scratch.write("f", "");
  scratch.symlink("f", "s");
  EXPECT_EQ(list(root), (std::multiset<std::string>{"d 3", "f 6", "s 5"}));
  EXPECT_EQ(list(root), list(root));
  EXPECT_TRUE(list(open("d", {})).empty());
  EXPECT_EQ(call("read-directory", {open("f", {kRead})}), "err(not-directory)");
}

TEST_F(DirectoryTest, NamesThatAreNoTextAreErrorsThatEndNothing) {
  scratch.write("\xff", "");
  scratch.write("f", "");
  scratch.symlink("\xff", "s");
  EXPECT_EQ(list(root), (std::multiset<std::string>{"err(illegal-byte-sequence)", "f 6", "s 5"}));
  EXPECT_EQ(call("readlink-at", {root, text("s")}), "err(illegal-byte-sequence)");
}

TEST_F(DirectoryTest, AListingOutlivesItsDirectory) {
  scratch.write("f", "");
  scratch.mkdir("d");
  const V directory = open("d", {});
  const V stream = made("read-directory", {directory});
  drop<Descriptor>(directory);
  EXPECT_EQ(
      to_string(caller.value("[method]directory-entry-stream.read-directory-entry", {stream})),
      to_string(V::variant(TypeKind::kResult, 0, V::none())));
}

TEST_F(DirectoryTest, OpeningHasALimit) {
  scratch.write("f", "x");
  std::string last;
  for (uint32_t i = 0; i <= Filesystem::kMostOpen && last.find("err") == std::string::npos; ++i) {
    last = open_at("f", no_flags(), flags({kRead}));
  }
  EXPECT_EQ(last, "err(insufficient-memory)");
  EXPECT_EQ(files.open_count(), Filesystem::kMostOpen);
  EXPECT_EQ(call("read-directory", {root}), "err(insufficient-memory)");
}

TEST(Preopens, AreGivenAnewEachTime) {
  wasi::testing::ScratchDirectory scratch;
  const std::unique_ptr<net::Loop> loop = net::Loop::create().value();
  Filesystem files(*loop);
  ASSERT_TRUE(files.preopen(scratch.path(), "/a").ok());
  ASSERT_TRUE(
      files.preopen(scratch.path(), "b", {.mutate_directories = false, .write_files = false}).ok());
  Caller caller(filesystem_preopens());
  caller.environment().set(&files);
  V first = caller.value("get-directories");
  ASSERT_EQ(first.items().size(), 2U);
  EXPECT_EQ(first.items()[0].items()[1], V::string("/a"));
  EXPECT_EQ(first.items()[1].items()[1], V::string("b"));
  const auto rep = static_cast<uint32_t>(first.items()[0].items()[0].rep());
  ASSERT_TRUE(caller.resources().remove(component::host_resource_type<Descriptor>(), rep).ok());
  V second = caller.value("get-directories");
  EXPECT_EQ(caller.resources().get(component::host_resource_type<Descriptor>(),
                                   static_cast<uint32_t>(second.items()[0].items()[0].rep())),
            files.preopens()[0].directory.get());
}

TEST_F(FileTest, WhatIsReadOnlyStaysSo) {
  scratch.write("f", "x");
  ASSERT_TRUE(
      files.preopen(scratch.path(), "ro", {.mutate_directories = false, .write_files = false})
          .ok());
  const V directory = lend(files.preopens()[1].directory);
  EXPECT_EQ(call("get-flags", {directory}), "ok({read})");
  EXPECT_EQ(call("open-at", {directory, no_flags(), text("f"), no_flags(), flags({kWrite})}),
            "err(read-only)");
  EXPECT_EQ(call("create-directory-at", {directory, text("d")}), "err(read-only)");
  EXPECT_EQ(call("unlink-file-at", {directory, text("f")}), "err(read-only)");
  EXPECT_EQ(call("symlink-at", {directory, text("f"), text("s")}), "err(read-only)");
}

}  // namespace
}  // namespace tappet::wasi::p2
