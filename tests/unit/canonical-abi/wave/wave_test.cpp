#include "canonical-abi/wave/wave.h"

#include <limits>

#include "tests/unit/canonical-abi/types/type_builder.h"

namespace tappet::component {
namespace {

using enum TypeKind;
using V = ComponentValue;
using T = const ValType*;

class Wave : public ::testing::Test {
 protected:
  // What the text means, printed; or what is wrong with it: "1:3: expected ...".
  static std::string parse(std::string_view text, T type) {
    const Result<V> value = parse_wave(text, *type);
    if (!value.ok()) return show(value.error());
    const Result<std::string> printed = print_wave(*value, *type);
    EXPECT_TRUE(printed.ok()) << text << ": " << printed.error().message;
    if (!printed.ok()) return printed.error().message;
    const Result<V> again = parse_wave(*printed, *type);
    EXPECT_TRUE(again.ok() && *again == *value) << text << " is printed as " << *printed;
    return *printed;
  }
  static std::string show(const Error& error) {
    EXPECT_EQ(error.position.kind, Position::Kind::kLineColumn);
    return std::to_string(error.position.line) + ":" + std::to_string(error.position.column) +
           ": " + error.message;
  }
  static std::string parse(std::string_view text, TypeKind kind) {
    return parse(text, primitive(kind));
  }
  static std::string string(std::string_view text) {
    const Result<V> value = parse_wave(text, *primitive(kString));
    return value.ok() ? value->string() : show(value.error());
  }

  Types t;
};

TEST_F(Wave, BoolsAndIntegers) {
  EXPECT_EQ(parse(" true ", kBool), "true");
  EXPECT_EQ(parse("True", kBool), "1:1: expected bool, found `True`");
  EXPECT_EQ(parse("255", kU8), "255");
  EXPECT_EQ(parse("256", kU8), "1:1: `256` is out of range for u8");
  EXPECT_EQ(parse("-1", kU8), "1:1: `-1` is out of range for u8");
  EXPECT_EQ(parse("-128", kS8), "-128");
  EXPECT_EQ(parse("-129", kS8), "1:1: `-129` is out of range for s8");
  EXPECT_EQ(parse("18446744073709551615", kU64), "18446744073709551615");
  EXPECT_EQ(parse("-9223372036854775808", kS64), "-9223372036854775808");
  EXPECT_EQ(parse("65536", kU16), "1:1: `65536` is out of range for u16");
  for (const char* wrong : {"01", "0x1", "1.0", "+1", "", "-", "1_000", "1e3"}) {
    EXPECT_NE(parse(wrong, kS32).find("expected s32, found"), std::string::npos) << wrong;
  }
  EXPECT_EQ(parse("1 2", kU8), "1:3: expected the end, found `2`");
}

TEST_F(Wave, Floats) {
  EXPECT_EQ(parse("3.14", kF32), "3.14");
  EXPECT_EQ(parse("6.022e+23", kF64), "602200000000000000000000");
  EXPECT_EQ(parse("-1E-3", kF64), "-0.001");
  EXPECT_EQ(parse("-0", kF64), "-0");
  EXPECT_EQ(parse("nan", kF32), "nan");
  EXPECT_EQ(parse("-inf", kF64), "-inf");
  EXPECT_EQ(parse("340282350000000000000000000000000000001", kF32),
            "340282350000000000000000000000000000000");
  EXPECT_EQ(parse("3.5e38", kF32), "inf");
  EXPECT_EQ(parse("-1e999999999999999999999", kF64), "-inf");
  EXPECT_EQ(parse("0.00000000000000000000000000000000000000000000000000001", kF32), "0");
  EXPECT_EQ(parse("-1e-400", kF64), "-0");
  for (const char* wrong :
       {"-nan", "NaN", "infinity", "Inf", "+1", ".5", "5.", "01", "1e", "0x1p3", "1e1.5", "--1"}) {
    EXPECT_NE(parse(wrong, kF64).find("expected f64"), std::string::npos) << wrong;
  }
}

TEST_F(Wave, Characters) {
  EXPECT_EQ(parse("'x'", kChar), "'x'");
  EXPECT_EQ(parse("'\"'", kChar), "'\"'");
  EXPECT_EQ(parse("'\\''", kChar), "'\\''");
  EXPECT_EQ(parse("'\\u{2603}'", kChar), "'\u2603'");
  EXPECT_EQ(parse("'\\u{0}'", kChar), "'\\u{0}'");
  EXPECT_EQ(parse("'\\t'", kChar), "'\\t'");
  EXPECT_EQ(parse("''", kChar), "1:2: a character is expected before '");
  EXPECT_EQ(parse("'ab'", kChar), "1:3: expected `'` behind one character");
  EXPECT_EQ(parse("'\\z'", kChar), "1:2: there is no such escape");
  EXPECT_EQ(parse("'\\u{d800}'", kChar), "1:2: not a Unicode scalar value");
  EXPECT_EQ(parse("'\\u{1000000000}'", kChar), "1:2: not a Unicode scalar value");
  for (const char* wrong : {"'", "'\\", "'\\u", "'\\u{", "'\\u{}'", "'\\u{x}'", "'\\u{-1}'",
                            "'\\u1f'", "'\n'", "x", "\"x\"", "'x", "'''"}) {
    EXPECT_FALSE(parse_wave(wrong, *primitive(kChar)).ok()) << wrong;
  }
}

TEST_F(Wave, Strings) {
  EXPECT_EQ(string("\"\""), "");
  EXPECT_EQ(string("\"WAVE\u00e4'\\\"\\\\\\t\\n\\u{2603}\""), "WAVE\u00e4'\"\\\t\n\u2603");
  EXPECT_EQ(string("\"x"), "1:1: the string does not end");
  EXPECT_EQ(string("\"\\\""), "1:1: the string does not end");
  EXPECT_EQ(string("\"a\nb\""), "1:3: a line ends within quotes: write \\n");
  EXPECT_EQ(string("x"), "1:1: expected string, found `x`");
  EXPECT_EQ(string("\"\xff\""), "1:1: the text is not UTF-8");
  EXPECT_EQ(parse("\"\\u{1b}[\\u{9b}'\"", kString), "\"\\u{1b}[\\u{9b}'\"");
}

TEST_F(Wave, StringsOfSeveralLines) {
  EXPECT_EQ(string("\"\"\"\n\"\"\""), "");
  EXPECT_EQ(string("\"\"\"\nA single line\n\"\"\""), "A single line");
  EXPECT_EQ(string("\"\"\"\r\n    deep\r\n  deeper\\r\r\n  \"\"\""), "  deep\ndeeper\r");
  EXPECT_EQ(string("\"\"\"\n\n\n\"\"\""), "\n");
  EXPECT_EQ(string("\"\"\"\nquotes: \"\"\\\"\" '\n\"\"\""), "quotes: \"\"\"\" '");
  EXPECT_EQ(string("\"\"\"\n a\n b\n  \"\"\""),
            "2:1: the line is indented less than the closing \"\"\"");
  EXPECT_EQ(string("\"\"\"x\n\"\"\""), "1:4: a line must end behind \"\"\"");
  EXPECT_EQ(string("\"\"\"\nx\"\"\""), "2:2: only spaces may stand on the line before \"\"\"");
  EXPECT_EQ(string("\"\"\"\n"), "1:1: the string does not end");
  EXPECT_EQ(string("\"\"\"\nx\\\n\"\"\""), "2:2: there is no such escape");
  EXPECT_EQ(string("\"\"\"\nx\\u{1\n}\n\"\"\""), "2:2: expected hexadecimal digits in \\u{...}");
  EXPECT_EQ(string("\"\"\"\na \"\"\" b\n\"\"\""),
            "2:3: only spaces may stand on the line before \"\"\"");
}

TEST_F(Wave, ListsAndTuples) {
  const T u8 = primitive(kU8);
  EXPECT_EQ(parse("[]", t.list(primitive(kChar))), "[]");
  EXPECT_EQ(parse("['a' , 'b',]", t.list(primitive(kChar))), "['a', 'b']");
  EXPECT_EQ(parse("[1, 255]", t.list(u8)), "[1, 255]");
  EXPECT_EQ(parse("[1, 256]", t.list(u8)), "1:5: `256` is out of range for u8");
  EXPECT_EQ(parse("[1,,2]", t.list(u8)), "1:4: expected u8, found `,`");
  EXPECT_EQ(parse("[1 2]", t.list(u8)), "1:4: expected `,` or `]`, found `2`");
  EXPECT_EQ(parse("[1", t.list(u8)), "1:3: expected `,` or `]`, found the end");
  EXPECT_EQ(parse("(1)", t.list(u8)), "1:1: expected list<u8>, found `(`");
  EXPECT_EQ(parse("[1, 2]", t.fixed_list(u8, 2)), "[1, 2]");
  EXPECT_EQ(parse("[1]", t.fixed_list(u8, 2)), "1:1: expected 2 elements, found 1");
  const T pair = t.tuple({primitive(kString), u8});
  EXPECT_EQ(parse("(\"abc\", // a comment\n 123,)", pair), "(\"abc\", 123)");
  EXPECT_EQ(parse("(\"abc\")", pair), "1:1: expected 2 elements, found 1");
  EXPECT_EQ(parse("(\"abc\", 1, 2)", pair), "1:12: expected `)`, found `2`");
  EXPECT_EQ(parse("[(\"a\", 1), (\"b\", 2)]", t.map(primitive(kString), u8)),
            "[(\"a\", 1), (\"b\", 2)]");
}

TEST_F(Wave, Records) {
  const T u8 = primitive(kU8);
  const T basic = t.record({{"required", u8}, {"optional", t.option(u8)}});
  EXPECT_EQ(parse("{ required: 1 }", basic), "{required: 1}");
  EXPECT_EQ(parse("{optional: none, required: 1,}", basic), "{required: 1}");
  EXPECT_EQ(parse("{%optional: 2, required: 1}", basic), "{required: 1, optional: some(2)}");
  EXPECT_EQ(parse("{optional: 1}", basic), "1:1: field `required` is missing");
  EXPECT_EQ(parse("{required: 1,\n required: 2}", basic), "2:2: field `required` is given twice");
  EXPECT_EQ(parse("{required: 1, other: 2}", basic),
            "1:15: expected record { required: u8, optional: option<u8> }, found `other`");
  EXPECT_EQ(parse("{required 1}", basic), "1:11: expected `:`, found `1`");
  EXPECT_NE(parse("{, required: 1}", basic).find("found `,`"), std::string::npos);
  const T optional = t.record({{"a", t.option(u8)}, {"b", t.option(u8)}});
  EXPECT_EQ(parse("{ : }", optional), "{:}");
  EXPECT_EQ(parse("{b: none}", optional), "{:}");
  EXPECT_EQ(parse("{}", optional), "1:1: a record without fields is written {:}");
  EXPECT_EQ(parse("{:}", basic), "1:1: field `required` is missing");
}

TEST_F(Wave, VariantsAndEnums) {
  const T response = t.variant(
      {{"empty", nullptr}, {"body", t.list(primitive(kU8))}, {"err", primitive(kString)}});
  EXPECT_EQ(parse("empty", response), "empty");
  EXPECT_EQ(parse("body([79, 75])", response), "body([79, 75])");
  EXPECT_EQ(parse("%err(\"oops\")", response), "%err(\"oops\")");
  EXPECT_EQ(parse("%body ( [] )", response), "body([])");
  EXPECT_EQ(parse("err(\"oops\")", response),
            "1:1: expected variant { empty, body(list<u8>), err(string) }; a case of the name of a "
            "keyword is written `%err`");
  EXPECT_EQ(parse("body", response), "1:5: expected `(`, found the end");
  EXPECT_EQ(parse("empty(1)", response), "1:6: expected the end, found `(`");
  const T status = t.make(kEnum, {{"ok", nullptr}, {"not-found", nullptr}});
  EXPECT_EQ(parse("%ok", status), "%ok");
  EXPECT_EQ(parse("not-found", status), "not-found");
  EXPECT_EQ(parse("found", status), "1:1: expected enum { ok, not-found }, found `found`");
}

TEST_F(Wave, OptionsAndResults) {
  const T u8 = primitive(kU8);
  EXPECT_EQ(parse("1", t.option(u8)), "some(1)");
  EXPECT_EQ(parse("some(1)", t.option(u8)), "some(1)");
  EXPECT_EQ(parse("none", t.option(u8)), "none");
  EXPECT_EQ(parse("some", t.option(u8)), "1:5: expected `(`, found the end");
  EXPECT_EQ(parse("some(some(1))", t.option(t.option(u8))), "some(some(1))");
  EXPECT_EQ(parse("some(1)", t.option(t.option(u8))), "some(some(1))");
  EXPECT_EQ(parse("1", t.option(t.option(u8))), "1:1: expected option<option<u8>>, found `1`");
  EXPECT_EQ(parse("%none", t.option(t.make(kEnum, {{"none", nullptr}}))), "some(%none)");
  const T both = t.result(u8, primitive(kString));
  EXPECT_EQ(parse("5", both), "ok(5)");
  EXPECT_EQ(parse("ok(5)", both), "ok(5)");
  EXPECT_EQ(parse("err(\"no\")", both), "err(\"no\")");
  EXPECT_EQ(parse("ok", both), "1:3: expected `(`, found the end");
  EXPECT_EQ(parse("ok", t.result(nullptr, u8)), "ok");
  EXPECT_EQ(parse("ok()", t.result(nullptr, u8)), "1:3: expected the end, found `(`");
  EXPECT_EQ(parse("err", t.result(nullptr, nullptr)), "err");
  EXPECT_EQ(parse("3", t.result(nullptr, nullptr)), "1:1: expected result, found `3`");
  EXPECT_EQ(parse("3", t.result(t.option(u8), u8)),
            "1:1: expected result<option<u8>, u8>, found `3`");
  EXPECT_EQ(parse("[1, none]", t.list(t.option(u8))), "[some(1), none]");
}

TEST_F(Wave, Flags) {
  const T flags = t.make(kFlags, {{"read", nullptr}, {"write", nullptr}, {"true", nullptr}});
  EXPECT_EQ(parse("{}", flags), "{}");
  EXPECT_EQ(parse("{ write , read, }", flags), "{read, write}");
  EXPECT_EQ(parse("{true}", flags), "{true}");
  EXPECT_EQ(parse("{read, read}", flags), "1:8: flag `read` is given twice");
  EXPECT_EQ(parse("{exec}", flags), "1:2: expected flags { read, write, true }, found `exec`");
}

TEST_F(Wave, WhatHasNoText) {
  const T own = t.own(t.resource("file"));
  EXPECT_EQ(parse("1", own), "1:1: a value of type own<file> cannot be written");
  EXPECT_EQ(parse("none", t.option(own)), "none");
  const Result<std::string> printed = print_wave(V::some(V::handle(kOwn, 3)), *t.option(own));
  EXPECT_EQ(printed.error().message, "a value of type own cannot be written");
  EXPECT_EQ(print_wave(V::u8(1), *primitive(kU16)).error().message, "expected u16, found u8");
  EXPECT_TRUE(has_wave(*t.list(t.option(primitive(kString)))));
  EXPECT_FALSE(has_wave(*t.list(own)));
  EXPECT_FALSE(has_wave(*t.record({{"s", t.stream(primitive(kU8))}})));
  EXPECT_FALSE(has_wave(*t.map(primitive(kU8), primitive(kErrorContext))));
}

TEST_F(Wave, FieldsThatAreLeftOutAreCounted) {
  std::vector<std::string> names(1000);
  std::vector<Labelled> fields;
  for (size_t i = 0; i < names.size(); ++i) {
    names[i] = "f" + std::to_string(i);
    fields.push_back({names[i], t.option(primitive(kU8))});
  }
  const T record = Types::get(t.arena.compose(kRecord, fields));
  std::string many = "[";
  for (int i = 0; i < 1001; ++i) many += "{:},";
  EXPECT_EQ(parse_wave(many + "]", *t.list(record)).error().kind, ErrorKind::kLimit);
}

class WaveCall : public Wave {
 protected:
  static std::string arguments(std::string_view call, const FuncType* type) {
    const Result<V::List> list = parse_wave_arguments(call, *type);
    if (!list.ok()) return show(list.error());
    std::string out;
    for (size_t i = 0; i < list->size(); ++i)
      out += to_string((*list)[i], type->params[i].type) + ";";
    return out;
  }
};

TEST_F(WaveCall, Names) {
  EXPECT_EQ(*wave_call_name(" wasi:cli/run@0.2.0#run ( )"), "wasi:cli/run@0.2.0#run");
  EXPECT_EQ(*wave_call_name("[method]counter.get(1)"), "[method]counter.get");
  EXPECT_EQ(show(wave_call_name("add").error()), "1:4: expected a call: name(argument, ...)");
  EXPECT_EQ(show(wave_call_name("(1)").error()), "1:1: expected a call: name(argument, ...)");
  EXPECT_EQ(show(wave_call_name("").error()), "1:1: expected a call: name(argument, ...)");
}

TEST_F(WaveCall, Arguments) {
  const T u8 = primitive(kU8);
  const FuncType* const f = t.func({{"a", u8}, {"b", t.option(u8)}, {"c", t.option(u8)}});
  EXPECT_EQ(arguments("f(1, 2, 3)", f), "1;some(2);some(3);");
  EXPECT_EQ(arguments("f(1, 2,)", f), "1;some(2);none;");
  EXPECT_EQ(arguments("f ( 1 ) // call", f), "1;none;none;");
  EXPECT_EQ(arguments("f()", f), "1:3: argument `a` is missing");
  EXPECT_EQ(arguments("f(1, 2, 3, 4)", f), "1:12: expected 3 arguments, found more");
  EXPECT_EQ(arguments("f(1", f), "1:4: expected `,` or `)`, found the end");
  EXPECT_EQ(arguments("f(1) x", f), "1:6: expected the end, found `x`");
  EXPECT_EQ(arguments("f()", t.func({})), "");
  EXPECT_EQ(arguments("f(1)", t.func({})), "1:3: expected 0 arguments, found more");
  EXPECT_EQ(arguments("f", t.func({})), "1:2: expected `(`, found the end");
}

}  // namespace
}  // namespace tappet::component
