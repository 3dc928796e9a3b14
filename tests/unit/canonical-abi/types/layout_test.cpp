// Sizes, alignments and flattening. The expected numbers were computed with the specification's
// definitions.py.
#include "canonical-abi/types/functype.h"
#include "interp/base/limits.h"
#include "tests/unit/canonical-abi/types/type_builder.h"

namespace tappet::component {
namespace {

using enum TypeKind;

class Layouts : public ::testing::Test {
 protected:
  Types t;
  const ValType* u8 = primitive(kU8);
  const ValType* u16 = primitive(kU16);
  const ValType* u32 = primitive(kU32);
  const ValType* u64 = primitive(kU64);
  const ValType* f32 = primitive(kF32);
  const ValType* f64 = primitive(kF64);
  const ValType* text = primitive(kString);
};

std::string flat_text(FlatTypes flat) {
  if (flat.too_many()) return "too many";
  std::string out;
  for (uint32_t i = 0; i < flat.size(); ++i) out += "ilfd"[static_cast<int>(flat[i])];
  return out;
}

// "size/alignment flat", for 32-bit and then for 64-bit addresses.
std::string layout(const ValType* type) {
  std::string out;
  for (const AddressType width : {AddressType::kI32, AddressType::kI64}) {
    if (!out.empty()) out += " | ";
    out += std::to_string(elem_size(*type, width)) + "/" + std::to_string(alignment(*type, width)) +
           " " + flat_text(flatten_type(*type, width));
  }
  return out;
}

TEST_F(Layouts, Primitives) {
  EXPECT_EQ(layout(primitive(kBool)), "1/1 i | 1/1 i");
  EXPECT_EQ(layout(primitive(kS16)), "2/2 i | 2/2 i");
  EXPECT_EQ(layout(u64), "8/8 l | 8/8 l");
  EXPECT_EQ(layout(f32), "4/4 f | 4/4 f");
  EXPECT_EQ(layout(f64), "8/8 d | 8/8 d");
  EXPECT_EQ(layout(primitive(kChar)), "4/4 i | 4/4 i");
  EXPECT_EQ(layout(text), "8/4 ii | 16/8 ll");
  EXPECT_EQ(layout(primitive(kErrorContext)), "4/4 i | 4/4 i");
}

TEST_F(Layouts, RecordsPadTheirFields) {
  EXPECT_EQ(layout(t.record({{"a", u8}, {"b", u32}, {"c", u8}})), "12/4 iii | 12/4 iii");
  EXPECT_EQ(layout(t.tuple({u8, u64, u16})), "24/8 ili | 24/8 ili");
  EXPECT_EQ(layout(t.tuple({u8, text})), "12/4 iii | 24/8 ill");
}

TEST_F(Layouts, VariantsJoinTheirCases) {
  EXPECT_EQ(layout(t.option(u8)), "2/1 ii | 2/1 ii");
  EXPECT_EQ(layout(t.option(u64)), "16/8 il | 16/8 il");
  EXPECT_EQ(layout(t.result(nullptr, nullptr)), "1/1 i | 1/1 i");
  EXPECT_EQ(layout(t.result(f32, u32)), "8/4 ii | 8/4 ii");
  EXPECT_EQ(layout(t.result(f32, f32)), "8/4 if | 8/4 if");
  EXPECT_EQ(layout(t.result(f64, u32)), "16/8 il | 16/8 il");
  EXPECT_EQ(layout(t.variant({{"a", text}, {"b", f32}, {"c", nullptr}})), "12/4 iii | 24/8 ill");
  EXPECT_EQ(t.option(u64)->layout(AddressType::kI32).payload_offset, 8u);
  EXPECT_EQ(t.option(u8)->layout(AddressType::kI32).payload_offset, 1u);
}

TEST_F(Layouts, DiscriminantsGrowWithTheCases) {
  EXPECT_EQ(layout(t.labels(kEnum, 256)), "1/1 i | 1/1 i");
  EXPECT_EQ(layout(t.labels(kEnum, 257)), "2/2 i | 2/2 i");
  EXPECT_EQ(discriminant_size(0x10000), 2u);
  EXPECT_EQ(discriminant_size(0x10001), 4u);
}

TEST_F(Layouts, FlagsAreBitVectors) {
  EXPECT_EQ(layout(t.labels(kFlags, 8)), "1/1 i | 1/1 i");
  EXPECT_EQ(layout(t.labels(kFlags, 9)), "2/2 i | 2/2 i");
  EXPECT_EQ(layout(t.labels(kFlags, 17)), "4/4 i | 4/4 i");
}

TEST_F(Layouts, ListsMapsAndStreams) {
  EXPECT_EQ(layout(t.list(u64)), "8/4 ii | 16/8 ll");
  EXPECT_EQ(layout(t.map(u8, u64)), "8/4 ii | 16/8 ll");
  EXPECT_EQ(layout(t.map(u8, u64)->element), "16/8 il | 16/8 il");
  EXPECT_EQ(layout(t.fixed_list(u16, 3)), "6/2 iii | 6/2 iii");
  EXPECT_EQ(layout(t.fixed_list(u16, 17)), "34/2 too many | 34/2 too many");
  EXPECT_EQ(layout(t.stream(t.list(u8))), "4/4 i | 4/4 i");
  EXPECT_EQ(layout(t.own(t.resource("r"))), "4/4 i | 4/4 i");
}

TEST_F(Layouts, FlatteningStopsAtSixteen) {
  const ValType* const eight = t.tuple({u8, u8, u8, u8, u8, u8, u8, u8});
  EXPECT_EQ(flat_text(flatten_type(*t.tuple({eight, eight}), AddressType::kI32)),
            std::string(16, 'i'));
  EXPECT_EQ(flat_text(flatten_type(*t.tuple({eight, eight, u8}), AddressType::kI32)), "too many");
  // One more for the discriminant.
  EXPECT_EQ(flat_text(flatten_type(*t.option(t.tuple({eight, eight})), AddressType::kI32)),
            "too many");
}

TEST_F(Layouts, PredicatesSeeThroughEverything) {
  const ValType* const borrowed = t.borrow(t.resource("r"));
  const ValType* const deep = t.list(t.option(t.tuple({u8, borrowed})));
  EXPECT_TRUE(deep->contains_borrow);
  EXPECT_TRUE(deep->contains_resource);
  EXPECT_FALSE(t.own(t.resource("r"))->contains_borrow);
  EXPECT_TRUE(t.option(t.stream(nullptr))->contains_async_value);
  EXPECT_TRUE(t.result(nullptr, text)->contains_pointer);
  EXPECT_FALSE(t.stream(text)->contains_pointer) << "a stream is passed as an index";
  EXPECT_FALSE(t.fixed_list(u8, 4)->contains_pointer);
}

TEST_F(Layouts, FunctionTypes) {
  const FuncType* const f = t.func({{"a", text}, {"b", u64}}, t.tuple({u8, u8}), true);
  const auto core = [&](FlattenOptions options) {
    const CoreFuncType c = flatten_functype(options, *f);
    std::string out;
    for (const ValueType p : c.params) out += "ilfd"[static_cast<int>(p.kind)];
    out += "->";
    for (const ValueType r : c.results) out += "ilfd"[static_cast<int>(r.kind)];
    return out;
  };
  using enum FlattenContext;
  EXPECT_EQ(core({.context = kLift}), "iil->i") << "the result goes through memory";
  EXPECT_EQ(core({.context = kLower}), "iili->");
  EXPECT_EQ(core({.context = kLift, .is_async = true}), "iil->");
  EXPECT_EQ(core({.context = kLift, .is_async = true, .has_callback = true}), "iil->i");
  EXPECT_EQ(core({.context = kLower, .is_async = true}), "iili->i");
  EXPECT_EQ(core({.context = kLift, .width = AddressType::kI64}), "lll->l");
}

TEST_F(Layouts, AsyncLowerTakesFourParameters) {
  const FuncType* const four = t.func({{"a", u8}, {"b", u8}, {"c", u8}, {"d", u8}}, nullptr, true);
  const FuncType* const five = t.func({{"a", text}, {"b", text}, {"c", u8}}, nullptr, true);
  const FlattenOptions options{.context = FlattenContext::kLower, .is_async = true};
  EXPECT_EQ(flatten_functype(options, *four).params.size(), 4u);
  EXPECT_EQ(flatten_functype(options, *five).params.size(), 1u);
}

// Limits: types that grow without end are refused at the step where they get too big.

TEST_F(Layouts, DoublingTupleIsRefused) {
  const ValType* type = u8;
  for (int i = 0; i < 64; ++i) {
    const std::vector<Labelled> twice(2, Labelled{{}, type});
    const Result<const ValType*> next = t.arena.compose(kTuple, twice);
    if (!next.ok()) {
      EXPECT_EQ(next.error().kind, ErrorKind::kLimit);
      EXPECT_EQ(i, 18) << "2^19 - 1 nodes are allowed, 2^20 - 1 are not";
      return;
    }
    type = *next;
  }
  FAIL() << "no limit was met";
}

TEST_F(Layouts, DeepNestingIsRefused) {
  const ValType* type = u8;
  for (uint32_t depth = 2; depth <= limits::kComponentTypeDepth; ++depth) type = t.option(type);
  const std::vector<Labelled> item(1, Labelled{{}, type});
  EXPECT_EQ(t.arena.compose(kOption, item).error().kind, ErrorKind::kLimit);
}

TEST_F(Layouts, HugeValuesAreRefused) {
  const auto size = [&](const ValType* element, uint32_t n) {
    const std::vector<Labelled> item(1, Labelled{{}, element});
    return t.arena.compose(kFixedList, item, n);
  };
  EXPECT_TRUE(size(u8, (1u << 28) - 1).ok());
  EXPECT_FALSE(size(u8, 1u << 28).ok());
  EXPECT_FALSE(size(u64, 1u << 29).ok()) << "2^32 bytes, which 32 bits would call none";
  EXPECT_FALSE(size(text, 1u << 24).ok()) << "fits with 32-bit addresses, but not with 64";
  EXPECT_EQ(size(u8, 1u << 28).error().kind, ErrorKind::kInvalid);
  // The pairs of a map are no type of their own, and may be larger.
  EXPECT_NE(t.map(u8, *size(u8, (1u << 28) - 1)), nullptr);
}

TEST(TypeArena, BudgetBoundsMemory) {
  TypeArena arena(Budget{.bytes = 1000, .steps = 0});
  Result<const ValType*> made = primitive(kU8);
  int count = 0;
  while (made.ok() && count < 100) {
    const std::vector<Labelled> item(1, Labelled{{}, primitive(kU8)});
    made = arena.compose(kList, item);
    ++count;
  }
  EXPECT_LT(count, 100);
  EXPECT_EQ(made.error().kind, ErrorKind::kLimit);
}

TEST(TypeArena, NodesStayWhereTheyAre) {
  Types t;
  const ValType* const first = t.list(primitive(kString));
  for (int i = 0; i < 100'000; ++i) t.list(primitive(kU8));
  EXPECT_EQ(first->element->kind, kString);
}

}  // namespace
}  // namespace tappet::component
