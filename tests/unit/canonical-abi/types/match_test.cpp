#include "canonical-abi/types/match.h"

#include "canonical-abi/types/substitute.h"
#include "tests/unit/canonical-abi/types/type_builder.h"

namespace tappet::component {
namespace {

using enum TypeKind;

class Matching : public ::testing::Test {
 protected:
  // Empty if it matches.
  std::string match(const ExternType& actual, const ExternType& expected) {
    Matcher matcher(registry, budget);
    const Result<> result = matcher.match(actual, expected);
    return result.ok() ? "" : result.error().message;
  }
  std::string match(const FuncType* actual, const FuncType* expected) {
    return match({Sort::kFunc, actual}, {Sort::kFunc, expected});
  }
  std::string match(const ComponentType* actual, const ComponentType* expected) {
    return match({Sort::kComponent, actual}, {Sort::kComponent, expected});
  }
  std::string match(const InstanceType* actual, const InstanceType* expected) {
    return match({Sort::kInstance, actual}, {Sort::kInstance, expected});
  }
  std::string match(const ValType* actual, const ValType* expected) {
    return match({Sort::kValue, actual}, {Sort::kValue, expected});
  }
  BoundResource bound(const ResourceName* name, std::initializer_list<std::string_view> path) {
    const std::vector<std::string_view> names = path;
    return {name->resource, *t.arena.copy(std::span<const std::string_view>(names))};
  }

  TypeRegistry registry;
  Budget budget;
  Types t;
  const ValType* u8 = primitive(kU8);
  const ValType* u32 = primitive(kU32);
  const ValType* text = primitive(kString);
};

TEST_F(Matching, ValueTypesAreEqualByStructure) {
  EXPECT_EQ(match(t.list(t.tuple({u8, text})), t.list(t.tuple({u8, text}))), "");
  EXPECT_EQ(match(t.list(u8), t.list(u32)), "list element: expected u32, found u8");
  EXPECT_EQ(match(t.tuple({u8}), t.record({{"a", u8}})),
            "expected record { a: u8 }, found tuple<u8>");
  EXPECT_EQ(match(t.fixed_list(u8, 3), t.fixed_list(u8, 4)),
            "expected list<u8, 4>, found list<u8, 3>");
  EXPECT_EQ(match(t.record({{"a", u8}}), t.record({{"a", u8}, {"b", u8}})),
            "expected 2 fields, found 1");
  EXPECT_EQ(match(t.record({{"b", u8}}), t.record({{"a", u8}})), "expected field `a`, found `b`");
  EXPECT_EQ(match(t.variant({{"a", u8}}), t.variant({{"a", nullptr}})),
            "case `a`: expected no type, found u8");
  EXPECT_EQ(match(t.stream(nullptr), t.stream(u8)), "stream element: expected u8, found no type");
  EXPECT_EQ(match(t.map(u8, u8), t.map(u8, text)),
            "map element: tuple element 1: expected string, found u8");
}

TEST_F(Matching, MessagesNameTheWayToTheDifference) {
  const ValType* const theirs = t.record({{"name", text}, {"sizes", t.list(u8)}});
  const ValType* const ours = t.record({{"name", text}, {"sizes", t.list(u32)}});
  const InstanceType* const actual =
      t.instance({func_item("put", t.func({{"what", t.option(theirs)}}))});
  const InstanceType* const expected =
      t.instance({func_item("put", t.func({{"what", t.option(ours)}}))});
  EXPECT_EQ(match(actual, expected),
            "export `put`: parameter `what`: case `some`: field `sizes`: list element: expected "
            "u32, found u8");
}

TEST_F(Matching, Functions) {
  EXPECT_EQ(match(t.func({{"a", u8}}, text), t.func({{"a", u8}}, text)), "");
  EXPECT_EQ(match(t.func({{"a", u8}}), t.func({{"b", u8}})),
            "expected parameter named `b`, found `a`");
  EXPECT_EQ(match(t.func({}), t.func({{"b", u8}})), "expected 1 parameters, found 0");
  EXPECT_EQ(match(t.func({}, u8), t.func({})), "result: expected no type, found u8");
  EXPECT_EQ(match(t.func({}, nullptr, true), t.func({})), "expected a sync function");
}

TEST_F(Matching, InstancesMayExportMore) {
  const InstanceType* const more =
      t.instance({func_item("b", t.func({})), func_item("a", t.func({}))});
  const InstanceType* const less = t.instance({func_item("a", t.func({}))});
  EXPECT_EQ(match(more, less), "");
  EXPECT_EQ(match(less, more), "missing expected export `b`");
}

TEST_F(Matching, SortsMustAgree) {
  EXPECT_EQ(match({Sort::kFunc, t.func({})}, {Sort::kInstance, t.instance({})}),
            "expected instance, found func");
}

TEST_F(Matching, ResourcesAreEqualToThemselvesAlone) {
  const ResourceName* const r = t.resource("r");
  const ResourceName* const alias = Types::get(t.arena.name_of(r->resource));
  const ResourceName* const other = t.resource("other");
  EXPECT_EQ(match(t.own(r), t.own(alias)), "");
  EXPECT_EQ(match(t.own(r), t.own(other)),
            "resource types are not the same: expected `other`, found `r`");
  EXPECT_EQ(match(t.own(r), t.borrow(r)), "expected borrow<r>, found own<r>");
}

// How a host links: its resource type stands for the component's variable, in order of the items.
TEST_F(Matching, FirstTypeItemBindsAVariable) {
  const ResourceName* const host = t.resource("host");
  const ResourceName* const other = t.resource("other");
  const ResourceName* const variable = t.resource("variable");
  const InstanceType* const expected = t.instance(
      {type_item("r", variable), func_item("get", t.func({{"self", t.borrow(variable)}}))});
  Matcher matcher(registry, budget);
  const BoundResource variables[] = {bound(variable, {"i", "r"})};
  matcher.open(variables);
  const InstanceType* const good =
      t.instance({func_item("get", t.func({{"self", t.borrow(host)}})), type_item("r", host)});
  ASSERT_TRUE(matcher.match({Sort::kInstance, good}, {Sort::kInstance, expected}).ok());
  EXPECT_EQ(matcher.resource(variable->resource), host->resource);
  EXPECT_EQ(matcher.types().at(variable).resource(), host);

  Matcher again(registry, budget);
  again.open(variables);
  const InstanceType* const bad =
      t.instance({func_item("get", t.func({{"self", t.borrow(other)}})), type_item("r", host)});
  const Result<> result = again.match({Sort::kInstance, bad}, {Sort::kInstance, expected});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind, ErrorKind::kUnlinkable);
  EXPECT_EQ(result.error().message,
            "export `get`: parameter `self`: resource types are not the same: expected "
            "`variable`, found `other`");
}

// component { import "r": resource; import "f": func(own r) }, and the like.
TEST_F(Matching, ComponentsImportLessAndExportMore) {
  const FuncType* const f = t.func({});
  const ComponentType* const small = t.component({func_item("a", f)}, {func_item("x", f)});
  const ComponentType* const big =
      t.component({func_item("a", f), func_item("b", f)}, {func_item("x", f), func_item("y", f)});
  const ComponentType* const flexible =
      t.component({func_item("a", f)}, {func_item("x", f), func_item("y", f)});
  EXPECT_EQ(match(flexible, small), "");
  EXPECT_EQ(match(flexible, big), "");
  EXPECT_EQ(match(big, small), "missing expected import `b`");
  EXPECT_EQ(match(small, big), "missing expected export `y`");
}

TEST_F(Matching, ComponentsBindTheirVariables) {
  const auto taker = [&](bool second_is_first) {
    const ResourceName* const r = t.resource("r");
    const ResourceName* const s = second_is_first ? r : t.resource("s");
    const NamedExtern imports[] = {type_item("r", r), type_item("s", s),
                                   func_item("f", t.func({{"x", t.own(s)}}))};
    if (second_is_first) {
      return t.component({imports[0], imports[1], imports[2]}, {}, {bound(r, {"r"})});
    }
    return t.component({imports[0], imports[1], imports[2]}, {},
                       {bound(r, {"r"}), bound(s, {"s"})});
  };
  EXPECT_EQ(match(taker(false), taker(false)), "") << "same up to the names of variables";
  EXPECT_EQ(match(taker(false), taker(true)), "") << "takes any two, so also the same twice";
  EXPECT_NE(match(taker(true), taker(false)), "") << "relies on the two being the same";
}

TEST_F(Matching, ExportedResourcesAreExistential) {
  const auto maker = [&](bool same) {
    const ResourceName* const r = t.resource("r");
    const ResourceName* const s = same ? r : t.resource("s");
    if (same) {
      return t.component({}, {type_item("r", r), type_item("s", s)}, {}, {bound(r, {"r"})});
    }
    return t.component({}, {type_item("r", r), type_item("s", s)}, {},
                       {bound(r, {"r"}), bound(s, {"s"})});
  };
  EXPECT_EQ(match(maker(true), maker(false)), "") << "may be forgotten";
  EXPECT_NE(match(maker(false), maker(true)), "") << "may not be invented";
}

// The same component type occurs on both sides, at different levels: its variable then stands for
// two things at once, one per side. Taking them for the same would accept what must be rejected.
TEST_F(Matching, OneVariableInTwoRoles) {
  const ResourceName* const r = t.resource("r");
  const NamedExtern r_import = type_item("r", r);
  // outer = component { import r: resource; import k: component { import f: func(own r) } }
  const ComponentType* const inner = t.component({func_item("f", t.func({{"x", t.own(r)}}))}, {});
  const ComponentType* const outer =
      t.component({r_import, {"k", {Sort::kComponent, inner}}}, {}, {bound(r, {"r"})});
  // other = component { import r: resource; import k: outer }
  const ResourceName* const q = t.resource("q");
  const ComponentType* const other =
      t.component({type_item("r", q), {"k", {Sort::kComponent, outer}}}, {}, {bound(q, {"r"})});
  // other <: outer needs inner <: outer: whatever takes a function of its own r must be happy with
  // an r and a component in terms of another one.
  EXPECT_NE(match(other, outer), "");
  EXPECT_EQ(match(outer, outer), "");
  EXPECT_EQ(match(other, other), "");
}

TEST_F(Matching, TypesAreEqualOnlyBothWays) {
  const InstanceType* const more =
      t.instance({func_item("a", t.func({})), func_item("b", t.func({}))});
  const InstanceType* const less = t.instance({func_item("a", t.func({}))});
  EXPECT_EQ(match({Sort::kType, more}, {Sort::kType, more}), "");
  EXPECT_NE(match({Sort::kType, more}, {Sort::kType, less}), "") << "an eq bound is no subtype";
}

TEST_F(Matching, BudgetEndsLongComparisons) {
  const ValType* a = u8;
  const ValType* b = u8;
  for (int i = 0; i < 18; ++i) {
    a = t.tuple({a, a});
    b = t.tuple({b, b});
  }
  Budget small{.bytes = 1000, .steps = 10'000};
  Matcher matcher(registry, small);
  const Result<> result = matcher.match({Sort::kValue, a}, {Sort::kValue, b});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind, ErrorKind::kLimit);
}

// Core types.

TEST_F(Matching, CoreItems) {
  const CoreFunc unary{registry.add_function({{kI32}, {}})};
  const CoreFunc nullary{registry.add_function({{}, {}})};
  EXPECT_TRUE(match_core(registry, unary, unary).ok());
  EXPECT_EQ(match_core(registry, unary, nullary).error().message,
            "expected (func), found (func (param i32))");
  EXPECT_EQ(match_core(registry, unary, GlobalType{kI32, false}).error().message,
            "expected global, found function");
  EXPECT_FALSE(match_core(registry, GlobalType{kI32, true}, GlobalType{kI32, false}).ok());
  MemoryType one;
  one.limits = {1, 0, false};
  MemoryType two;
  two.limits = {2, 3, true};
  EXPECT_TRUE(match_core(registry, two, one).ok());
  EXPECT_EQ(match_core(registry, one, two).error().message,
            "mismatch in memory limits: expected 2..3, found 1..");
  MemoryType shared = two;
  shared.shared = true;
  EXPECT_FALSE(match_core(registry, shared, one).ok());
}

TEST_F(Matching, ModulesImportLessAndExportMore) {
  const CoreFunc f{registry.add_function({{}, {}})};
  const CoreImport imports[] = {{"m", "a", f}, {"m", "b", GlobalType{kI32, false}}};
  const CoreExport exports[] = {{"x", f}, {"y", f}};
  const ModuleType* const big = Types::get(t.arena.module(imports, exports));
  const ModuleType* const small =
      Types::get(t.arena.module(std::span(imports).first(1), std::span(exports).first(1)));
  const ModuleType* const flexible =
      Types::get(t.arena.module(std::span(imports).first(1), exports));
  EXPECT_EQ(match({Sort::kCoreModule, flexible}, {Sort::kCoreModule, big}), "");
  EXPECT_EQ(match({Sort::kCoreModule, flexible}, {Sort::kCoreModule, small}), "");
  EXPECT_EQ(match({Sort::kCoreModule, big}, {Sort::kCoreModule, small}),
            "missing expected import `m::b`");
  EXPECT_EQ(match({Sort::kCoreModule, small}, {Sort::kCoreModule, big}),
            "missing expected export `y`");
  const CoreImport twice[] = {{"m", "a", f}, {"m", "a", f}};
  EXPECT_FALSE(t.arena.module(twice, {}).ok());
}

// Substitution.

TEST_F(Matching, SubstitutionReplacesAndShares) {
  const ResourceName* const from = t.resource("from");
  const ResourceName* const to = t.resource("to");
  const ValType* const untouched = t.list(t.record({{"a", u8}}));
  const ValType* const handle = t.own(from);
  const InstanceType* const type =
      t.instance({type_item("r", from),
                  func_item("f", t.func({{"a", handle}, {"b", untouched}}, t.option(handle)))},
                 {bound(from, {"r"})});
  Substitution substitution(t.arena);
  substitution.replace(from->resource, to->resource);
  const InstanceType* const made = Types::get(substitution.apply_open(type->exports));
  const FuncType* const f = made->exports.get("f")->type.type.func();
  EXPECT_TRUE(made->resources.empty());
  EXPECT_EQ(made->exports.get("r")->type.type.resource()->resource, to->resource);
  EXPECT_EQ(f->params[0].type->resource->resource, to->resource);
  EXPECT_EQ(f->params[1].type, untouched) << "what does not change is shared";
  EXPECT_EQ(f->result->items[1].type, f->params[0].type) << "one node is replaced by one node";
  EXPECT_EQ(f->params[0].type->resource, made->exports.get("r")->type.type.resource())
      << "and keeps its name";
}

TEST_F(Matching, FreeResourcesAreThoseNotBoundWithin) {
  const ResourceName* const free = t.resource("free");
  const ResourceName* const own = t.resource("own");
  const InstanceType* const type =
      t.instance({type_item("r", own),
                  func_item("f", t.func({{"a", t.own(own)}, {"b", t.list(t.own(free))}}))},
                 {bound(own, {"r"})});
  const TypeRef types[] = {type};
  EXPECT_EQ(*free_resources(budget, types), std::vector<const Resource*>{free->resource});
}

}  // namespace
}  // namespace tappet::component
