// What components import, and what hosts offer.
#include "canonical-abi/linker/linker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/canonical-abi/support/api.h"

namespace tappet::component::test {
namespace {

using ::testing::HasSubstr;
using V = ComponentValue;

HostBody returns(uint32_t n) {
  return [n](HostEnvironment&, std::span<ComponentValue>) { return HostReturn::value(V::u32(n)); };
}

TEST(Linker, OneInterfaceServesEveryVersionOfItsTrack) {
  Api api;
  Program p("versions.wasm");
  ASSERT_TRUE(p.linker().define(api.interface("0.2.12")).ok());
  EXPECT_EQ(p.call("run", {V::u32(7)}, "test:guest/runner@0.2.7"), "7");
}

TEST(Linker, AnOlderHostServesANewerImport) {
  Api api;
  Program p("versions.wasm");
  ASSERT_TRUE(p.linker().define(api.interface("0.2.0")).ok());
  EXPECT_EQ(p.call("run", {V::u32(7)}, "test:guest/runner@0.2.7"), "7");
}

TEST(Linker, OtherTracksDoNotServe) {
  for (const char* version : {"0.3.0", "1.2.0", "0.2.5-rc", ""}) {
    Api api;
    Program p("versions.wasm");
    ASSERT_TRUE(p.linker().define(api.interface(version)).ok());
    EXPECT_THAT(p.link(), HasSubstr("interface `test:host/api@0.2.0` is missing")) << version;
  }
}

TEST(Linker, VersionsShareTheirResourceTypes) {
  Api api;
  for (const char* file : {"versions.wasm", "separate.wasm"}) {
    Program p(file);
    ASSERT_TRUE(p.linker().define(api.interface("0.2.0")).ok());
    ASSERT_TRUE(p.linker().define(api.interface("0.2.4")).ok());
    const bool separate = std::string_view(file) == "separate.wasm";
    EXPECT_EQ(p.call("run", {V::u32(9)}, separate ? "" : "test:guest/runner@1.0.0"), "9");
  }
}

TEST(Linker, DifferentResourceTypesStayApart) {
  Api old_api;
  Api new_api;
  Program linked("versions.wasm");
  ASSERT_TRUE(linked.linker().define(old_api.interface("0.2.0")).ok());
  ASSERT_TRUE(linked.linker().define(new_api.interface("0.2.4")).ok());
  EXPECT_THAT(linked.link(), HasSubstr("resource types are not the same"));

  Program p("separate.wasm");
  ASSERT_TRUE(p.linker().define(old_api.interface("0.2.0")).ok());
  ASSERT_TRUE(p.linker().define(new_api.interface("0.2.4")).ok());
  EXPECT_EQ(p.call("run", {V::u32(9)}),
            "trap: handle index 1 used with the wrong type, expected host-defined resource but "
            "found a different host-defined resource");
}

TEST(Linker, ExportsAreFoundByTrack) {
  Api api;
  Program p("versions.wasm");
  ASSERT_TRUE(p.linker().define(api.interface("0.2.0")).ok());
  ASSERT_EQ(p.link(), "");
  const auto found = [&](const char* name) {
    const ExportedInterface* interface = p.pre().find_interface(name);
    return interface ? interface->name : "nothing";
  };
  EXPECT_EQ(found("test:guest/runner@0.2.7"), "test:guest/runner@0.2.7");
  EXPECT_EQ(found("test:guest/runner@0.2.0"), "test:guest/runner@0.2.7");
  EXPECT_EQ(found("test:guest/runner@0.2"), "test:guest/runner@0.2.7");
  EXPECT_EQ(found("test:guest/runner@1.9.9"), "test:guest/runner@1.4.0");
  EXPECT_EQ(found("test:guest/runner@2.0.0"), "nothing");
  EXPECT_EQ(found("test:guest/runner"), "nothing");
  EXPECT_EQ(found(""), "nothing");
  EXPECT_NE(p.pre().find_function("test:guest/runner@0.2", "run"), nullptr);
  EXPECT_EQ(p.pre().find_function("test:guest/runner@0.2", "walk"), nullptr);
}

TEST(Linker, AllThatIsMissingIsReportedAtOnce) {
  Api api;
  Program p("imports.wasm");
  ASSERT_TRUE(p.linker().define(api.interface()).ok());
  EXPECT_EQ(p.link(),
            "the component does not fit this host: function `subtract-one` of "
            "`test:host/api@0.2.3` is missing; interface `test:host/other@3.1.0` is missing; "
            "function `plain` is missing");
}

TEST(Linker, UnknownImportsCanTrapInstead) {
  Api api;
  Program p("imports.wasm", {.unknown_imports_trap = true});
  ASSERT_TRUE(p.linker().define(api.interface()).ok());
  p.start();
  EXPECT_EQ(p.call("add", {V::u32(1)}), "2");
  EXPECT_EQ(p.call("subtract", {V::u32(1)}),
            "trap: unknown import: `subtract-one` of `test:host/api@0.2.3` was called");
  p.start();
  EXPECT_EQ(p.call("make"), "trap: unknown import: `make` of `test:host/other@3.1.0` was called");
  p.start();
  EXPECT_EQ(p.call("plain", {V::u32(1)}), "trap: unknown import: `plain` was called");
}

TEST(Linker, ImportsWithoutInterface) {
  Api api;
  Host root("");
  root.func("plain", {{"x", u32()}}, u32(), returns(11));
  Host other("test:host/other", "3.0.1");
  HostResourceType stuff{"stuff"};
  const Resource* const resource = other.resource("stuff", stuff);
  other.func("make", {}, other.own(resource), [](HostEnvironment&, std::span<ComponentValue>) {
    return HostReturn::value(V::handle(TypeKind::kOwn, 1));
  });
  Program p("imports.wasm", {.unknown_imports_trap = true});
  ASSERT_TRUE(p.linker().define(api.interface()).ok());
  ASSERT_TRUE(p.linker().define(root.take()).ok());
  ASSERT_TRUE(p.linker().define(other.take()).ok());
  EXPECT_EQ(p.call("plain", {V::u32(1)}), "11");
  EXPECT_EQ(p.call("make"), "");
}

TEST(Linker, MismatchesNameFunctionAndParameter) {
  Api api;
  Program p("wrong.wasm");
  ASSERT_TRUE(p.linker().define(api.interface()).ok());
  const std::string error = p.link();
  EXPECT_THAT(error, HasSubstr("func `add-one` of `test:host/api@0.2.3`: parameter `x`: "
                               "expected u64, found u32"));
  EXPECT_THAT(error, HasSubstr("func `greet` of `test:host/api@0.2.3`: expected parameter named "
                               "`who`, found `name`"));
  EXPECT_THAT(error, HasSubstr("func `wait` of `test:host/api@0.2.3`: result: "
                               "expected tuple<u32, u32>, found u32"));
  EXPECT_THAT(error, HasSubstr("func `fail` of `test:host/api@0.2.3`: expected 1 parameters, "
                               "found 0"));
}

TEST(Linker, MismatchesNameTheField) {
  Host host("test:host/shapes");
  const ValType* shape =
      host.compose(TypeKind::kRecord, {{"size", primitive(TypeKind::kU64)}, {"name", string()}});
  host.func("draw", {{"s", shape}}, nullptr, returns(0));
  Program p("records.wasm");
  ASSERT_TRUE(p.linker().define(host.take()).ok());
  EXPECT_THAT(p.link(), HasSubstr("func `draw` of `test:host/shapes`: parameter `s`: field `size`: "
                                  "expected u32, found u64"));
}

TEST(Linker, AnInterfaceIsDefinedOnce) {
  Api api;
  Program p("tiny.wasm");
  EXPECT_TRUE(p.linker().define(api.interface("1.0.0")).ok());
  EXPECT_TRUE(p.linker().define(api.interface("1.0.1")).ok());
  const Result<> again = p.linker().define(api.interface("1.0.0"));
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().kind, ErrorKind::kUsage);
}

TEST(Linker, TypesOfAnotherEngineAreRefused) {
  Program p("tiny.wasm");
  const Engine other;
  auto component = load(other, "tiny.wasm");
  ASSERT_TRUE(component.ok());
  const auto linked = p.linker().link(*component);
  ASSERT_FALSE(linked.ok());
  EXPECT_EQ(linked.error().kind, ErrorKind::kUsage);
}

TEST(Linker, InstancesAreCountedAcrossComponentsThatArePassed) {
  Program p("bomb.wasm");
  EXPECT_EQ(p.link(), "instantiating the component makes more than 10000 instances");
}

}  // namespace
}  // namespace tappet::component::test
