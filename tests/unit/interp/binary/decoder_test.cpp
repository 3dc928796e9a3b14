#include "interp/binary/decoder.h"

#include <gtest/gtest.h>

#include "tests/unit/interp/support/check.h"

namespace tappet {
namespace {

using namespace test;

Bytes one_function() {
  ModuleBuilder m;
  m.func({}, {}, code());
  return m.build();
}

TEST(Decoder, ReadsTheEmptyModule) {
  const auto module = *decode(header());
  EXPECT_TRUE(module->functions.empty());
  EXPECT_EQ(module->bytes.size(), 8u);
}

TEST(Decoder, ReadsAllSections) {
  ModuleBuilder m;
  const uint32_t type = m.type({kI32}, {});
  m.import_func("env", "log", type);
  m.import_global("env", "base", kI32);
  const uint32_t f = m.func({}, {kI64}, code("i64.const", -7), {{2, kI32}, {1, kF64}});
  m.table(kFuncRef, 3);
  m.memory(1, 2);
  m.global(kF32, true, code("f32.const", 1.5f));
  m.export_func("run", f);
  const uint32_t begin = m.func({}, {}, code());
  m.start(begin);
  m.elem(code("i32.const", 1), {0, f});
  m.data(code("global.get", 0), "hello");
  m.data_count();
  m.custom("extra", Bytes{1, 2, 3});
  const auto decoded = decode(m.build());
  ASSERT_TRUE(decoded.ok()) << decoded.error().to_string();
  const Module& module = **decoded;

  EXPECT_EQ(module.types.size(), 3u);
  ASSERT_EQ(module.imports.size(), 2u);
  EXPECT_EQ(module.imports[0].module, "env");
  EXPECT_EQ(module.imports[0].name, "log");
  EXPECT_EQ(module.imports[1].kind, ExternKind::kGlobal);
  EXPECT_EQ(module.imported_functions, 1u);
  ASSERT_EQ(module.functions.size(), 3u);
  EXPECT_TRUE(module.functions[0].imported);
  EXPECT_EQ(module.function_type(f).results, std::vector<ValueType>{kI64});
  ASSERT_EQ(module.locals(module.functions[f]).size(), 2u);
  EXPECT_EQ(module.locals(module.functions[f])[0].count, 2u);
  EXPECT_EQ(module.functions[f].local_count, 3u);
  const FunctionDecl& body = module.functions[f];
  const ByteSpan instructions =
      module.bytes.subspan(body.code_begin, body.code_end - body.code_begin);
  EXPECT_EQ(Bytes(instructions.begin(), instructions.end()), (Bytes{0x42, 0x79, 0x0b}));

  EXPECT_EQ(module.tables[0].type.limits.min, 3u);
  EXPECT_EQ(module.memories[0].type.limits, (Limits{1, 2, true}));
  ASSERT_EQ(module.globals.size(), 2u);
  EXPECT_TRUE(module.globals[1].type.is_mutable);
  EXPECT_EQ(module.globals[1].init.instructions[0].value, 0x3fc00000u);
  EXPECT_EQ(module.find_export("run")->index, f);
  EXPECT_EQ(module.start, begin);
  EXPECT_EQ(module.elems[0].functions, (std::vector<uint32_t>{0, f}));
  EXPECT_EQ(module.elems[0].offset.instructions[0].value, 1u);
  const DataSegment& data = module.datas[0];
  EXPECT_EQ(as_text(module.bytes.subspan(data.begin, data.end - data.begin)), "hello");
  EXPECT_EQ(data.offset.instructions[0].opcode, Opcode::kGlobalGet);
  EXPECT_EQ(module.data_count, 1u);
  EXPECT_EQ(module.customs[0].name, "extra");
  EXPECT_EQ(module.customs[0].end - module.customs[0].begin, 3u);
}

TEST(Decoder, KnowsWhichFunctionsMayBeReferredTo) {
  ModuleBuilder m;
  for (int i = 0; i < 6; ++i) m.func({}, {}, code());
  m.export_func("f", 0);
  m.declare({1});
  m.table(kFuncRef, 10);
  m.elem(code("i32.const", 0), {2});
  m.global(kFuncRef, false, code("ref.func", 3));
  m.start(4);
  EXPECT_EQ((*decode(m.build()))->declared_functions,
            (std::vector<bool>{true, true, true, true, false, false}));
}

TEST(Decoder, AddsTheBaseOffset) {
  const auto owner = std::make_shared<const Bytes>(Bytes{9, 9, 9} + header() + Bytes{0x0e, 0x00});
  const DecodeOptions options{std::make_shared<TypeRegistry>()};
  const auto result = decode_module(owner, ByteSpan(*owner).subspan(3), 1000, options);
  EXPECT_EQ(result.error(), make_error(ErrorKind::kMalformed, "malformed section id 14",
                                       Position::at_offset(1008)));
  const auto good = decode_module(owner, ByteSpan(*owner).subspan(3, 8), 1000, options);
  EXPECT_EQ((*good)->base_offset, 1000u);
}

TEST(Decoder, ChecksTheHeader) {
  EXPECT_EQ(check(Bytes{}), "malformed: unexpected end");
  EXPECT_EQ(check(Bytes{0x00, 'a', 's', 'm'}), "malformed: unexpected end");
  EXPECT_EQ(check(Bytes{0x00, 'A', 'S', 'M', 1, 0, 0, 0}), "malformed: magic header not detected");
  EXPECT_EQ(check(Bytes{0x00, 'a', 's', 'm', 0x0d, 0, 1, 0}),
            "malformed: unknown binary version 0x1000d");
}

TEST(Decoder, ChecksTheOrderOfSections) {
  const Bytes types = section(1, vec({}));
  const Bytes memories = section(5, vec({}));
  const Bytes tags = section(13, vec({}));
  const Bytes globals = section(6, vec({}));
  const Bytes custom = section(0, name("x"));
  EXPECT_EQ(check(module_of({custom, types, custom, custom, memories, custom})), "ok");
  EXPECT_EQ(check(module_of({types, types})),
            "malformed: unexpected content after last section: type section out of order or twice");
  EXPECT_EQ(check(module_of({memories, types})),
            "malformed: unexpected content after last section: type section out of order or twice");
  EXPECT_EQ(check(module_of({memories, tags, globals}), FeatureSet::all()), "ok");
  EXPECT_NE(check(module_of({globals, tags}), FeatureSet::all()), "ok");
  const Bytes data_count = section(12, leb(0));
  const Bytes codes = section(10, vec({}));
  EXPECT_EQ(check(module_of({data_count, codes})), "ok");
  EXPECT_NE(check(module_of({codes, data_count})), "ok");
}

TEST(Decoder, ChecksTheSizesOfSections) {
  EXPECT_EQ(check(module_of({section(1, vec({}) + Bytes{0})})), "malformed: section size mismatch");
  EXPECT_EQ(check(module_of({Bytes{1, 5, 0}})), "malformed: length out of bounds");
  EXPECT_EQ(check(module_of({Bytes{1, 0}})), "malformed: unexpected end");
  EXPECT_EQ(check(module_of({Bytes{0, 0}})), "malformed: unexpected end");
}

TEST(Decoder, ChecksThatCountsAgree) {
  const Bytes types = section(1, vec({Bytes{0x60, 0, 0}}));
  const Bytes functions = section(3, vec({leb(0)}));
  const Bytes body = Bytes{2, 0, 0x0b};
  const std::string inconsistent = "malformed: function and code section have inconsistent lengths";
  EXPECT_EQ(check(module_of({types, functions, section(10, vec({body}))})), "ok");
  EXPECT_EQ(check(module_of({types, functions})), inconsistent);
  EXPECT_EQ(check(module_of({types, functions, section(10, vec({}))})), inconsistent);
  EXPECT_EQ(check(module_of({types, section(10, vec({body}))})), inconsistent);
  EXPECT_EQ(check(module_of({types, functions, section(10, vec({body, body}))})), inconsistent);
  const std::string data = "malformed: data count and data section have inconsistent lengths";
  EXPECT_EQ(check(module_of({section(12, leb(1))})), data);
  EXPECT_EQ(check(module_of({section(12, leb(0)), section(11, vec({Bytes{1, 0}}))})), data);
}

TEST(Decoder, RefusesCodeAfterTheEndOfAFunction) {
  ModuleBuilder m;
  m.raw_func(m.type({}, {}), Bytes{0x00, 0x0b, 0x0b});
  EXPECT_EQ(
      check(m).substr(0, 90),
      "malformed: function 0: end: section size mismatch: code after the end of the function");
}

TEST(Decoder, NeedsEveryByteOfAModule) {
  const Bytes whole = one_function();
  std::vector<size_t> accepted;
  for (size_t size = 0; size < whole.size(); ++size) {
    if (decode(Bytes(whole.begin(), whole.begin() + size)).ok()) accepted.push_back(size);
  }
  EXPECT_EQ(accepted, (std::vector<size_t>{8, 14}));  // the header, and the types after it
}

}  // namespace
}  // namespace tappet
