#include "cli/log_output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <regex>

namespace tappet::cli {
namespace {

std::string note(uint64_t texts) { return fmt::format("{} lost\n", texts); }

// All that can be read without waiting.
std::string read_now(int fd) {
  std::string text;
  char buffer[65536];
  for (ssize_t count = 0; (count = read(fd, buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<size_t>(count));
  }
  return text;
}

class LogOutputTest : public testing::Test {
 protected:
  void SetUp() override {
    (void)std::signal(SIGPIPE, SIG_IGN);
    path = testing::TempDir() + fmt::format("log-output-{}", getpid());
    ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
    open_reader();
  }
  void TearDown() override {
    close(reader);
    std::filesystem::remove(path);
  }
  void open_reader() { reader = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC); }
  LogOutput make() { return {*loop, net::Fd(open(path.c_str(), O_WRONLY | O_CLOEXEC)), note}; }

  std::string path;
  int reader = -1;
  std::unique_ptr<net::Loop> loop = std::move(net::Loop::create().value());
};

TEST_F(LogOutputTest, CountsWhatNobodyTakes) {
  LogOutput log = make();
  const std::string line = std::string(99, 'x') + "\n";
  for (int i = 0; i < 5000; ++i) log.write(line);
  EXPECT_GT(log.dropped(), 1000u);
  std::string text;
  for (int i = 0; i < 100 && text.find("on\n") == std::string::npos; ++i) {
    text += read_now(reader);
    loop->turn(net::Loop::Wait::kNone);
    log.write("on\n");
  }
  uint64_t told = 0;
  const std::regex notes("(\\d+) lost\n");
  for (std::sregex_iterator i(text.begin(), text.end(), notes), end; i != end; ++i) {
    told += std::stoull((*i)[1]);
  }
  EXPECT_EQ(told, log.dropped());
  log.drain(0);
}

TEST_F(LogOutputTest, AFailureIsNotTheEnd) {
  LogOutput log = make();
  log.write("one\n");
  EXPECT_EQ(read_now(reader), "one\n");
  close(reader);
  log.write("two\n");
  log.write("three\n");
  EXPECT_EQ(log.dropped(), 2u);
  open_reader();
  log.write("four\n");
  EXPECT_EQ(read_now(reader), "2 lost\nfour\n");
}

}  // namespace
}  // namespace tappet::cli
