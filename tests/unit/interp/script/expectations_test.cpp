#include "interp/script/expectations.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace tappet::script {
namespace {

constexpr Verdict::Kind kPassed = Verdict::Kind::kPassed;
constexpr Verdict::Kind kFailed = Verdict::Kind::kFailed;
constexpr Verdict::Kind kSkipped = Verdict::Kind::kSkipped;

// Tests of several presets run at the same time.
std::filesystem::path scratch_file() {
  return std::filesystem::path(testing::TempDir()) / fmt::format("expectations_{}.txt", ::getpid());
}

Expectations list(const char* text) {
  const auto file = scratch_file();
  std::ofstream(file) << text;
  const auto read = Expectations::read(file);
  std::filesystem::remove(file);
  EXPECT_TRUE(read.ok());
  return *read;
}

std::vector<Verdict::Kind> kinds(const Expectations& expectations, std::vector<Verdict> verdicts) {
  expectations.apply("a.wast", verdicts);
  std::vector<Verdict::Kind> out;
  for (const Verdict& verdict : verdicts) out.push_back(verdict.kind);
  return out;
}

TEST(Expectations, ExcuseFailures) {
  const Expectations file = list("# comment\n\na.wast: some reason\n");
  EXPECT_EQ(kinds(file, {{kFailed, Position::at_line(1, 1), {}, "x"},
                         {kPassed, Position::at_line(2, 1), {}, ""},
                         {kFailed, Position::at_line(3, 1), {}, "y"}}),
            (std::vector{kSkipped, kPassed, kSkipped}));
  const Expectations line = list("a.wast:3: some reason\nb.wast: other\n");
  EXPECT_EQ(kinds(line, {{kFailed, Position::at_line(1, 1), {}, "x"},
                         {kPassed, Position::at_line(2, 1), {}, ""},
                         {kFailed, Position::at_line(3, 1), {}, "y"}}),
            (std::vector{kFailed, kPassed, kSkipped}));
}

TEST(Expectations, FailWhenNothingFails) {
  EXPECT_EQ(kinds(list("a.wast: reason\n"), {{kPassed, Position::at_line(1, 1), {}, ""}}),
            (std::vector{kPassed, kFailed}));
  EXPECT_EQ(kinds(list("a.wast:1: reason\n"), {{kPassed, Position::at_line(1, 1), {}, ""}}),
            (std::vector{kPassed, kFailed}));
  EXPECT_EQ(kinds(list("a.wast:7: r\na.wast: r\n"), {{kFailed, Position::at_line(1, 1), {}, ""}}),
            (std::vector{kSkipped, kFailed}));
}

TEST(Expectations, KnowScriptsThatAreGone) {
  const Expectations expectations = list("a.wast: reason\nb.wast:3: reason\n");
  EXPECT_EQ(expectations.unknown({"a.wast"}), std::vector<std::string>{"b.wast"});
}

TEST(Expectations, NeedReasons) {
  const auto file = scratch_file();
  std::ofstream(file) << "a.wast\n";
  EXPECT_FALSE(Expectations::read(file).ok());
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace tappet::script
