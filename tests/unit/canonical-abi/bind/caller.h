// Calls the functions of a host interface as the component runtime does.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "canonical-abi/bind/interface.h"
#include "canonical-abi/types/print.h"

namespace tappet::component::testing {

class Caller {
 public:
  explicit Caller(HostInterfaceDef interface) : interface_(std::move(interface)) {}

  HostEnvironment& environment() { return environment_; }
  HostResources& resources() { return environment_.resources(); }
  const HostInterfaceDef& interface() const { return interface_; }

  const HostFunctionDef& function(std::string_view name) const {
    for (const HostFunctionDef& f : interface_.functions) {
      if (f.name == name) return f;
    }
    ADD_FAILURE() << "no function " << name;
    std::abort();
  }
  std::string type(std::string_view name) const { return to_string(*function(name).type); }

  // Arguments are checked against the parameter types first, as lifting guarantees.
  HostReturn call(std::string_view name, ComponentValue::List args = {}) {
    const HostFunctionDef& f = function(name);
    EXPECT_EQ(args.size(), f.type->params.size()) << name;
    for (size_t i = 0; i < args.size(); ++i) {
      const Result<> checked = check_value(args[i], *f.type->params[i].type);
      EXPECT_TRUE(checked.ok()) << name << ": " << checked.error().message;
    }
    HostReturn returned = f.body(environment_, args);
    check_result(f, returned);
    return returned;
  }
  // The value of a call that returns one at once.
  ComponentValue value(std::string_view name, ComponentValue::List args = {}) {
    HostReturn returned = call(name, std::move(args));
    EXPECT_EQ(returned.kind(), HostReturn::Kind::kValue) << name << ": " << returned.message();
    EXPECT_TRUE(returned.has_value()) << name;
    return std::move(returned.value());
  }
  std::string trap(std::string_view name, ComponentValue::List args = {}) {
    HostReturn returned = call(name, std::move(args));
    EXPECT_EQ(returned.kind(), HostReturn::Kind::kTrap) << name;
    return returned.message();
  }

  void check_result(const HostFunctionDef& f, HostReturn& returned) {
    if (returned.kind() != HostReturn::Kind::kValue) return;
    EXPECT_EQ(returned.has_value(), f.type->result != nullptr) << f.name;
    if (!returned.has_value() || !f.type->result) return;
    const Result<> checked = check_value(returned.value(), *f.type->result);
    EXPECT_TRUE(checked.ok()) << f.name << ": " << checked.error().message;
  }

 private:
  HostInterfaceDef interface_;
  HostEnvironment environment_;
};

}  // namespace tappet::component::testing
