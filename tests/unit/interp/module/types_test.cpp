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

// However many there are, and wherever blocks of them end.
TEST(Types, StayWhereTheyAreAsOthersAreAdded) {
  constexpr uint32_t kCount = 5'000;
  TypeRegistry registry(TypeRegistry::Equality::kNone);
  std::vector<const FuncType*> added;
  for (uint32_t i = 0; i < kCount; ++i) {
    const TypeId id = registry.add_function({std::vector<ValueType>(i % 7, kI32), {}});
    ASSERT_EQ(id.value, i);
    added.push_back(&registry.function(id));
  }
  for (uint32_t i = 0; i < kCount; ++i) {
    EXPECT_EQ(&registry.function(TypeId(i)), added[i]);
    EXPECT_EQ(added[i]->params.size(), i % 7);
    EXPECT_EQ(registry.subtyping_depth(TypeId(i)), 0u);
  }
}

TEST(Types, AreWrittenAsInTheTextFormat) {
  EXPECT_EQ(TypeRegistry::to_string(kF64), "f64");
  EXPECT_EQ(TypeRegistry::to_string(kFuncRef), "funcref");
  EXPECT_EQ(TypeRegistry::to_string(ValueType::ref(false, {HeapKind::kAny, {}})), "(ref any)");
}

}  // namespace
}  // namespace tappet
