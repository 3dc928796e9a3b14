// What is in one scope, as WIT.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "canonical-abi/component/extern_name.h"
#include "canonical-abi/wit/scope.h"

namespace tappet::component::wit {

// Stops by itself: once `room` is used up, every further step is empty.
class InterfacePrinter {
 public:
  InterfacePrinter(const Scopes& scopes, const Scope& scope, std::string indent, size_t& room)
      : scopes_(scopes), scope_(scope), indent_(std::move(indent)), room_(room) {
    gather_members();
  }

  // The scope's types and functions, with what it uses of others first.
  std::string body();
  // The parts of that, for the world, where items are imports and exports too. uses() last.
  void define(const NamedExtern& type, std::string& out);
  std::string uses() const;
  std::string function(const FuncType& type) { return function(type, type.params, type.result); }
  // For what WIT has no words for.
  std::string comment(std::string_view direction, const NamedExtern& item);

 private:
  struct Member {
    ParsedName name;
    const NamedExtern* item;
  };

  void gather_members();
  void use(const Origin& origin, std::string_view as);
  std::string spend(std::string text);
  bool full() const { return room_ == 0; }
  std::string type(const ValType* type);
  std::string type_or_none(const ValType* t) { return t == nullptr ? "_" : type(t); }
  std::string structure(const ValType& type);
  std::string arguments(std::string_view word, std::span<const Labelled> items);
  std::string result(const ValType& type);
  std::string resource(const ResourceName& name);
  std::string function(const FuncType& type, std::span<const Labelled> params,
                       const ValType* result);
  std::string named(TypeRef type);
  void value_definition(std::string_view name, const ValType& type, std::string& out);
  void resource_definition(std::string_view name, std::string& out);
  std::string member(const Member& member);
  std::string member_function(const Member& member, const FuncType& type);

  const Scopes& scopes_;
  const Scope& scope_;
  const std::string indent_;
  size_t& room_;
  std::map<std::string_view, std::vector<Member>> members_;  // by resource
  struct Uses {
    const Scope* from;
    std::vector<std::string> names;
  };
  std::vector<Uses> uses_;  // in order of appearance
  std::map<const Scope*, size_t> use_places_;
  std::set<std::pair<const Scope*, std::string>> used_;
};

}  // namespace tappet::component::wit
