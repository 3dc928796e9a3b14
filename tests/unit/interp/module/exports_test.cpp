#include <gtest/gtest.h>

#include "tests/unit/interp/support/check.h"

namespace tappet {
namespace {

using namespace test;

TEST(Exports, AreFoundByName) {
  ModuleBuilder m;
  m.func({}, {}, code());
  m.memory(1);
  m.export_func("run", 0);
  m.export_item("memory", ExternKind::kMemory, 0);
  m.export_func("", 0);
  m.export_func("runner", 0);
  const auto module = *decode(m.build());
  for (const Export& item : module->exports) EXPECT_EQ(module->find_export(item.name), &item);
  EXPECT_EQ(module->find_export("ru"), nullptr);
  EXPECT_EQ(module->find_export("zzz"), nullptr);
}

TEST(Exports, OfTheSameNameYieldTheFirst) {
  ModuleBuilder m;
  m.func({}, {}, code());
  m.export_func("b", 0).export_func("a", 0).export_func("b", 0);
  const auto module = *decode(m.build());
  EXPECT_EQ(module->find_export("b"), &module->exports[0]);
}

}  // namespace
}  // namespace tappet
