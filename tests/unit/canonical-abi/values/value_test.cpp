#include "canonical-abi/values/value.h"

#include "tests/unit/canonical-abi/types/type_builder.h"

namespace tappet::component {
namespace {

using enum TypeKind;
using V = ComponentValue;

TEST(Values, StringsAndBytesMoveAsWholeBuffers) {
  Bytes bytes(100'000, 7);
  const uint8_t* const where = bytes.data();
  V value = V::bytes(std::move(bytes));
  const V moved = std::move(value);
  EXPECT_EQ(moved.bytes().data(), where);
  std::string text(1000, 'x');
  const char* const text_where = text.data();
  V string = V::some(V::string(std::move(text)));
  EXPECT_EQ(string.payload()->string().data(), text_where);
}

TEST(Values, CopiesOfBorrowedBytesAreTheirOwn) {
  Bytes bytes{1, 2, 3};
  const V borrowed = V::borrowed_bytes(bytes);
  EXPECT_TRUE(borrowed.is_bytes());
  EXPECT_EQ(borrowed.bytes().data(), bytes.data());
  EXPECT_EQ(borrowed, V::bytes({1, 2, 3}));
  const V copy = borrowed;
  bytes[0] = 9;
  EXPECT_EQ(copy, V::bytes({1, 2, 3}));
  EXPECT_EQ(borrowed, V::bytes({9, 2, 3}));
  EXPECT_EQ(V::borrowed_bytes({}), V::list({}));
}

TEST(Values, CopiesAreDeep) {
  V original = V::record({V::string("a"), V::list({V::u32(1), V::u32(2)})});
  V copy = original;
  copy.items()[1].items()[0] = V::u32(9);
  EXPECT_NE(copy, original);
  EXPECT_EQ(original.items()[1].items()[0].as_u32(), 1u);
  original = copy;
  EXPECT_EQ(copy, original);
  original = std::move(original);
  EXPECT_EQ(original.items().size(), 2u);
}

TEST(Values, EqualityKnowsKindsAndBits) {
  EXPECT_EQ(V::f64(0.5), V::f64(0.5));
  EXPECT_EQ(V::f32(std::bit_cast<float>(0x7fc00000)), V::f32(std::bit_cast<float>(0x7fc00000)));
  EXPECT_NE(V::f64(0.0), V::f64(-0.0));
  EXPECT_NE(V::u32(1), V::s32(1));
  EXPECT_NE(V::none(), V::some(V::boolean(false)));
  EXPECT_NE(V::variant(kEnum, 1), V::variant(kEnum, 2));
  EXPECT_EQ(V::bytes({}), V::list({}));
  const auto object = std::make_shared<int>(1);
  EXPECT_EQ(V::shared(kStream, object), V::shared(kStream, object));
  EXPECT_NE(V::shared(kStream, object), V::shared(kStream, std::make_shared<int>(1)));
}

TEST(Values, PrintAsWave) {
  Types t;
  const ValType* const type =
      t.record({{"name", primitive(kString)}, {"size", t.option(primitive(kS32))}});
  const V value = V::record({V::string("a\"b\n"), V::some(V::s32(-3))});
  EXPECT_EQ(to_string(value, type), "{name: \"a\\\"b\\n\", size: some(-3)}");
  EXPECT_EQ(to_string(value), "{\"a\\\"b\\n\", some(-3)}");
  EXPECT_EQ(to_string(V::bytes({1, 2})), "[1, 2]");
  EXPECT_EQ(to_string(V::tuple({V::boolean(true), V::character(U'\u00e4')})), "(true, '\u00e4')");
  EXPECT_EQ(to_string(V::flags(5)), "{#0, #2}");
  EXPECT_EQ(to_string(V::handle(kOwn, 12)), "own(12)");
}

class CheckValue : public ::testing::Test {
 protected:
  // Empty if the value is of the type.
  static std::string check(const V& value, const ValType* type) {
    const Result<> result = check_value(value, *type);
    return result.ok() ? "" : result.error().message;
  }
  Types t;
};

TEST_F(CheckValue, Scalars) {
  EXPECT_EQ(check(V::u8(255), primitive(kU8)), "");
  EXPECT_EQ(check(V::scalar(kU8, 256), primitive(kU8)), "256 is out of range for u8");
  EXPECT_EQ(check(V::s8(-128), primitive(kS8)), "");
  EXPECT_NE(check(V::scalar(kS8, 200), primitive(kS8)), "");
  EXPECT_EQ(check(V::u64(~uint64_t{0}), primitive(kU64)), "");
  EXPECT_NE(check(V::character(0xd800), primitive(kChar)), "");
  EXPECT_NE(check(V::scalar(kBool, 2), primitive(kBool)), "");
  EXPECT_EQ(check(V::u32(1), primitive(kS32)), "expected s32, found u32");
  EXPECT_NE(check(V::string("\xff"), primitive(kString)), "");
}

TEST_F(CheckValue, Compounds) {
  const ValType* const u8 = primitive(kU8);
  const ValType* const pair = t.record({{"a", u8}, {"b", t.list(primitive(kString))}});
  EXPECT_EQ(check(V::record({V::u8(1), V::list({V::string("x")})}), pair), "");
  EXPECT_EQ(check(V::record({V::u8(1)}), pair), "expected 2 fields, found 1");
  EXPECT_EQ(check(V::record({V::u8(1), V::list({V::u8(1)})}), pair),
            "field `b`: element 0: expected string, found u8");
  EXPECT_EQ(check(V::bytes({1}), t.list(u8)), "");
  EXPECT_EQ(check(V::bytes({1}), t.list(primitive(kS8))), "expected list<s8>, found list<u8>");
  EXPECT_NE(check(V::list({V::u8(1)}), t.list(u8)), "") << "there is one way to hold a list<u8>";
  EXPECT_NE(check(V::sequence(kFixedList, {V::u8(1)}), t.fixed_list(u8, 2)), "");
  EXPECT_EQ(check(V::flags(3), t.labels(kFlags, 2)), "");
  EXPECT_NE(check(V::flags(4), t.labels(kFlags, 2)), "");
}

TEST_F(CheckValue, Variants) {
  const ValType* const result = t.result(primitive(kU8), nullptr);
  EXPECT_EQ(check(V::variant(kResult, 0, V::u8(1)), result), "");
  EXPECT_EQ(check(V::variant(kResult, 1), result), "");
  EXPECT_EQ(check(V::variant(kResult, 0), result), "case `ok` has a payload");
  EXPECT_EQ(check(V::variant(kResult, 1, V::u8(1)), result), "case `error` has no payload");
  EXPECT_EQ(check(V::variant(kResult, 2), result), "case 2 of a result with 2 cases");
}

}  // namespace
}  // namespace tappet::component
