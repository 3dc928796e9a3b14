// Names of imports and exports, and which types must have one.
#include "tests/unit/canonical-abi/component/loading.h"

namespace tappet::component {
namespace {

using namespace build;

TEST(ValidateNames, AreStronglyUnique) {
  const B f = types({func({})});
  EXPECT_TRUE(valid(
      component({f, imports({import("a", is_func(0))}), exports({exported("a", item(kFunc, 0))})})))
      << "imports and exports are apart";
  EXPECT_TRUE(
      invalid_with(component({f, imports({import("a", is_func(0)), import("A", is_func(0))})}),
                   "import name `A` conflicts with previous name `a`"));
  EXPECT_TRUE(invalid_with(
      component({f, imports({import("x", is_func(0))}),
                 exports({exported("a", item(kFunc, 0)), exported("a", item(kFunc, 0))})}),
      "export name `a` conflicts with previous name `a`"));
  EXPECT_TRUE(invalid_with(
      component({types({instance_type(
          {type_decl(func({})), export_decl("b", is_func(0)), export_decl("B", is_func(0))})})}),
      "export name `B` conflicts"));
  EXPECT_TRUE(invalid_with(
      component({nested(component({})),
                 instances({bundle({{"a", item(kComponent, 0)}, {"A", item(kComponent, 0)}})})}),
      "export name `A` conflicts"));
}

TEST(ValidateNames, AreOfTheGrammarEverywhere) {
  const B f = types({func({})});
  EXPECT_TRUE(
      invalid_with(component({f, imports({import("aB", is_func(0))})}), "not in kebab case"));
  EXPECT_TRUE(invalid_with(
      component({nested(component({})), instances({bundle({{"1", item(kComponent, 0)}})})}),
      "not in kebab case"));
  EXPECT_TRUE(invalid_with(
      component({types({component_type({type_decl(func({})), import_decl("x_y", is_func(0))})})}),
      "not in kebab case"));
  EXPECT_TRUE(invalid_with(component({f, imports({import("a:b/c@1.0", is_func(0))})}),
                           "not a valid semver"));
}

TEST(ValidateNames, Attributes) {
  const B empty_instance = types({instance_type({}), func({})});
  const auto with = [&](const B& name, const B& type) {
    return component({empty_instance, imports({import_as(name, type)})});
  };
  EXPECT_TRUE(
      valid(with(attributed("a", {implements("a:b/c"), external_id("\n!")}), is_instance(0))));
  EXPECT_TRUE(invalid_with(with(attributed("a", {implements("b")}), is_instance(0)),
                           "must be an interface"));
  EXPECT_TRUE(
      invalid_with(with(attributed("a", {implements("a:b/c")}), is_func(1)), "only instances"));
  EXPECT_TRUE(invalid_with(with(attributed("x:y/z", {implements("a:b/c")}), is_instance(0)),
                           "not valid with `implements`"));
  EXPECT_TRUE(valid(with(attributed("a:b/c@0.2", {version_suffix(".6-rc.1")}), is_instance(0))));
  EXPECT_TRUE(invalid_with(with(attributed("a:b/c@0.2.1", {version_suffix("-rc")}), is_instance(0)),
                           "versionsuffix"));
  EXPECT_TRUE(invalid_with(with(attributed("a:b/c@1", {version_suffix(".x")}), is_instance(0)),
                           "versionsuffix"));
  EXPECT_TRUE(invalid_with(with(attributed("a", {version_suffix("1.0.0")}), is_instance(0)),
                           "versionsuffix"));
}

// Annotated names and the types that go with them.

TEST(ValidateNames, ConstructorsMakeTheirResource) {
  const auto with = [](const B& constructor, std::string_view label = "r") {
    return component({imports({import("r", is_resource()), import("s", is_resource())}),
                      types({own(0), own(1), result(type(2), kString), func({}, constructor)}),
                      imports({import("[constructor]" + std::string(label), is_func(5))})});
  };
  EXPECT_TRUE(valid(with(type(2))));
  EXPECT_TRUE(valid(with(type(4))));
  EXPECT_TRUE(invalid_with(with(type(3)), "does not match expected resource name `s`"));
  EXPECT_TRUE(invalid_with(with(kU8), "should return `(own $T)`"));
  EXPECT_TRUE(invalid_with(with(""), "should return one value"));
  EXPECT_TRUE(invalid_with(with(type(2), "t"), "does not match expected resource name `r`"));
}

TEST(ValidateNames, MethodsBorrowTheirResource) {
  const auto with = [](const NamedTypes& params) {
    return component({imports({import("r", is_resource())}),
                      types({borrow(0), own(0), func(params)}),
                      imports({import("[method]r.get", is_func(3))})});
  };
  EXPECT_TRUE(valid(with({{"self", type(1)}, {"x", kU8}})));
  EXPECT_TRUE(invalid_with(with({}), "at least one argument"));
  EXPECT_TRUE(invalid_with(with({{"this", type(1)}}), "first argument called `self`"));
  EXPECT_TRUE(invalid_with(with({{"self", type(2)}}), "first argument of `(borrow $T)`"));
  EXPECT_TRUE(invalid_with(
      component({imports({import("r", is_resource()), import("[method]r.get", is_resource())})}),
      "item is not a func"));
}

TEST(ValidateNames, StaticsNeedAResourceOfThatName) {
  EXPECT_TRUE(valid(
      component({types({func({})}),
                 imports({import("r", is_resource()), import("[static]r.make", is_func(0))})})));
  EXPECT_TRUE(
      invalid_with(component({types({func({})}), imports({import("[static]r.make", is_func(0))})}),
                   "static resource name is not known"));
  EXPECT_TRUE(invalid_with(
      component({types({func({})}), imports({import("r", is_resource()), import("f", is_func(0))}),
                 exports({exported("[static]r.make", item(kFunc, 0))})}),
      "static resource name is not known"))
      << "an import gives exports no name";
}

// External visibility.

TEST(ValidateVisibility, RecordsMustBeNamedBeforeTheirUse) {
  const B record_and_func = types({record({{"a", kU8}}), func({{"x", type(0)}})});
  EXPECT_TRUE(invalid_with(component({record_and_func, imports({import("f", is_func(1))})}),
                           "func not valid to be used as import"));
  EXPECT_TRUE(
      valid(component({types({record({{"a", kU8}})}), imports({import("r", is_type(0))}),
                       types({func({{"x", type(1)}})}), imports({import("f", is_func(2))})})));
  EXPECT_TRUE(invalid_with(component({types({record({{"a", kU8}}), func({{"x", type(0)}})}),
                                      imports({import("r", is_type(0)), import("f", is_func(1))})}),
                           "func not valid to be used as import"))
      << "only the new type index is named";
  for (const B& anonymous : {tuple({kU8}), list(kU8), option(kU8), result("", "")}) {
    EXPECT_TRUE(valid(component(
        {types({anonymous, func({{"x", type(0)}})}), imports({import("f", is_func(1))})})));
  }
  for (const B& nominal : {enumeration({"a"}), flags({"a"}), variant({{"a", ""}})}) {
    EXPECT_TRUE(invalid_with(component({types({nominal, list(type(0)), func({{"x", type(1)}})}),
                                        imports({import("f", is_func(2))})}),
                             "not valid to be used as import"));
  }
}

TEST(ValidateVisibility, InstanceTypesAreCheckedWhereTheyAreUsed) {
  const B hidden = instance_type({type_decl(record({{"a", kU8}})),
                                  type_decl(func({{"x", type(0)}})), export_decl("f", is_func(1))});
  const B visible =
      instance_type({type_decl(record({{"a", kU8}})), export_decl("r", is_type(0)),
                     type_decl(func({{"x", type(1)}})), export_decl("f", is_func(2))});
  EXPECT_TRUE(valid(component({types({hidden})})));
  EXPECT_TRUE(invalid_with(component({types({hidden}), imports({import("i", is_instance(0))})}),
                           "instance not valid to be used as import"));
  EXPECT_TRUE(valid(component({types({visible}), imports({import("i", is_instance(0))})})));
  EXPECT_TRUE(invalid_with(
      component({types({component_type({type_decl(hidden), import_decl("i", is_instance(0))})})}),
      "instance not valid to be used as import"))
      << "component types are closed, so they are checked at once";
}

TEST(ValidateVisibility, ImportsDoNotSeeExports) {
  EXPECT_TRUE(invalid_with(
      component({types({resource()}), exports({exported("r", item(kType, 0))}),
                 types({own(1), func({{"x", type(2)}})}), imports({import("f", is_func(3))})}),
      "func not valid to be used as import"));
}

TEST(ValidateVisibility, LocalResourcesDoNotEscapeUnnamed) {
  const auto with = [](uint32_t resource_index) {
    return component(
        {core_module_section(core_module({{"f", "", "i"}})), core_instances({core_instantiate(0)}),
         aliases({alias_core_export(kCoreFunc, 0, "f")}), types({resource()}),
         exports({exported("r", item(kType, 0))}), types({own(resource_index), func({}, type(2))}),
         canons({lift(0, {}, 3)}), exports({exported("f", item(kFunc, 0))})});
  };
  EXPECT_TRUE(invalid_with(with(0), "func not valid to be used as export"));
  EXPECT_TRUE(valid(with(1)));
}

TEST(ValidateVisibility, ExportedInstancesNameWhatTheyExport) {
  // The bundle is exported, and the record aliased out of the exported one is visible.
  const auto with = [](uint32_t instance) {
    return component(
        {core_module_section(core_module({{"f", "i", ""}})), core_instances({core_instantiate(0)}),
         aliases({alias_core_export(kCoreFunc, 0, "f")}), types({record({{"a", kU8}})}),
         instances({bundle({{"r", item(kType, 0)}})}),
         instance == 1 ? exports({exported("i", item(kInstance, 0))}) : B(),
         aliases({alias_export(kType, instance, "r")}), types({func({{"x", type(1)}})}),
         canons({lift(0, {}, 2)}), exports({exported("f", item(kFunc, 0))})});
  };
  EXPECT_TRUE(valid(with(1)));
  EXPECT_TRUE(invalid_with(with(0), "func not valid to be used as export"));
}

}  // namespace
}  // namespace tappet::component
