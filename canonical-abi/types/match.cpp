// Subtyping by walking both types side by side.
//
// Each side has an environment of its own that says what the bound variables it has met stand for,
// so a variable that occurs on both sides in different roles is never taken for itself. Where
// imports turn the direction round, the environments change places with the types.
#include "canonical-abi/types/match.h"

#include <fmt/format.h>

#include "canonical-abi/types/print.h"

namespace tappet::component {
namespace {

// "field `x`", "element 2", "case `none`": where in a type one of its items is.
std::string place_of(TypeKind kind, const Labelled& item, size_t index) {
  switch (kind) {
    case TypeKind::kRecord:
      return fmt::format("field {}", quote(item.label));
    case TypeKind::kTuple:
      return fmt::format("tuple element {}", index);
    case TypeKind::kFlags:
      return fmt::format("flag {}", quote(item.label));
    default:
      return fmt::format("case {}", quote(item.label));
  }
}

std::string name_of(const Resource& resource) {
  return resource.name.empty() ? "an unnamed one" : quote(resource.name);
}

std::string_view items_name(TypeKind kind) {
  switch (kind) {
    case TypeKind::kRecord:
      return "fields";
    case TypeKind::kTuple:
      return "elements";
    case TypeKind::kFlags:
      return "flags";
    default:
      return "cases";
  }
}

}  // namespace

Error in_context(std::string_view place, Error error) {
  if (error.kind != ErrorKind::kLimit) error.message = fmt::format("{}: {}", place, error.message);
  return error;
}

tappet::detail::Failure<Error> Matcher::mismatch(std::string message) const {
  return fail(mismatch_, std::move(message));
}

tappet::detail::Failure<Error> Matcher::expected_found(std::string_view expected,
                                                       std::string_view found) const {
  return mismatch(fmt::format("expected {}, found {}", expected, found));
}

void Matcher::open(std::span<const BoundResource> variables) { open_in(*expected_env_, variables); }

void Matcher::open_in(Env& env, std::span<const BoundResource> variables) {
  for (const BoundResource& v : variables) env[v.resource] = nullptr;
}

Result<> Matcher::close_in(Env& env, std::span<const BoundResource> variables) {
  TAPPET_TRY(budget_.spend_steps(variables.size()));
  TAPPET_TRY(budget_.spend_bytes(variables.size() * sizeof(Resource)));
  for (const BoundResource& v : variables) {
    constants_.push_back({.name = v.resource->name});
    env[v.resource] = &constants_.back();
  }
  return {};
}

void Matcher::forget(Env& env, std::span<const BoundResource> variables) {
  for (const BoundResource& v : variables) env.erase(v.resource);
}

const Resource* Matcher::resolve(const Env& env, const Resource* resource) {
  const auto found = env.find(resource);
  return found == env.end() ? resource : found->second;
}

const Resource* Matcher::resource(const Resource* variable) const {
  return resolve(envs_[1], variable);
}

Result<> Matcher::match(const ExternType& actual, const ExternType& expected) {
  TAPPET_TRY(budget_.spend_steps(1));
  if (actual.sort != expected.sort) {
    return expected_found(row(expected.sort).text, row(actual.sort).text);
  }
  switch (expected.sort) {
    case Sort::kFunc:
      return match_func(*actual.type.func(), *expected.type.func());
    case Sort::kValue:
      return match_value(*actual.type.value(), *expected.type.value());
    case Sort::kType:
      return match_type(actual.type, expected.type);
    case Sort::kInstance:
      return match_instance(*actual.type.instance(), *expected.type.instance());
    case Sort::kComponent:
      return match_component(*actual.type.component(), *expected.type.component());
    case Sort::kCoreModule:
      return match_module(*actual.type.module(), *expected.type.module());
    default:
      return mismatch("items of this sort have no type");
  }
}

// Two types whose variables are their own are equal if each is a subtype of the other.
template <class Node>
Result<> Matcher::match_both_ways(const Node& actual, const Node& expected,
                                  Result<> (Matcher::*match)(const Node&, const Node&)) {
  ++nesting_;
  Result<> result = (this->*match)(actual, expected);
  if (result.ok()) {
    std::swap(actual_env_, expected_env_);
    result = (this->*match)(expected, actual);
    std::swap(actual_env_, expected_env_);
  }
  --nesting_;
  return result;
}

Result<> Matcher::match_type(TypeRef actual, TypeRef expected) {
  if (nesting_ == 0 && (!expected.value() || !is_primitive(expected.value()->kind))) {
    types_.emplace(expected.identity(), actual);
  }
  if (actual.kind() != expected.kind()) {
    return expected_found(kind_name(expected), kind_name(actual));
  }
  switch (expected.kind()) {
    case TypeRef::Kind::kValue:
      return match_value(*actual.value(), *expected.value());
    case TypeRef::Kind::kResource: {
      const Resource* const variable = expected.resource()->resource;
      const auto bound = expected_env_->find(variable);
      const bool binds = bound != expected_env_->end() && bound->second == nullptr;
      if (!binds) return match_resource(actual.resource()->resource, variable);
      bound->second = resolve(*actual_env_, actual.resource()->resource);
      return {};
    }
    case TypeRef::Kind::kFunc:
      return match_func(*actual.func(), *expected.func());
    case TypeRef::Kind::kInstance:
      return match_both_ways(*actual.instance(), *expected.instance(), &Matcher::match_instance);
    case TypeRef::Kind::kComponent:
      return match_both_ways(*actual.component(), *expected.component(), &Matcher::match_component);
    default:
      return mismatch("a type of this kind cannot be imported or exported");
  }
}

Result<> Matcher::match_resource(const Resource* actual, const Resource* expected) {
  const Resource* const a = resolve(*actual_env_, actual);
  const Resource* const e = resolve(*expected_env_, expected);
  if (a == e && a) return {};
  return mismatch(fmt::format("resource types are not the same: expected {}, found {}",
                              name_of(*expected), name_of(*actual)));
}

Result<> Matcher::match_optional(const ValType* actual, const ValType* expected) {
  if (!actual || !expected) {
    if (actual == expected) return {};
    return expected_found(expected ? to_string(*expected) : "no type",
                          actual ? to_string(*actual) : "no type");
  }
  return match_value(*actual, *expected);
}

Result<> Matcher::match_value(const ValType& actual, const ValType& expected) {
  TAPPET_TRY(budget_.spend_steps(1));
  if (&actual == &expected && !actual.contains_resource) return {};
  if (actual.kind != expected.kind || actual.length != expected.length) {
    return expected_found(to_string(expected), to_string(actual));
  }
  if (expected.resource) {
    return match_resource(actual.resource->resource, expected.resource->resource);
  }
  TAPPET_TRY(match_items(actual, expected));
  if (Result<> r = match_optional(actual.element, expected.element); !r.ok()) {
    return fail(in_context(fmt::format("{} element", row(expected.kind).text), r.error()));
  }
  return {};
}

Result<> Matcher::match_items(const ValType& actual, const ValType& expected) {
  if (actual.items.size() != expected.items.size()) {
    return mismatch(fmt::format("expected {} {}, found {}", expected.items.size(),
                                items_name(expected.kind), actual.items.size()));
  }
  TAPPET_TRY(budget_.spend_steps(expected.items.size()));
  for (size_t i = 0; i < expected.items.size(); ++i) {
    TAPPET_TRY(match_item(expected, actual.items[i], expected.items[i], i));
  }
  return {};
}

Result<> Matcher::match_item(const ValType& in, const Labelled& actual, const Labelled& expected,
                             size_t index) {
  if (actual.label != expected.label) {
    return mismatch(fmt::format("expected {}, found {}", place_of(in.kind, expected, index),
                                quote(actual.label)));
  }
  Result<> matched = match_optional(actual.type, expected.type);
  if (matched.ok()) return matched;
  return fail(in_context(place_of(in.kind, expected, index), matched.error()));
}

Result<> Matcher::match_func(const FuncType& actual, const FuncType& expected) {
  if (&actual == &expected && !actual.contains_resource) return {};
  if (actual.is_async != expected.is_async) {
    return mismatch(fmt::format("expected {} function", expected.is_async ? "an async" : "a sync"));
  }
  if (actual.params.size() != expected.params.size()) {
    return mismatch(fmt::format("expected {} parameters, found {}", expected.params.size(),
                                actual.params.size()));
  }
  for (size_t i = 0; i < expected.params.size(); ++i) {
    const std::string_view name = expected.params[i].label;
    if (actual.params[i].label != name) {
      return mismatch(fmt::format("expected parameter named {}, found {}", quote(name),
                                  quote(actual.params[i].label)));
    }
    Result<> matched = match_value(*actual.params[i].type, *expected.params[i].type);
    if (!matched.ok()) {
      return fail(in_context(fmt::format("parameter {}", quote(name)), matched.error()));
    }
  }
  if (Result<> r = match_optional(actual.result, expected.result); !r.ok()) {
    return fail(in_context("result", r.error()));
  }
  return {};
}

Result<> Matcher::match_exports(const ExternList& actual, const ExternList& expected) {
  for (const NamedExtern& e : expected.items) {
    const NamedExtern* const found = actual.get(e.name);
    if (!found) return mismatch(fmt::format("missing expected export {}", quote(e.name)));
    if (Result<> r = match(found->type, e.type); !r.ok()) {
      return fail(in_context(fmt::format("export {}", quote(e.name)), r.error()));
    }
  }
  return {};
}

// What `actual` imports must be among what is expected to be imported, with types the other way
// round.
Result<> Matcher::match_imports(const ExternList& actual, const ExternList& expected) {
  for (const NamedExtern& a : actual.items) {
    const NamedExtern* const found = expected.get(a.name);
    if (!found) return mismatch(fmt::format("missing expected import {}", quote(a.name)));
    if (Result<> r = match(found->type, a.type); !r.ok()) {
      return fail(in_context(fmt::format("import {}", quote(a.name)), r.error()));
    }
  }
  return {};
}

Result<> Matcher::match_instance(const InstanceType& actual, const InstanceType& expected) {
  if (&actual == &expected && !actual.contains_resource && nesting_ != 0) return {};
  TAPPET_TRY(close_in(*actual_env_, actual.resources));
  open_in(*expected_env_, expected.resources);
  Result<> matched = match_exports(actual.exports, expected.exports);
  forget(*actual_env_, actual.resources);
  forget(*expected_env_, expected.resources);
  return matched;
}

Result<> Matcher::match_component(const ComponentType& actual, const ComponentType& expected) {
  TAPPET_TRY(close_in(*expected_env_, expected.import_resources));
  ++nesting_;
  open_in(*actual_env_, actual.import_resources);
  std::swap(actual_env_, expected_env_);
  Result<> matched = match_imports(actual.imports, expected.imports);
  std::swap(actual_env_, expected_env_);
  if (matched.ok()) matched = close_in(*actual_env_, actual.defined_resources);
  if (matched.ok()) {
    open_in(*expected_env_, expected.defined_resources);
    matched = match_exports(actual.exports, expected.exports);
    forget(*actual_env_, actual.defined_resources);
    forget(*expected_env_, expected.defined_resources);
  }
  forget(*actual_env_, actual.import_resources);
  forget(*expected_env_, expected.import_resources);
  --nesting_;
  return matched;
}

Result<> Matcher::match_module(const ModuleType& actual, const ModuleType& expected) {
  TAPPET_TRY(budget_.spend_steps(uint64_t{actual.type_size} + expected.type_size));
  const auto place = [&](std::string_view what, Result<> r) {
    Error error = in_context(what, std::move(r).error());
    error.kind = mismatch_;
    return fail(std::move(error));
  };
  for (const CoreImport& a : actual.imports) {
    const std::string name = quote(fmt::format("{}::{}", a.module, a.name));
    const CoreImport* const found = expected.find_import(a.module, a.name);
    if (!found) return mismatch(fmt::format("missing expected import {}", name));
    Result<> r = match_core(registry_, found->type, a.type);
    if (!r.ok()) return place(fmt::format("import {}", name), std::move(r));
  }
  for (const CoreExport& e : expected.exports.items) {
    const CoreExport* const found = actual.exports.get(e.name);
    if (!found) return mismatch(fmt::format("missing expected export {}", quote(e.name)));
    Result<> r = match_core(registry_, found->type, e.type);
    if (!r.ok()) return place(fmt::format("export {}", quote(e.name)), std::move(r));
  }
  return {};
}

}  // namespace tappet::component
