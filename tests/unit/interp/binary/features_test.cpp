// Every feature that a FeatureSet lacks is refused by name, wherever it shows; with it, the same
// module is accepted.
#include <gtest/gtest.h>

#include "tests/unit/interp/support/check.h"

namespace tappet {
namespace {

using namespace test;

struct Case {
  Feature feature;
  const char* what;
  Bytes module;
};

Bytes with_body(const Bytes& body) {
  ModuleBuilder m;
  m.memory(1);
  m.table(kFuncRef, 1);
  m.func({}, {}, body);
  m.declare({0});
  m.passive_data("x");
  m.data_count();
  return m.build();
}

Bytes with_type(const Bytes& type) { return module_of({section(1, vec({type}))}); }
Bytes with_memory(const Bytes& type) { return module_of({section(5, vec({type}))}); }

std::vector<Case> cases() {
  const ValueType ref_func = ValueType::ref(false, {HeapKind::kFunc, {}});
  const ValueType anyref = ValueType::ref(true, {HeapKind::kAny, {}});
  const ValueType exnref = ValueType::ref(true, {HeapKind::kExn, {}});
  ModuleBuilder table_init;
  table_init.global(kI32, false, code("i32.const", 1, "i32.const", 2, "i32.add"));
  return {
      {Feature::kMutableGlobal, "an imported mutable global",
       module_of({section(2, vec({name("a") + name("b") + Bytes{3, 0x7f, 1}}))})},
      {Feature::kSignExtension, "i32.extend8_s",
       with_body(code("i32.const", 0, "i32.extend8_s", "drop"))},
      {Feature::kSaturatingFloatToInt, "i32.trunc_sat_f32_s",
       with_body(code("f32.const", 0.0f, "i32.trunc_sat_f32_s", "drop"))},
      {Feature::kMultiValue, "two results", with_type(Bytes{0x60, 0, 2, 0x7f, 0x7f})},
      {Feature::kMultiValue, "a block type index", with_body(code("block", 0, "end"))},
      {Feature::kBulkMemory, "memory.fill",
       with_body(code("i32.const", 0, "i32.const", 0, "i32.const", 0, "memory.fill", 0))},
      {Feature::kBulkMemory, "the data count section", module_of({section(12, leb(0))})},
      {Feature::kReferenceTypes, "externref", with_type(Bytes{0x60, 1, 0x6f, 0})},
      {Feature::kReferenceTypes, "funcref as a value", with_type(Bytes{0x60, 1, 0x70, 0})},
      {Feature::kReferenceTypes, "two tables",
       module_of({section(4, vec({Bytes{0x70, 0, 0}, Bytes{0x70, 0, 0}}))})},
      {Feature::kReferenceTypes, "table.size", with_body(code("table.size", 0, "drop"))},
      {Feature::kSimd, "v128", with_type(Bytes{0x60, 1, 0x7b, 0})},
      {Feature::kSimd, "i8x16.splat", with_body(code("i32.const", 0, "i8x16.splat", "drop"))},
      {Feature::kRelaxedSimd, "i16x8.relaxed_q15mulr_s",
       with_body(code("i32.const", 0, "i16x8.splat", "i32.const", 0, "i16x8.splat",
                      "i16x8.relaxed_q15mulr_s", "drop"))},
      {Feature::kTailCall, "return_call", with_body(code("return_call", 0))},
      {Feature::kExtendedConst, "a sum as initial value", table_init.build()},
      {Feature::kFunctionReferences, "a non-null reference",
       with_type(Bytes{0x60, 1} + type_code(ref_func) + Bytes{0})},
      {Feature::kFunctionReferences, "call_ref", with_body(code("ref.func", 0, "call_ref", 0))},
      {Feature::kGc, "anyref", with_type(Bytes{0x60, 1} + type_code(anyref) + Bytes{0})},
      {Feature::kGc, "a struct type", with_type(Bytes{0x5f, 0})},
      {Feature::kGc, "a recursion group", with_type(Bytes{0x4e, 1, 0x60, 0, 0})},
      {Feature::kGc, "ref.i31", with_body(code("i32.const", 0, "ref.i31", "drop"))},
      {Feature::kExceptions, "a tag",
       module_of({section(1, vec({Bytes{0x60, 0, 0}})), section(13, vec({Bytes{0, 0}}))})},
      {Feature::kExceptions, "exnref", with_type(Bytes{0x60, 1} + type_code(exnref) + Bytes{0})},
      {Feature::kExceptions, "try_table", with_body(code("try_table", kNoType, raw({0}), "end"))},
      {Feature::kMultiMemory, "two memories",
       module_of({section(5, vec({Bytes{0, 1}, Bytes{0, 1}}))})},
      {Feature::kMultiMemory, "a memory index",
       with_body(code("i32.const", 0, "i32.load", raw({0x42, 0x00, 0x00}), "drop"))},
      {Feature::kMemory64, "a 64-bit memory", with_memory(Bytes{0x04, 1})},
      {Feature::kThreads, "a shared memory", with_memory(Bytes{0x03, 1, 1})},
      {Feature::kThreads, "atomic.fence", with_body(code("atomic.fence", raw({0})))},
      {Feature::kCustomPageSizes, "a page size", with_memory(Bytes{0x08, 1, 0})},
      {Feature::kWideArithmetic, "i64.mul_wide_u",
       with_body(code("i64.const", 0, "i64.const", 0, "i64.mul_wide_u", "drop", "drop"))},
  };
}

TEST(Features, AreRefusedByName) {
  for (const Case& c : cases()) {
    FeatureSet lacking = FeatureSet::all();
    lacking.set(c.feature, false);
    const std::string outcome = check(c.module, lacking);
    EXPECT_TRUE(outcome.starts_with("unsupported: ") && outcome.ends_with(refusal(c.feature)))
        << c.what << ": " << outcome;
    EXPECT_EQ(check(c.module, FeatureSet::all()), "ok") << c.what;
  }
}

TEST(Features, HaveACaseEach) {
  std::vector<Feature> covered = {Feature::kMvp};
  for (const Case& c : cases()) covered.push_back(c.feature);
  for (const FeatureRow& feature : kFeatures) {
    EXPECT_NE(std::find(covered.begin(), covered.end(), feature.feature), covered.end())
        << feature.name;
  }
}

}  // namespace
}  // namespace tappet
