// Component text against binaries that other tools made of it, and against what it must refuse.
#include "canonical-abi/text/text.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/unit/canonical-abi/component/loading.h"

namespace tappet::component {
namespace {

std::string encode(std::string_view source) {
  const auto bytes = parse_component_wat(source);
  if (!bytes.ok()) return bytes.error().to_string();
  return std::string(as_text(ByteSpan(*bytes)));
}

// "1:2: ..." of a text that is refused.
std::string refusal(std::string_view source) {
  const auto bytes = parse_component_wat(source);
  return bytes.ok() ? "accepted" : bytes.error().to_string();
}

// Encodes both texts to the same bytes, which are valid.
void expect_same(std::string_view sugar, std::string_view plain) {
  EXPECT_TRUE(accepted(load(encode(plain)))) << encode(plain);
  EXPECT_EQ(encode(sugar), encode(plain)) << sugar;
}

using namespace std::literals;

TEST(ComponentText, IsToldFromModules) {
  EXPECT_TRUE(is_component_wat("(component)"));
  EXPECT_TRUE(is_component_wat(" ;; (module)\n(; (; ;) ;) ( component $c)"));
  EXPECT_TRUE(is_component_wat("(@custom \"component\") (component)"));
  EXPECT_FALSE(is_component_wat("(module)"));
  EXPECT_FALSE(is_component_wat("(component-type)"));
  EXPECT_FALSE(is_component_wat("(; (component)"));
  EXPECT_FALSE(is_component_wat(""));
}

TEST(ComponentText, EmptyAndBinaryAndQuoted) {
  const std::string empty("\0asm\x0d\0\x01\0", 8);
  EXPECT_EQ(encode("(component)"), empty);
  EXPECT_EQ(encode(R"((component binary "\00asm" "\0d\00\01\00"))"), empty);
  EXPECT_EQ(encode(R"((component quote ""))"), empty);
  EXPECT_EQ(encode(R"x((component quote "(type" " u8)"))x"), encode("(component (type u8))"));
}

TEST(ComponentText, AdjacentDefinitionsShareASection) {
  EXPECT_EQ(encode("(component (type u8) (type (list 0)) (import \"f\" (func (type 2))))"),
            "\0asm\x0d\0\x01\0"s
            "\x07\x04\x02\x7d\x70\x00"
            "\x0a\x06\x01\x00\x01\x66\x01\x02"s);
}

TEST(ComponentText, TypesInsideOthersComeInFront) {
  expect_same(R"((component (import "f" (func (param "a" (list (tuple u8 string))) (result u8)))))",
              R"((component (type (tuple u8 string)) (type (list 0))
                   (type (func (param "a" 1) (result u8))) (import "f" (func (type 2)))))");
  expect_same(R"((component (import "i" (instance (export "f" (func (result (option u8))))))))",
              R"((component (type (instance (type (option u8)) (type (func (result 0)))
                                     (export "f" (func (type 1)))))
                   (import "i" (instance (type 0)))))");
}

TEST(ComponentText, AliasesInsideOthersComeInFront) {
  expect_same(R"((component (import "i" (instance (export "j" (instance (export "f" (func))))))
                   (export "g" (func 0 "j" "f"))))",
              R"((component (import "i" (instance (export "j" (instance (export "f" (func))))))
                   (alias export 0 "j" (instance)) (alias export 1 "f" (func))
                   (export "g" (func 0))))");
}

TEST(ComponentText, IdsOfEnclosingComponentsAreOuterAliases) {
  EXPECT_TRUE(accepted(load(encode(R"((component (type $t u8)
      (component (type (func (param "a" $t) (result $t))))))"))));
  expect_same(
      R"((component (core type $f (func)) (core type (module (import "" "" (func (type $f)))))))",
      R"((component (core type $f (func)) (core type (module
                   (alias outer 1 $f (type $f)) (import "" "" (func (type 0)))))))");
}

TEST(ComponentText, OuterCoreTypesAreAliasedInFrontOfTheTypesThatUseThem) {
  expect_same(R"((component (core type $s (sub (struct))) (component
                   (core type $f (func (param (ref null $s) (ref $s))))
                   (core rec (type $a (array (ref $b))) (type $b (sub $s (struct (field $f i8))))))
                   (component (core type (module (import "" "" (func (param (ref $s)))))))))",
              R"((component (core type $s (sub (struct))) (component
                   (alias outer 1 0 (core type $s))
                   (core type $f (func (param (ref null 0) (ref 0))))
                   (core rec (type $a (array (ref 3))) (type $b (sub 0 (struct (field i8))))))
                   (component (core type (module (alias outer 2 0 (type $s))
                     (type (func (param (ref 0)))) (import "" "" (func (type 1))))))))");
}

TEST(ComponentText, ExportsInsideOthersComeLast) {
  expect_same(R"((component (type (export "t") u8) (instance (export "i") (export "j"))
                   (export "k" (instance 0)) (export "l" (instance 1))))",
              R"((component (type u8) (instance) (export "k" (instance 0)) (export "l" (instance 1))
                   (export "t" (type 0)) (export "i" (instance 0)) (export "j" (instance 0))))");
}

// The type, its value, and the bytes of that as a string literal; types in front.
struct ValueCase {
  const char* type;
  const char* literal;
  const char* bytes;
  const char* types = "";
};

TEST(ComponentText, ValuesBecomeBytesAsTheirTypesSay) {
  for (const ValueCase& c : {
           ValueCase{"bool", "false", R"("\00")"},
           {"u8", "255", R"("\ff")"},
           {"s8", "-1", R"("\ff")"},
           {"u16", "0xffff", R"("\ff\ff\03")"},
           {"s16", "-32_768", R"("\80\80\7e")"},
           {"u32", "300", R"("\ac\02")"},
           {"s64", "-1", R"("\7f")"},
           {"f32", "nan", R"("\00\00\c0\7f")"},
           {"f32", "-inf", R"("\00\00\80\ff")"},
           {"f64", "0.5", R"("\00\00\00\00\00\00\e0\3f")"},
           {"char", "'a'", R"("a")"},
           {"char", "'\\n'", R"("\0a")"},
           {"string", "\"hi\"", R"("\02hi")"},
           {"u8", "(binary \"\\07\")", R"("\07")"},
           {"$w", "(record true (tuple 1 2))", R"("\01" "\01\02")",
            R"((type $t (tuple u8 u8)) (type $r (record (field "a" bool) (field "b" $t)))
               (export $w "w" (type $r)))"},
           {"$w", "(variant \"b\" 7)", R"("\01\07")",
            R"((type $v (variant (case "a") (case "b" u8))) (export $w "w" (type $v)))"},
           {"$l", "(list (list 1) (list) (binary \"\\01\\02\"))",
            R"("\03" "\01\01" "\00" "\01\02")", "(type $m (list u8)) (type $l (list $m))"},
           {"$w", "(flags \"i\" \"a\")", R"("\01\01")",
            R"((type $f (flags "a" "b" "c" "d" "e" "f" "g" "h" "i")) (export $w "w" (type $f)))"},
           {"$w", "(enum \"b\")", R"("\01")",
            R"((type $e (enum "a" "b")) (export $w "w" (type $e)))"},
           {"$o", "(some none)", R"("\01\00")", "(type $p (option u8)) (type $o (option $p))"},
           {"$x", "(error \"no\")", R"("\01\02no")", "(type $x (result u8 (error string)))"},
           {"$x", "ok", R"("\00")", "(type $x (result (error string)))"},
           {"$y", "(list (tuple \"a\" 1))", R"("\01\01a\01")", "(type $y (map string u8))"},
           {"$z", "(list 1 2)", R"("\01\02")", "(type $z (list u8 2))"},
       }) {
    const auto component = [&](std::string value) {
      return std::string("(component ") + c.types + " (value $it " + c.type + " " + value +
             ") (export \"v\" (value 0)))";
    };
    expect_same(component(c.literal), component(std::string("(binary ") + c.bytes + ")"));
  }
  expect_same(R"((component (value $v (option (tuple u8 string)) (some (tuple 1 "x")))
                   (export "v" (value $v))))",
              R"((component (type (tuple u8 string)) (type (option 0))
                   (value $v 1 (binary "\01\01\01x")) (export "v" (value 0))))");
}

TEST(ComponentText, ValuesThatAreNotOfTheirTypes) {
  EXPECT_EQ(refusal("(component (value u8 256))"),
            "1:22: unexpected token 256, expected an integer");
  EXPECT_EQ(refusal("(component (value u8 -1))"), "1:22: unexpected token -1, expected an integer");
  EXPECT_EQ(refusal("(component (value f32 nan:0x1))"),
            "1:23: unexpected token nan:0x1, expected a number");
  EXPECT_EQ(refusal("(component (value (list u8) (list true)))"),
            "1:35: unexpected token true, expected an integer");
  EXPECT_EQ(refusal("(component (value (list u8 2) (list 1)))"),
            "1:38: unexpected token ), expected an integer");
  EXPECT_EQ(refusal("(component (value (enum \"a\") (enum \"b\")))"),
            "1:36: there is no `b` in the value's type");
  EXPECT_EQ(refusal("(component (value (result) (ok 1)))"),
            "1:28: unexpected token (, expected ok");
  EXPECT_EQ(
      refusal("(component (import \"t\" (type $t (sub resource))) (value $v $t 1))"),
      "1:63: a value's type has to be a value type that is defined here; (binary ...) may be of "
      "any");
}

TEST(ComponentText, Refusals) {
  EXPECT_EQ(refusal("(component (type $t u8) (type $t u8))"), "1:31: duplicate type $t");
  EXPECT_EQ(refusal("(component (export \"f\" (func $f)) (import \"f\" (func $f)))"),
            "1:30: unknown func $f");
  EXPECT_EQ(refusal("(component\n  (type (list)))"),
            "2:14: unexpected token ), expected a value type");
  EXPECT_EQ(refusal(R"((component (import "f" (func $f)) (component (export "f" (func $f)))))"),
            "1:64: outer item $f is not a module, type or component");
  EXPECT_EQ(refusal("(component (core module (func (export \"\") (result i32) nop)"),
            "1:1: unclosed parenthesis");
  EXPECT_EQ(refusal("(component (core module (func local.get $x)))"), "1:41: unknown local $x");
  EXPECT_EQ(refusal("(component) (component)"),
            "1:13: unexpected token (, expected the end of the text");
  EXPECT_EQ(refusal("(component (canon lowered (func 0)))"),
            "1:19: unexpected token lowered, expected a canonical definition");
}

TEST(ComponentText, DepthIsBounded) {
  std::string lists;
  std::string components;
  for (int i = 0; i < 100'000; ++i) lists += "(list ", components += "(component ";
  EXPECT_NE(refusal("(component (type " + lists + std::string(100'002, ')')).find("nested deeper"),
            std::string::npos);
  EXPECT_NE(refusal(components + std::string(100'000, ')')).find("nested deeper"),
            std::string::npos);
}

uint32_t read_size(std::string_view bytes, size_t& at) {
  uint32_t value = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = static_cast<uint8_t>(bytes[at++]);
    value |= static_cast<uint32_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
}

// A component or module as a list of sections, without the custom ones.
std::string without_names(std::string_view bytes) {
  const bool is_component = bytes[6] == 1;
  std::string out(bytes.substr(0, 8));
  for (size_t at = 8; at < bytes.size();) {
    const char id = bytes[at++];
    const uint32_t size = read_size(bytes, at);
    const std::string_view contents = bytes.substr(at, size);
    at += size;
    if (id == 0) continue;
    const bool is_nested = is_component && (id == 1 || id == 4);
    out += id + (is_nested ? without_names(contents) : std::string(contents)) + "|";
  }
  return out;
}

// Every text in ../data with the binary that another encoder made of it. Names aside: it writes
// those of labels too.
TEST(ComponentText, AsOthersEncodeIt) {
  namespace fs = std::filesystem;
  size_t compared = 0;
  for (const auto& entry : fs::directory_iterator(TAPPET_TEST_DATA)) {
    if (entry.path().extension() != ".wat") continue;
    const auto read = [](const fs::path& path) {
      std::ifstream in(path, std::ios::binary);
      return std::string(std::istreambuf_iterator<char>(in), {});
    };
    const std::string source = read(entry.path());
    if (!is_component_wat(source)) continue;
    const std::string binary = read(fs::path(entry.path()).replace_extension(".wasm"));
    EXPECT_EQ(without_names(encode(source)), without_names(binary)) << entry.path();
    ++compared;
  }
  EXPECT_GT(compared, 8u);
}

}  // namespace
}  // namespace tappet::component
