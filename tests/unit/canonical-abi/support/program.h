// Components in tests: loading fixtures of ../data, host interfaces in few words, and a linked and
// instantiated program to call into.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "canonical-abi/component/component.h"
#include "canonical-abi/linker/instantiation.h"
#include "canonical-abi/linker/linker.h"
#include "canonical-abi/runtime/task.h"

namespace tappet::component::test {

// The bytes of a file in tests/unit/canonical-abi/data.
Bytes read_data(std::string_view file);
Result<std::shared_ptr<const Component>> load(const Engine& engine, std::string_view file);
Result<std::shared_ptr<const Component>> load(const Engine& engine, Bytes component);
// The bytes of a component in the text format.
Bytes assemble(std::string_view text);

// Builds a HostInterfaceDef.
class Host {
 public:
  explicit Host(std::string name, std::string version = {});

  // Types: of primitives by primitive(), of resources by own() and borrow().
  const Resource* resource(std::string name, const HostResourceType& type);
  const ValType* own(const Resource* resource) { return handle(TypeKind::kOwn, resource); }
  const ValType* borrow(const Resource* resource) { return handle(TypeKind::kBorrow, resource); }
  const ValType* compose(TypeKind kind, std::vector<Labelled> items);

  Host& func(std::string name, std::vector<Labelled> params, const ValType* result, HostBody body);
  Host& async_func(std::string name, std::vector<Labelled> params, const ValType* result,
                   HostBody body);
  HostInterfaceDef take() { return std::move(def_); }

 private:
  Host& define(bool is_async, std::string name, const std::vector<Labelled>& params,
               const ValType* result, HostBody body);
  const ValType* handle(TypeKind kind, const Resource* resource);

  HostInterfaceDef def_;
  std::shared_ptr<TypeArena> arena_;
};

inline const ValType* u32() { return primitive(TypeKind::kU32); }
inline const ValType* string() { return primitive(TypeKind::kString); }

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
