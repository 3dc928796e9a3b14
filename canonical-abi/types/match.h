// Subtyping of what components import and export (Explainer.md, "Type Checking"): in validation for
// the arguments of an instantiation, and at link time for what a host offers.
#pragma once

#include <deque>
#include <span>
#include <unordered_map>
#include <vector>

#include "canonical-abi/types/arena.h"
#include "canonical-abi/types/extern.h"
#include "interp/base/result.h"

namespace tappet::component {

// The core type rules (core spec 3.3.10, external types; table elements are invariant). Errors:
// kUnlinkable, naming what differs.
Result<> match_core(const TypeRegistry& registry, const CoreExternType& actual,
                    const CoreExternType& expected);

// Decides `actual <: expected` for items that follow each other, and remembers what the bound
// variables of the expected ones turned out to be. A message names the way to what differs:
// "export `get`: parameter `name`: expected string, found u32".
//
//   Matcher matcher(registry, budget);
//   matcher.open(type.import_resources);
//   for (each import) TAPPET_TRY(matcher.match(argument, import.type));
//   matcher.resource(type.import_resources[0].resource)
//
// Types may come from any arena; they outlive the matcher. One thread.
class Matcher {
 public:
  // Errors have that kind, or kLimit once the budget is used up.
  Matcher(const TypeRegistry& registry, Budget& budget, ErrorKind mismatch = ErrorKind::kUnlinkable)
      : registry_(registry), budget_(budget), mismatch_(mismatch) {}

  // Variables of the expected side: the first type item that mentions one binds it to the resource
  // type found there.
  void open(std::span<const BoundResource> variables);

  Result<> match(const ExternType& actual, const ExternType& expected);

  // What an opened variable is bound to; null if no type item mentioned it.
  const Resource* resource(const Resource* variable) const;
  // For every type item of the expected side that was matched: the type index that stands in its
  // place. Keys are TypeRef::identity().
  const std::unordered_map<const void*, TypeRef>& types() const { return types_; }

 private:
  // What the variables of one side stand for; null: not bound yet. Variables that are not in it
  // stand for themselves.
  using Env = std::unordered_map<const Resource*, const Resource*>;

  Result<> match_type(TypeRef actual, TypeRef expected);
  Result<> match_resource(const Resource* actual, const Resource* expected);
  Result<> match_value(const ValType& actual, const ValType& expected);
  Result<> match_items(const ValType& actual, const ValType& expected);
  Result<> match_item(const ValType& in, const Labelled& actual, const Labelled& expected,
                      size_t index);
  Result<> match_optional(const ValType* actual, const ValType* expected);
  Result<> match_func(const FuncType& actual, const FuncType& expected);
  Result<> match_exports(const ExternList& actual, const ExternList& expected);
  Result<> match_imports(const ExternList& actual, const ExternList& expected);
  Result<> match_instance(const InstanceType& actual, const InstanceType& expected);
  Result<> match_component(const ComponentType& actual, const ComponentType& expected);
  Result<> match_module(const ModuleType& actual, const ModuleType& expected);
  template <class Node>
  Result<> match_both_ways(const Node& actual, const Node& expected,
                           Result<> (Matcher::*match)(const Node&, const Node&));

  static void open_in(Env& env, std::span<const BoundResource> variables);
  // Each variable stands for a new constant.
  Result<> close_in(Env& env, std::span<const BoundResource> variables);
  static void forget(Env& env, std::span<const BoundResource> variables);
  static const Resource* resolve(const Env& env, const Resource* resource);
  tappet::detail::Failure<Error> mismatch(std::string message) const;
  tappet::detail::Failure<Error> expected_found(std::string_view expected,
                                                std::string_view found) const;

  const TypeRegistry& registry_;
  Budget& budget_;
  ErrorKind mismatch_;
  Env envs_[2];
  Env* actual_env_ = &envs_[0];
  Env* expected_env_ = &envs_[1];
  std::deque<Resource> constants_;
  std::unordered_map<const void*, TypeRef> types_;
  int nesting_ = 0;  // component types and equalities that we are in: their items are no arguments
};

// Prefixes a message with the place it is about.
Error in_context(std::string_view place, Error error);

}  // namespace tappet::component
