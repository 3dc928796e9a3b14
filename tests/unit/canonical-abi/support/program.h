// Components in tests: loading fixtures of ../data, and a linked and instantiated program to call
// into.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "canonical-abi/component/component.h"
#include "canonical-abi/linker/instantiation.h"
#include "canonical-abi/linker/linker.h"
#include "canonical-abi/runtime/task.h"
#include "tests/unit/canonical-abi/support/host.h"

namespace tappet::component::test {

// The bytes of a file in tests/unit/canonical-abi/data.
Bytes read_data(std::string_view file);
Result<std::shared_ptr<const Component>> load(const Engine& engine, std::string_view file);
Result<std::shared_ptr<const Component>> load(const Engine& engine, Bytes component);
// The bytes of a component in the text format.
Bytes assemble(std::string_view text);

// One fixture, linked and, by start(), instantiated. Failures of anything but the guest's calls are
// reported as test failures.
class Program {
 public:
  explicit Program(std::string file, LinkOptions options = {});
  explicit Program(Bytes component);

  Linker& linker() { return linker_; }
  const Engine& engine() const { return engine_; }
  // Links; the error's text, or "" if it worked.
  std::string link();
  // Links and instantiates unless that has happened. A failure is reported.
  void start(const ComponentLimits& limits = {});
  // Links, and prepares a store for instantiate().
  void prepare(const ComponentLimits& limits = {});
  // The outcome of running an Instantiation; its failure's text goes to *failure.
  Outcome instantiate(std::string* failure = nullptr);

  const InstancePre& pre() { return *pre_; }
  const std::shared_ptr<const InstancePre>& shared_pre() { return pre_; }
  ComponentStore& store() { return *store_; }
  InstanceTree& tree() { return *tree_; }
  const FuncInst& function(std::string_view name, std::string_view interface = {});

  // Calls an export: its result as text, or "trap: " and the message.
  std::string call(std::string_view name, std::vector<ComponentValue> args = {},
                   std::string_view interface = {});

 private:
  Engine engine_;
  std::string file_;
  Bytes component_;
  Linker linker_;
  std::shared_ptr<const InstancePre> pre_;
  std::unique_ptr<ComponentStore> store_;
  InstanceTree* tree_ = nullptr;
};

}  // namespace tappet::component::test
