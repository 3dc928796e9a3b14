// Everything of WASI 0.2.12 is defined, what is unstable included, and nothing else: data/*.tsv is
// made of the WIT files. That the types are the right ones is for data/everything.wasm to show.
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wasi/world/world.h"

namespace tappet::wasi {
namespace {

struct Function {
  std::string interface;
  std::string name;
  std::string since;    // empty: not stable
  std::string feature;  // that it waits for
};

const std::vector<Function>& specified() {
  static const std::vector<Function> functions = [] {
    std::ifstream file(std::string(TAPPET_ROOT) + "/tests/unit/wasi/world/data/wasi-0.2.12.tsv");
    std::vector<Function> rows;
    for (std::string line; std::getline(file, line);) {
      std::istringstream columns(line);
      Function row;
      std::getline(columns, row.interface, '\t');
      std::getline(columns, row.name, '\t');
      std::getline(columns, row.since, '\t');
      std::getline(columns, row.feature, '\t');
      rows.push_back(row);
    }
    return rows;
  }();
  return functions;
}

using Names = std::set<std::string>;

// Interfaces of proposals, which have WITs of their own.
bool is_draft(const std::string& interface) {
  return interface.starts_with("wasi:config/") || interface.starts_with("wasi:keyvalue/");
}

std::map<std::string, Names> defined(const InterfaceOptions& options) {
  std::map<std::string, Names> names;
  for (const component::HostInterfaceDef& interface : all_interfaces(options)) {
    if (is_draft(interface.name)) continue;
    Names& functions = names[interface.name];
    for (const component::HostFunctionDef& f : interface.functions) functions.insert(f.name);
  }
  return names;
}

// What guests export, and what has no functions.
const Names kExports = {"wasi:cli/run", "wasi:http/incoming-handler"};
const Names kOnlyTypes = {"wasi:cli/terminal-input", "wasi:cli/terminal-output"};

TEST(Wit, EverythingIsDefinedAndNothingElse) {
  ASSERT_GT(specified().size(), 150U);
  std::map<std::string, Names> expected;
  for (const std::string& interface : kOnlyTypes) expected[interface];
  for (const Function& f : specified()) {
    if (!kExports.contains(f.interface)) expected[f.interface].insert(f.name);
  }
  EXPECT_THAT(defined({}), ::testing::ContainerEq(expected));
}

TEST(Wit, WithoutPollOnlyPollablesAreMissing) {
  std::map<std::string, Names> names = defined({.poll = false});
  EXPECT_FALSE(names.contains("wasi:io/poll"));
  for (const Function& f : specified()) {
    if (kExports.contains(f.interface)) continue;
    const bool about_pollables =
        f.interface == "wasi:io/poll" || f.name.find("subscribe") != std::string::npos;
    EXPECT_EQ(names[f.interface].contains(f.name), !about_pollables)
        << f.interface << " " << f.name;
  }
}

// Known gates: a new one is a decision.
TEST(Wit, WhatIsUnstable) {
  Names features;
  for (const Function& f : specified()) {
    EXPECT_NE(f.since.empty(), f.feature.empty()) << f.interface << " " << f.name;
    if (!f.feature.empty()) features.insert(f.feature);
  }
  EXPECT_EQ(features,
            (Names{"clocks-timezone", "informational-outbound-responses", "network-error-code"}));
}

TEST(Wit, EveryVersionOfTheTrackIsThere) {
  component::HostInterfaces hosts;
  for (component::HostInterfaceDef& interface : all_interfaces({})) {
    ASSERT_TRUE(
        hosts.define(std::make_shared<component::HostInterfaceDef>(std::move(interface))).ok());
  }
  for (const Function& f : specified()) {
    if (kExports.contains(f.interface)) continue;
    for (int patch = 0; patch <= 12; ++patch) {
      const std::string name = f.interface + "@0.2." + std::to_string(patch);
      const component::LinkableInterface* const found = hosts.find(name);
      ASSERT_NE(found, nullptr) << name;
      EXPECT_TRUE(found->functions.contains(f.name)) << name << " " << f.name;
    }
  }
}

}  // namespace
}  // namespace tappet::wasi
