#include "interp/runtime/reservation.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace tappet {
namespace {

constexpr uint64_t kMiB = uint64_t{1} << 20;

// Of this process, as the limit on data counts it; 0 if the host does not tell.
uint64_t data_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmData:")) return std::stoull(line.substr(7)) * 1024;
  }
  return 0;
}

// Without a signal.
bool accessible(const uint8_t* at) {
  int ends[2];
  if (pipe(ends) != 0) return true;
  const bool read = write(ends[1], at, 1) == 1;
  close(ends[0]);
  close(ends[1]);
  return read;
}

// 0: as it should be.
int commit_too_much() {
  const Reservation space(128 * kMiB);
  const uint64_t small = kMiB / 16;
  // What was part of a memory with huge pages is a mapping of its own from then on.
  if (!space.commit(0, small) || !space.commit(small, 20 * kMiB)) return 1;
  space.base()[small] = 42;
  if (!space.decommit(small, 20 * kMiB)) return 2;
  const uint64_t most = data_bytes() + 40 * kMiB;
  const rlimit limit{most, most};
  if (setrlimit(RLIMIT_DATA, &limit) != 0) return 3;
  if (space.commit(small, 100 * kMiB)) return 4;
  if (!accessible(space.base()) || !accessible(space.base() + small - 1)) return 5;
  if (accessible(space.base() + small)) return 6;
  if (!space.commit(small, 2 * kMiB) || space.base()[small] != 0) return 7;
  return 0;
}

TEST(Reservation, WhatTheHostRefusesLeavesNothingBehind) {
  if (data_bytes() == 0) GTEST_SKIP() << "the host does not tell how much there is";
  EXPECT_EXIT(_exit(commit_too_much()), ::testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace tappet
