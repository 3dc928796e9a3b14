#include "canonical-abi/types/print.h"

#include "tests/unit/canonical-abi/types/type_builder.h"

namespace tappet::component {
namespace {

using enum TypeKind;

TEST(PrintTypes, LikeWit) {
  Types t;
  const ValType* const u8 = primitive(kU8);
  const ValType* const text = primitive(kString);
  EXPECT_EQ(to_string(*t.list(t.option(u8))), "list<option<u8>>");
  EXPECT_EQ(to_string(*t.record({{"a", u8}, {"b-c", text}})), "record { a: u8, b-c: string }");
  EXPECT_EQ(to_string(*t.variant({{"none", nullptr}, {"one", u8}})), "variant { none, one(u8) }");
  EXPECT_EQ(to_string(*t.result(nullptr, nullptr)), "result");
  EXPECT_EQ(to_string(*t.result(u8, nullptr)), "result<u8>");
  EXPECT_EQ(to_string(*t.result(nullptr, text)), "result<_, string>");
  EXPECT_EQ(to_string(*t.map(text, u8)), "map<string, u8>");
  EXPECT_EQ(to_string(*t.fixed_list(u8, 3)), "list<u8, 3>");
  EXPECT_EQ(to_string(*t.stream(nullptr)), "stream");
  EXPECT_EQ(to_string(*t.borrow(t.resource("fields"))), "borrow<fields>");
  EXPECT_EQ(to_string(*t.func({{"x", u8}, {"y", text}}, u8, true)),
            "async func(x: u8, y: string) -> u8");
}

TEST(PrintTypes, LongTypesAreCut) {
  Types t;
  const ValType* type = primitive(kU8);
  for (int i = 0; i < 18; ++i) type = t.tuple({type, type});
  const std::string text = to_string(*type);
  EXPECT_LT(text.size(), 500u);
  EXPECT_TRUE(text.ends_with("..."));
}

TEST(PrintTypes, NamesFromFilesAreHarmless) {
  EXPECT_EQ(quote("a\nb\x1b[31m"), "`a\\u{a}b\\u{1b}[31m`");
  EXPECT_EQ(quote("\xc2\x9b"), "`\\u{9b}`");
  EXPECT_LT(quote(std::string(100'000, 'x')).size(), 100u);
  const std::string umlauts = "x" + std::string(100, '\xc3') + "x";
  EXPECT_LT(quote(umlauts).size(), 100u);
}

}  // namespace
}  // namespace tappet::component
