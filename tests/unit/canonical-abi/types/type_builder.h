// Short ways to make types in tests; making them must not fail.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <string_view>
#include <vector>

#include "canonical-abi/types/arena.h"

namespace tappet::component {

class Types {
 public:
  using T = const ValType*;

  TypeArena arena;

  template <class R>
  static auto get(Result<R> made) {
    EXPECT_TRUE(made.ok()) << made.error().to_string();
    return made.ok() ? *made : R();
  }
  static T prim(TypeKind kind) { return primitive(kind); }
  T make(TypeKind kind, std::initializer_list<Labelled> items, uint32_t length = 0) {
    const std::vector<Labelled> all = items;
    return get(arena.compose(kind, all, length));
  }
  T record(std::initializer_list<Labelled> fields) { return make(TypeKind::kRecord, fields); }
  T variant(std::initializer_list<Labelled> cases) { return make(TypeKind::kVariant, cases); }
  T tuple(std::initializer_list<T> types) {
    std::vector<Labelled> all;
    for (T t : types) all.push_back({{}, t});
    return get(arena.compose(TypeKind::kTuple, all));
  }
  T list(T t) { return make(TypeKind::kList, {{{}, t}}); }
  T fixed_list(T t, uint32_t n) { return make(TypeKind::kFixedList, {{{}, t}}, n); }
  T option(T t) { return make(TypeKind::kOption, {{{}, t}}); }
  T result(T ok, T error) { return make(TypeKind::kResult, {{{}, ok}, {{}, error}}); }
  T map(T k, T v) { return make(TypeKind::kMap, {{{}, k}, {{}, v}}); }
  T stream(T t) { return make(TypeKind::kStream, {{{}, t}}); }
  T labels(TypeKind kind, uint32_t n) {
    const std::vector<Labelled> all(n, Labelled{"x", nullptr});
    return get(arena.compose(kind, all));
  }
  const ResourceName* resource(std::string_view name) {
    return get(arena.name_of(get(arena.resource({.name = name}))));
  }
  T own(const ResourceName* r) { return get(arena.handle(TypeKind::kOwn, r)); }
  T borrow(const ResourceName* r) { return get(arena.handle(TypeKind::kBorrow, r)); }
  const FuncType* func(std::initializer_list<Labelled> params, T result = nullptr,
                       bool is_async = false) {
    const std::vector<Labelled> all = params;
    return get(arena.func(is_async, all, result));
  }
  const InstanceType* instance(std::initializer_list<NamedExtern> exports,
                               std::initializer_list<BoundResource> resources = {}) {
    const std::vector<NamedExtern> all = exports;
    const std::vector<BoundResource> bound = resources;
    return get(arena.instance(all, bound));
  }
  const ComponentType* component(std::initializer_list<NamedExtern> imports,
                                 std::initializer_list<NamedExtern> exports,
                                 std::initializer_list<BoundResource> import_resources = {},
                                 std::initializer_list<BoundResource> defined_resources = {}) {
    const std::vector<NamedExtern> i = imports;
    const std::vector<NamedExtern> e = exports;
    const std::vector<BoundResource> ir = import_resources;
    const std::vector<BoundResource> dr = defined_resources;
    return get(arena.component(i, e, ir, dr));
  }
};

inline NamedExtern func_item(std::string_view name, const FuncType* f) {
  return {name, {Sort::kFunc, f}};
}
inline NamedExtern type_item(std::string_view name, TypeRef t) { return {name, {Sort::kType, t}}; }
inline NamedExtern instance_item(std::string_view name, const InstanceType* t) {
  return {name, {Sort::kInstance, t}};
}

}  // namespace tappet::component
