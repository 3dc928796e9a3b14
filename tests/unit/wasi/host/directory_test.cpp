// Paths beneath a directory, and what one may do with them.
#include <fcntl.h>
#include <sys/stat.h>

#include <map>

#include "tests/unit/wasi/host/scratch_directory.h"
#include "wasi/host/filesystem.h"

namespace tappet::wasi {
namespace {

template <class T>
int code(const SystemResult<T>& result) {
  return result.ok() ? 0 : result.error().code;
}

class Directories : public ::testing::TestWithParam<SandboxPath::Method> {
 protected:
  void SetUp() override {
    scratch.mkdir("top/sub");
    scratch.write("outside", "secret");
    scratch.write("top/file", "file");
    scratch.symlink("file", "top/link");
    scratch.symlink("../outside", "top/escape");
    scratch.symlink("..", "top/up");
    ASSERT_TRUE(files.preopen(scratch.path("top"), "/").ok());
    ASSERT_TRUE(files
                    .preopen(scratch.path("top"), "/ro",
                             {.mutate_directories = false, .write_files = false})
                    .ok());
    ASSERT_TRUE(files.preopen(scratch.path("top"), "/append-only", {.write_files = false}).ok());
  }
  const Descriptor& top() { return *files.preopens()[0].directory; }
  const Descriptor& read_only() { return *files.preopens()[1].directory; }
  const Descriptor& no_writes() { return *files.preopens()[2].directory; }

  testing::ScratchDirectory scratch;
  std::unique_ptr<net::Loop> loop = net::Loop::create().value();
  Filesystem files{*loop, 100, SandboxPath(GetParam())};
};

TEST_P(Directories, OpenFollowsTheOptions) {
  EXPECT_EQ(code(top().open("new", {.write = true})), ENOENT);
  EXPECT_EQ(code(top().open("new", {.create = true, .write = true})), 0);
  EXPECT_EQ(code(top().open("new", {.create = true, .exclusive = true})), EEXIST);
  EXPECT_EQ(code(top().open("file", {.directory = true})), ENOTDIR);
  EXPECT_EQ(code(top().open("sub", {.directory = true, .read = true})), 0);
  EXPECT_EQ(code(top().open("sub", {.read = true})), 0);
  EXPECT_EQ(code(top().open("sub", {.write = true})), EISDIR);
  EXPECT_EQ(code(top().open("link", {.read = true})), ELOOP);
  EXPECT_EQ(code(top().open("link", {.follow = true, .read = true})), 0);
  EXPECT_EQ(code(top().open("escape", {.follow = true, .read = true})), EPERM);
  EXPECT_EQ(code(top().open("up/outside", {.follow = true, .read = true})), EPERM);
  EXPECT_EQ(code(top().open("x", {.create = true, .directory = true})), EINVAL);
  EXPECT_EQ(code(top().open("file", {.truncate = true, .write = true})), 0);
  EXPECT_EQ(scratch.read("top/file"), "");
}

TEST_P(Directories, WhatIsOpenedInheritsItsAccess) {
  const auto sub = read_only().open("sub", {.directory = true, .read = true}).value();
  EXPECT_EQ(code(sub->create_directory("x")), EROFS);
  EXPECT_EQ(code(sub->open("x", {.create = true})), EROFS);
  const auto writable = top().open("sub", {.directory = true, .read = true}).value();
  EXPECT_EQ(code(writable->create_directory("x")), 0);
}

TEST_P(Directories, AReadOnlyOneChangesNothing) {
  const Descriptor& d = read_only();
  EXPECT_EQ(code(d.open("file", {.read = true})), 0);
  EXPECT_EQ(code(d.status_at("file", true)), 0);
  EXPECT_EQ(code(d.read_directory()), 0);
  EXPECT_EQ(code(d.open("file", {.write = true})), EROFS);
  EXPECT_EQ(code(d.open("file", {.truncate = true, .read = true})), EROFS);
  EXPECT_EQ(code(d.open("new", {.create = true})), EROFS);
  EXPECT_EQ(code(d.open("sub", {.mutate_directory = true})), EROFS);
  EXPECT_EQ(code(d.create_directory("new")), EROFS);
  EXPECT_EQ(code(d.remove_directory("sub")), EROFS);
  EXPECT_EQ(code(d.unlink_file("file")), EROFS);
  EXPECT_EQ(code(d.symlink("a", "new")), EROFS);
  EXPECT_EQ(code(d.set_times_at("file", true, {}, {})), EROFS);
  EXPECT_EQ(code(d.rename("file", top(), "x")), EROFS);
  EXPECT_EQ(code(top().rename("file", d, "x")), EROFS);
  EXPECT_EQ(code(d.link("file", top(), "x")), EROFS);
  EXPECT_EQ(code(d.set_times({}, {})), EROFS);
  EXPECT_EQ(code(d.open("file", {.read = true}).value()->set_times({}, {})), EROFS);
  EXPECT_EQ(scratch.read("top/file"), "file");
}

TEST_P(Directories, NoSecondNameMakesAFileWritable) {
  EXPECT_EQ(code(no_writes().open("file", {.write = true})), EROFS);
  EXPECT_EQ(code(no_writes().link("file", top(), "sub/mine")), EPERM);
  EXPECT_EQ(code(no_writes().rename("file", top(), "sub/mine")), EPERM);
  EXPECT_EQ(code(no_writes().rename("sub", top(), "mine")), EPERM);
  EXPECT_EQ(code(no_writes().rename("file", no_writes(), "moved")), 0);
  EXPECT_EQ(code(top().link("moved", no_writes(), "again")), 0);
}

TEST_P(Directories, EntriesAreListedWithoutDots) {
  std::map<std::string, FileType> entries;
  const auto reader = top().read_directory().value();
  for (auto entry = reader->next(); *entry; entry = reader->next()) {
    entries[(*entry)->name] = (*entry)->type;
  }
  const std::map<std::string, FileType> expected = {{"sub", FileType::kDirectory},
                                                    {"file", FileType::kRegularFile},
                                                    {"link", FileType::kSymbolicLink},
                                                    {"escape", FileType::kSymbolicLink},
                                                    {"up", FileType::kSymbolicLink}};
  EXPECT_EQ(entries, expected);
  EXPECT_FALSE(*reader->next()) << "the end stays the end";
  EXPECT_TRUE(*top().read_directory().value()->next()) << "a second reader starts anew";
}

TEST_P(Directories, AreCreatedAndRemoved) {
  EXPECT_EQ(code(top().create_directory("a")), 0);
  EXPECT_EQ(code(top().create_directory("a/b/")), 0);
  EXPECT_EQ(code(top().create_directory("a")), EEXIST);
  EXPECT_EQ(code(top().create_directory("link")), EEXIST);
  EXPECT_EQ(code(top().create_directory(".")), EEXIST);
  EXPECT_EQ(code(top().create_directory("a/..")), EEXIST);
  EXPECT_EQ(code(top().create_directory("..")), EPERM);
  EXPECT_EQ(code(top().create_directory("up/x")), EPERM);
  EXPECT_EQ(code(top().create_directory("missing/x")), ENOENT);
  EXPECT_EQ(code(top().create_directory("missing/.")), ENOENT);
  EXPECT_EQ(code(top().remove_directory("a")), ENOTEMPTY);
  EXPECT_EQ(code(top().remove_directory("file")), ENOTDIR);
  EXPECT_EQ(code(top().remove_directory("up")), ENOTDIR) << "a link is no directory";
  EXPECT_EQ(code(top().remove_directory(".")), EINVAL);
  EXPECT_EQ(code(top().remove_directory("a/b/")), 0);
  EXPECT_EQ(code(top().remove_directory("a")), 0);
  EXPECT_FALSE(scratch.exists("top/a"));
}

TEST_P(Directories, FilesAreUnlinked) {
  EXPECT_EQ(code(top().unlink_file("sub")), EISDIR);
  EXPECT_EQ(code(top().unlink_file("sub/")), EISDIR);
  EXPECT_EQ(code(top().unlink_file("file/")), ENOTDIR);
  EXPECT_EQ(code(top().unlink_file("link/")), ENOTDIR);
  EXPECT_EQ(code(top().unlink_file("../outside")), EPERM);
  EXPECT_EQ(code(top().unlink_file("escape")), 0) << "the link, not its target";
  EXPECT_EQ(code(top().unlink_file("file")), 0);
  EXPECT_EQ(code(top().unlink_file("file")), ENOENT);
  EXPECT_TRUE(scratch.exists("outside"));
}

TEST_P(Directories, RenamesStayInside) {
  EXPECT_EQ(code(top().rename("file", top(), "sub/moved")), 0);
  EXPECT_EQ(scratch.read("top/sub/moved"), "file");
  EXPECT_EQ(code(top().rename("sub/moved", top(), "../outside")), EPERM);
  EXPECT_EQ(code(top().rename("../outside", top(), "mine")), EPERM);
  EXPECT_EQ(code(top().rename("sub/moved", top(), "up/outside")), EPERM);
  EXPECT_EQ(code(top().rename("sub/moved/", top(), "x")), ENOTDIR);
  EXPECT_EQ(code(top().rename("sub/moved", top(), "x/")), ENOTDIR);
  EXPECT_EQ(code(top().rename("sub/", top(), "x/")), 0);
  EXPECT_EQ(code(top().rename("x", top(), "x/y")), EINVAL);
  EXPECT_EQ(code(top().rename("up", top(), "down")), 0) << "the link itself";
  EXPECT_EQ(scratch.read("outside"), "secret");
}

TEST_P(Directories, HardLinks) {
  EXPECT_EQ(code(top().link("file", top(), "sub/second")), 0);
  EXPECT_EQ(top().status_at("file", false).value().link_count, 2U);
  EXPECT_EQ(code(top().link("file", top(), "link")), EEXIST);
  EXPECT_EQ(code(top().link("sub", top(), "x")), EPERM);
  EXPECT_EQ(code(top().link("missing", top(), "x")), ENOENT);
  EXPECT_EQ(code(top().link("file/", top(), "x")), ENOTDIR);
  EXPECT_EQ(code(top().link("file", top(), "x/")), ENOENT);
  EXPECT_EQ(code(top().link("file", top(), "sub/")), EEXIST);
  EXPECT_EQ(code(top().link("file", top(), "file/")), ENOTDIR);
  EXPECT_EQ(code(top().link("../outside", top(), "x")), EPERM);
  EXPECT_EQ(code(top().link("file", top(), "../x")), EPERM);
  // A link to the link, which leads nowhere from inside.
  EXPECT_EQ(code(top().link("escape", top(), "x")), 0);
  EXPECT_EQ(code(top().open("x", {.follow = true, .read = true})), EPERM);
}

TEST_P(Directories, SymbolicLinks) {
  EXPECT_EQ(code(top().symlink("file", "new")), 0);
  EXPECT_EQ(top().read_link("new").value(), "file");
  EXPECT_EQ(code(top().symlink("../../anything", "sub/far")), 0);
  EXPECT_EQ(code(top().open("sub/far", {.follow = true, .read = true})), EPERM);
  EXPECT_EQ(code(top().symlink("/etc/passwd", "x")), EPERM);
  EXPECT_EQ(code(top().symlink("", "x")), ENOENT);
  EXPECT_EQ(code(top().symlink(std::string("a\0b", 3), "x")), EINVAL);
  EXPECT_EQ(code(top().symlink("file", "x/")), ENOENT);
  EXPECT_EQ(code(top().symlink("file", "sub/")), EEXIST);
  EXPECT_EQ(code(top().symlink("file", "file/")), ENOTDIR);
  EXPECT_EQ(code(top().symlink("file", "up/x")), EPERM);
  EXPECT_EQ(code(top().symlink("file", "link")), EEXIST);
  EXPECT_EQ(code(top().read_link("file")), EINVAL);
  EXPECT_EQ(code(top().read_link("sub")), EINVAL);
  EXPECT_EQ(code(top().read_link("missing")), ENOENT);
  scratch.symlink("/etc/passwd", "top/absolute");
  EXPECT_EQ(code(top().read_link("absolute")), EPERM);
  EXPECT_EQ(top().read_link("escape").value(), "../outside");
}

TEST_P(Directories, StatusOfPaths) {
  EXPECT_EQ(top().status_at("file", false).value().type, FileType::kRegularFile);
  EXPECT_EQ(top().status_at("link", true).value().type, FileType::kRegularFile);
  EXPECT_EQ(top().status_at("link", false).value().type, FileType::kSymbolicLink);
  EXPECT_EQ(top().status_at("escape", false).value().type, FileType::kSymbolicLink);
  EXPECT_EQ(code(top().status_at("escape", true)), EPERM);
  EXPECT_EQ(top().status_at(".", true).value().type, FileType::kDirectory);
  EXPECT_EQ(top().status_at("sub/..", false).value().type, FileType::kDirectory);
  EXPECT_EQ(code(top().status_at("..", true)), EPERM);
  EXPECT_EQ(code(top().status_at("missing", true)), ENOENT);
}

TEST_P(Directories, TimesOfPaths) {
  const NewTimestamp past{NewTimestamp::Kind::kValue, {1000, 0}};
  EXPECT_EQ(code(top().set_times_at("file", false, {}, past)), 0);
  EXPECT_EQ(top().status_at("file", false).value().modified.seconds, 1000);
  EXPECT_EQ(code(top().set_times_at("link", false, {}, {NewTimestamp::Kind::kValue, {2000, 0}})),
            0);
  EXPECT_EQ(top().status_at("link", false).value().modified.seconds, 2000);
  EXPECT_EQ(top().status_at("file", false).value().modified.seconds, 1000);
  EXPECT_EQ(code(top().set_times_at("link", true, {}, {NewTimestamp::Kind::kValue, {3000, 0}})), 0);
  EXPECT_EQ(top().status_at("file", false).value().modified.seconds, 3000);
  EXPECT_EQ(code(top().set_times_at("escape", true, {}, past)), EPERM);
}

INSTANTIATE_TEST_SUITE_P(Methods, Directories,
                         ::testing::Values(SandboxPath::Method::kKernel,
                                           SandboxPath::Method::kWalk),
                         [](const auto& method) {
                           return method.param == SandboxPath::Method::kKernel ? "Kernel" : "Walk";
                         });

}  // namespace
}  // namespace tappet::wasi
