// Includes point one way, and files stay small: every #include of the tree is compared with
// layers.txt, every file's length with 500 lines and the exceptions of long_files.txt.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

namespace {

namespace fs = std::filesystem;
const fs::path kRoot = TAPPET_ROOT;
const std::set<std::string> kTops = {"interp", "canonical-abi", "net", "wasi", "cli", "include"};
const std::set<std::string> kSources = {".h", ".cpp", ".inc", ".def"};

// "interp/base/result.h" -> "interp/base"; files directly in a top folder belong to that folder.
std::string folder_of(const std::string& path) {
  const size_t first = path.find('/');
  const size_t second = path.find('/', first + 1);
  return path.substr(0, second == std::string::npos ? first : second);
}

// "# comment" lines aside, a line is "key: value value"; a long file's reason follows its name.
std::map<std::string, std::set<std::string>> read_table(const char* name) {
  std::map<std::string, std::set<std::string>> table;
  std::ifstream in(kRoot / "tests/layering" / name);
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    const size_t colon = line.find(':');
    std::istringstream words(line.substr(colon + 1));
    auto& row = table[line.substr(0, colon)];
    for (std::string word; words >> word;) row.insert(word);
  }
  return table;
}

template <class Visit>
void for_each_source(Visit visit) {
  for (const std::string& top : kTops) {
    if (!fs::exists(kRoot / top)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(kRoot / top)) {
      if (!kSources.contains(entry.path().extension().string())) continue;
      visit(fs::relative(entry.path(), kRoot).string(), std::ifstream(entry.path()));
    }
  }
}

TEST(Layering, EveryIncludeIsAnEdgeOfTheTable) {
  const auto layers = read_table("layers.txt");
  int files = 0;
  for_each_source([&](const std::string& path, std::ifstream in) {
    ++files;
    const std::string from = folder_of(path);
    ASSERT_TRUE(layers.contains(from)) << from << " is missing in tests/layering/layers.txt";
    for (std::string line; std::getline(in, line);) {
      if (!line.starts_with("#include \"")) continue;
      const std::string target = line.substr(10, line.find('"', 10) - 10);
      const std::string to = folder_of(target);
      EXPECT_TRUE(to == from || layers.at(from).contains(to))
          << path << " includes " << target << ": " << from << " -> " << to << " is a new edge";
    }
  });
  EXPECT_GT(files, 10);
}

TEST(Layering, FilesStayUnder500Lines) {
  const auto exceptions = read_table("long_files.txt");
  for_each_source([&](const std::string& path, std::ifstream in) {
    int lines = 0;
    for (std::string line; std::getline(in, line);) ++lines;
    EXPECT_TRUE(lines <= 500 || exceptions.contains(path))
        << path << " has " << lines << " lines: split it, or list it with a reason";
  });
}

}  // namespace
