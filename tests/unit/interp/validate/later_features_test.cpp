// Instructions beyond WebAssembly 2.0: validated, whether or not this build executes them.
#include <gtest/gtest.h>

#include "tests/unit/interp/support/check.h"

namespace tappet {
namespace {

using namespace test;

const FeatureSet kAll = FeatureSet::all();
const ValueType kRef0 = ValueType::ref(false, {HeapKind::kDefined, TypeId(0)});
const ValueType kRefNull0 = ValueType::ref(true, {HeapKind::kDefined, TypeId(0)});
const ValueType kAnyRef = ValueType::ref(true, {HeapKind::kAny, {}});
const ValueType kExnRef = ValueType::ref(true, {HeapKind::kExn, {}});

std::string error(const char* text) { return std::string("invalid: function 0: ") + text; }

std::string simd(const Bytes& instructions) {
  ModuleBuilder m;
  m.memory(1);
  m.func({}, {}, instructions);
  return check(m, kAll);
}

TEST(Simd, LanesAreInRange) {
  const Bytes v = code("i32.const", 0, "i8x16.splat");
  EXPECT_EQ(simd(v + code("i8x16.extract_lane_u", 15, "drop")), "ok");
  EXPECT_EQ(simd(v + code("i8x16.extract_lane_u", 16, "drop")),
            error("i8x16.extract_lane_u: invalid lane index"));
  EXPECT_EQ(simd(v + code("f64x2.extract_lane", 1, "drop")), "ok");
  EXPECT_EQ(simd(v + code("f64x2.extract_lane", 2, "drop")),
            error("f64x2.extract_lane: invalid lane index"));
  EXPECT_EQ(simd(v + v +
                 code("i8x16.shuffle", raw({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 31}),
                      "drop")),
            "ok");
  EXPECT_EQ(simd(v + v +
                 code("i8x16.shuffle", raw({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 32}),
                      "drop")),
            error("i8x16.shuffle: invalid lane index"));
  EXPECT_EQ(simd(code("i32.const", 0) + v + code("v128.load32_lane", 2, 0, 3, "drop")), "ok");
  EXPECT_EQ(simd(code("i32.const", 0) + v + code("v128.load32_lane", 2, 0, 4, "drop")),
            error("v128.load32_lane: invalid lane index"));
  EXPECT_EQ(simd(v + v + code("i32.const", 0, "select", "drop")), "ok");
}

TEST(Atomics, AreAlignedNaturally) {
  EXPECT_EQ(simd(code("i32.const", 0, "i32.atomic.load", 2, 0, "drop")), "ok");
  EXPECT_EQ(simd(code("i32.const", 0, "i32.atomic.load", 1, 0, "drop")),
            error("i32.atomic.load: atomic alignment must be natural"));
  EXPECT_EQ(simd(code("i32.const", 0, "i32.atomic.load", 3, 0, "drop")),
            error("i32.atomic.load: alignment must not be larger than natural"));
}

TEST(TailCalls, ReturnWhatTheFunctionReturns) {
  const auto tail_call = [](std::vector<ValueType> results) {
    ModuleBuilder m;
    m.func({}, std::move(results), code("i32.const", 0, "return_call", 1));
    m.func({kI32}, {kI64}, code("i64.const", 0));
    return check(m, kAll);
  };
  EXPECT_EQ(tail_call({kI64}), "ok");
  EXPECT_EQ(tail_call({kI32}),
            error("return_call: the callee's results are not those of the current function"));
}

TEST(MultiMemory, AddressesAreThoseOfTheMemory) {
  ModuleBuilder m;
  m.memory(1);
  m.raw_memory(Bytes{0x04, 1});
  m.func({}, {},
         code("i32.const", 0, "i32.load", 2, 0, "drop", "i64.const", 0, "i32.load", 0x42, 1,
              int64_t{1} << 40, "drop", "i64.const", 0, "i32.const", 0, "i32.const", 0,
              "memory.copy", 1, 0, "memory.size", 1, "memory.grow", 1, "drop"));
  EXPECT_EQ(check(m, kAll), "ok");
}

TEST(ExtendedConst, Computes) {
  ModuleBuilder m;
  m.global(kI32, false, code("i32.const", 1, "i32.const", 2, "i32.mul", "i32.const", 3, "i32.sub"));
  EXPECT_EQ(check(m, kAll), "ok");
  m.global(kI64, false, code("i32.const", 1, "i32.const", 2, "i32.add"));
  EXPECT_EQ(check(m, kAll), "invalid: global 1: end: expected i64, found i32");
}

std::string typed_refs(const Bytes& body, std::vector<ValueType> results = {},
                       const std::vector<LocalsOf>& locals = {}) {
  ModuleBuilder m;
  m.type({kI32}, {kI64});  // type 0
  m.func({kRefNull0}, std::move(results), body, locals);
  return check(m, kAll);
}

TEST(FunctionReferences, AreCalled) {
  EXPECT_EQ(typed_refs(code("i32.const", 1, "local.get", 0, "call_ref", 0), {kI64}), "ok");
  EXPECT_EQ(typed_refs(code("local.get", 0, "call_ref", 0), {kI64}),
            error("call_ref: expected i32, found nothing"));
  EXPECT_EQ(typed_refs(code("i32.const", 1, "ref.null", raw({0x73}), "call_ref", 0), {kI64}), "ok");
  EXPECT_EQ(typed_refs(code("i32.const", 1, "ref.null", kFuncRef, "call_ref", 0, "drop")),
            error("call_ref: expected (ref null $type0), found funcref"));
}

TEST(FunctionReferences, BranchOnNull) {
  EXPECT_EQ(typed_refs(code("local.get", 0, "br_on_null", 0, "drop")), "ok");
  EXPECT_EQ(typed_refs(code("block", kRef0, "local.get", 0, "br_on_non_null", 0, "unreachable",
                            "end", "drop")),
            "ok");
  EXPECT_EQ(typed_refs(code("local.get", 0, "br_on_non_null", 0)),
            error("br_on_non_null: the label takes no reference"));
  EXPECT_EQ(typed_refs(code("local.get", 0, "ref.as_non_null"), {kRef0}), "ok");
  EXPECT_EQ(typed_refs(code("local.get", 0), {kRef0}),
            error("end: expected (ref $type0), found (ref null $type0)"));
  EXPECT_EQ(typed_refs(code("unreachable", "ref.as_non_null"), {kRef0}), "ok");
  EXPECT_EQ(typed_refs(code("unreachable", "ref.as_non_null", "i32.eqz", "drop")),
            error("i32.eqz: expected i32, found a reference"));
}

TEST(FunctionReferences, LocalsWithoutDefaultAreSetFirst) {
  const std::vector<LocalsOf> locals = {{1, kRef0}};
  const Bytes set = code("local.get", 0, "ref.as_non_null", "local.set", 1);
  const Bytes get = code("local.get", 1, "drop");
  const std::string unset = error("local.get: uninitialized local 1");
  EXPECT_EQ(typed_refs(set + get, {}, locals), "ok");
  EXPECT_EQ(typed_refs(get, {}, locals), unset);
  EXPECT_EQ(typed_refs(code("block", kNoType) + set + get + code("end"), {}, locals), "ok");
  EXPECT_EQ(typed_refs(code("block", kNoType) + set + code("end") + get, {}, locals), unset);
  EXPECT_EQ(typed_refs(set + code("block", kNoType) + set + code("end") + get, {}, locals), "ok");
  EXPECT_EQ(typed_refs(code("i32.const", 0, "if", kNoType) + set + code("else") + get + code("end"),
                       {}, locals),
            unset);
}

TEST(FunctionReferences, TablesWithoutDefaultAreInitialised) {
  const Bytes types = section(1, vec({Bytes{0x60, 0, 0}}));
  const Bytes non_null = {0x64, 0x70, 0x00, 0x00};
  EXPECT_EQ(check(module_of({types, section(4, vec({non_null}))}), kAll),
            "invalid: table 0: elements of type (ref func) need an initial value");
}

std::string exceptions(const Bytes& body, std::vector<ValueType> results = {}) {
  ModuleBuilder m;
  m.func({}, std::move(results), body);
  m.tag(m.type({kI32, kF32}, {}));
  return check(m, kAll);
}

TEST(Exceptions, CarryTheTagsParameters) {
  EXPECT_EQ(exceptions(code("i32.const", 0, "f32.const", 0.0f, "throw", 0)), "ok");
  EXPECT_EQ(exceptions(code("i32.const", 0, "throw", 0)), error("throw: expected f32, found i32"));
  EXPECT_EQ(exceptions(code("throw", 1)), error("throw: unknown tag 1"));
  EXPECT_EQ(exceptions(code("ref.null", kExnRef, "throw_ref")), "ok");
}

TEST(Exceptions, AreCaughtByLabelsOfTheRightType) {
  EXPECT_EQ(exceptions(code("try_table", kNoType, raw({1, 0x00, 0, 0}), "end", "i32.const", 0,
                            "f32.const", 0.0f),
                       {kI32, kF32}),
            "ok");
  EXPECT_EQ(exceptions(code("try_table", kNoType, raw({1, 0x00, 0, 0}), "end")),
            error("try_table: the label does not take what the catch clause gives"));
  EXPECT_EQ(exceptions(code("try_table", kNoType, raw({1, 0x02, 0}), "end")), "ok");
  EXPECT_EQ(exceptions(code("block", kExnRef, "try_table", kNoType, raw({1, 0x03, 0}), "end",
                            "unreachable", "end", "drop")),
            "ok");
  EXPECT_EQ(exceptions(code("try_table", kNoType, raw({1, 0x02, 1}), "end")),
            error("try_table: unknown label 1"));
  EXPECT_EQ(exceptions(code("try_table", kNoType, raw({1, 0x00, 1, 0}), "end")),
            error("try_table: unknown tag 1"));
  ModuleBuilder m;
  m.tag(m.type({}, {kI32}));
  EXPECT_EQ(check(m, kAll), "invalid: tag 0: non-empty tag result type");
}

// Type 0: a struct of an i32, a mutable i8 and a funcref; type 1: a mutable array of i64.
std::string gc(const Bytes& body, std::vector<ValueType> results = {}) {
  ModuleBuilder m;
  m.raw_type(Bytes{0x5f, 3, 0x7f, 0, 0x78, 1, 0x70, 0});
  m.raw_type(Bytes{0x5e, 0x7e, 1});
  m.func({}, std::move(results), body);
  m.passive_data("x");
  m.data_count();
  return check(m, kAll);
}

TEST(Gc, StructsHaveFields) {
  const Bytes make = code("struct.new_default", 0);
  EXPECT_EQ(gc(make + code("struct.get", 0, 0), {kI32}), "ok");
  EXPECT_EQ(gc(make + code("struct.get_s", 0, 1), {kI32}), "ok");
  EXPECT_EQ(gc(make + code("struct.get", 0, 1), {kI32}), error("struct.get: field is packed"));
  EXPECT_EQ(gc(make + code("struct.get_u", 0, 0), {kI32}),
            error("struct.get_u: field is unpacked"));
  EXPECT_EQ(gc(make + code("struct.get", 0, 3), {kI32}), error("struct.get: unknown field 3"));
  EXPECT_EQ(gc(make + code("i32.const", 0, "struct.set", 0, 1)), "ok");
  EXPECT_EQ(gc(make + code("i32.const", 0, "struct.set", 0, 0)),
            error("struct.set: immutable field or array"));
  EXPECT_EQ(gc(code("i32.const", 0, "i32.const", 0, "ref.null", kFuncRef, "struct.new", 0, "drop")),
            "ok");
  EXPECT_EQ(gc(code("struct.new_default", 1, "drop")),
            error("struct.new_default: non-structure type 1"));
}

TEST(Gc, ArraysHaveElements) {
  const Bytes make = code("i64.const", 0, "i32.const", 3, "array.new", 1);
  EXPECT_EQ(gc(make + code("i32.const", 0, "array.get", 1), {kI64}), "ok");
  EXPECT_EQ(gc(make + code("i32.const", 0, "i64.const", 1, "array.set", 1)), "ok");
  EXPECT_EQ(gc(make + code("array.len"), {kI32}), "ok");
  EXPECT_EQ(gc(code("i64.const", 0, "i64.const", 0, "array.new_fixed", 1, 2, "drop")), "ok");
  EXPECT_EQ(gc(code("array.new_fixed", 1, 10'001, "drop")),
            "limit: function 0: array.new_fixed: 10001 operands, more than 10000");
  EXPECT_EQ(gc(code("i32.const", 0, "i32.const", 0, "array.new_data", 1, 0, "drop")), "ok");
  EXPECT_EQ(gc(code("i32.const", 0, "i32.const", 0, "array.new_data", 1, 1, "drop")),
            error("array.new_data: unknown data segment 1"));
}

TEST(Gc, CastsStayInTheirHierarchy) {
  const Bytes any = code("i32.const", 0, "ref.i31");
  EXPECT_EQ(gc(any + Bytes{0xfb, 0x14, 0x6b}, {kI32}), "ok");
  EXPECT_EQ(gc(any + Bytes{0xfb, 0x16, 0x00, 0x1a}), "ok");
  EXPECT_EQ(gc(code("ref.null", kFuncRef) + Bytes{0xfb, 0x14, 0x6b}, {kI32}),
            error("ref.test: expected (ref null any), found funcref"));
  EXPECT_EQ(
      gc(code("ref.null", kExternRef, "any.convert_extern", "extern.convert_any"), {kExternRef}),
      "ok");
  EXPECT_EQ(gc(code("ref.null", kAnyRef, "ref.null", kAnyRef, "ref.eq", "drop")),
            error("ref.eq: expected (ref null eq), found (ref null any)"));
}

TEST(Gc, BranchesOnCasts) {
  const ValueType ref_i31 = ValueType::ref(false, {HeapKind::kI31, {}});
  // any to i31: the label gets the i31, the rest stays an anyref.
  EXPECT_EQ(gc(code("block", ref_i31, "ref.null", kAnyRef) +
               Bytes{0xfb, 0x18, 0x01, 0, 0x6e, 0x6c} + code("drop", "unreachable", "end", "drop")),
            "ok");
  EXPECT_EQ(gc(code("block", ref_i31, "ref.null", kAnyRef) +
               Bytes{0xfb, 0x18, 0x03, 0, 0x6e, 0x6c} + code("drop", "unreachable", "end", "drop")),
            error("br_on_cast: expected (ref i31), found (ref null i31)"));
  EXPECT_EQ(gc(code("block", kAnyRef, "ref.null", kAnyRef) +
               Bytes{0xfb, 0x19, 0x03, 0, 0x6e, 0x6c} + code("drop", "unreachable", "end", "drop")),
            "ok");
}

}  // namespace
}  // namespace tappet
