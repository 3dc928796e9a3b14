// What tests/unit/wasi/world/wit_test.cpp compares with the WIT, by itself.
#include "wasi/p2/interfaces.h"

#include <set>

#include <gtest/gtest.h>

namespace tappet::wasi::p2 {
namespace {

TEST(Interfaces, AreOfOneVersionAndDifferent) {
  std::set<std::string> names;
  for (const component::HostInterfaceDef& interface : interfaces()) {
    EXPECT_EQ(interface.version, "0.2.12") << interface.name;
    EXPECT_TRUE(names.insert(interface.name).second) << interface.name;
  }
}

TEST(Interfaces, WithoutPoll) {
  for (component::HostInterfaceDef& interface : interfaces()) {
    const bool stays = remove_poll(interface);
    EXPECT_EQ(stays, interface.name != "wasi:io/poll");
    for (const component::HostFunctionDef& f : interface.functions) {
      EXPECT_EQ(f.name.find("subscribe"), std::string::npos) << interface.name << " " << f.name;
    }
  }
}

}  // namespace
}  // namespace tappet::wasi::p2
