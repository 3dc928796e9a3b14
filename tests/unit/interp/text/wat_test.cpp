// Modules from text and back.
#include <gtest/gtest.h>

#include "interp/binary/decoder.h"
#include "interp/text/text.h"
#include "interp/validate/validator.h"

namespace tappet {
namespace {

// What is wrong with a module, or the text that it is printed to.
std::string round_trip(std::string_view source) {
  const auto bytes = parse_wat(source);
  if (!bytes.ok()) return bytes.error().to_string();
  const DecodeOptions options{std::make_shared<TypeRegistry>(), FeatureSet::all()};
  const auto module = decode_module(*bytes, options);
  if (!module.ok()) return "decode: " + module.error().to_string();
  const auto valid = validate_module(**module, options.features);
  if (!valid.ok()) return "validate: " + valid.error().to_string();
  const auto text = print_wat(*bytes);
  if (!text.ok()) return "print: " + text.error().to_string();
  const auto again = parse_wat(*text);
  if (!again.ok()) return "again: " + again.error().to_string() + "\n" + *text;
  if (*again != *bytes) return "the bytes differ:\n" + *text;
  return *text;
}

TEST(Wat, FoldedAndFlatAreTheSame) {
  const std::string folded = round_trip(
      "(func (param i32) (result i32)"
      "  (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 1)) (else (i32.const 2))))");
  EXPECT_EQ(folded,
            round_trip("(module (func (param i32) (result i32)"
                       "  local.get 0 i32.eqz if (result i32) i32.const 1 else i32.const 2 end))"));
  EXPECT_EQ(folded,
            "(module\n"
            "  (type (;0;) (func (param i32) (result i32)))\n"
            "  (func (;0;) (type 0) (param i32) (result i32)\n"
            "    local.get 0\n"
            "    i32.eqz\n"
            "    if (result i32)\n"
            "      i32.const 1\n"
            "    else\n"
            "      i32.const 2\n"
            "    end\n"
            "  )\n"
            ")\n");
}

TEST(Wat, NamesBecomeANameSectionAndComeBack) {
  const std::string text = round_trip(
      "(module $m (type $t (struct (field $x i32)))"
      " (memory $mem 1) (global $g i32 (i32.const 0)) (tag $e) (table $tab 1 funcref)"
      " (data $d \"x\") (elem $el func)"
      " (func $f (param $p i32) (local $l i64) (drop (struct.get $t $x (ref.null $t)))))");
  for (const char* name :
       {"(module $m", "type $t", "field $x", "memory $mem", "global $g", "tag $e", "table $tab",
        "data $d", "elem $el", "func $f", "param $p", "local $l", "struct.get $t $x"}) {
    EXPECT_NE(text.find(name), std::string::npos) << name << "\n" << text;
  }
}

TEST(Wat, NamesThatAreNoIds) {
  const std::string text = round_trip(
      "(module (func $\"a b\" (call $\"a b\")) (func (@name \"x\")) (func (@name \"x\")))");
  EXPECT_NE(text.find("call $\"a b\""), std::string::npos) << text;
  EXPECT_NE(text.find("(@name \"x\")"), std::string::npos) << text;
}

TEST(Wat, CustomSectionsKeepTheirPlace) {
  const std::string text = round_trip(
      "(module (@custom \"a\" (before func) \"\\01\") (func) (@custom \"b\") (memory 1))");
  EXPECT_NE(text.find("(@custom \"a\" (after type) \"\\01\")"), std::string::npos) << text;
  EXPECT_NE(text.find("(@custom \"b\" (after code) \"\")"), std::string::npos) << text;
}

TEST(Wat, AbbreviationsExpand) {
  const std::string text = round_trip(
      "(module (func (export \"f\") (export \"g\") (import \"m\" \"f\"))"
      " (memory (export \"mem\") (data \"abc\")) (table funcref (elem 0 0)))");
  EXPECT_NE(text.find("(import \"m\" \"f\" (func (;0;) (type 0)))"), std::string::npos) << text;
  EXPECT_NE(text.find("(memory (;0;) 1 1)"), std::string::npos) << text;
  EXPECT_NE(text.find("(table (;0;) 2 2 funcref)"), std::string::npos) << text;
  EXPECT_NE(text.find("(elem (;0;) (offset i32.const 0) func 0 0)"), std::string::npos) << text;
}

TEST(Wat, ErrorsSayWhatAndWhere) {
  EXPECT_EQ(round_trip("(module\n  (func (call $f)))"), "2:15: unknown function $f");
  EXPECT_EQ(round_trip("(func (br $l))"), "1:11: unknown label $l");
  EXPECT_EQ(round_trip("(func (i32.const 4294967296))"),
            "1:18: unexpected token 4294967296, expected a literal of type i32 in its range");
  EXPECT_EQ(round_trip("(func $f) (func $f)"), "1:17: duplicate function $f");
  EXPECT_EQ(round_trip("(func) (import \"a\" \"b\" (func))"), "1:16: import after a definition");
  EXPECT_EQ(round_trip("(start 0) (start 0) (func)"), "1:18: multiple start sections");
  EXPECT_EQ(round_trip("(func block end $x)"), "1:17: mismatching label $x");
  EXPECT_EQ(round_trip("(func (i32.load align=3))"), "1:17: alignment must be a power of two");
  EXPECT_EQ(round_trip("(func (nop"), "1:1: unclosed parenthesis");
  EXPECT_EQ(round_trip("(module) (module)"),
            "1:10: unexpected token (, expected the end of the text");
  EXPECT_EQ(round_trip("(func (frob))"), "1:8: unknown operator frob");
}

TEST(Wat, AnnotationsThatHoldNothing) {
  EXPECT_EQ(round_trip("(module (@name))"), "1:9: @name annotation: a string is expected");
  EXPECT_EQ(round_trip("(module (func (@name)))"), "1:15: @name annotation: a string is expected");
  EXPECT_EQ(round_trip("(module (@custom))"), "1:9: @custom annotation: missing section name");
  EXPECT_EQ(round_trip("(module (func (@metadata.code.branch_hint) (if (i32.const 0) (then))))"),
            "1:15: @metadata.code.branch_hint annotation: malformed hint");
}

TEST(Wat, DepthCostsNoNativeStack) {
  constexpr int kDepth = 200'000;
  std::string folded = "(func ";
  for (int i = 0; i < kDepth; ++i) folded += "(block ";
  folded += std::string(kDepth + 1, ')');
  EXPECT_TRUE(parse_wat(folded).ok());
  std::string flat = "(func ";
  for (int i = 0; i < kDepth; ++i) flat += "block $l ";
  for (int i = 0; i < kDepth; ++i) flat += "br $l end ";
  EXPECT_TRUE(parse_wat(flat + ")").ok());
  EXPECT_FALSE(parse_wat("(func " + std::string(kDepth, '(')).ok());
}

TEST(Wat, TellsTextFromBinaries) {
  EXPECT_TRUE(looks_like_wat(as_bytes("  (module)")));
  EXPECT_TRUE(looks_like_wat(as_bytes(";; x\n(module)")));
  EXPECT_FALSE(looks_like_wat(as_bytes(std::string_view("\0asm", 4))));
  EXPECT_FALSE(looks_like_wat({}));
}

}  // namespace
}  // namespace tappet
