// Instances and what they are given; resource types across instances.
#include "tests/unit/canonical-abi/component/loading.h"

namespace tappet::component {
namespace {

using namespace build;

// Core instances.

B two_modules(const B& params_of_export) {
  return core_module_section(core_module({{"f", params_of_export, ""}})) +
         core_module_section(core_module({}, false, {{"m.f", "i", ""}}));
}

TEST(ValidateCoreInstances, ImportsAreFoundByModuleAndName) {
  EXPECT_TRUE(valid(component(
      {two_modules("i"), core_instances({core_instantiate(0), core_instantiate(1, {{"m", 0}})})})));
  EXPECT_TRUE(invalid_with(component({two_modules("i"), core_instances({core_instantiate(1)})}),
                           "missing module instantiation argument named `m`"));
  EXPECT_TRUE(
      invalid_with(component({two_modules("i"),
                              core_instances({core_bundle({}), core_instantiate(1, {{"m", 0}})})}),
                   "does not export an item named `f`"));
  EXPECT_TRUE(invalid_with(
      component({two_modules("l"),
                 core_instances({core_instantiate(0), core_instantiate(1, {{"m", 0}})})}),
      "expected (func (param i32)), found (func (param i64))"));
  EXPECT_TRUE(
      invalid_with(component({two_modules("i"), core_instances({core_instantiate(0, {{"x", 9}})})}),
                   "core instance index out of bounds"));
  EXPECT_TRUE(invalid_with(
      component({two_modules("i"),
                 core_instances({core_instantiate(0), core_instantiate(0, {{"x", 0}, {"x", 0}})})}),
      "argument `x` conflicts"));
  EXPECT_TRUE(
      invalid_with(component({core_instances({core_instantiate(0)})}), "unknown core module 0"));
}

TEST(ValidateCoreInstances, BundlesRename) {
  const B renamed = component(
      {two_modules("i"), core_instances({core_instantiate(0)}),
       aliases({alias_core_export(kCoreFunc, 0, "f")}),
       core_instances({core_bundle({{"f", B("\0\0", 2)}}), core_instantiate(1, {{"m", 1}})})});
  EXPECT_TRUE(valid(renamed));
  EXPECT_TRUE(invalid_with(component({core_instances({core_bundle({{"f", B("\0\0", 2)}})})}),
                           "core func index out of bounds"));
  EXPECT_TRUE(invalid_with(
      component({two_modules("i"), core_instances({core_instantiate(0)}),
                 aliases({alias_core_export(kCoreFunc, 0, "f")}),
                 core_instances({core_bundle({{"f", B("\0\0", 2)}, {"f", B("\0\0", 2)}})})}),
      "export name `f` already defined"));
  EXPECT_TRUE(invalid_with(component({two_modules("i"), core_instances({core_instantiate(0)}),
                                      aliases({alias_core_export(kCoreMemory, 0, "f")})}),
                           "export `f` for core instance 0 is not a memory"));
}

// Components.

const B kFuncImporter =
    component({types({func({{"x", kU8}})}), imports({import("f", is_func(0))})});

TEST(ValidateInstances, ArgumentsFitImports) {
  const auto with = [](const NamedTypes& params, const Items& args) {
    return component({types({func(params)}), imports({import("g", is_func(0))}),
                      nested(kFuncImporter), instances({instantiate(0, args)})});
  };
  EXPECT_TRUE(valid(with({{"x", kU8}}, {{"f", item(kFunc, 0)}})));
  EXPECT_TRUE(valid(with({{"x", kU8}}, {{"f", item(kFunc, 0)}, {"Not-Kebab", item(kFunc, 0)}})));
  EXPECT_TRUE(invalid_with(with({{"x", kU8}}, {}), "missing import named `f`"));
  EXPECT_TRUE(invalid_with(with({{"x", kU16}}, {{"f", item(kFunc, 0)}}),
                           "type mismatch for import `f`: parameter `x`: expected u8, found u16"));
  EXPECT_TRUE(invalid_with(with({{"x", kU8}}, {{"f", item(kComponent, 0)}}),
                           "expected func, found component"));
  EXPECT_TRUE(invalid_with(with({{"x", kU8}}, {{"f", item(kFunc, 0)}, {"f", item(kFunc, 0)}}),
                           "argument `f` conflicts"));
  EXPECT_TRUE(
      invalid_with(with({{"x", kU8}}, {{"f", item(kFunc, 7)}}), "func index out of bounds"));
  EXPECT_TRUE(invalid_with(with({{"x", kU8}}, {{"f", item(kCoreFunc, 0)}}),
                           "core func index out of bounds"));
}

TEST(ValidateInstances, CoreItemsStayInside) {
  EXPECT_TRUE(invalid_with(component({core_module_section(core_module({{"f", "", ""}})),
                                      core_instances({core_instantiate(0)}),
                                      aliases({alias_core_export(kCoreFunc, 0, "f")}),
                                      exports({exported("f", item(kCoreFunc, 0))})}),
                           "a core func cannot be exported or passed"));
  EXPECT_TRUE(valid(component(
      {core_module_section(core_module({})), exports({exported("m", item(kCoreModule, 0))})})));
}

TEST(ValidateInstances, AscriptionOnlyForgets) {
  const B with_f =
      types({func({}), instance_type({type_decl(func({})), export_decl("f", is_func(0))}),
             instance_type({})});
  EXPECT_TRUE(valid(component({with_f, imports({import("i", is_instance(1))}),
                               exports({exported("j", item(kInstance, 0), is_instance(2))})})));
  EXPECT_TRUE(invalid_with(
      component({with_f, imports({import("i", is_instance(2))}),
                 exports({exported("j", item(kInstance, 0), is_instance(1))})}),
      "ascribed type of export is not compatible with item's type: missing expected export `f`"));
}

// Resource types: `eq_checker` accepts two that are the same.

const B kEqChecker = component({imports({import("a", is_resource()), import("b", is_type(0))})});
const B kMaker = component({types({resource()}), exports({exported("r", item(kType, 0))})});

B check_equal(const B& before, uint32_t a, uint32_t b) {
  return component({nested(kEqChecker), before,
                    instances({instantiate(0, {{"a", item(kType, a)}, {"b", item(kType, b)}})})});
}

TEST(ValidateResources, DefinitionsAreGenerative) {
  const B two = types({resource(), resource()});
  EXPECT_TRUE(valid(check_equal(two, 0, 0)));
  EXPECT_TRUE(invalid_with(check_equal(two, 0, 1), "resource types are not the same"));
}

TEST(ValidateResources, ImportsAreFreshUnlessEqual) {
  const B three =
      imports({import("x", is_resource()), import("y", is_resource()), import("z", is_type(0))});
  EXPECT_TRUE(invalid_with(check_equal(three, 0, 1), "expected `a`, found `y`"));
  EXPECT_TRUE(valid(check_equal(three, 0, 2)));
}

TEST(ValidateResources, EachInstanceHasItsOwn) {
  const B two = nested(kMaker) + instances({instantiate(1), instantiate(1)}) +
                aliases({alias_export(kType, 0, "r"), alias_export(kType, 1, "r"),
                         alias_export(kType, 0, "r")});
  EXPECT_TRUE(valid(check_equal(two, 0, 2)));
  EXPECT_TRUE(invalid_with(check_equal(two, 0, 1), "resource types are not the same"));
}

TEST(ValidateResources, ImportedInstancesEachBringTheirOwn) {
  const B two = types({instance_type({export_decl("r", is_resource())})}) +
                imports({import("i", is_instance(0)), import("j", is_instance(0))}) +
                aliases({alias_export(kType, 0, "r"), alias_export(kType, 1, "r")});
  EXPECT_TRUE(valid(check_equal(two, 1, 1)));
  EXPECT_TRUE(invalid_with(check_equal(two, 1, 2), "resource types are not the same"));
}

TEST(ValidateResources, InstantiationSubstitutes) {
  // The child hands its import back: the parent knows that it is the same.
  const B child = component(
      {imports({import("in", is_resource())}), exports({exported("out", item(kType, 0))})});
  const B parent = types({resource()}) + nested(child) +
                   instances({instantiate(1, {{"in", item(kType, 0)}})}) +
                   aliases({alias_export(kType, 0, "out")});
  EXPECT_TRUE(valid(check_equal(parent, 0, 1)));
  // So it stays local, too.
  EXPECT_TRUE(valid(component(
      {types({resource()}), nested(child), instances({instantiate(0, {{"in", item(kType, 0)}})}),
       aliases({alias_export(kType, 0, "out")}), canons({byte(0x04) + u32(1)})})));
}

TEST(ValidateResources, AscriptionMakesThemAbstract) {
  const auto child = [](bool ascribed) {
    return component({types({resource()}),
                      exports({exported("r1", item(kType, 0)),
                               exported("r2", item(kType, 0), ascribed ? is_resource() : B())})});
  };
  const auto parent = [&](bool ascribed) {
    return check_equal(nested(child(ascribed)) + instances({instantiate(1)}) +
                           aliases({alias_export(kType, 0, "r1"), alias_export(kType, 0, "r2")}),
                       0, 1);
  };
  EXPECT_TRUE(valid(parent(false)));
  EXPECT_TRUE(invalid_with(parent(true), "resource types are not the same"));
}

TEST(ValidateResources, OnlyLocalOnesHaveARepresentation) {
  const auto canon = [](const B& before, int code) {
    return component({before, canons({byte(code) + u32(0)})});
  };
  const B local = types({resource()});
  const B imported = imports({import("r", is_resource())});
  const B foreign =
      nested(kMaker) + instances({instantiate(0)}) + aliases({alias_export(kType, 0, "r")});
  for (const int code : {0x02, 0x04}) {
    EXPECT_TRUE(valid(canon(local, code)));
    EXPECT_TRUE(invalid_with(canon(imported, code), "not a local resource"));
    EXPECT_TRUE(invalid_with(canon(foreign, code), "not a local resource"));
  }
  EXPECT_TRUE(valid(canon(local, 0x03)));
  EXPECT_TRUE(valid(canon(imported, 0x03)));
  EXPECT_TRUE(valid(canon(foreign, 0x03)));
  EXPECT_TRUE(invalid_with(canon(types({kU8}), 0x03), "not a resource type"));
}

TEST(ValidateResources, LocalOnesDoNotShowInImports) {
  EXPECT_TRUE(invalid_with(component({types({resource()}), imports({import("x", is_type(0))})}),
                           "local resource type found in imports"));
}

// Component-typed arguments are compared with their variables.
TEST(ValidateResources, ComponentArguments) {
  const B factory =
      component({imports({import("x", is_resource())}), types({own(0), func({}, type(1))}),
                 imports({import("f", is_func(2))}), exports({exported("g", item(kFunc, 0))})});
  const auto user = [](uint32_t result_resource) {
    return component(
        {types({component_type({import_decl("x", is_resource()), export_decl("y", is_resource()),
                                type_decl(own(0)), type_decl(own(result_resource)),
                                type_decl(func({}, type(2))), type_decl(func({}, type(3))),
                                import_decl("f", is_func(4)), export_decl("g", is_func(5))})}),
         imports({import("c", is_component(0))})});
  };
  const auto with = [&](uint32_t result_resource) {
    return component({nested(factory), nested(user(result_resource)),
                      instances({instantiate(1, {{"c", item(kComponent, 0)}})})});
  };
  EXPECT_TRUE(invalid_with(with(0), "missing expected export `y`"));
  const B plain_user =
      component({types({component_type({import_decl("x", is_resource()), type_decl(own(0)),
                                        type_decl(func({}, type(1))), import_decl("f", is_func(2)),
                                        export_decl("g", is_func(2))})}),
                 imports({import("c", is_component(0))})});
  EXPECT_TRUE(valid(component({nested(factory), nested(plain_user),
                               instances({instantiate(1, {{"c", item(kComponent, 0)}})})})));
}

}  // namespace
}  // namespace tappet::component
