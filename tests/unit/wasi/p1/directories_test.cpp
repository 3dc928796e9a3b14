// fd_readdir.
#include <algorithm>
#include <set>

#include "tests/unit/wasi/p1/files_fixture.h"

namespace tappet::wasi::test {
namespace {

struct Entry {
  uint64_t next;
  uint64_t inode;
  uint8_t type;
  std::string name;
};

class DirectoriesTest : public FilesTest {
 protected:
  // One call with a buffer of that size; what is cut off is left out.
  std::vector<Entry> read_some(uint64_t fd, uint64_t room, uint64_t cookie) {
    std::vector<Entry> entries;
    last = call("fd_readdir", {fd, kData, room, cookie, kResult});
    if (last != kSuccess) return entries;
    const uint64_t used = get<uint32_t>(kResult);
    EXPECT_LE(used, room);
    at_end = used < room;
    for (uint64_t at = kData; at + 24 <= kData + used;) {
      const uint64_t length = get<uint32_t>(at + 16);
      if (at + 24 + length > kData + used) break;
      entries.push_back(
          {get<uint64_t>(at), get<uint64_t>(at + 8), get<uint8_t>(at + 20), text(at + 24, length)});
      at += 24 + length;
    }
    return entries;
  }
  // Call after call, as C libraries do.
  std::vector<Entry> read_all(uint64_t fd, uint64_t room) {
    std::vector<Entry> all;
    uint64_t cookie = 0;
    for (at_end = false; !at_end;) {
      for (Entry& entry : read_some(fd, room, cookie)) {
        cookie = entry.next;
        all.push_back(std::move(entry));
      }
      if (last != kSuccess || all.size() > 10'000) break;
    }
    return all;
  }
  static std::set<std::string> names(const std::vector<Entry>& entries) {
    std::set<std::string> names;
    for (const Entry& entry : entries) names.insert(entry.name);
    return names;
  }

  bool at_end = false;
};

TEST_F(DirectoriesTest, ListsEverythingWithTypesAndNumbers) {
  scratch.write("file", "");
  scratch.mkdir("folder");
  scratch.symlink("file", "link");
  const std::vector<Entry> all = read_some(kRoot, 1000, 0);
  EXPECT_TRUE(at_end);
  ASSERT_EQ(all.size(), 5U);
  EXPECT_EQ(all[0].name, ".");
  EXPECT_EQ(all[1].name, "..");
  EXPECT_EQ(all[0].inode, all[1].inode);  // what is above is not told
  EXPECT_EQ(names(all), (std::set<std::string>{".", "..", "file", "folder", "link"}));
  for (const Entry& entry : all) {
    const uint8_t type = entry.name == "file" ? 4 : entry.name == "link" ? 7 : 3;
    EXPECT_EQ(entry.type, type) << entry.name;
    EXPECT_EQ(status(entry.name == ".." ? "." : entry.name), kSuccess);
    EXPECT_EQ(get<uint64_t>(kResult + 8), entry.inode) << entry.name;
  }
}

TEST_F(DirectoriesTest, CookiesGoOnAnywhere) {
  for (int i = 0; i < 50; ++i) scratch.write("file" + std::to_string(i), "");
  const std::vector<Entry> all = read_some(kRoot, 10'000, 0);
  ASSERT_EQ(all.size(), 52U);
  for (const size_t i : {size_t{0}, size_t{1}, size_t{2}, size_t{30}, size_t{51}, size_t{7}}) {
    const std::vector<Entry> rest = read_some(kRoot, 10'000, all[i].next);
    EXPECT_EQ(rest.size(), 51 - i);
    EXPECT_TRUE(rest.empty() || rest[0].name == all[i + 1].name);
  }
  EXPECT_TRUE(read_some(kRoot, 1000, UINT64_MAX).empty());
  EXPECT_EQ(last, kSuccess);
  EXPECT_TRUE(read_some(kRoot, 1000, 53).empty());
  EXPECT_EQ(read_some(kRoot, 10'000, 0).size(), 52U);
}

TEST_F(DirectoriesTest, SmallBuffersSeeTheSame) {
  for (int i = 0; i < 100; ++i) scratch.write("file" + std::to_string(i), "");
  const std::set<std::string> expected = names(read_all(kRoot, 20'000));
  EXPECT_EQ(expected.size(), 102U);
  for (const uint64_t room : {31, 32, 33, 64, 100, 1000}) {
    const std::vector<Entry> all = read_all(kRoot, room);
    EXPECT_EQ(all.size(), 102U) << room;
    EXPECT_EQ(names(all), expected) << room;
  }
  EXPECT_EQ(files.open_count(), 1U);  // readers that have come to the end are closed
}

TEST_F(DirectoriesTest, WhatIsTooLongIsCutOff) {
  EXPECT_TRUE(read_some(kRoot, 20, 0).empty());
  EXPECT_EQ(get<uint32_t>(kResult), 20U);
  EXPECT_EQ(get<uint64_t>(kData), 1U);
  EXPECT_TRUE(read_some(kRoot, 0, 0).empty());
  EXPECT_EQ(get<uint32_t>(kResult), 0U);
}

TEST_F(DirectoriesTest, ANewListSeesWhatIsNew) {
  scratch.write("a", "");
  EXPECT_EQ(read_some(kRoot, 30, 0).size(), 1U);
  EXPECT_EQ(read_some(kRoot, 1000, 1).size(), 2U);
  scratch.write("b", "");
  EXPECT_EQ(read_some(kRoot, 1000, 0).size(), 4U);
}

TEST_F(DirectoriesTest, ErrorsOfLists) {
  const uint64_t file = created("f");
  EXPECT_EQ(call("fd_readdir", {file, kData, 100, 0, kResult}), kNotdir);
  EXPECT_EQ(call("fd_readdir", {0, kData, 100, 0, kResult}), kNotdir);
  EXPECT_EQ(call("fd_readdir", {66, kData, 100, 0, kResult}), kBadf);
  EXPECT_EQ(call("fd_readdir", {kRoot, kEnd - 99, 100, 0, kResult}), kFault);
  EXPECT_EQ(call("fd_readdir", {kRoot, kData, 0xffff'ffff, 0, kResult}), kFault);
  EXPECT_EQ(call("fd_readdir", {kRoot, kData, 100, 0, kEnd - 3}), kFault);
}

}  // namespace
}  // namespace tappet::wasi::test
