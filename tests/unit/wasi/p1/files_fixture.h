// A guest with a directory: calls on files and paths in one line each.
#pragma once

#include "tests/unit/wasi/host/scratch_directory.h"
#include "tests/unit/wasi/p1/fixture.h"

namespace tappet::wasi::test {

class FilesTest : public Preview1Test {
 protected:
  static constexpr uint64_t kRoot = 3;

  // rights
  static constexpr uint64_t kRead = 1 << 1;
  static constexpr uint64_t kWrite = 1 << 6;
  // oflags
  static constexpr uint64_t kCreat = 1;
  static constexpr uint64_t kDirectory = 2;
  static constexpr uint64_t kExcl = 4;
  static constexpr uint64_t kTrunc = 8;
  // fdflags
  static constexpr uint64_t kAppend = 1;
  static constexpr uint64_t kNonblock = 4;
  // lookupflags
  static constexpr uint64_t kFollow = 1;

  // Where in the guest's memory things are put.
  static constexpr uint64_t kPath = 20'000;
  static constexpr uint64_t kOther = 25'000;
  static constexpr uint64_t kIovec = 30'000;
  static constexpr uint64_t kData = 32'000;
  static constexpr uint64_t kResult = 60'000;

  FilesTest() {
    EXPECT_TRUE(files.preopen(scratch.path(), "/top").ok());
    start("wasi_snapshot_preview1");
  }

  struct Opening {
    uint64_t oflags = 0;
    uint64_t rights = kRead;
    uint64_t fdflags = 0;
    uint64_t lookup = 0;
    uint64_t directory = kRoot;
  };
  uint64_t open(std::string_view path, const Opening& how) {
    put_text(kPath, path);
    return call("path_open", {how.directory, how.lookup, kPath, path.size(), how.oflags, how.rights,
                              0, how.fdflags, kResult});
  }
  // The number.
  uint64_t opened(std::string_view path, const Opening& how) {
    EXPECT_EQ(open(path, how), kSuccess) << path;
    return get<uint32_t>(kResult);
  }
  uint64_t created(std::string_view path) {
    return opened(path, {.oflags = kCreat, .rights = kRead | kWrite});
  }
  // A function whose first parameters are a descriptor and a path.
  uint64_t on_path(const char* name, std::string_view path, uint64_t directory = kRoot) {
    put_text(kPath, path);
    return call(name, {directory, kPath, path.size()});
  }
  uint64_t status(std::string_view path, uint64_t lookup = 0) {
    put_text(kPath, path);
    return call("path_filestat_get", {kRoot, lookup, kPath, path.size(), kResult});
  }
  uint64_t rename(std::string_view from, std::string_view to) {
    put_text(kPath, from);
    put_text(kOther, to);
    return call("path_rename", {kRoot, kPath, from.size(), kRoot, kOther, to.size()});
  }
  uint64_t link(std::string_view from, std::string_view to, uint64_t lookup = 0) {
    put_text(kPath, from);
    put_text(kOther, to);
    return call("path_link", {kRoot, lookup, kPath, from.size(), kRoot, kOther, to.size()});
  }
  uint64_t symlink(std::string_view target, std::string_view path) {
    put_text(kPath, target);
    put_text(kOther, path);
    return call("path_symlink", {kPath, target.size(), kRoot, kOther, path.size()});
  }
  // The link's contents, at most `room` bytes; empty if that fails.
  std::string read_link(std::string_view path, uint64_t room = 100) {
    put_text(kPath, path);
    last = call("path_readlink", {kRoot, kPath, path.size(), kData, room, kResult});
    return last == kSuccess ? text(kData, get<uint32_t>(kResult)) : "";
  }

  // fd_write and fd_pwrite: how many bytes, or nothing; `last` is the answer.
  size_t write(uint64_t fd, std::string_view bytes, std::optional<uint64_t> offset = {}) {
    put_text(kData, bytes);
    put_buffer(kIovec, kData, static_cast<uint32_t>(bytes.size()));
    last = offset ? call("fd_pwrite", {fd, kIovec, 1, *offset, kResult})
                  : call("fd_write", {fd, kIovec, 1, kResult});
    return last == kSuccess ? get<uint32_t>(kResult) : 0;
  }
  std::string read(uint64_t fd, uint32_t most, std::optional<uint64_t> offset = {}) {
    put_buffer(kIovec, kData, most);
    last = offset ? call("fd_pread", {fd, kIovec, 1, *offset, kResult})
                  : call("fd_read", {fd, kIovec, 1, kResult});
    return last == kSuccess ? text(kData, get<uint32_t>(kResult)) : "";
  }
  // The new position.
  uint64_t seek(uint64_t fd, int64_t distance, uint64_t whence) {
    last = call("fd_seek", {fd, static_cast<uint64_t>(distance), whence, kResult});
    return last == kSuccess ? get<uint64_t>(kResult) : UINT64_MAX;
  }
  uint64_t tell(uint64_t fd) {
    last = call("fd_tell", {fd, kResult});
    return last == kSuccess ? get<uint64_t>(kResult) : UINT64_MAX;
  }

  testing::ScratchDirectory scratch;
  uint64_t last = kSuccess;
};

}  // namespace tappet::wasi::test
