// Both methods of resolution against the same attacks, and against each other.
#include "wasi/host/sandbox_path.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/wasi/host/scratch_directory.h"

namespace tappet::wasi {
namespace {

class SandboxPaths : public ::testing::TestWithParam<SandboxPath::Method> {
 protected:
  void SetUp() override {
    scratch.mkdir("inside/sub/deep");
    scratch.write("outside", "secret");
    scratch.write("inside/file", "file");
    scratch.write("inside/sub/other", "other");
    scratch.symlink("file", "inside/to-file");
    scratch.symlink("sub", "inside/to-sub");
    scratch.symlink("../outside", "inside/to-outside");
    scratch.symlink(scratch.path("outside"), "inside/to-absolute");
    scratch.symlink("../..", "inside/sub/to-top");
    scratch.symlink("../../inside/file", "inside/sub/out-and-in");
    scratch.symlink("to-sub/../file", "inside/winding");
    scratch.symlink("loop-b", "inside/loop-a");
    scratch.symlink("loop-a", "inside/loop-b");
    scratch.symlink("missing", "inside/dangling");
    scratch.symlink("sub/created", "inside/to-new");
    base = net::Fd(::open(scratch.path("inside").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    ASSERT_TRUE(base);
  }

  // 0, or the errno.
  int try_open(std::string_view path, bool follow = true, int flags = O_RDONLY) {
    const SystemResult<net::Fd> fd = paths.open(base.get(), path, follow, flags, 0600);
    return fd.ok() ? 0 : fd.error().code;
  }
  std::string contents(std::string_view path) {
    SystemResult<net::Fd> fd = paths.open(base.get(), path, true, O_RDONLY);
    if (!fd.ok()) return to_string(fd.error());
    char buffer[100];
    const ssize_t size = ::read(fd->get(), buffer, sizeof buffer);
    return size < 0 ? "unreadable" : std::string(buffer, static_cast<size_t>(size));
  }
  int try_entry(std::string_view path) {
    const auto entry = paths.entry(base.get(), path);
    return entry.ok() ? 0 : entry.error().code;
  }

  testing::ScratchDirectory scratch;
  SandboxPath paths{GetParam()};
  net::Fd base;
};

TEST_P(SandboxPaths, OpensWhatIsInside) {
  EXPECT_EQ(contents("file"), "file");
  EXPECT_EQ(contents("./file"), "file");
  EXPECT_EQ(contents("sub/other"), "other");
  EXPECT_EQ(contents("sub//./other"), "other");
  EXPECT_EQ(contents("sub/../file"), "file");
  EXPECT_EQ(contents("sub/deep/../../file"), "file");
  EXPECT_EQ(contents("to-file"), "file");
  EXPECT_EQ(contents("to-sub/other"), "other");
  EXPECT_EQ(contents("winding"), "file");
  EXPECT_EQ(try_open(".", true, O_RDONLY | O_DIRECTORY), 0);
  EXPECT_EQ(try_open("sub/..", true, O_RDONLY | O_DIRECTORY), 0);
  EXPECT_EQ(try_open("sub/", true, O_RDONLY), 0);
  EXPECT_EQ(try_open("to-sub/", true, O_RDONLY), 0);
}

TEST_P(SandboxPaths, NothingLeavesTheDirectory) {
  for (const char* path :
       {"..", "../", "../outside", "../inside/file", "sub/../..", "sub/../../outside", "to-outside",
        "to-absolute", "sub/to-top", "sub/to-top/outside", "sub/to-top/inside/file",
        "sub/out-and-in", "to-sub/../../outside", "to-sub/to-top/outside", "/", "/etc/passwd",
        "//etc/passwd", "to-outside/", "missing/../../outside"}) {
    const int code = try_open(path);
    EXPECT_TRUE(code == EPERM || (std::string(path).starts_with("missing") && code == ENOENT))
        << path << ": " << code;
  }
}

TEST_P(SandboxPaths, NeitherDoesCreation) {
  for (const char* path : {"../new", "to-outside", "sub/to-top/new", "to-absolute"}) {
    EXPECT_EQ(try_open(path, true, O_WRONLY | O_CREAT | O_TRUNC), EPERM) << path;
  }
  EXPECT_EQ(scratch.read("outside"), "secret");
  EXPECT_FALSE(scratch.exists("new"));
}

TEST_P(SandboxPaths, MagicLinksAreNotFollowed) {
  const net::Fd proc(::open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!proc) GTEST_FAIL() << "no /proc here";
  for (const char* path : {"root", "cwd", "exe", "fd/0", "root/etc/passwd"}) {
    const SystemResult<net::Fd> fd = paths.open(proc.get(), path, true, O_RDONLY);
    ASSERT_FALSE(fd.ok()) << path;
    EXPECT_TRUE(fd.error().code == EPERM || fd.error().code == ELOOP || fd.error().code == ENOENT)
        << path << ": " << fd.error().code;
  }
}

TEST_P(SandboxPaths, LinksAreOpenedThemselvesOnlyAsPaths) {
  EXPECT_EQ(try_open("to-file", false), ELOOP);
  EXPECT_EQ(try_open("to-outside", false), ELOOP);
  EXPECT_EQ(try_open("file", false), 0);
  EXPECT_EQ(try_open("to-sub/other", false), 0);
  const SystemResult<net::Fd> link = paths.open(base.get(), "to-outside", false, O_PATH);
  ASSERT_TRUE(link.ok());
  struct stat info{};
  ASSERT_EQ(fstat(link->get(), &info), 0);
  EXPECT_TRUE(S_ISLNK(info.st_mode));
}

TEST_P(SandboxPaths, AFollowedPathIsNeverALink) {
  const SystemResult<net::Fd> target = paths.open(base.get(), "to-file", true, O_PATH);
  ASSERT_TRUE(target.ok());
  struct stat info{};
  ASSERT_EQ(fstat(target->get(), &info), 0);
  EXPECT_TRUE(S_ISREG(info.st_mode));
  EXPECT_EQ(try_open("to-outside", true, O_PATH), EPERM);
}

TEST_P(SandboxPaths, ErrorsAreTheSystems) {
  EXPECT_EQ(try_open(""), ENOENT);
  EXPECT_EQ(try_open("missing"), ENOENT);
  EXPECT_EQ(try_open("missing/x"), ENOENT);
  EXPECT_EQ(try_open("dangling"), ENOENT);
  EXPECT_EQ(try_open("file/x"), ENOTDIR);
  EXPECT_EQ(try_open("file/"), ENOTDIR);
  EXPECT_EQ(try_open("file/.."), ENOTDIR);
  EXPECT_EQ(try_open("file", true, O_RDONLY | O_DIRECTORY), ENOTDIR);
  EXPECT_EQ(try_open("loop-a"), ELOOP);
  EXPECT_EQ(try_open("loop-a/x"), ELOOP);
  EXPECT_EQ(try_open("sub", true, O_WRONLY), EISDIR);
  EXPECT_EQ(try_open("file", true, O_WRONLY | O_CREAT | O_EXCL), EEXIST);
  EXPECT_EQ(try_open("to-file", true, O_WRONLY | O_CREAT | O_EXCL), EEXIST);
  EXPECT_EQ(try_open("new/", true, O_WRONLY | O_CREAT), EISDIR);
  EXPECT_EQ(try_open(std::string("a\0b", 3)), EINVAL);
  EXPECT_EQ(try_open(std::string(5000, 'a')), ENAMETOOLONG);
  EXPECT_EQ(try_open(std::string(300, 'a')), ENAMETOOLONG);
}

TEST_P(SandboxPaths, CreatesAlsoThroughALinkThatStaysInside) {
  EXPECT_EQ(try_open("created", true, O_WRONLY | O_CREAT | O_EXCL), 0);
  EXPECT_TRUE(scratch.exists("inside/created"));
  EXPECT_EQ(try_open("to-new", true, O_WRONLY | O_CREAT), 0);
  EXPECT_TRUE(scratch.exists("inside/sub/created"));
  EXPECT_EQ(try_open("dangling", false, O_WRONLY | O_CREAT), ELOOP);
}

TEST_P(SandboxPaths, ManyComponentsAndLinksAreBounded) {
  std::string long_way;
  for (int i = 0; i < 400; ++i) long_way += "sub/../";
  EXPECT_EQ(contents(long_way + "file"), "file");
  // Every link doubles the way: 2^30 components, were it not for the limit on links.
  scratch.symlink(".", "inside/l0");
  for (int i = 1; i <= 30; ++i) {
    const std::string before = "l" + std::to_string(i - 1);
    scratch.symlink(before + "/" + before, "inside/l" + std::to_string(i));
  }
  EXPECT_EQ(try_open("l30/file"), ELOOP);
}

TEST_P(SandboxPaths, AnEntryIsAParentAndAName) {
  const auto entry = paths.entry(base.get(), "to-sub/new");
  ASSERT_TRUE(entry.ok());
  EXPECT_EQ(entry->name, "new");
  EXPECT_FALSE(entry->trailing_slash);
  struct stat parent{};
  struct stat sub{};
  ASSERT_EQ(fstat(entry->parent.get(), &parent), 0);
  ASSERT_EQ(stat(scratch.path("inside/sub").c_str(), &sub), 0);
  EXPECT_EQ(parent.st_ino, sub.st_ino);
  const auto slashes = paths.entry(base.get(), "sub/new//");
  ASSERT_TRUE(slashes.ok());
  EXPECT_EQ(slashes->name, "new");
  EXPECT_TRUE(slashes->trailing_slash);
}

TEST_P(SandboxPaths, AnEntryIsNeverOutside) {
  EXPECT_EQ(try_entry("to-outside"), 0) << "the link itself is inside";
  EXPECT_EQ(try_entry("../x"), EPERM);
  EXPECT_EQ(try_entry("sub/to-top/x"), EPERM);
  EXPECT_EQ(try_entry("/x"), EPERM);
  EXPECT_EQ(try_entry("/"), EPERM);
  EXPECT_EQ(try_entry(""), ENOENT);
  EXPECT_EQ(try_entry("file/x"), ENOTDIR);
  for (const char* path : {".", "..", "sub/.", "sub/..", "./", "../", "sub/..//"}) {
    EXPECT_EQ(try_entry(path), EINVAL) << path;
  }
}

INSTANTIATE_TEST_SUITE_P(Methods, SandboxPaths,
                         ::testing::Values(SandboxPath::Method::kKernel,
                                           SandboxPath::Method::kWalk),
                         [](const auto& method) {
                           return method.param == SandboxPath::Method::kKernel ? "Kernel" : "Walk";
                         });

}  // namespace
}  // namespace tappet::wasi
