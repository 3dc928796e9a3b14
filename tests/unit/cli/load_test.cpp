#include "cli/load.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "cli/report.h"

namespace tappet::cli {
namespace {

class LoadTest : public ::testing::Test {
 protected:
  LoadTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "tappet-load-XXXXXX";
    directory = mkdtemp(pattern.data());
  }
  ~LoadTest() override { std::filesystem::remove_all(directory); }

  std::string write(std::string_view contents) {
    std::string path = directory / "file";
    std::ofstream(path, std::ios::binary) << contents;
    return path;
  }
  std::string error(std::string_view contents) {
    const auto program = load_file(engine, write(contents));
    return program.ok() ? "ok" : to_line("f", program.error());
  }

  std::filesystem::path directory;
  Engine engine;
};

using std::string_view_literals::operator""sv;

TEST_F(LoadTest, ReadsWholeFilesUpToALimit) {
  EXPECT_EQ(as_text(*read_file(write("abc"))), "abc");
  EXPECT_EQ(as_text(*read_file(write("abc"), 3)), "abc");
  EXPECT_EQ(read_file(write("abcd"), 3).error().message, "the file is larger than 3 bytes");
  EXPECT_EQ(read_file(write(""))->size(), 0U);
  EXPECT_EQ(read_file("/dev/zero", 5'000'000).error().kind, ErrorKind::kLimit);
}

TEST_F(LoadTest, SaysWhyAFileCannotBeRead) {
  EXPECT_EQ(read_file(directory / "none").error().message, "No such file or directory");
  EXPECT_EQ(read_file(directory).error().message, "Is a directory");
}

TEST_F(LoadTest, TellsModulesFromComponents) {
  EXPECT_EQ(load_file(engine, write("\0asm\1\0\0\0"sv))->index(), 0U);
  EXPECT_EQ(load_file(engine, write("\0asm\x0d\0\1\0"sv))->index(), 1U);
  EXPECT_EQ(load_file(engine, write(" (module)"))->index(), 0U);
}

TEST_F(LoadTest, WhatIsNeitherIsOneLineWithAPlace) {
  EXPECT_EQ(error(""), "tappet: f: the file is empty at offset 0x0\n");
  EXPECT_EQ(error("\x7f"
                  "ELF\2\1\1"),
            "tappet: f: not a WebAssembly module or component, binary or text at offset 0x0\n");
  EXPECT_EQ(error("(module"), "tappet: f: unclosed parenthesis at line 1, column 1\n");
  EXPECT_EQ(error("\0as"sv).substr(0, 11), "tappet: f: ");
  EXPECT_NE(error("\0asm\2\0\0\0"sv), "ok");
  EXPECT_NE(error("\0asm\x0e\0\1\0"sv), "ok");
}

TEST(Report, LinesHaveNoControlCharacters) {
  const Error error =
      make_error(ErrorKind::kInvalid, "bad\n\x1b\xc2\x9b[31m", Position::at_offset(31));
  EXPECT_EQ(to_line("a\nb", error),
            "tappet: a\\u{a}b: bad\\u{a}\\u{1b}\\u{9b}[31m at offset 0x1f\n");
  EXPECT_EQ(to_line("", make_error(ErrorKind::kIo, "no")), "tappet: no\n");
}

}  // namespace
}  // namespace tappet::cli
