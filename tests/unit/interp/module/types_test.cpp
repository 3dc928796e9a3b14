// Types across modules of one engine.
#include "interp/module/types.h"

#include <gtest/gtest.h>

#include "tests/unit/interp/support/check.h"

namespace tappet {
namespace {

using namespace test;

// A group of one struct that refers to itself.
Bytes list_type(ValueType element) {
  const ValueType self = ValueType::ref(true, {HeapKind::kDefined, TypeId(0)});
  return Bytes{0x4e, 0x01, 0x5f, 0x02} + type_code(element) + Bytes{0x00} + type_code(self) +
         Bytes{0x01};
}

std::shared_ptr<const Module> module_of_type(const std::shared_ptr<TypeRegistry>& registry,
                                             Bytes type) {
  ModuleBuilder m;
  m.raw_type(std::move(type));
  return *decode_module(m.build(), {registry, FeatureSet::all()});
}

TEST(Types, OfEqualGroupsAreIdenticalAcrossModules) {
  const auto registry = std::make_shared<TypeRegistry>();
  const auto a = module_of_type(registry, list_type(kI32));
  const auto b = module_of_type(registry, list_type(kI32));
  const auto c = module_of_type(registry, list_type(kI64));
  EXPECT_EQ(a->types[0], b->types[0]);
  EXPECT_NE(a->types[0], c->types[0]);
  EXPECT_FALSE(registry->is_function(a->types[0]));
}

TEST(Types, OfHostsAreThoseOfModules) {
  const auto registry = std::make_shared<TypeRegistry>();
  const auto module = module_of_type(registry, Bytes{0x60, 0x01, 0x7f, 0x01, 0x7e});
  EXPECT_EQ(module->types[0], registry->add_function({{kI32}, {kI64}}));
  EXPECT_NE(module->types[0], registry->add_function({{kI32}, {}}));
}

TEST(Types, AreWrittenAsInTheTextFormat) {
  EXPECT_EQ(TypeRegistry::to_string(kF64), "f64");
  EXPECT_EQ(TypeRegistry::to_string(kFuncRef), "funcref");
  EXPECT_EQ(TypeRegistry::to_string(ValueType::ref(false, {HeapKind::kAny, {}})), "(ref any)");
}

}  // namespace
}  // namespace tappet
