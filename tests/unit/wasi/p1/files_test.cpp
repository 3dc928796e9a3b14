// fd_*: files and directories.
#include <sys/stat.h>

#include <map>

#include "tests/unit/wasi/p1/files_fixture.h"

namespace tappet::wasi::test {
namespace {

TEST_F(FilesTest, PreopensHaveNames) {
  EXPECT_EQ(call("fd_prestat_get", {kRoot, 400}), kSuccess);
  EXPECT_EQ(get<uint32_t>(400), 0U);
  EXPECT_EQ(get<uint32_t>(404), 4U);
  put_text(500, "******");
  EXPECT_EQ(call("fd_prestat_dir_name", {kRoot, 500, 6}), kSuccess);
  EXPECT_EQ(text(500, 6), "/top**");
  EXPECT_EQ(call("fd_prestat_dir_name", {kRoot, 500, 3}), kNametoolong);
  EXPECT_EQ(call("fd_prestat_dir_name", {kRoot, kEnd - 3, 4}), kFault);
  EXPECT_EQ(call("fd_prestat_get", {kRoot, kEnd - 7}), kFault);
  const uint64_t file = created("f");
  for (const uint64_t fd : {uint64_t{0}, file, uint64_t{77}}) {
    EXPECT_EQ(call("fd_prestat_get", {fd, 400}), kBadf);
    EXPECT_EQ(call("fd_prestat_dir_name", {fd, 500, 6}), kBadf);
  }
  EXPECT_EQ(call("fd_renumber", {kRoot, file}), kSuccess);
  EXPECT_EQ(call("fd_prestat_get", {file, 400}), kSuccess);
  EXPECT_EQ(call("fd_prestat_get", {kRoot, 400}), kBadf);
}

TEST_F(FilesTest, ReadingAndWritingMovesThePosition) {
  const uint64_t fd = created("f");
  EXPECT_EQ(write(fd, "0123456789"), 10U);
  EXPECT_EQ(tell(fd), 10U);
  EXPECT_EQ(seek(fd, -4, 1), 6U);
  EXPECT_EQ(read(fd, 3), "678");
  EXPECT_EQ(read(fd, 3), "9");
  EXPECT_EQ(read(fd, 3), "");
  EXPECT_EQ(last, kSuccess);
  EXPECT_EQ(seek(fd, 2, 0), 2U);
  EXPECT_EQ(write(fd, "ab"), 2U);
  EXPECT_EQ(seek(fd, -1, 2), 9U);
  EXPECT_EQ(seek(fd, 100, 2), 110U);
  EXPECT_EQ(scratch.read("f"), "01ab456789");
}

TEST_F(FilesTest, SeekingSaysWhatItCannot) {
  const uint64_t fd = created("f");
  for (const auto& [distance, whence] : {std::pair<int64_t, uint64_t>{-1, 0}, {-1, 1}, {-1, 2}}) {
    (void)seek(fd, distance, whence);
    EXPECT_EQ(last, kInval);
  }
  EXPECT_EQ(call("fd_seek", {fd, 0, 3, kResult}), kInval);
  EXPECT_EQ(call("fd_seek", {fd, 7, 0, kEnd - 7}), kFault);
  EXPECT_EQ(tell(fd), 0U);
  EXPECT_EQ(call("fd_tell", {fd, kEnd - 7}), kFault);
  EXPECT_EQ(call("fd_seek", {kRoot, 0, 0, kResult}), kBadf);
  EXPECT_EQ(call("fd_tell", {kRoot, kResult}), kBadf);
  EXPECT_EQ(call("fd_tell", {99, kResult}), kBadf);
}

TEST_F(FilesTest, TheUnstableOriginsHaveAnotherOrder) {
  scratch.write("f", "0123456789");
  start("wasi_unstable");
  const uint64_t fd = opened("f", {});
  EXPECT_EQ(seek(fd, 3, 2), 3U);   // from the start
  EXPECT_EQ(seek(fd, 2, 0), 5U);   // from here
  EXPECT_EQ(seek(fd, -1, 1), 9U);  // from the end
}

TEST_F(FilesTest, OffsetsLeaveThePositionAlone) {
  const uint64_t fd = created("f");
  EXPECT_EQ(write(fd, "0123456789"), 10U);
  EXPECT_EQ(read(fd, 3, 5), "567");
  EXPECT_EQ(write(fd, "xy", 1), 2U);
  EXPECT_EQ(tell(fd), 10U);
  EXPECT_EQ(scratch.read("f"), "0xy3456789");
  EXPECT_EQ(read(fd, 3, 10), "");
  EXPECT_EQ(last, kSuccess);
  (void)read(fd, 3, UINT64_MAX);
  EXPECT_EQ(last, kInval);
  EXPECT_EQ(write(fd, "x", uint64_t{1} << 63), 0U);
  EXPECT_EQ(last, kFbig);
  EXPECT_EQ(call("fd_pread", {1, kIovec, 1, 0, kResult}), kSpipe);
  EXPECT_EQ(call("fd_pwrite", {kRoot, kIovec, 1, 0, kResult}), kBadf);
  EXPECT_EQ(call("fd_pread", {fd, kIovec, 1, 0, kEnd - 3}), kFault);
  EXPECT_EQ(call("fd_pwrite", {fd, kEnd - 7, 1, 0, kResult}), kFault);
}

TEST_F(FilesTest, SeveralBuffers) {
  const uint64_t fd = created("f");
  put_text(kData, "hello world");
  put_buffer(kIovec, kData, 5);
  put_buffer(kIovec + 8, kData, 0);
  put_buffer(kIovec + 16, kData + 6, 5);
  EXPECT_EQ(call("fd_write", {fd, kIovec, 3, kResult}), kSuccess);
  EXPECT_EQ(get<uint32_t>(kResult), 10U);
  EXPECT_EQ(scratch.read("f"), "helloworld");
  put_buffer(kIovec, kData, 3);
  put_buffer(kIovec + 8, kData + 100, 3);
  EXPECT_EQ(call("fd_pread", {fd, kIovec, 2, 1, kResult}), kSuccess);
  EXPECT_EQ(text(kData, 3) + text(kData + 100, 3), "ellowo");
  EXPECT_EQ(call("fd_pread", {fd, kIovec, 0, 1, kResult}), kSuccess);
  EXPECT_EQ(get<uint32_t>(kResult), 0U);
  EXPECT_EQ(call("fd_read", {fd, kIovec, 1025, kResult}), kInval);
  put_buffer(kIovec + 8, kEnd - 1, 2);
  EXPECT_EQ(call("fd_write", {fd, kIovec, 2, kResult}), kFault);
  EXPECT_EQ(scratch.read("f"), "helloworld");
}

TEST_F(FilesTest, AppendingGoesToTheEnd) {
  scratch.write("f", "1234");
  const uint64_t fd = opened("f", {.rights = kRead | kWrite, .fdflags = kAppend});
  EXPECT_EQ(tell(fd), 0U);
  EXPECT_EQ(write(fd, "ab"), 2U);
  EXPECT_EQ(tell(fd), 6U);
  EXPECT_EQ(seek(fd, 0, 0), 0U);
  EXPECT_EQ(write(fd, "cd"), 2U);
  EXPECT_EQ(scratch.read("f"), "1234abcd");
  EXPECT_EQ(write(fd, "!", 0), 1U);
  EXPECT_EQ(scratch.read("f"), "!234abcd");
  EXPECT_EQ(call("fd_fdstat_set_flags", {fd, 0}), kSuccess);
  EXPECT_EQ(seek(fd, 1, 0), 1U);
  EXPECT_EQ(write(fd, "?"), 1U);
  EXPECT_EQ(scratch.read("f"), "!?34abcd");
}

TEST_F(FilesTest, FlagsAreToldAndChanged) {
  constexpr uint64_t kDsync = 2;
  constexpr uint64_t kSync = 16;
  const Opening how{.oflags = kCreat, .rights = kWrite, .fdflags = kSync | kAppend};
  const uint64_t fd = opened("f", how);
  EXPECT_EQ(call("fd_fdstat_get", {fd, 400}), kSuccess);
  EXPECT_EQ(get<uint16_t>(402), kSync | kAppend);
  EXPECT_EQ(call("fd_fdstat_set_flags", {fd, kSync | kNonblock}), kSuccess);
  EXPECT_EQ(call("fd_fdstat_get", {fd, 400}), kSuccess);
  EXPECT_EQ(get<uint16_t>(402), kSync | kNonblock);
  EXPECT_EQ(call("fd_fdstat_set_flags", {fd, kDsync}), kInval);
  EXPECT_EQ(call("fd_fdstat_set_flags", {fd, 32}), kInval);
  EXPECT_EQ(call("fd_fdstat_set_flags", {kRoot, 0}), kBadf);
  EXPECT_EQ(call("fd_fdstat_set_flags", {44, 0}), kBadf);
  EXPECT_EQ(open("f", {.fdflags = 32}), kInval);
}

TEST_F(FilesTest, RightsSayWhatAFileCanDo) {
  constexpr uint64_t kSeekTell = 1 << 2 | 1 << 5;
  constexpr uint64_t kSetSize = 1 << 22;
  constexpr uint64_t kReaddir = 1 << 14;
  scratch.write("f", "");
  const auto rights = [&](uint64_t fd) {
    EXPECT_EQ(call("fd_fdstat_get", {fd, 400}), kSuccess);
    return get<uint64_t>(408);
  };
  const uint64_t read_only = rights(opened("f", {}));
  EXPECT_EQ(get<uint8_t>(400), 4U);
  EXPECT_EQ(get<uint64_t>(416), 0U);
  EXPECT_EQ(read_only & (kRead | kWrite | kSetSize | kSeekTell), kRead | kSeekTell);
  const uint64_t write_only = rights(opened("f", {.rights = kWrite}));
  EXPECT_EQ(write_only & (kRead | kWrite | kSetSize), kWrite | kSetSize);
  const uint64_t directory = rights(kRoot);
  EXPECT_EQ(get<uint8_t>(400), 3U);
  EXPECT_EQ(directory & (kRead | kWrite | kSeekTell | kSetSize | kReaddir), kReaddir);
  EXPECT_EQ(get<uint64_t>(416) & (kRead | kWrite | kReaddir), kRead | kWrite | kReaddir);
  EXPECT_EQ(call("fd_fdstat_set_rights", {kRoot, 0, 0}), kNotsup);
  EXPECT_EQ(call("fd_fdstat_set_rights", {99, 0, 0}), kBadf);
}

TEST_F(FilesTest, OnlyWhatWasAskedForIsAllowed) {
  scratch.write("f", "x");
  const uint64_t reader = opened("f", {});
  EXPECT_EQ(write(reader, "y"), 0U);
  EXPECT_EQ(last, kBadf);
  EXPECT_EQ(call("fd_filestat_set_size", {reader, 0}), kBadf);
  EXPECT_EQ(call("fd_allocate", {reader, 0, 10}), kBadf);
  const uint64_t writer = opened("f", {.rights = kWrite});
  (void)read(writer, 1);
  EXPECT_EQ(last, kBadf);
  (void)read(kRoot, 1);
  EXPECT_EQ(last, kBadf);
  EXPECT_EQ(write(kRoot, "y"), 0U);
  EXPECT_EQ(last, kBadf);
  EXPECT_EQ(scratch.read("f"), "x");
}

TEST_F(FilesTest, StatusInBothDialects) {
  scratch.write("f", "12345");
  struct stat info{};
  ASSERT_EQ(::stat(scratch.path("f").c_str(), &info), 0);
  ASSERT_EQ(::link(scratch.path("f").c_str(), scratch.path("g").c_str()), 0);
  const uint64_t modified = static_cast<uint64_t>(info.st_mtim.tv_sec) * 1'000'000'000 +
                            static_cast<uint64_t>(info.st_mtim.tv_nsec);
  EXPECT_EQ(call("fd_filestat_get", {opened("f", {}), 400}), kSuccess);
  EXPECT_EQ(get<uint64_t>(400), info.st_dev);
  EXPECT_EQ(get<uint64_t>(408), info.st_ino);
  EXPECT_EQ(get<uint8_t>(416), 4U);
  EXPECT_EQ(get<uint64_t>(424), 2U);
  EXPECT_EQ(get<uint64_t>(432), 5U);
  EXPECT_EQ(get<uint64_t>(448), modified);
  start("wasi_unstable");
  EXPECT_EQ(status("f"), kSuccess);
  EXPECT_EQ(get<uint64_t>(kResult + 8), info.st_ino);
  EXPECT_EQ(get<uint8_t>(kResult + 16), 4U);
  EXPECT_EQ(get<uint32_t>(kResult + 20), 2U);
  EXPECT_EQ(get<uint64_t>(kResult + 24), 5U);
  EXPECT_EQ(get<uint64_t>(kResult + 40), modified);
  const uint64_t fd = opened("f", {});
  EXPECT_EQ(call("fd_filestat_get", {fd, kEnd - 56}), kSuccess);
  EXPECT_EQ(call("fd_filestat_get", {fd, kEnd - 55}), kFault);
}

TEST_F(FilesTest, TimesAreSetOrLeftOrNow) {
  const uint64_t fd = created("f");
  const auto accessed = [&] { return get<uint64_t>(440); };
  const auto modified = [&] { return get<uint64_t>(448); };
  EXPECT_EQ(call("fd_filestat_set_times", {fd, 1'500'000'007, 2'000'000'009, 5}), kSuccess);
  EXPECT_EQ(call("fd_filestat_get", {fd, 400}), kSuccess);
  EXPECT_EQ(accessed(), 1'500'000'007U);
  EXPECT_EQ(modified(), 2'000'000'009U);
  EXPECT_EQ(call("fd_filestat_set_times", {fd, 0, 3, 4}), kSuccess);
  EXPECT_EQ(call("fd_filestat_get", {fd, 400}), kSuccess);
  EXPECT_EQ(accessed(), 1'500'000'007U);
  EXPECT_EQ(modified(), 3U);
  EXPECT_EQ(call("fd_filestat_set_times", {fd, 0, 0, 2}), kSuccess);
  EXPECT_EQ(call("fd_filestat_get", {fd, 400}), kSuccess);
  EXPECT_GT(accessed(), 1'600'000'000'000'000'000U);
  for (const uint64_t flags : {3, 12, 16}) {
    EXPECT_EQ(call("fd_filestat_set_times", {fd, 0, 0, flags}), kInval);
  }
  EXPECT_EQ(call("fd_filestat_set_times", {kRoot, 9, 9, 5}), kSuccess);
  EXPECT_EQ(call("fd_filestat_set_times", {1, 9, 9, 5}), kNotsup);
  EXPECT_EQ(call("fd_filestat_set_times", {55, 9, 9, 5}), kBadf);
}

TEST_F(FilesTest, SizesAndAllocation) {
  const uint64_t fd = created("f");
  EXPECT_EQ(call("fd_filestat_set_size", {fd, 10}), kSuccess);
  EXPECT_EQ(scratch.read("f").size(), 10U);
  EXPECT_EQ(call("fd_filestat_set_size", {fd, UINT64_MAX}), kFbig);
  EXPECT_EQ(call("fd_filestat_set_size", {kRoot, 10}), kBadf);
  EXPECT_EQ(call("fd_filestat_set_size", {1, 10}), kInval);
  const uint64_t allocated = call("fd_allocate", {fd, 5, 10});
  EXPECT_TRUE(allocated == kSuccess || allocated == kNotsup) << allocated;
  EXPECT_EQ(scratch.read("f").size(), allocated == kSuccess ? 15U : 10U);
  EXPECT_EQ(call("fd_allocate", {fd, 0, 0}), kInval);
  EXPECT_EQ(call("fd_allocate", {fd, INT64_MAX, 1}), kFbig);
  EXPECT_EQ(call("fd_allocate", {fd, 1, UINT64_MAX}), kFbig);
  EXPECT_EQ(call("fd_allocate", {kRoot, 0, 1}), kBadf);
  EXPECT_EQ(call("fd_allocate", {0, 0, 1}), kSpipe);
}

TEST_F(FilesTest, AdviceAndSyncing) {
  const uint64_t fd = created("f");
  for (uint64_t advice = 0; advice < 6; ++advice) {
    EXPECT_EQ(call("fd_advise", {fd, 0, 10, advice}), kSuccess);
  }
  EXPECT_EQ(call("fd_advise", {fd, 0, 10, 6}), kInval);
  EXPECT_EQ(call("fd_advise", {fd, UINT64_MAX, 10, 0}), kInval);
  EXPECT_EQ(call("fd_advise", {kRoot, 0, 10, 0}), kBadf);
  EXPECT_EQ(call("fd_advise", {1, 0, 10, 0}), kSpipe);
  for (const char* name : {"fd_sync", "fd_datasync"}) {
    EXPECT_EQ(call(name, {fd}), kSuccess);
    EXPECT_EQ(call(name, {kRoot}), kSuccess);
    EXPECT_EQ(call(name, {1}), kInval);
    EXPECT_EQ(call(name, {12}), kBadf);
  }
}

TEST_F(FilesTest, NumbersAreTheLowestThatAreFree) {
  EXPECT_EQ(created("a"), 4U);
  EXPECT_EQ(created("b"), 5U);
  EXPECT_EQ(call("fd_close", {4}), kSuccess);
  EXPECT_EQ(call("fd_close", {0}), kSuccess);
  EXPECT_EQ(created("c"), 0U);
  EXPECT_EQ(created("d"), 4U);
  EXPECT_EQ(write(0, "to c"), 4U);
  EXPECT_EQ(call("fd_renumber", {0, 5}), kSuccess);
  EXPECT_EQ(write(5, " too"), 4U);
  EXPECT_EQ(scratch.read("c"), "to c too");
  EXPECT_EQ(write(0, "x"), 0U);
  EXPECT_EQ(last, kBadf);
  EXPECT_EQ(call("fd_renumber", {5, 99}), kBadf);
}

TEST_F(FilesTest, OpeningEndsSomewhere) {
  scratch.write("f", "");
  uint64_t opened_files = 0;
  while (opened_files < 2000 && open("f", {}) == kSuccess) ++opened_files;
  EXPECT_EQ(open("f", {}), kMfile);
  EXPECT_EQ(opened_files, Filesystem::kMostOpen - 1);  // less the preopened directory
  EXPECT_EQ(call("fd_readdir", {kRoot, kData, 100, 0, kResult}), kMfile);
  EXPECT_EQ(call("fd_close", {1000}), kSuccess);
  EXPECT_EQ(opened("f", {}), 1000U);
}

// A pipe with a name makes a guest wait, as standard streams do.
TEST_F(FilesTest, PipesInDirectories) {
  ASSERT_EQ(mkfifo(scratch.path("pipe").c_str(), 0600), 0);
  const uint64_t reader = opened("pipe", {});
  const uint64_t writer = opened("pipe", {.rights = kWrite});
  EXPECT_EQ(call("fd_fdstat_get", {reader, 400}), kSuccess);
  EXPECT_EQ(get<uint8_t>(400), 0U);
  put_buffer(kIovec, kData, 10);
  WaitingCall waiting(*guest, "fd_read", {reader, kIovec, 1, kResult});
  EXPECT_EQ(waiting.run(), Outcome::kSuspended);
  EXPECT_EQ(write(writer, "hello"), 5U);
  while (wakes == 0) loop->turn(net::Loop::Wait::kForEvent);
  EXPECT_EQ(waiting.run(), Outcome::kReturned);
  EXPECT_EQ(waiting.result(), kSuccess);
  EXPECT_EQ(text(kData, get<uint32_t>(kResult)), "hello");
  EXPECT_EQ(call("fd_fdstat_set_flags", {reader, kNonblock}), kSuccess);
  (void)read(reader, 10);
  EXPECT_EQ(last, kAgain);
  (void)seek(reader, 0, 0);
  EXPECT_EQ(last, kSpipe);
  (void)read(reader, 10, 0);
  EXPECT_EQ(last, kSpipe);
  EXPECT_EQ(write(reader, "x"), 0U);
  EXPECT_EQ(last, kBadf);
  EXPECT_EQ(call("fd_close", {writer}), kSuccess);
  EXPECT_EQ(read(reader, 10), "");
  EXPECT_EQ(last, kSuccess);
}

// More than a pipe takes at once: the guest goes on when the system has all of it, so that closing
// loses nothing.
TEST_F(FilesTest, AWriteToAPipeIsOverWhenAllOfItIsGone) {
  ASSERT_EQ(mkfifo(scratch.path("pipe").c_str(), 0600), 0);
  const uint64_t reader = opened("pipe", {});
  const uint64_t writer = opened("pipe", {.rights = kWrite});
  for (uint64_t i = 0; i < 3; ++i) put_buffer(kIovec + 8 * i, 0, 30'000);
  size_t gone = 0;
  size_t arrived = 0;
  int waited = 0;
  for (int i = 0; i < 3; ++i) {
    WaitingCall writing(*guest, "fd_write", {writer, kIovec, 3, kResult});
    for (; writing.run() == Outcome::kSuspended; ++waited) {
      arrived += read(reader, 10'000).size();
      loop->turn(net::Loop::Wait::kNone);
    }
    EXPECT_EQ(writing.result(), kSuccess);
    gone += get<uint32_t>(kResult);
  }
  EXPECT_GT(waited, 0);
  EXPECT_EQ(call("fd_close", {writer}), kSuccess);
  for (size_t more = 1; more != 0; arrived += more) more = read(reader, 10'000).size();
  EXPECT_EQ(arrived, gone);
}

}  // namespace
}  // namespace tappet::wasi::test
