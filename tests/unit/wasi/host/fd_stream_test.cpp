#include "wasi/host/fd_stream.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "tests/unit/wasi/host/scratch_directory.h"

namespace tappet::wasi {
namespace {

Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }

bool is_non_blocking(int fd) { return (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0; }

class FdStreams : public ::testing::Test {
 protected:
  FdStreams() { signal(SIGPIPE, SIG_IGN); }

  void make_pipe() {
    int ends[2];
    ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
    reader = net::Fd(ends[0]);
    writer = net::Fd(ends[1]);
  }
  static net::Fd copy(const net::Fd& fd) { return net::Fd(fcntl(fd.get(), F_DUPFD_CLOEXEC, 3)); }

  // Turns until the stream is ready, and not for ever.
  void wait(Readiness& stream) {
    for (int i = 0; i < 1000 && !stream.ready(); ++i) {
      bool woken = false;
      Waker waker([&] { woken = true; });
      stream.changed().add(waker);
      net::Timer limit(*loop, [&] { woken = true; });
      limit.set_after(5 * net::kSecond);
      while (!woken) loop->turn(net::Loop::Wait::kForEvent);
    }
    EXPECT_TRUE(stream.ready());
  }
  std::string read_all_now(int fd) {
    char buffer[1 << 17];
    const ssize_t size = ::read(fd, buffer, sizeof buffer);
    return size < 0 ? "" : std::string(buffer, static_cast<size_t>(size));
  }

  std::unique_ptr<net::Loop> loop = net::Loop::create().value();
  net::Fd reader;
  net::Fd writer;
};

TEST_F(FdStreams, InputWaitsForAPipeWithoutBlocking) {
  make_pipe();
  FdInput in(*loop, copy(reader));
  EXPECT_FALSE(in.ready());
  EXPECT_TRUE(in.read(10).value().empty());
  ASSERT_EQ(::write(writer.get(), "hello", 5), 5);
  wait(in);
  EXPECT_EQ(as_text(in.read(2).value()), "he");
  EXPECT_TRUE(in.read(0).value().empty());
  EXPECT_EQ(as_text(in.read(UINT64_MAX).value()), "llo");
  EXPECT_FALSE(in.ready());
  writer.reset();
  wait(in);
  EXPECT_EQ(in.read(1).error().error, nullptr);
  EXPECT_FALSE(in.read(0).ok());
}

TEST_F(FdStreams, WaitingIsWokenByTheLoop) {
  make_pipe();
  FdInput in(*loop, copy(reader));
  net::Timer later(*loop, [&] { ASSERT_EQ(::write(writer.get(), "x", 1), 1); });
  later.set_after(5 * net::kMillisecond);
  EXPECT_FALSE(in.ready());
  wait(in);
  EXPECT_EQ(in.read(9).value().size(), 1U);
}

TEST_F(FdStreams, TheOthersDescriptionStaysBlocking) {
  make_pipe();
  FdInput in(*loop, copy(reader));
  FdOutput out(*loop, copy(writer));
  EXPECT_FALSE(in.ready());
  loop->turn(net::Loop::Wait::kNone);
  ASSERT_TRUE(out.write(bytes("x")).ok());
  EXPECT_FALSE(is_non_blocking(reader.get()));
  EXPECT_FALSE(is_non_blocking(writer.get()));
}

TEST_F(FdStreams, RegularFilesAndDevicesAreReadAtOnce) {
  const testing::ScratchDirectory scratch;
  scratch.write("file", "text");
  FdInput in(*loop, net::Fd(open(scratch.path("file").c_str(), O_RDONLY | O_CLOEXEC)));
  EXPECT_TRUE(in.ready());
  EXPECT_EQ(as_text(in.read(100).value()), "text");
  EXPECT_EQ(in.read(100).error().error, nullptr);
  FdInput null(*loop, net::Fd(open("/dev/null", O_RDONLY | O_CLOEXEC)));
  EXPECT_TRUE(null.ready());
  EXPECT_FALSE(null.read(1).ok());
  FdOutput out(*loop, net::Fd(open(scratch.path("out").c_str(), O_WRONLY | O_CREAT, 0600)));
  ASSERT_TRUE(out.write(Bytes(FdOutput::kCapacity, 'x')).ok());
  EXPECT_EQ(out.check_write().value(), FdOutput::kCapacity);
  EXPECT_EQ(scratch.read("out"), std::string(FdOutput::kCapacity, 'x'));
}

TEST_F(FdStreams, AReadThatFailsSaysWhyOnce) {
  const testing::ScratchDirectory scratch;
  FdInput in(*loop, net::Fd(open(scratch.path().c_str(), O_RDONLY | O_CLOEXEC)));
  const StreamResult<Bytes> failed = in.read(1);
  ASSERT_FALSE(failed.ok());
  ASSERT_NE(failed.error().error, nullptr);
  EXPECT_EQ(*failed.error().error->payload<Errno>(), Errno{EISDIR});
  EXPECT_EQ(failed.error().error->debug_string(), "Is a directory (errno 21)");
  EXPECT_EQ(in.read(1).error().error, nullptr);
}

TEST_F(FdStreams, OutputIsBoundedAndGoesOnWhenThereIsRoom) {
  make_pipe();
  FdOutput out(*loop, copy(writer));
  const size_t pipe_size = static_cast<size_t>(fcntl(writer.get(), F_GETPIPE_SZ));
  size_t accepted = 0;
  for (;;) {
    const size_t permit = out.check_write().value();
    if (permit == 0) break;
    const size_t count = std::min<size_t>(permit, 4096);
    ASSERT_TRUE(out.write(Bytes(count, 'x')).ok());
    accepted += count;
    ASSERT_LE(accepted, pipe_size + FdOutput::kCapacity);
  }
  EXPECT_FALSE(out.ready());
  size_t received = 0;
  while (received < accepted) {
    received += read_all_now(reader.get()).size();
    wait(out);
  }
  EXPECT_EQ(received, accepted);
  EXPECT_EQ(out.check_write().value(), FdOutput::kCapacity);
}

TEST_F(FdStreams, AFlushIsDoneWhenEverythingIsWritten) {
  make_pipe();
  FdOutput out(*loop, copy(writer));
  while (out.check_write().value() >= 4096) ASSERT_TRUE(out.write(Bytes(4096)).ok());
  ASSERT_TRUE(out.flush().ok());
  EXPECT_EQ(out.check_write().value(), 0U);
  EXPECT_FALSE(out.ready());
  while (!out.ready()) {
    read_all_now(reader.get());
    loop->turn(net::Loop::Wait::kNone);
  }
  EXPECT_EQ(out.check_write().value(), FdOutput::kCapacity);
}

TEST_F(FdStreams, NobodyReadingIsTheEnd) {
  make_pipe();
  FdOutput out(*loop, copy(writer));
  reader.reset();
  ASSERT_TRUE(out.write(bytes("x")).ok());
  EXPECT_TRUE(out.ready());
  const StreamResult<size_t> closed = out.check_write();
  ASSERT_FALSE(closed.ok());
  EXPECT_EQ(closed.error().error, nullptr);
  EXPECT_FALSE(out.write(bytes("y")).ok());
  EXPECT_TRUE(out.drain(net::kNever));
}

TEST_F(FdStreams, AFullDeviceIsAFailure) {
  FdOutput out(*loop, net::Fd(open("/dev/full", O_WRONLY | O_CLOEXEC)));
  ASSERT_TRUE(out.write(bytes("x")).ok());
  const StreamResult<size_t> failed = out.check_write();
  ASSERT_FALSE(failed.ok());
  ASSERT_NE(failed.error().error, nullptr);
  EXPECT_EQ(*failed.error().error->payload<Errno>(), Errno{ENOSPC});
  EXPECT_EQ(out.check_write().error().error, nullptr);
}

TEST_F(FdStreams, DrainWaitsForTheReader) {
  make_pipe();
  FdOutput out(*loop, copy(writer));
  size_t accepted = 0;
  for (size_t permit = 1; permit != 0; permit = out.check_write().value()) {
    ASSERT_TRUE(out.write(Bytes(permit)).ok());
    accepted += permit;
  }
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    writer.reset();
    char buffer[4096];
    size_t received = 0;
    while (received < accepted) {
      const ssize_t size = ::read(reader.get(), buffer, sizeof buffer);
      if (size <= 0) _exit(1);
      received += static_cast<size_t>(size);
    }
    _exit(0);
  }
  EXPECT_TRUE(out.drain(net::kNever));
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST_F(FdStreams, DrainGivesUpOnWhoeverReadsNothing) {
  make_pipe();
  FdOutput out(*loop, copy(writer));
  for (size_t permit = 1; permit != 0; permit = out.check_write().value()) {
    ASSERT_TRUE(out.write(Bytes(permit)).ok());
  }
  EXPECT_FALSE(out.drain(net::kMillisecond));
  EXPECT_GT(out.buffered(), 0U);
}

TEST_F(FdStreams, SocketsWorkBothWays) {
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  FdOutput out(*loop, net::Fd(ends[0]));
  FdInput in(*loop, net::Fd(ends[1]));
  EXPECT_FALSE(in.ready());
  ASSERT_TRUE(out.write(bytes("ping")).ok());
  wait(in);
  EXPECT_EQ(as_text(in.read(9).value()), "ping");
}

TEST_F(FdStreams, ATerminalIsReadLineByLine) {
  const net::Fd master(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  ASSERT_TRUE(master);
  ASSERT_EQ(grantpt(master.get()), 0);
  ASSERT_EQ(unlockpt(master.get()), 0);
  const net::Fd terminal(open(ptsname(master.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
  ASSERT_TRUE(terminal);
  FdInput in(*loop, copy(terminal));
  FdOutput out(*loop, copy(terminal));
  EXPECT_FALSE(in.ready());
  ASSERT_EQ(::write(master.get(), "line", 4), 4);
  loop->turn(net::Loop::Wait::kNone);
  EXPECT_FALSE(in.ready());
  ASSERT_EQ(::write(master.get(), "\n", 1), 1);
  wait(in);
  EXPECT_EQ(as_text(in.read(100).value()), "line\n");
  ASSERT_TRUE(out.write(bytes("answer")).ok());
  std::string seen;  // the echo first
  while (!seen.ends_with("answer")) seen += read_all_now(master.get());
  EXPECT_EQ(seen, "line\r\nanswer");
  EXPECT_FALSE(is_non_blocking(terminal.get()));
}

TEST_F(FdStreams, AWakerMayDestroyTheStream) {
  make_pipe();
  auto in = std::make_unique<FdInput>(*loop, copy(reader));
  EXPECT_FALSE(in->ready());
  Waker waker([&] { in.reset(); });
  in->changed().add(waker);
  ASSERT_EQ(::write(writer.get(), "x", 1), 1);
  while (in) loop->turn(net::Loop::Wait::kForEvent);
}

}  // namespace
}  // namespace tappet::wasi
