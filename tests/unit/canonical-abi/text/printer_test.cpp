// Components printed, and read again: the same bytes.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "canonical-abi/text/text.h"

namespace tappet::component {
namespace {

void expect_round_trip(const Bytes& bytes, const std::string& what) {
  const auto text = print_component_wat(bytes);
  ASSERT_TRUE(text.ok()) << what << ": " << text.error().to_string();
  const auto again = parse_component_wat(*text);
  ASSERT_TRUE(again.ok()) << what << ": " << again.error().to_string() << "\n" << *text;
  EXPECT_EQ(*again, bytes) << what << "\n" << *text;
}

TEST(ComponentPrinter, GivesTheSameBytes) {
  for (
      const char* const source : {
          "(component)",
          "(component $c (component $d (type $t u8)) (component (@name \"e\")))",
          "(component (core module $m) (core module (@name \"n\")) (core module $o (@name "
          "\"p\")))",
          "(component (@custom \"a\" \"b\") (type u8) (@custom \"c\") (type u8))",
          R"((component (type (record (field "a" (option string)) (field "b" (result (error u8)))))
                (type (variant (case "a") (case "b" (list u8 3)))) (type (flags "x" "y"))
                (type (enum "e")) (type (result u8)) (type (result)) (type (map string u8))
                (type (stream)) (type (future u32)) (type (tuple f32 f64 char bool))
                (type $r (resource (rep i32))) (type (own $r)) (type (borrow $r))
                (type (func async (param "a" (own $r)) (result error-context)))))",
          R"((component (core type $f (func (param i32 (ref null 0)) (result v128)))
                (core type (sub (struct (field (mut i8)) (field (ref $f)))))
                (core rec (type (array (ref null 3))) (type (sub final 1 (struct))))
                (core type (module (alias outer 1 0 (type $f)) (import "a" "b" (func (type $f)))
                  (import "c" "d" (table i64 1 2 funcref)) (export "m" (memory 1 2 shared))
                  (export "g" (global (mut i32))) (export "t" (tag (type $f)))))))",
          R"((component (type $big (list string)) (import "a:b/c@1.0.0" (external-id "x") (instance $i
                  (export "f" (func $f (param "x" u8))) (export "r" (type $r (sub resource)))))
                (import "d" (implements "a:b/c") (instance (type 1)))
                (import "m" (core module (export "" (func)))) (import "v" (value string))
                (value $w u8 7) (value (type $big) (list "a" "b"))
                (alias export $i "r" (type $q)) (core func $g (canon lower (func $i "f") async))
                (canon resource.drop $q (core func $drop))
                (canon task.return (result string) string-encoding=utf16 (core func))
                (canon context.get i32 1 (core func)) (canon thread.yield cancellable (core func))
                (core instance $x (export "f" (func $g)))
                (component $C (import "i" (instance)))
                (instance (instantiate $C (with "i" (instance $i))))
                (instance $bag (export "e" (implements "a:b/c") (instance $i)))
                (export $e "e" (instance $bag) (instance))))",
      }) {
    const auto bytes = parse_component_wat(source);
    ASSERT_TRUE(bytes.ok()) << source << bytes.error().to_string();
    expect_round_trip(*bytes, source);
  }
}

TEST(ComponentPrinter, PrintsNamesThatCannotBeIdsAsTheyAre) {
  // Two types of one name.
  const auto bytes = parse_component_wat(
      R"((component (type u8) (type u8)
            (@custom "component-name" "\01\0a\03\02\00\02aa\01\02aa")))");
  ASSERT_TRUE(bytes.ok());
  expect_round_trip(*bytes, "two of one name");
}

// Components that other tools made.
TEST(ComponentPrinter, GivesTheSameBytesForOthers) {
  namespace fs = std::filesystem;
  size_t compared = 0;
  for (const auto& entry : fs::directory_iterator(TAPPET_TEST_DATA)) {
    if (entry.path().extension() != ".wasm") continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const Bytes bytes{std::istreambuf_iterator<char>(in), {}};
    const auto text = print_component_wat(bytes);
    if (!text.ok()) continue;  // a core module
    const auto again = parse_component_wat(*text);
    ASSERT_TRUE(again.ok()) << entry.path() << again.error().to_string();
    // Names of labels in core modules are all that is lost.
    const auto second = print_component_wat(*again);
    ASSERT_TRUE(second.ok()) << entry.path() << second.error().to_string();
    EXPECT_EQ(*second, *text) << entry.path();
    ++compared;
  }
  EXPECT_GT(compared, 8u);
}

}  // namespace
}  // namespace tappet::component
