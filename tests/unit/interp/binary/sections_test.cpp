// What the section readers accept and reject, section by section.
#include <gtest/gtest.h>

#include "interp/base/limits.h"
#include "tests/unit/interp/support/check.h"

namespace tappet {
namespace {

using namespace test;

std::string check_section(uint8_t id, const Bytes& contents,
                          const FeatureSet& features = FeatureSet::defaults()) {
  return check(module_of({section(id, contents)}), features);
}

TEST(TypeSection, ReadsFunctionTypes) {
  EXPECT_EQ(check_section(1, vec({Bytes{0x60, 1, 0x7f, 2, 0x70, 0x6f}})), "ok");
  EXPECT_EQ(check_section(1, vec({Bytes{0x61, 0, 0}})), "malformed: malformed definition type");
  EXPECT_EQ(check_section(1, vec({Bytes{0x60, 1, 0x40, 0}})),
            "malformed: malformed reference type 0x40");
}

TEST(TypeSection, LimitsParametersAndResults) {
  const auto func = [](size_t params, size_t results) {
    return Bytes{0x60} + leb(params) + Bytes(params, 0x7f) + leb(results) + Bytes(results, 0x7f);
  };
  EXPECT_EQ(check_section(1, vec({func(1000, 1000)})), "ok");
  EXPECT_EQ(check_section(1, vec({func(1001, 0)})),
            "limit: too many parameters: 1001, more than 1000");
  EXPECT_EQ(check_section(1, vec({func(0, 1001)})),
            "limit: too many results: 1001, more than 1000");
}

TEST(TypeSection, ReadsGroupsAndSubtypes) {
  const Bytes base = {0x50, 0, 0x5f, 1, 0x7f, 0};               // (sub (struct (field i32)))
  const Bytes below = {0x4f, 1, 0, 0x5f, 2, 0x7f, 0, 0x7e, 1};  // (sub final 0 (struct ...))
  EXPECT_EQ(check_section(1, vec({base, below}), FeatureSet::all()), "ok");
  EXPECT_EQ(check_section(1, vec({Bytes{0x4e, 2} + base + below}), FeatureSet::all()), "ok");
  EXPECT_EQ(check_section(1, vec({Bytes{0x4e, 0}}), FeatureSet::all()), "ok");
  EXPECT_EQ(check_section(1, vec({Bytes{0x5e, 0x78, 1}}), FeatureSet::all()), "ok");
}

TEST(TypeSection, ChecksSubtypes) {
  const Bytes base = {0x50, 0, 0x5f, 1, 0x7f, 0};
  const auto with_base = [&](Bytes type) {
    return check_section(1, vec({base, std::move(type)}), FeatureSet::all());
  };
  EXPECT_EQ(with_base({0x50, 1, 0, 0x5f, 1, 0x7e, 0}),
            "invalid: sub type 1 does not match its super type");
  EXPECT_EQ(with_base({0x50, 1, 0, 0x60, 0, 0}),
            "invalid: sub type 1 does not match its super type");
  EXPECT_EQ(with_base({0x50, 1, 1, 0x5f, 0}),
            "invalid: forward use of a type as its own group's supertype");
  EXPECT_EQ(with_base({0x50, 1, 7, 0x5f, 0}), "invalid: unknown type 7");
  EXPECT_EQ(with_base({0x50, 2, 0, 0, 0x5f, 0}), "invalid: sub type has more than one super type");
  EXPECT_EQ(
      check_section(1, vec({Bytes{0x60, 0, 0}, Bytes{0x50, 1, 0, 0x60, 0, 0}}), FeatureSet::all()),
      "invalid: sub type has a final super type");
}

TEST(TypeSection, LimitsTheDepthOfSubtyping) {
  std::vector<Bytes> chain = {Bytes{0x50, 0, 0x5f, 0}};
  while (chain.size() <= limits::kSubtypingDepth) {
    chain.push_back(Bytes{0x50, 1} + leb(chain.size() - 1) + Bytes{0x5f, 0});
  }
  EXPECT_EQ(check_section(1, vec(chain), FeatureSet::all()), "ok");
  chain.push_back(Bytes{0x50, 1} + leb(chain.size() - 1) + Bytes{0x5f, 0});
  EXPECT_EQ(check_section(1, vec(chain), FeatureSet::all()),
            "limit: more than 63 super types in a chain");
}

TEST(ImportSection, ReadsAllKinds) {
  ModuleBuilder m;
  m.import_func("a", "f", m.type({}, {}));
  m.import_table("a", "t", kExternRef, 2);
  m.import_memory("a", "m", 1);
  m.import_global("a", "g", kI64, true);
  const auto module = *decode(m.build());
  ASSERT_EQ(module->imports.size(), 4u);
  EXPECT_EQ(module->tables[0].type.element, kExternRef);
  EXPECT_TRUE(module->memories[0].imported);
  EXPECT_TRUE(module->globals[0].type.is_mutable);
  EXPECT_EQ(module->imported_tables + module->imported_memories + module->imported_globals, 3u);
}

TEST(ImportSection, ChecksWhatItReads) {
  const Bytes names = name("a") + name("b");
  EXPECT_EQ(check_section(2, vec({names + Bytes{5, 0}})), "malformed: malformed import kind");
  EXPECT_EQ(check_section(2, vec({names + Bytes{0, 3}})), "invalid: unknown type 3");
  EXPECT_EQ(check_section(2, vec({names + Bytes{3, 0x7f, 2}})), "malformed: malformed mutability");
  EXPECT_EQ(check_section(2, vec({names + Bytes{2, 0x10, 0}})),
            "malformed: malformed limits flags 0x10");
  EXPECT_EQ(check_section(2, vec({name("\xff") + name("b") + Bytes{3, 0x7f, 0}})),
            "malformed: malformed UTF-8 encoding");
}

TEST(FunctionSection, NeedsFunctionTypes) {
  const Bytes types = section(1, vec({Bytes{0x5f, 0}}));
  EXPECT_EQ(check(module_of({types, section(3, vec({leb(0)}))}), FeatureSet::all()),
            "invalid: non-function type 0");
  EXPECT_EQ(check_section(3, vec({leb(0)})), "invalid: unknown type 0");
}

TEST(TableSection, ReadsInitialValues) {
  const Bytes table = Bytes{0x40, 0x00, 0x70, 0x00, 0x05} + code("ref.null", kFuncRef, "end");
  EXPECT_EQ(check_section(4, vec({table}), FeatureSet::all()), "ok");
  EXPECT_EQ(check_section(4, vec({Bytes{0x70, 0x02, 0x00}})),
            "malformed: malformed limits flags 0x02");
  EXPECT_EQ(check_section(4, vec({Bytes{0x7f, 0x00, 0x00}})),
            "malformed: malformed reference type 0x7f");
  EXPECT_EQ(check_section(4, vec(std::vector<Bytes>(101, Bytes{0x70, 0, 0}))),
            "limit: too many tables: 101, more than 100");
}

TEST(MemorySection, ReadsAllFlags) {
  const auto memory = [](Bytes type) { return check_section(5, vec({type}), FeatureSet::all()); };
  EXPECT_EQ(memory({0x03, 1, 2}), "ok");
  EXPECT_EQ(memory({0x05, 1, 2}), "ok");
  EXPECT_EQ(memory({0x08, 1, 0}), "ok");
  EXPECT_EQ(memory({0x0f, 1, 2, 16}), "ok");
  EXPECT_EQ(memory({0x10, 1}), "malformed: malformed limits flags 0x10");
  EXPECT_EQ(memory({0x08, 1, 64}), "malformed: malformed custom page size");
}

TEST(GlobalSection, ReadsConstantExpressions) {
  const auto global = [](ValueType type, const Bytes& init) {
    ModuleBuilder m;
    m.global(type, false, init);
    return check(m);
  };
  EXPECT_EQ(global(kI64, code("i64.const", -1)), "ok");
  EXPECT_EQ(global(kF64, code("f64.const", 1.0)), "ok");
  EXPECT_EQ(global(kExternRef, code("ref.null", kExternRef)), "ok");
  EXPECT_EQ(global(kI32, code("nop", "i32.const", 0)), "invalid: constant expression required");
  EXPECT_EQ(global(kI32, code("i32.const", 0, "i32.eqz")), "invalid: constant expression required");
  EXPECT_EQ(global(kI32, code("i32.const", 0, "i32.const", 1, "i32.add")), "ok");
  EXPECT_EQ(check_section(6, Bytes{1, 0x7f, 0, 0x41, 0}),
            "malformed: unexpected end: END opcode expected");
}

TEST(ExportSection, ChecksKinds) {
  EXPECT_EQ(check_section(7, vec({name("x") + Bytes{5, 0}})), "malformed: malformed export kind");
}

// The eight forms of element segments.
TEST(ElemSection, ReadsAllForms) {
  const Bytes offset = code("i32.const", 0, "end");
  const Bytes indices = Bytes{2, 0, 0};
  const Bytes expressions = Bytes{2} + code("ref.func", 0, "end", "ref.null", kFuncRef, "end");
  const std::vector<Bytes> forms = {
      Bytes{0} + offset + indices,
      Bytes{1, 0x00} + indices,
      Bytes{2, 0} + offset + Bytes{0x00} + indices,
      Bytes{3, 0x00} + indices,
      Bytes{4} + offset + expressions,
      Bytes{5, 0x70} + expressions,
      Bytes{6, 0} + offset + Bytes{0x70} + expressions,
      Bytes{7, 0x70} + expressions,
  };
  constexpr SegmentMode kModes[] = {SegmentMode::kActive, SegmentMode::kPassive,
                                    SegmentMode::kActive, SegmentMode::kDeclarative};
  for (size_t form = 0; form < forms.size(); ++form) {
    ModuleBuilder m;
    m.func({}, {}, code());
    m.table(kFuncRef, 10);
    m.raw_elem(forms[form]);
    ASSERT_EQ(check(m), "ok") << form;
    const auto module = *decode(m.build());
    const ElemSegment& elem = module->elems[0];
    EXPECT_EQ(elem.size(), 2u) << form;
    EXPECT_EQ(elem.mode, kModes[form % 4]) << form;
    EXPECT_EQ(elem.functions.empty(), form >= 4) << form;
  }
  EXPECT_EQ(check_section(9, Bytes{1, 8, 0}), "malformed: malformed elements segment kind");
  EXPECT_EQ(check_section(9, Bytes{1, 1, 1, 0}), "malformed: malformed element kind");
}

TEST(ElemSection, KeepsPlainFunctionsAsIndices) {
  ModuleBuilder m;
  m.func({}, {}, code());
  m.raw_elem(Bytes{5, 0x70, 2} + code("ref.func", 0, "end", "ref.func", 0, "end"));
  const auto module = *decode(m.build());
  const ElemSegment& elem = module->elems[0];
  EXPECT_EQ(elem.functions, (std::vector<uint32_t>{0, 0}));
  EXPECT_TRUE(elem.expressions.empty());
  EXPECT_EQ(elem.type, kFuncRef);
}

TEST(DataSection, ReadsAllForms) {
  ModuleBuilder m;
  m.memory(1);
  m.passive_data("passive");
  m.data(code("i32.const", 8), "active");
  const auto module = *decode(m.build());
  EXPECT_EQ(module->datas[0].mode, SegmentMode::kPassive);
  EXPECT_EQ(module->datas[1].offset.instructions[0].value, 8u);
  const Bytes explicit_memory = Bytes{2, 0} + code("i32.const", 0, "end") + Bytes{0};
  EXPECT_EQ(check(module_of({section(5, vec({Bytes{0, 1}})), section(11, vec({explicit_memory}))})),
            "ok");
  EXPECT_EQ(check_section(11, Bytes{1, 3, 0}), "malformed: malformed data segment kind");
  EXPECT_EQ(check_section(11, Bytes{1, 1, 5, 0}), "malformed: length out of bounds");
}

TEST(CodeSection, MergesRunsOfLocals) {
  ModuleBuilder m;
  m.func({}, {}, code(), {{1, kI32}, {0, kF32}, {2, kI32}, {0, kI64}, {1, kI64}});
  const auto module = *decode(m.build());
  const FunctionDecl& function = module->functions[0];
  ASSERT_EQ(module->locals(function).size(), 2u);
  EXPECT_EQ(module->locals(function)[0].count, 3u);
  EXPECT_EQ(function.local_count, 4u);
}

TEST(CodeSection, LimitsLocals) {
  const auto locals = [](const std::vector<LocalsOf>& runs) {
    return check_body({}, {}, code(), runs);
  };
  EXPECT_EQ(locals({{25'000, kI32}, {25'000, kF64}}), "ok");
  EXPECT_EQ(locals({{25'000, kI32}, {25'001, kF64}}),
            "limit: too many locals: 50001, more than 50000");
  EXPECT_EQ(locals({{40'000, kI32}, {UINT32_MAX, kI32}}),
            "malformed: too many locals: 4295007295, more than 50000");
}

TEST(CodeSection, LimitsBodies) {
  const Bytes body = Bytes{0} + Bytes(limits::kFunctionBodyBytes - 2, 0x01) + Bytes{0x0b};
  ModuleBuilder m;
  m.raw_func(m.type({}, {}), body);
  EXPECT_EQ(check(m), "ok");
  ModuleBuilder n;
  n.raw_func(n.type({}, {}), body + Bytes{0x0b});
  EXPECT_EQ(check(n), "limit: function body of 7654322 bytes, more than 7654321");
}

TEST(CustomSection, NeedsAName) {
  EXPECT_EQ(check_section(0, name("x")), "ok");
  EXPECT_EQ(check_section(0, Bytes{3, 'x'}), "malformed: length out of bounds");
  EXPECT_EQ(check_section(0, Bytes{1, 0xff}), "malformed: malformed UTF-8 encoding");
  EXPECT_EQ(check_section(0, name(std::string(100'001, 'x'))),
            "limit: name of 100001 bytes, more than 100000");
}

}  // namespace
}  // namespace tappet
