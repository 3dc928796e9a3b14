// path_*: what they do, and what keeps a guest beneath its directory.
#include <climits>

#include "tests/unit/wasi/p1/files_fixture.h"

namespace tappet::wasi::test {
namespace {

TEST_F(FilesTest, OpeningFlags) {
  EXPECT_EQ(open("f", {}), kNoent);
  EXPECT_EQ(open("f", {.oflags = kCreat | kExcl}), kSuccess);
  EXPECT_EQ(open("f", {.oflags = kCreat | kExcl}), kExist);
  EXPECT_EQ(open("f", {.oflags = kCreat}), kSuccess);
  EXPECT_EQ(open("f", {.oflags = kDirectory}), kNotdir);
  scratch.write("f", "12345");
  EXPECT_EQ(open("f", {.oflags = kTrunc, .rights = kWrite}), kSuccess);
  EXPECT_EQ(scratch.read("f"), "");
  scratch.mkdir("d");
  EXPECT_EQ(open("d", {}), kSuccess);
  EXPECT_EQ(open("d", {.oflags = kDirectory}), kSuccess);
  EXPECT_EQ(open("d", {.rights = kRead | kWrite}), kIsdir);
  EXPECT_EQ(open("d", {.oflags = kDirectory | kCreat}), kInval);
  EXPECT_EQ(open("f", {.oflags = 16}), kInval);
  EXPECT_EQ(open("f", {.lookup = 2}), kInval);
}

TEST_F(FilesTest, OpeningBeneathWhatWasOpened) {
  scratch.mkdir("a/b");
  scratch.write("a/b/f", "deep");
  const uint64_t a = opened("a", {.oflags = kDirectory});
  const uint64_t b = opened("b", {.directory = a});
  EXPECT_EQ(read(opened("f", {.directory = b}), 10), "deep");
  EXPECT_EQ(open("../b/f", {.directory = b}), kPerm);
  EXPECT_EQ(open("f", {.directory = opened("f", {.directory = b})}), kNotdir);
  EXPECT_EQ(open("f", {.directory = 1}), kNotdir);
  EXPECT_EQ(open("f", {.directory = 99}), kBadf);
}

TEST_F(FilesTest, SymbolicLinksAreFollowedOnlyIfAskedFor) {
  scratch.write("f", "text");
  EXPECT_EQ(symlink("f", "link"), kSuccess);
  EXPECT_EQ(open("link", {}), kLoop);
  EXPECT_EQ(read(opened("link", {.lookup = kFollow}), 10), "text");
  EXPECT_EQ(status("link"), kSuccess);
  EXPECT_EQ(get<uint8_t>(kResult + 16), 7U);
  EXPECT_EQ(status("link", kFollow), kSuccess);
  EXPECT_EQ(get<uint8_t>(kResult + 16), 4U);
  EXPECT_EQ(status("link", 2), kInval);
  EXPECT_EQ(read_link("link"), "f");
  EXPECT_EQ(symlink("loop", "loop"), kSuccess);
  EXPECT_EQ(open("loop", {.lookup = kFollow}), kLoop);
}

TEST_F(FilesTest, NothingOutsideIsReached) {
  scratch.mkdir("inside");
  scratch.write("secret", "secret");
  scratch.symlink("../secret", "inside/out");
  scratch.symlink(scratch.path("secret"), "inside/absolute");
  scratch.symlink("..", "inside/up");
  const uint64_t inside = opened("inside", {});
  const std::string absolute = scratch.path("secret");
  for (const std::string_view path :
       {std::string_view("../secret"), std::string_view("../inside/../secret"),
        std::string_view(absolute), std::string_view("out"), std::string_view("absolute"),
        std::string_view("up/secret"), std::string_view("/")}) {
    EXPECT_EQ(open(path, {.lookup = kFollow, .directory = inside}), kPerm) << path;
    put_text(kPath, path);
    EXPECT_EQ(call("path_filestat_get", {inside, kFollow, kPath, path.size(), kResult}), kPerm);
    EXPECT_EQ(call("path_filestat_set_times", {inside, kFollow, kPath, path.size(), 0, 0, 5}),
              kPerm);
  }
  for (const char* name : {"path_create_directory", "path_remove_directory", "path_unlink_file"}) {
    EXPECT_EQ(on_path(name, "../secret", inside), kPerm) << name;
    EXPECT_EQ(on_path(name, "up/secret", inside), kPerm) << name;
    EXPECT_EQ(on_path(name, absolute, inside), kPerm) << name;
  }
  put_text(kPath, "../secret");
  put_text(kOther, "mine");
  EXPECT_EQ(call("path_rename", {inside, kPath, 9, inside, kOther, 4}), kPerm);
  EXPECT_EQ(call("path_link", {inside, 0, kPath, 9, inside, kOther, 4}), kPerm);
  EXPECT_EQ(call("path_rename", {kRoot, kPath + 3, 6, inside, kPath, 9}), kPerm);
  EXPECT_EQ(call("path_link", {kRoot, 0, kPath + 3, 6, inside, kPath, 9}), kPerm);
  EXPECT_EQ(call("path_readlink", {inside, kPath, 9, kData, 10, kResult}), kPerm);
  EXPECT_EQ(call("path_symlink", {kOther, 4, inside, kPath, 9}), kPerm);
  put_text(kPath, "/etc");
  EXPECT_EQ(call("path_symlink", {kPath, 4, inside, kOther, 4}), kPerm);
  EXPECT_EQ(scratch.read("secret"), "secret");
  EXPECT_FALSE(scratch.exists("inside/mine"));
}

TEST_F(FilesTest, SlashesAtTheEndAreDirectories) {
  scratch.mkdir("d");
  scratch.write("f", "");
  EXPECT_EQ(open("d/", {}), kSuccess);
  EXPECT_EQ(open("d///", {}), kSuccess);
  EXPECT_EQ(open("f/", {}), kNotdir);
  EXPECT_EQ(open("new/", {.oflags = kCreat}), kIsdir);
  EXPECT_EQ(status("f/"), kNotdir);
  EXPECT_EQ(on_path("path_unlink_file", "f/"), kNotdir);
  EXPECT_EQ(on_path("path_unlink_file", "d/"), kIsdir);
  EXPECT_EQ(on_path("path_remove_directory", "f/"), kNotdir);
  EXPECT_EQ(rename("f/", "g"), kNotdir);
  EXPECT_EQ(rename("f", "g/"), kNotdir);
  EXPECT_EQ(rename("d/", "e/"), kSuccess);
  EXPECT_EQ(link("f", "g/"), kNoent);
  EXPECT_EQ(link("f", "e/"), kExist);
  EXPECT_EQ(link("f", "f/"), kNotdir);
  EXPECT_EQ(link("f/", "g"), kNotdir);
  EXPECT_EQ(symlink("x", "g/"), kNoent);
  EXPECT_EQ(symlink("x", "e/"), kExist);
  EXPECT_EQ(symlink("x", "f/"), kNotdir);
  EXPECT_EQ(on_path("path_create_directory", "g/"), kSuccess);
  EXPECT_EQ(on_path("path_remove_directory", "g/"), kSuccess);
}

TEST_F(FilesTest, DirectoriesAreMadeAndRemoved) {
  EXPECT_EQ(on_path("path_create_directory", "d"), kSuccess);
  EXPECT_EQ(on_path("path_create_directory", "d"), kExist);
  EXPECT_EQ(on_path("path_create_directory", "no/d"), kNoent);
  EXPECT_EQ(on_path("path_create_directory", "d", 1), kNotdir);
  EXPECT_EQ(on_path("path_create_directory", "d", 9), kBadf);
  scratch.write("d/f", "");
  EXPECT_EQ(on_path("path_remove_directory", "d"), kNotempty);
  EXPECT_EQ(on_path("path_remove_directory", "d/f"), kNotdir);
  EXPECT_EQ(on_path("path_unlink_file", "d"), kIsdir);
  EXPECT_EQ(on_path("path_unlink_file", "d/f"), kSuccess);
  EXPECT_EQ(on_path("path_unlink_file", "d/f"), kNoent);
  EXPECT_EQ(on_path("path_remove_directory", "d"), kSuccess);
  EXPECT_EQ(on_path("path_remove_directory", "d"), kNoent);
  EXPECT_EQ(on_path("path_remove_directory", "."), kInval);
}

TEST_F(FilesTest, RenamingAndLinking) {
  scratch.write("a", "a");
  scratch.mkdir("d");
  EXPECT_EQ(rename("a", "b"), kSuccess);
  EXPECT_EQ(rename("a", "b"), kNoent);
  EXPECT_EQ(rename("b", "d"), kIsdir);
  EXPECT_EQ(rename("d", "b"), kNotdir);
  EXPECT_EQ(link("b", "c"), kSuccess);
  EXPECT_EQ(scratch.read("c"), "a");
  EXPECT_EQ(link("b", "c"), kExist);
  EXPECT_EQ(link("d", "e"), kPerm);
  EXPECT_EQ(link("no", "e"), kNoent);
  EXPECT_EQ(link("b", "e", kFollow), kInval);
  EXPECT_EQ(link("b", "e", 2), kInval);
  const uint64_t file = opened("b", {});
  EXPECT_EQ(call("path_rename", {kRoot, kPath, 1, file, kOther, 1}), kNotdir);
  EXPECT_EQ(call("path_rename", {99, kPath, 1, kRoot, kOther, 1}), kBadf);
  EXPECT_EQ(call("path_link", {kRoot, 0, kPath, 1, 99, kOther, 1}), kBadf);
}

TEST_F(FilesTest, LinksAreReadAsFarAsThereIsRoom) {
  EXPECT_EQ(symlink("target", "link"), kSuccess);
  EXPECT_EQ(symlink("target", "link"), kExist);
  EXPECT_EQ(read_link("link"), "target");
  EXPECT_EQ(read_link("link", 4), "targ");
  EXPECT_EQ(read_link("link", 0), "");
  EXPECT_EQ(last, kSuccess);
  scratch.write("f", "");
  (void)read_link("f");
  EXPECT_EQ(last, kInval);
  scratch.symlink("/etc", "absolute");
  (void)read_link("absolute");
  EXPECT_EQ(last, kPerm);
  EXPECT_EQ(call("path_readlink", {kRoot, kPath, 4, kEnd - 3, 4, kResult}), kFault);
  EXPECT_EQ(call("path_readlink", {kRoot, kPath, 4, kData, 4, kEnd - 3}), kFault);
  EXPECT_EQ(symlink("", "empty"), kNoent);
}

TEST_F(FilesTest, TimesOfPaths) {
  scratch.write("f", "");
  scratch.symlink("f", "link");
  put_text(kPath, "link");
  EXPECT_EQ(call("path_filestat_set_times", {kRoot, kFollow, kPath, 4, 7, 8, 5}), kSuccess);
  EXPECT_EQ(call("path_filestat_set_times", {kRoot, 0, kPath, 4, 9, 10, 5}), kSuccess);
  EXPECT_EQ(status("f"), kSuccess);
  EXPECT_EQ(get<uint64_t>(kResult + 40), 7U);
  EXPECT_EQ(get<uint64_t>(kResult + 48), 8U);
  EXPECT_EQ(status("link"), kSuccess);
  EXPECT_EQ(get<uint64_t>(kResult + 48), 10U);
  put_text(kPath, "link");
  EXPECT_EQ(call("path_filestat_set_times", {kRoot, 2, kPath, 4, 7, 8, 5}), kInval);
  EXPECT_EQ(call("path_filestat_set_times", {kRoot, 0, kPath, 4, 7, 8, 3}), kInval);
  EXPECT_EQ(call("path_filestat_set_times", {kRoot, 0, kPath, 3, 7, 8, 5}), kNoent);
}

TEST_F(FilesTest, PathsThatAreNone) {
  EXPECT_EQ(open("", {}), kNoent);
  EXPECT_EQ(open(std::string_view("f\0", 2), {}), kInval);
  EXPECT_EQ(open("f\xff", {.oflags = kCreat}), kIlseq);
  EXPECT_EQ(open(std::string(PATH_MAX, 'x'), {}), kNametoolong);
  EXPECT_EQ(open(std::string(300, 'x'), {}), kNametoolong);
  EXPECT_EQ(call("path_open", {kRoot, 0, kEnd - 1, 2, 0, 0, 0, 0, kResult}), kFault);
  EXPECT_EQ(call("path_open", {kRoot, 0, 0, 0xffff'ffff, 0, 0, 0, 0, kResult}), kFault);
  EXPECT_EQ(call("path_unlink_file", {kRoot, 0xffff'ffff, 0xffff'ffff}), kFault);
}

TEST_F(FilesTest, NothingIsOpenedIfTheNumberCannotBeTold) {
  put_text(kPath, "f");
  EXPECT_EQ(call("path_open", {kRoot, 0, kPath, 1, kCreat, 0, 0, 0, kEnd - 3}), kFault);
  EXPECT_FALSE(scratch.exists("f"));
  EXPECT_EQ(files.open_count(), 1U);
}

TEST_F(FilesTest, ReadOnlyDirectories) {
  scratch.mkdir("fixed");
  scratch.write("fixed/f", "text");
  const Access none{.mutate_directories = false, .write_files = false};
  ASSERT_TRUE(files.preopen(scratch.path("fixed"), "/fixed", none).ok());
  start("wasi_snapshot_preview1");
  EXPECT_EQ(read(opened("f", {.directory = 4}), 10), "text");
  EXPECT_EQ(open("f", {.rights = kWrite, .directory = 4}), kRofs);
  EXPECT_EQ(open("f", {.oflags = kTrunc, .directory = 4}), kRofs);
  EXPECT_EQ(open("g", {.oflags = kCreat, .directory = 4}), kRofs);
  EXPECT_EQ(on_path("path_unlink_file", "f", 4), kRofs);
  EXPECT_EQ(on_path("path_create_directory", "d", 4), kRofs);
  EXPECT_EQ(scratch.read("fixed/f"), "text");
}

}  // namespace
}  // namespace tappet::wasi::test
