// Type definitions, aliases, and what they cost.
#include "interp/base/limits.h"
#include "tests/unit/canonical-abi/component/loading.h"

namespace tappet::component {
namespace {

using namespace build;

TEST(ValidateTypes, EveryConstructor) {
  EXPECT_TRUE(valid(component({types({resource(),
                                      record({{"a", kBool}, {"b-c", kU8}}),
                                      variant({{"x", kS8}, {"y", ""}}),
                                      list(kU16),
                                      tuple({kU8, type(1)}),
                                      flags({"f1", "f2"}),
                                      enumeration({"e1", "E2"}),
                                      option(type(4)),
                                      result("", ""),
                                      result(kU64, type(5)),
                                      own(0),
                                      borrow(0),
                                      stream(kU8),
                                      stream(""),
                                      future(kString),
                                      fixed_list(kU8, 3),
                                      map(kString, type(1)),
                                      kErrorContext,
                                      func({{"a", type(7)}}, type(10)),
                                      async_func({}, kString)})})));
}

TEST(ValidateTypes, LabelsAreKebabAndStronglyUnique) {
  const auto one = [](const B& t) { return component({types({t})}); };
  EXPECT_TRUE(invalid_with(one(record({{"", kU8}})), "record field name cannot be empty"));
  EXPECT_TRUE(invalid_with(one(record({{"aB", kU8}})), "`aB` is not in kebab case"));
  EXPECT_TRUE(invalid_with(one(record({{"a-B", kU8}, {"A-b", kU8}})),
                           "record field name `A-b` conflicts with previous name `a-B`"));
  EXPECT_TRUE(invalid_with(one(variant({{"x", kU8}, {"x", ""}})), "variant case name `x`"));
  EXPECT_TRUE(invalid_with(one(flags({"x", "X"})), "flag name `X`"));
  EXPECT_TRUE(invalid_with(one(enumeration({"1"})), "enum case name `1`"));
  EXPECT_TRUE(invalid_with(one(func({{"p", kU8}, {"P", kU8}})), "function parameter name `P`"));
}

TEST(ValidateTypes, NothingIsEmpty) {
  const auto one = [](const B& t) { return component({types({t})}); };
  EXPECT_TRUE(invalid_with(one(record({})), "record type must have at least one field"));
  EXPECT_TRUE(invalid_with(one(variant({})), "variant type must have at least one case"));
  EXPECT_TRUE(invalid_with(one(tuple({})), "tuple type must have at least one type"));
  EXPECT_TRUE(invalid_with(one(flags({})), "flags must have at least one entry"));
  EXPECT_TRUE(invalid_with(one(enumeration({})), "enum type must have at least one case"));
  EXPECT_TRUE(invalid_with(one(fixed_list(kU8, 0)), "at least one element"));
}

TEST(ValidateTypes, FlagsFitThirtyTwoBits) {
  Labels labels;
  for (int i = 0; i < 32; ++i) labels.push_back("f" + std::to_string(i));
  EXPECT_TRUE(valid(component({types({flags(labels)})})));
  labels.push_back("one-more");
  EXPECT_TRUE(invalid_with(component({types({flags(labels)})}), "more than 32 flags"));
}

TEST(ValidateTypes, IndicesLeadToTheRightKind) {
  EXPECT_TRUE(invalid_with(component({types({list(type(0))})}), "type index out of bounds"));
  EXPECT_TRUE(invalid_with(component({types({func({}), list(type(0))})}), "not a defined type"));
  EXPECT_TRUE(invalid_with(component({types({kU8, own(0)})}), "not a resource type"));
  EXPECT_TRUE(invalid_with(component({types({kU8}), imports({import("f", is_func(0))})}),
                           "not a function type"));
  EXPECT_TRUE(invalid_with(component({types({kU8}), imports({import("f", is_instance(0))})}),
                           "not an instance type"));
  EXPECT_TRUE(invalid_with(component({types({kU8}), imports({import("f", is_component(0))})}),
                           "not a component type"));
  EXPECT_TRUE(invalid_with(
      component({core_types({core_func_type("", "")}), imports({import("m", is_module(0))})}),
      "not a module type"));
}

TEST(ValidateTypes, BorrowsStayInParameters) {
  const auto with = [](const B& t) { return component({types({resource(), borrow(0), t})}); };
  EXPECT_TRUE(valid(with(func({{"x", type(1)}}))));
  EXPECT_TRUE(invalid_with(with(func({}, type(1))), "function result cannot contain a `borrow`"));
  EXPECT_TRUE(
      invalid_with(component({types({resource(), borrow(0), list(type(1)), func({}, type(2))})}),
                   "function result cannot contain a `borrow`"));
  EXPECT_TRUE(invalid_with(with(stream(type(1))), "stream cannot contain a `borrow`"));
  EXPECT_TRUE(invalid_with(with(future(type(1))), "future cannot contain a `borrow`"));
  EXPECT_TRUE(invalid_with(component({types({stream(kChar)})}), "`stream<char>` is not valid"));
}

TEST(ValidateTypes, MapsHaveSimpleKeys) {
  EXPECT_TRUE(valid(component({types({kChar, map(type(0), kF32)})})));
  EXPECT_TRUE(invalid_with(component({types({map(kF32, kU8)})}), "f32 cannot be the key of a map"));
  EXPECT_TRUE(invalid_with(component({types({list(kU8), map(type(0), kU8)})}), "key of a map"));
}

TEST(ValidateTypes, ResourcesAreDefinedByComponentsAlone) {
  EXPECT_TRUE(invalid_with(component({types({instance_type({type_decl(resource())})})}),
                           "only be defined within a concrete component"));
  EXPECT_TRUE(invalid_with(component({types({component_type({type_decl(resource())})})}),
                           "only be defined within a concrete component"));
}

TEST(ValidateTypes, DestructorsTakeTheRepresentation) {
  const auto with_dtor = [](const B& params, const B& results) {
    return component({core_module_section(core_module({{"d", params, results}})),
                      core_instances({core_instantiate(0)}),
                      aliases({alias_core_export(kCoreFunc, 0, "d")}), types({resource(0)})});
  };
  EXPECT_TRUE(valid(with_dtor("i", "")));
  EXPECT_TRUE(invalid_with(with_dtor("l", ""), "wrong signature for a destructor"));
  EXPECT_TRUE(invalid_with(with_dtor("i", "i"), "wrong signature for a destructor"));
  EXPECT_TRUE(invalid_with(component({types({resource(0)})}), "core func index out of bounds"));
}

// Core types.

TEST(ValidateTypes, ModuleTypes) {
  const B import_f = byte(0) + name("m") + name("f") + B("\0\0", 2);
  const B export_f = byte(3) + name("f") + B("\0\0", 2);
  const B type_f = byte(1) + core_func_type("", "");
  EXPECT_TRUE(valid(component({core_types({core_module_type({type_f, import_f, export_f})})})));
  EXPECT_TRUE(
      invalid_with(component({core_types({core_module_type({import_f})})}), "unknown core type 0"));
  EXPECT_TRUE(
      invalid_with(component({core_types({core_module_type({type_f, import_f, import_f})})}),
                   "duplicate import `m` `f`"));
  EXPECT_TRUE(
      invalid_with(component({core_types({core_module_type({type_f, export_f, export_f})})}),
                   "export name `f` already defined"));
  const B big_memory = byte(0) + name("") + name("") + B("\x02\0", 2) + u32(65537);
  EXPECT_TRUE(invalid_with(component({core_types({core_module_type({big_memory})})}),
                           "memory size must be at most 65536"));
  const B outer = byte(2) + B("\x10\x01\x01\0", 4);
  EXPECT_TRUE(valid(
      component({core_types({core_func_type("", ""), core_module_type({outer, export_f})})})));
  EXPECT_TRUE(
      invalid_with(component({core_types({core_module_type({}), core_module_type({outer})})}),
                   "core type index 0 is a module type"));
}

TEST(ValidateTypes, CoreSubtyping) {
  const B open_func = B("\0\x50\0", 3) + core_func_type("", "");
  const B sub = B("\0\x50\x01\0", 4) + core_func_type("", "");
  const B bad_sub = B("\0\x50\x01\0", 4) + core_func_type("i", "");
  EXPECT_TRUE(valid(component({core_types({open_func, sub})})));
  EXPECT_TRUE(invalid_with(component({core_types({open_func, bad_sub})}), "must match super type"));
  EXPECT_TRUE(invalid_with(component({core_types({core_func_type("", ""), sub})}),
                           "a final type cannot have subtypes"));
  EXPECT_TRUE(invalid_with(component({core_types({sub})}), "supertypes must be defined before"));
}

// Aliases.

TEST(ValidateAliases, OuterTypesCrossComponentsOnlyWithoutResources) {
  const auto inner = [](uint32_t index) {
    return component({types({resource(), record({{"a", kU8}}), own(0),
                             instance_type({export_decl("r", is_resource())})}),
                      nested(component({aliases({alias_outer(kType, 1, index)})}))});
  };
  EXPECT_TRUE(invalid_with(inner(0), "transitively refers to resources"));
  EXPECT_TRUE(valid(inner(1)));
  EXPECT_TRUE(invalid_with(inner(2), "transitively refers to resources"));
  EXPECT_TRUE(valid(inner(3))) << "its resource is its own";
  EXPECT_TRUE(invalid_with(inner(9), "type index out of bounds"));
}

TEST(ValidateAliases, CountsAreBounded) {
  EXPECT_TRUE(invalid_with(component({types({kU8}), aliases({alias_outer(kType, 1, 0)})}),
                           "invalid outer alias count of 1"));
  EXPECT_TRUE(invalid_with(component({types({kU8}), aliases({alias_outer(kType, 0xffff'ffff, 0)})}),
                           "invalid outer alias count of 4294967295"));
  EXPECT_TRUE(valid(component({types({resource()}), aliases({alias_outer(kType, 0, 0)}),
                               types({instance_type({alias_decl(alias_outer(kType, 1, 1))})})})));
}

TEST(ValidateAliases, TypesAliasTypesAndInstancesOnly) {
  EXPECT_TRUE(invalid_with(
      component({nested(component({})),
                 types({component_type({alias_decl(alias_outer(kComponent, 1, 0))})})}),
      "may only refer to types or instances"));
  EXPECT_TRUE(invalid_with(
      component({types({component_type(
          {type_decl(instance_type({type_decl(func({})), export_decl("f", is_func(0))})),
           import_decl("i", is_instance(0)), alias_decl(alias_export(kFunc, 0, "f"))})})}),
      "may only refer to types or instances"));
}

TEST(ValidateAliases, ExportsMustExist) {
  const B with_instance = types({kU8, instance_type({export_decl("t", is_resource())})}) +
                          imports({import("i", is_instance(1))});
  EXPECT_TRUE(valid(component({with_instance, aliases({alias_export(kType, 0, "t")})})));
  EXPECT_TRUE(invalid_with(component({with_instance, aliases({alias_export(kType, 0, "u")})}),
                           "instance 0 has no export named `u`"));
  EXPECT_TRUE(invalid_with(component({with_instance, aliases({alias_export(kFunc, 0, "t")})}),
                           "export `t` for instance 0 is not a func"));
  EXPECT_TRUE(invalid_with(component({aliases({alias_export(kType, 7, "u")})}),
                           "instance index out of bounds"));
}

// Bombs: small files that mean much. Each must be refused quickly, within the memory that its size
// allows.

B doubling_instances(int steps) {
  std::vector<B> all = {instance_type({export_decl("r", is_resource())})};
  for (int i = 0; i < steps; ++i) {
    all.push_back(
        instance_type({alias_decl(alias_outer(kType, 1, static_cast<uint32_t>(i))),
                       export_decl("a", is_instance(0)), export_decl("b", is_instance(0))}));
  }
  return component({types(all), imports({import("x", is_instance(static_cast<uint32_t>(steps)))})});
}

TEST(ValidateLimits, DoublingTypes) {
  std::vector<B> tuples = {kU8};
  for (uint32_t i = 0; i < 60; ++i) tuples.push_back(tuple({type(i), type(i)}));
  EXPECT_TRUE(limited_with(component({types(tuples)}), "effective type size exceeds"));
  EXPECT_TRUE(valid(doubling_instances(8)));
  EXPECT_TRUE(limited_with(doubling_instances(60), ""));
}

TEST(ValidateLimits, ManyInstances) {
  B nested_component = component({});
  for (int i = 0; i < 12; ++i) {
    const std::vector<B> four(4, instantiate(0));
    nested_component = component({nested(nested_component), instances(four)});
  }
  EXPECT_TRUE(limited_with(nested_component, "more than 10000 instances"));
  const std::vector<B> bundles(limits::kComponentItems + 1, bundle({}));
  EXPECT_TRUE(
      limited_with(component({instances(bundles)}), "more than 1000 definitions of sort instance"));
}

TEST(ValidateLimits, LongComparisons) {
  std::vector<B> tuples = {kU8};
  for (uint32_t i = 0; i < 18; ++i) tuples.push_back(tuple({type(i), type(i)}));
  const B inner = component({types(tuples), imports({import("t", is_type(18))})});
  const std::vector<B> many(900, instantiate(0, {{"t", item(kType, 18)}}));
  EXPECT_TRUE(limited_with(component({nested(inner), types(tuples), instances(many)}),
                           "take too long to check"));
}

TEST(ValidateLimits, ManyParameters) {
  NamedTypes params;
  for (uint32_t i = 0; i < limits::kParams + 1; ++i)
    params.push_back({"p" + std::to_string(i), kU8});
  EXPECT_TRUE(limited_with(component({types({func(params)})}), "1001 parameters exceed"));
}

// Features: what is not executed is refused by validation, with its name.

TEST(ValidateFeatures, GatedTypesNameTheirFeature) {
  const auto gated = [](const B& t, ComponentFeature feature) {
    ComponentFeatureSet without = ComponentFeatureSet::all();
    without.set(feature, false);
    return rejected(load(component({types({t})}), without), ErrorKind::kUnsupported,
                    "feature " + std::string(row(feature).name) + " is not ");
  };
  EXPECT_TRUE(gated(stream(kU8), ComponentFeature::kAsync));
  EXPECT_TRUE(gated(future(""), ComponentFeature::kAsync));
  EXPECT_TRUE(gated(async_func({}), ComponentFeature::kAsync));
  EXPECT_TRUE(gated(list(kErrorContext), ComponentFeature::kErrorContext));
  EXPECT_TRUE(gated(fixed_list(kU8, 2), ComponentFeature::kFixedLists));
  EXPECT_TRUE(gated(map(kU8, kU8), ComponentFeature::kMap));
  EXPECT_TRUE(gated(B("\x3f\x7e\0", 3), ComponentFeature::kMemory64)) << "rep i64";
}

TEST(ValidateFeatures, UnsupportedOnesAreOffAndSaySo) {
  for (const ComponentFeatureRow& r : kComponentFeatures) {
    EXPECT_EQ(ComponentFeatureSet::defaults().has(r.feature),
              r.state == ComponentFeatureState::kOn);
    const Result<> refused = require(ComponentFeatureSet(), r.feature);
    ASSERT_FALSE(refused.ok());
    const bool exists = r.state != ComponentFeatureState::kUnsupported;
    EXPECT_TRUE(
        refused.error().message.ends_with(exists ? "is not enabled" : "is not supported yet"));
  }
}

}  // namespace
}  // namespace tappet::component
