// Every function with arguments that make no sense, and memory that is full of paths.
#include <random>

#include "tests/unit/wasi/p1/files_fixture.h"

namespace tappet::wasi::test {
namespace {

class HostileTest : public FilesTest {
 protected:
  HostileTest() {
    scratch.mkdir("inside/d");
    scratch.write("inside/f", "inside");
    scratch.write("outside", "outside");
    scratch.symlink("../outside", "inside/out");
    scratch.symlink("..", "inside/d/up");
    few_files = std::make_unique<Filesystem>(*loop, 32);
    EXPECT_TRUE(few_files->preopen(scratch.path("inside"), "/").ok());
  }

  void fill_memory() {
    constexpr std::string_view kPaths =
        "../outside\0f\0/etc/passwd\0d/up/../../outside\0out/\0.\0..";
    for (uint8_t& byte : memory().view(0, kEnd)) byte = static_cast<uint8_t>(random_word() >> 8);
    for (size_t at = 0; at + kPaths.size() < 4096; at += kPaths.size()) put_text(at, kPaths);
    for (uint64_t at = 8192; at < 16'384; at += 4) put<uint32_t>(at, interesting());
  }
  uint32_t random_word() { return generator(); }
  uint32_t interesting() {
    static constexpr uint32_t kValues[] = {
        0,        1,        2,    3,           4,           5,           6,
        7,        8,        10,   11,          16,          24,          48,
        64,       100,      1024, 1025,        4096,        8192,        12'288,
        kEnd - 1, kEnd - 8, kEnd, 0x7fff'ffff, 0x8000'0000, 0xffff'fff8, 0xffff'ffff};
    return random_word() % 8 == 0 ? random_word() : kValues[random_word() % std::size(kValues)];
  }
  std::vector<uint64_t> arguments(std::string_view type) {
    std::vector<uint64_t> args;
    for (const char letter : type.substr(0, type.find('_'))) {
      const uint64_t low = interesting();
      args.push_back(letter == 'l' ? low | uint64_t{interesting()} << 32 : low);
    }
    // Mostly something that is open.
    if (!args.empty() && random_word() % 4 != 0) args[0] = random_word() % 8;
    return args;
  }

  std::mt19937 generator{1};  // NOLINT: the same every time
  std::unique_ptr<Filesystem> few_files;
};

TEST_F(HostileTest, AnswersAreErrnosAndNothingOutsideChanges) {
  for (const char* const module : {"wasi_snapshot_preview1", "wasi_unstable"}) {
    start(module, *few_files);
    for (int round = 0; round < 200; ++round) {
      if (round % 20 == 0) fill_memory();
      for (const FunctionRow& row : kFunctions) {
        if (std::string_view(row.name) == "proc_exit") continue;
        std::vector<uint64_t> args = arguments(row.type);
        if (std::string_view(row.name) == "fd_allocate") args[2] %= 100'000;  // it is real space
        const auto called = guest->call(row.name, args);
        EXPECT_LT(called.result, 77U) << row.name;  // 0 if it waits
        EXPECT_NE(called.outcome, Outcome::kTrapped) << row.name << called.trap.to_string();
      }
    }
  }
  EXPECT_EQ(scratch.read("outside"), "outside");
  size_t above = 0;
  for (const auto& entry : std::filesystem::directory_iterator(scratch.path())) {
    EXPECT_TRUE(entry.path().filename() == "inside" || entry.path().filename() == "outside");
    ++above;
  }
  EXPECT_EQ(above, 2U);
}

}  // namespace
}  // namespace tappet::wasi::test
