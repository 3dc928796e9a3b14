// The grammar of the binary format: what decoding yields, and what it refuses.
#include "canonical-abi/component/binary/decoder.h"

#include <gtest/gtest.h>

#include "interp/base/limits.h"
#include "tests/unit/canonical-abi/component/builder.h"

namespace tappet::component {
namespace {

using namespace build;

class Decoding : public ::testing::Test {
 protected:
  const syntax::Component& decode(const B& bytes) {
    bytes_ = Bytes(bytes.begin(), bytes.end());
    Result<std::unique_ptr<syntax::Component>> decoded = binary::decode(bytes_, 0, budget_);
    EXPECT_TRUE(decoded.ok()) << decoded.error().to_string();
    component_ = decoded.ok() ? *std::move(decoded) : std::make_unique<syntax::Component>();
    return *component_;
  }
  // "message @ offset"
  std::string error(const B& bytes) {
    bytes_ = Bytes(bytes.begin(), bytes.end());
    const auto decoded = binary::decode(bytes_, 0, budget_);
    if (decoded.ok()) return "decoded";
    EXPECT_EQ(decoded.error().position.kind, Position::Kind::kByteOffset);
    return decoded.error().message + " @ " + std::to_string(decoded.error().position.offset);
  }
  template <class T>
  static const T& as(const syntax::Definition& definition) {
    return std::get<T>(definition.what);
  }

  Bytes bytes_;
  Budget budget_ = Budget::for_input(1000);
  std::unique_ptr<syntax::Component> component_;
};

TEST_F(Decoding, PreambleTellsComponentsFromModules) {
  EXPECT_TRUE(decode(component({})).definitions.empty());
  const B module("\0asm\x01\0\0\0", 8);
  EXPECT_FALSE(binary::is_component(Bytes(module.begin(), module.end())));
  EXPECT_EQ(error(module), "expected a component, found a core module or another layer @ 0");
  EXPECT_EQ(error(B("\0asm\x0c\0\x01\0", 8)),
            "unknown binary version 0xc of the component format @ 0");
  EXPECT_EQ(error(B("\0asm\x0d\0\x01", 7)),
            "unexpected end, reading the preamble of a component @ 0");
  EXPECT_EQ(error("wasm\x0d"), "unexpected end, reading the preamble of a component @ 0");
}

TEST_F(Decoding, DefinitionsKeepTheirOrderAcrossSections) {
  const auto& c =
      decode(component({types({kString}), custom("hello", "abc"), types({list(type(0)), kU8})}));
  ASSERT_EQ(c.definitions.size(), 3u);
  EXPECT_EQ(std::get<syntax::DefValType>(as<syntax::TypeDef>(c.definitions[1])).kind,
            TypeKind::kList);
  EXPECT_EQ(c.definitions[0].offset, 11u);
  ASSERT_EQ(c.customs.size(), 1u);
  EXPECT_EQ(c.customs[0].name, "hello");
  EXPECT_EQ(c.customs[0].end - c.customs[0].begin, 3u);
}

TEST_F(Decoding, ValueTypes) {
  const auto& c = decode(
      component({types({record({{"a", kBool}, {"b", type(200)}}), variant({{"x", kS8}, {"y", ""}}),
                        result("", kString), fixed_list(kU8, 300), map(kString, kU32), stream(""),
                        borrow(7), kErrorContext})}));
  const auto def = [&](size_t i) -> const syntax::DefValType& {
    return std::get<syntax::DefValType>(as<syntax::TypeDef>(c.definitions[i]));
  };
  EXPECT_EQ(def(0).items[1].label, "b");
  EXPECT_EQ(def(0).items[1].type.form, syntax::ValTypeUse::Form::kIndex);
  EXPECT_EQ(def(0).items[1].type.index, 200u);
  EXPECT_TRUE(def(1).items[1].type.is_none());
  EXPECT_TRUE(def(2).items[0].type.is_none());
  EXPECT_EQ(def(2).items[1].type.primitive, TypeKind::kString);
  EXPECT_EQ(def(3).number, 300u);
  EXPECT_EQ(def(4).items.size(), 2u);
  EXPECT_TRUE(def(5).items[0].type.is_none());
  EXPECT_EQ(def(6).kind, TypeKind::kBorrow);
  EXPECT_EQ(def(6).number, 7u);
  EXPECT_EQ(def(7).kind, TypeKind::kErrorContext);
}

TEST_F(Decoding, NamesCarryAttributes) {
  const auto& c = decode(component({imports(
      {import_as(attributed("i", {implements("a:b/c"), external_id("id"), version_suffix(".1")}),
                 is_instance(0)),
       B("\x01", 1) + name("old") + is_func(0)})}));
  const ExternName& with = as<syntax::Import>(c.definitions[0]).name;
  EXPECT_EQ(with.name, "i");
  EXPECT_EQ(with.implements, "a:b/c");
  EXPECT_EQ(with.external_id, "id");
  EXPECT_EQ(with.version_suffix, ".1");
  EXPECT_EQ(as<syntax::Import>(c.definitions[1]).name.name, "old");
  EXPECT_EQ(error(component({imports({import_as(
                attributed("i", {implements("a:b/c"), implements("a:b/c")}), is_instance(0))})})),
            "duplicate implements attribute @ 22");
}

TEST_F(Decoding, EveryCanonicalDefinitionHasItsImmediates) {
  for (const CanonRow& r : kCanons) {
    B content = byte(r.code);
    for (const char letter : r.immediates) {
      switch (letter) {
        case '0':
        case 'a':
        case 'c':
        case 's':
        case 'o':
          content += byte(0);
          break;
        case 'v':
          content += byte(0x7f);
          break;
        case 'r':
          content += result_list(kU8);
          break;
        default:
          content += u32(1000);
          break;
      }
    }
    const auto& c = decode(component({canons({content})}));
    ASSERT_EQ(c.definitions.size(), 1u) << r.text;
    EXPECT_EQ(as<syntax::Canon>(c.definitions[0]).kind, r.kind) << r.text;
    // And no byte less will do.
    content.pop_back();
    EXPECT_NE(error(component({canons({content})})), "decoded") << r.text;
  }
  EXPECT_EQ(error(component({canons({byte(0x07)})})),
            "invalid leading byte 0x7 for a canonical definition @ 11");
}

TEST_F(Decoding, CoreTypes) {
  const B module_type = core_module_type(
      {byte(1) + core_func_type("i", ""), byte(0) + name("m") + name("f") + B("\0\0", 2),
       byte(3) + name("e") + B("\x02\x03\x01\x02", 4), byte(2) + B("\x10\x01\x01\0", 4)});
  const auto& c = decode(component({core_types(
      {core_func_type("il", "f"), B("\0\x50\0", 3) + core_func_type("", ""), module_type,
       B("\x4e\x02", 2) + B("\x5f\x01\x64\x01\x00", 5) + B("\x5e\x78\x01", 3)})}));
  const auto& module = std::get<syntax::ModuleTypeDef>(as<syntax::CoreTypeDef>(c.definitions[2]));
  ASSERT_EQ(module.decls.size(), 4u);
  const auto& memory = std::get<syntax::CoreExportDecl>(module.decls[2].decl);
  EXPECT_TRUE(std::get<MemoryType>(memory.type).shared);
  const auto& group = std::get<syntax::CoreRecGroup>(as<syntax::CoreTypeDef>(c.definitions[3]));
  EXPECT_EQ(group.types.size(), 2u);
  EXPECT_EQ(error(component({core_types({core_module_type({byte(1) + core_module_type({})})})})),
            "invalid leading byte 0x50: a module type within a module type @ 14");
}

TEST_F(Decoding, MalformedInputs) {
  EXPECT_EQ(error(component({}) + byte(13)), "malformed section id 13 @ 8");
  EXPECT_EQ(error(component({}) + byte(7)), "unexpected end, reading the size of a section @ 9");
  EXPECT_EQ(error(component({}) + byte(7) + u32(5)), "unexpected end, reading a section @ 10");
  EXPECT_EQ(error(component({raw_section(7, B("\0x", 2))})),
            "section size mismatch: unexpected content @ 11");
  EXPECT_EQ(error(component({raw_section(7, u32(0xffff))})),
            "unexpected end: 65535 types in 0 bytes @ 10");
  EXPECT_EQ(error(component({raw_section(7, u32(0xffff'ffff))})),
            "4294967295 types exceed the limit of 1000000 @ 10");
  EXPECT_EQ(error(component({types({byte(0x62)})})), "invalid leading byte 0x62 for a type @ 11");
  EXPECT_EQ(error(component({types({list(byte(0x72))})})),
            "invalid leading byte 0x72 for a value type @ 12");
  EXPECT_EQ(error(component({types({list("\xff\x7f")})})),
            "invalid leading byte 0xff for a value type @ 12")
      << "a negative number in two bytes is no opcode";
  EXPECT_EQ(error(component({imports({byte(0) + u32(3) + "\xc3\x28x" + is_func(0)})})),
            "malformed UTF-8 encoding in a name @ 13");
  EXPECT_EQ(error(component({raw_section(7, "\xff\xff\xff\xff\xff\x01")})),
            "integer representation too long, reading types @ 10");
  EXPECT_EQ(error(component({raw_section(7, "\xff\xff\xff\xff\x7f")})),
            "integer too large, reading types @ 10");
  EXPECT_EQ(error(component({aliases({alias_outer(kFunc, 0, 0)})})),
            "there are no outer aliases of sort func @ 15");
  EXPECT_EQ(error(component({aliases({alias_export(kCoreFunc, 0, "x")})})),
            "instances have no exports of sort core func @ 17");
  EXPECT_EQ(error(component({aliases({alias_core_export(kFunc, 0, "x")})})),
            "core instances have no exports of sort func @ 16");
}

TEST_F(Decoding, LongNamesAreRefused) {
  const B long_name(limits::kNameBytes + 1, 'x');
  budget_ = Budget::for_input(200'000);
  EXPECT_EQ(error(component({imports({import(long_name, is_func(0))})})),
            "a name of 100001 bytes exceeds the limit of 100000 @ 17");
}

TEST_F(Decoding, NestingIsBounded) {
  budget_ = Budget::for_input(1'000'000);
  B deep = component({});
  for (uint32_t i = 1; i < limits::kComponentNesting; ++i) deep = component({nested(deep)});
  EXPECT_EQ(error(deep), "decoded");
  for (int i = 0; i < 2000; ++i) deep = component({nested(deep)});
  EXPECT_TRUE(error(deep).starts_with("components are nested deeper than 100 levels"));

  B deep_type = kU8;
  for (uint32_t i = 0; i < limits::kComponentTypeDepth; ++i) {
    deep_type = component_type({type_decl(deep_type)});
  }
  EXPECT_EQ(error(component({types({deep_type})})), "decoded");
  for (int i = 0; i < 2000; ++i) deep_type = instance_type({type_decl(deep_type)});
  EXPECT_TRUE(error(component({types({deep_type})})).starts_with("types are nested deeper"));
}

TEST_F(Decoding, MemoryIsBounded) {
  // A million definitions of one byte each.
  budget_ = Budget::for_input(1'000'000);
  const B many = component({raw_section(8, u32(1'000'000) + B(1'000'000, '\x05'))});
  EXPECT_TRUE(error(many).starts_with("the component's definitions need too much memory"));
}

// Cutting a valid component anywhere, or changing any one byte, must give an error or a component.
TEST_F(Decoding, SurvivesCutsAndChanges) {
  const B whole = component(
      {core_module_section(core_module({{"f", "i", ""}})), core_instances({core_instantiate(0)}),
       aliases({alias_core_export(kCoreFunc, 0, "f")}),
       types({func({{"x", kU8}}), instance_type({export_decl("r", is_resource())}),
              component_type({import_decl("f", is_func(0))}), resource(0)}),
       canons({lift(0, {kUtf8}, 0), lower(0, {})}), nested(component({types({kU8})})),
       imports({import("a:b/c@1.0.0", is_instance(1))}), exports({exported("f", item(kFunc, 0))})});
  budget_ = Budget::for_input(1'000'000'000);
  EXPECT_EQ(error(whole), "decoded");
  for (size_t i = 0; i < whole.size(); ++i) {
    error(whole.substr(0, i));
    for (const char change : {'\x00', '\x01', '\x7f', '\x80', '\xff'}) {
      B changed = whole;
      changed[i] = change;
      error(changed);
    }
  }
}

}  // namespace
}  // namespace tappet::component
