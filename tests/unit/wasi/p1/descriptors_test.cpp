// fd_*, path_* and sock_*: three streams and nothing else.
#include "tests/unit/wasi/p1/fixture.h"

#include <cerrno>

#include "wasi/host/errno.h"

namespace tappet::wasi::test {
namespace {

TEST_F(Preview1Test, WritesGatherTheirBuffers) {
  put_text(200, "hello, world");
  put_buffer(0, 200, 7);
  put_buffer(8, 300, 0);
  put_buffer(16, 207, 5);
  EXPECT_EQ(call("fd_write", {1, 0, 3, 100}), kSuccess);
  EXPECT_EQ(get<uint32_t>(100), 12U);
  EXPECT_EQ(out->text, "hello, world");
  EXPECT_EQ(call("fd_write", {2, 16, 1, 100}), kSuccess);
  EXPECT_EQ(err->text, "world");
  EXPECT_EQ(call("fd_write", {1, 0, 0, 100}), kSuccess);
  EXPECT_EQ(get<uint32_t>(100), 0U);
}

TEST_F(Preview1Test, WritesOutOfBoundsAreFaultsAndWriteNothing) {
  put_buffer(0, 200, 7);
  put_buffer(8, kEnd - 1, 2);
  EXPECT_EQ(call("fd_write", {1, 0, 2, 100}), kFault);
  EXPECT_EQ(call("fd_write", {1, kEnd - 4, 1, 100}), kFault);
  EXPECT_EQ(call("fd_write", {1, 0, 1, kEnd - 3}), kFault);
  put_buffer(0, 0xffff'ffff, 0xffff'ffff);
  EXPECT_EQ(call("fd_write", {1, 0, 1, 100}), kFault);
  EXPECT_EQ(call("fd_write", {1, 0, 0xffff'ffff, 100}), kInval);
  EXPECT_EQ(out->text, "");
}

TEST_F(Preview1Test, AWriteWaitsForRoomAndTakesWhatThereIs) {
  put_text(200, "abcdef");
  put_buffer(0, 200, 6);
  out->room = 0;
  WaitingCall write(*guest, "fd_write", {1, 0, 1, 100});
  EXPECT_EQ(write.run(), Outcome::kSuspended);
  EXPECT_EQ(write.run(), Outcome::kSuspended);  // a spurious wake-up
  EXPECT_EQ(wakes, 0);
  out->make_room(4);
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(write.run(), Outcome::kReturned);
  EXPECT_EQ(write.result(), kSuccess);
  EXPECT_EQ(get<uint32_t>(100), 4U);
  EXPECT_EQ(out->text, "abcd");
}

TEST_F(Preview1Test, FailedWritesSayWhy) {
  put_buffer(0, 200, 6);
  out->end = StreamEnd::closed();
  EXPECT_EQ(call("fd_write", {1, 0, 1, 100}), kPipe);
  out->end = StreamEnd::failed(IoError("broken"));
  EXPECT_EQ(call("fd_write", {1, 0, 1, 100}), kIo);
  out->end = StreamEnd::failed(io_error(wasi::Errno{EBADF}));
  EXPECT_EQ(call("fd_write", {1, 0, 1, 100}), kBadf);
}

TEST_F(Preview1Test, ReadsScatterIntoTheirBuffers) {
  in->push("abcdef");
  put_buffer(0, 200, 2);
  put_buffer(8, 300, 10);
  EXPECT_EQ(call("fd_read", {0, 0, 2, 100}), kSuccess);
  EXPECT_EQ(get<uint32_t>(100), 6U);
  EXPECT_EQ(text(200, 3), std::string("ab\0", 3));
  EXPECT_EQ(text(300, 5), std::string("cdef\0", 5));
}

TEST_F(Preview1Test, AReadWaitsForInputAndEndsWithIt) {
  put_buffer(0, 200, 8);
  WaitingCall read(*guest, "fd_read", {0, 0, 1, 100});
  EXPECT_EQ(read.run(), Outcome::kSuspended);
  in->push("x");
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(read.run(), Outcome::kReturned);
  EXPECT_EQ(get<uint32_t>(100), 1U);
  in->end();
  put<uint32_t>(100, 9);
  EXPECT_EQ(call("fd_read", {0, 0, 1, 100}), kSuccess);
  EXPECT_EQ(get<uint32_t>(100), 0U);
  in->end(StreamEnd::failed(IoError("broken")));
  EXPECT_EQ(call("fd_read", {0, 0, 1, 100}), kIo);
}

TEST_F(Preview1Test, AnEmptyReadDoesNotWait) {
  EXPECT_EQ(call("fd_read", {0, 0, 0, 100}), kSuccess);
  EXPECT_EQ(get<uint32_t>(100), 0U);
}

TEST_F(Preview1Test, ReadsOutOfBoundsAreFaultsAndConsumeNothing) {
  in->push("abc");
  put_buffer(0, kEnd - 1, 2);
  EXPECT_EQ(call("fd_read", {0, 0, 1, 100}), kFault);
  put_buffer(0, 200, 8);
  EXPECT_EQ(call("fd_read", {0, 0, 1, kEnd - 2}), kFault);
  EXPECT_EQ(call("fd_read", {0, 0, 1, 100}), kSuccess);
  EXPECT_EQ(text(200, 3), "abc");
}

TEST_F(Preview1Test, NonBlockingStreamsSayAgain) {
  constexpr uint64_t kNonblock = 4;
  put_buffer(0, 200, 8);
  EXPECT_EQ(call("fd_fdstat_set_flags", {0, kNonblock}), kSuccess);
  EXPECT_EQ(call("fd_fdstat_set_flags", {1, kNonblock | 1}), kSuccess);
  EXPECT_EQ(call("fd_fdstat_set_flags", {1, 8}), kInval);
  EXPECT_EQ(call("fd_read", {0, 0, 1, 100}), kAgain);
  out->room = 0;
  EXPECT_EQ(call("fd_write", {1, 0, 1, 100}), kAgain);
  EXPECT_EQ(call("fd_fdstat_get", {1, 400}), kSuccess);
  EXPECT_EQ(get<uint16_t>(402), kNonblock | 1);
}

TEST_F(Preview1Test, OnlyTerminalsAreCharacterDevices) {
  EXPECT_EQ(call("fd_fdstat_get", {0, 400}), kSuccess);
  EXPECT_EQ(get<uint8_t>(400), 0U);
  EXPECT_EQ(get<uint64_t>(408) & 0x42, 0x02U);
  EXPECT_EQ(call("fd_fdstat_get", {1, 400}), kSuccess);
  EXPECT_EQ(get<uint8_t>(400), 2U);
  EXPECT_EQ(get<uint64_t>(408) & 0x42, 0x40U);
  EXPECT_EQ(call("fd_fdstat_get", {1, kEnd - 23}), kFault);
  EXPECT_EQ(call("fd_filestat_get", {1, 400}), kSuccess);
  EXPECT_EQ(get<uint8_t>(416), 2U);
  EXPECT_EQ(call("fd_filestat_get", {1, kEnd - 63}), kFault);
}

TEST_F(Preview1Test, TheUnstableFilestatIsShorter) {
  start("wasi_unstable");
  put<uint64_t>(456, 7);
  EXPECT_EQ(call("fd_filestat_get", {1, 400}), kSuccess);
  EXPECT_EQ(get<uint64_t>(456), 7U);
  EXPECT_EQ(call("fd_filestat_get", {1, kEnd - 56}), kSuccess);
}

TEST_F(Preview1Test, ClosedDescriptorsAreGone) {
  put_buffer(0, 200, 0);
  EXPECT_EQ(call("fd_close", {1}), kSuccess);
  EXPECT_EQ(call("fd_close", {1}), kBadf);
  EXPECT_EQ(call("fd_write", {1, 0, 1, 100}), kBadf);
  EXPECT_EQ(call("fd_fdstat_get", {1, 400}), kBadf);
  EXPECT_EQ(call("fd_seek", {1, 0, 0, 400}), kBadf);
  EXPECT_EQ(call("fd_write", {2, 0, 1, 100}), kSuccess);
}

TEST_F(Preview1Test, RenumberingMovesAStream) {
  put_text(200, "x");
  put_buffer(0, 200, 1);
  EXPECT_EQ(call("fd_renumber", {2, 2}), kSuccess);
  EXPECT_EQ(call("fd_renumber", {2, 1}), kSuccess);
  EXPECT_EQ(call("fd_write", {1, 0, 1, 100}), kSuccess);
  EXPECT_EQ(err->text, "x");
  EXPECT_EQ(call("fd_write", {2, 0, 1, 100}), kBadf);
  EXPECT_EQ(call("fd_renumber", {1, 3}), kBadf);
  EXPECT_EQ(call("fd_renumber", {7, 1}), kBadf);
}

TEST_F(Preview1Test, StreamsHaveTheirDirection) {
  put_buffer(0, 200, 1);
  EXPECT_EQ(call("fd_write", {0, 0, 1, 100}), kBadf);
  EXPECT_EQ(call("fd_read", {1, 0, 1, 100}), kBadf);
  EXPECT_EQ(call("fd_read", {3, 0, 1, 100}), kBadf);
  EXPECT_EQ(call("fd_read", {0xffff'ffff, 0, 1, 100}), kBadf);
}

TEST_F(Preview1Test, NothingIsPreopened) {
  for (const uint64_t fd : {0, 3, 4, 100}) {
    EXPECT_EQ(call("fd_prestat_get", {fd, 0}), kBadf);
    EXPECT_EQ(call("fd_prestat_dir_name", {fd, 0, 10}), kBadf);
    EXPECT_NE(call("path_open", {fd, 0, 0, 1, 0, 0, 0, 0, 8}), kSuccess);
  }
  EXPECT_EQ(call("path_open", {3, 0, 0, 1, 0, 0, 0, 0, 8}), kBadf);
  EXPECT_EQ(call("path_open", {1, 0, 0, 1, 0, 0, 0, 0, 8}), kNotdir);
  EXPECT_EQ(call("path_symlink", {0, 1, 3, 0, 1}), kBadf);
  EXPECT_EQ(call("path_symlink", {3, 1, 0, 0, 1}), kNotdir);
}

TEST_F(Preview1Test, WhatStreamsAreNot) {
  EXPECT_EQ(call("fd_seek", {1, 0, 0, 400}), kSpipe);
  EXPECT_EQ(call("fd_tell", {0, 400}), kSpipe);
  EXPECT_EQ(call("fd_pread", {0, 0, 1, 0, 400}), kSpipe);
  EXPECT_EQ(call("fd_readdir", {0, 0, 1, 0, 400}), kNotdir);
  EXPECT_EQ(call("sock_recv", {0, 0, 1, 0, 8, 12}), kNotsock);
  EXPECT_EQ(call("sock_accept", {5, 0, 8}), kBadf);
}

}  // namespace
}  // namespace tappet::wasi::test
