// Canonical definitions: options, signatures, features.
#include "tests/unit/canonical-abi/component/loading.h"

namespace tappet::component {
namespace {

using namespace build;

// A component with a core module's functions as core funcs 0.., its memory as core memory 0.
B libc(const std::vector<NamedFunc>& funcs) {
  std::vector<B> all;
  for (const NamedFunc& f : funcs) all.push_back(alias_core_export(kCoreFunc, 0, f.name));
  all.push_back(alias_core_export(kCoreMemory, 0, "mem"));
  return core_module_section(core_module(funcs, true)) + core_instances({core_instantiate(0)}) +
         aliases(all);
}
const NamedFunc kRealloc{"realloc", "iiii", "i"};

// Lifts a core function of that signature to the type; the realloc function is core func 1.
B lifting(const std::string& params, const std::string& results, const B& func_type,
          const std::vector<B>& options) {
  return component(
      {libc({{"f", params, results}, kRealloc, {"post", results, ""}, {"cb", "iii", "i"}}),
       types({func_type}), canons({lift(0, options, 0)})});
}
// Lowers an imported function of the type.
B lowering(const B& func_type, const std::vector<B>& options) {
  return component({libc({{"f", "", ""}, kRealloc}), types({func_type}),
                    imports({import("f", is_func(0))}), canons({lower(0, options)})});
}

const B kTakesString = func({{"s", kString}});
const B kGivesString = func({}, kString);
const B kNullary = func({});

TEST(ValidateLift, SignatureFollowsFromTheType) {
  EXPECT_TRUE(valid(lifting("", "", kNullary, {})));
  EXPECT_TRUE(valid(
      lifting("ilfd", "i", func({{"a", kU8}, {"b", kU64}, {"c", kF32}, {"d", kF64}}, kBool), {})));
  EXPECT_TRUE(invalid_with(
      lifting("i", "", kNullary, {}),
      "wrong signature for a lifted function: expected (func), found (func (param i32))"));
  EXPECT_TRUE(
      invalid_with(lifting("", "i", kNullary, {}), "wrong signature for a lifted function"));
  EXPECT_TRUE(
      invalid_with(component({types({kU8}), libc({{"f", "", ""}}), canons({lift(0, {}, 0)})}),
                   "not a function type"));
  EXPECT_TRUE(invalid_with(component({types({kNullary}), canons({lift(0, {}, 0)})}),
                           "core func index out of bounds"));
}

TEST(ValidateLift, PointersNeedMemoryAndRealloc) {
  EXPECT_TRUE(valid(lifting("ii", "", kTakesString, {memory(0), realloc(1)})));
  EXPECT_TRUE(invalid_with(lifting("ii", "", kTakesString, {}), "`memory` is required"));
  EXPECT_TRUE(invalid_with(lifting("ii", "", kTakesString, {memory(0)}), "`realloc` is required"));
  EXPECT_TRUE(valid(lifting("", "i", kGivesString, {memory(0)})));
  EXPECT_TRUE(invalid_with(lifting("", "i", kGivesString, {}), "`memory` is required"));
}

TEST(ValidateLift, ManyValuesGoThroughMemory) {
  NamedTypes params;
  for (int i = 0; i < 17; ++i) params.push_back({"p" + std::to_string(i), kU8});
  EXPECT_TRUE(valid(lifting("i", "", func(params), {memory(0), realloc(1)})));
  EXPECT_TRUE(invalid_with(lifting("i", "", func(params), {memory(0)}), "`realloc` is required"));
  params.pop_back();
  EXPECT_TRUE(valid(lifting(std::string(16, 'i'), "", func(params), {})));
  const B pair = component({libc({{"f", "", "i"}}), types({tuple({kU8, kU8}), func({}, type(0))}),
                            canons({lift(0, {memory(0)}, 1)})});
  EXPECT_TRUE(valid(pair));
}

TEST(ValidateLift, PostReturnTakesTheCoreResults) {
  EXPECT_TRUE(valid(lifting("", "i", kGivesString, {memory(0), post_return(2)})));
  EXPECT_TRUE(invalid_with(lifting("", "i", kGivesString, {memory(0), post_return(0)}),
                           "wrong signature for canonical option `post-return`"));
  EXPECT_TRUE(invalid_with(lowering(kNullary, {post_return(0)}),
                           "`post-return` cannot be specified for lower"));
}

TEST(ValidateLift, Async) {
  const B type = async_func({{"x", kU8}}, kU8);
  EXPECT_TRUE(valid(lifting("i", "i", type, {kAsync, callback(3)})));
  EXPECT_TRUE(valid(lifting("i", "", type, {kAsync}))) << "stackful";
  EXPECT_TRUE(valid(lifting("i", "i", type, {})))
      << "an async function may be lifted synchronously";
  EXPECT_TRUE(invalid_with(lifting("i", "", func({{"x", kU8}}, kU8), {kAsync}),
                           "requires an async function type"));
  EXPECT_TRUE(invalid_with(lifting("i", "i", type, {callback(3)}), "`callback` requires `async`"));
  EXPECT_TRUE(invalid_with(lifting("i", "i", type, {kAsync, callback(1)}),
                           "wrong signature for canonical option `callback`"));
  EXPECT_TRUE(invalid_with(lifting("i", "i", type, {kAsync, callback(3), post_return(2)}),
                           "cannot be specified with `async`"));
  ComponentFeatureSet no_stackful = ComponentFeatureSet::all();
  no_stackful.set(ComponentFeature::kAsyncStackful, false);
  EXPECT_TRUE(rejected(load(lifting("i", "", type, {kAsync}), no_stackful), ErrorKind::kUnsupported,
                       "component-model-async-stackful"));
}

TEST(ValidateOptions, OncePerKindAndOfTheRightType) {
  const std::vector<std::vector<B>> twice = {
      {kUtf8, kUtf8}, {kUtf8, kUtf16}, {memory(0), memory(0)}, {memory(0), realloc(1), realloc(1)}};
  for (const auto& options : twice) {
    EXPECT_TRUE(invalid_with(lifting("", "", kNullary, options), "is specified more than once"));
  }
  EXPECT_TRUE(invalid_with(lifting("", "", kNullary, {realloc(1)}), "`realloc` requires `memory`"));
  EXPECT_TRUE(invalid_with(lifting("", "", kNullary, {memory(0), realloc(0)}),
                           "wrong signature for canonical option `realloc`"));
  EXPECT_TRUE(
      invalid_with(lifting("", "", kNullary, {memory(1)}), "core memory index out of bounds"));
  EXPECT_TRUE(invalid_with(lifting("", "", kNullary, {memory(0), realloc(9)}),
                           "core func index out of bounds"));
  EXPECT_TRUE(limited_with(lifting("", "", kNullary, std::vector<B>(11, kUtf8)),
                           "11 canonical options exceed"));
}

TEST(ValidateLower, ArgumentsAreLiftedAndResultsLowered) {
  EXPECT_TRUE(valid(lowering(kNullary, {})));
  EXPECT_TRUE(valid(lowering(kTakesString, {memory(0)})));
  EXPECT_TRUE(invalid_with(lowering(kTakesString, {}), "`memory` is required"));
  EXPECT_TRUE(valid(lowering(kGivesString, {memory(0), realloc(1)})));
  EXPECT_TRUE(invalid_with(lowering(kGivesString, {memory(0)}), "`realloc` is required"));
  EXPECT_TRUE(invalid_with(component({canons({lower(0, {})})}), "func index out of bounds"));
  EXPECT_TRUE(invalid_with(lowering(kNullary, {kAsync}), "requires an async function type"));
  EXPECT_TRUE(valid(lowering(async_func({}, kU8), {kAsync, memory(0)})));
  EXPECT_TRUE(invalid_with(lowering(async_func({}, kU8), {kAsync}), "`memory` is required"));
}

// The core function types that the definitions get.
std::string core_type_of_last(const B& bytes) {
  const Loaded loaded = load(bytes);
  if (!loaded.ok()) return loaded.error().to_string();
  const auto* const canon = std::get_if<Canon>(&(*loaded)->definitions.back());
  if (!canon) return "no canonical definition";
  const CoreFuncType& type = (*loaded)->registry->function(canon->core_type);
  std::string out;
  for (const ValueType t : type.params) out += "ilfdvr"[static_cast<int>(t.kind)];
  out += "_";
  for (const ValueType t : type.results) out += "ilfdvr"[static_cast<int>(t.kind)];
  return out;
}

TEST(ValidateBuiltIns, CoreTypesFollowFromTheRows) {
  const B base = libc({{"f", "", ""}, kRealloc}) +
                 types({resource(), stream(kU8), future(""), stream(kString)}) +
                 core_types({core_func_type("i", "")});
  const auto core_type = [&](const B& canon) {
    return core_type_of_last(component({base, canons({canon})}));
  };
  const B stream_options = vec({memory(0), realloc(1), kAsync});
  EXPECT_EQ(core_type(byte(0x02) + u32(0)), "i_i");
  EXPECT_EQ(core_type(byte(0x03) + u32(0)), "i_");
  EXPECT_EQ(core_type(byte(0x04) + u32(0)), "i_i");
  EXPECT_EQ(core_type(byte(0x09) + result_list(kU64) + vec({})), "l_");
  EXPECT_EQ(core_type(byte(0x09) + result_list("") + vec({})), "_");
  EXPECT_EQ(core_type(byte(0x09) + result_list(kString) + vec({memory(0)})), "ii_");
  EXPECT_EQ(core_type(byte(0x0a) + byte(0x7f) + u32(1)), "_i");
  EXPECT_EQ(core_type(byte(0x0b) + byte(0x7e) + u32(0)), "l_");
  EXPECT_EQ(core_type(byte(0x0e) + u32(1)), "_l");
  EXPECT_EQ(core_type(byte(0x0f) + u32(1) + vec({memory(0), kAsync})), "iii_i");
  EXPECT_EQ(core_type(byte(0x0f) + u32(3) + stream_options), "iii_i");
  EXPECT_EQ(core_type(byte(0x16) + u32(2) + vec({kAsync})), "ii_i");
  EXPECT_EQ(core_type(byte(0x20) + byte(1) + u32(0)), "ii_i");
  EXPECT_EQ(core_type(byte(0x23)), "ii_");
  EXPECT_EQ(core_type(byte(0x1c) + vec({memory(0)})), "ii_i");
  EXPECT_EQ(core_type(byte(0x1d) + vec({memory(0), realloc(1)})), "ii_");
  EXPECT_EQ(core_type(byte(0x40) + byte(0) + u32(0)), "ri_i");
  EXPECT_EQ(core_type(byte(0x42) + byte(0)), "_i");
}

TEST(ValidateBuiltIns, ImmediatesAreChecked) {
  const B base = libc({{"f", "", ""}, kRealloc}) + types({kU8, stream(kString), future(kU8)}) +
                 core_types({core_func_type("ii", "")});
  const auto with = [&](const B& canon) { return component({base, canons({canon})}); };
  EXPECT_TRUE(invalid_with(with(byte(0x0e) + u32(0)), "type index 0 is not a stream type"));
  EXPECT_TRUE(invalid_with(with(byte(0x0e) + u32(2)), "type index 2 is not a stream type"));
  EXPECT_TRUE(invalid_with(with(byte(0x15) + u32(1)), "type index 1 is not a future type"));
  EXPECT_TRUE(invalid_with(with(byte(0x0f) + u32(1) + vec({kAsync})), "`memory` is required"));
  EXPECT_TRUE(
      invalid_with(with(byte(0x0f) + u32(1) + vec({kAsync, memory(0)})), "`realloc` is required"));
  EXPECT_TRUE(valid(with(byte(0x10) + u32(1) + vec({kAsync, memory(0)})))) << "writing lifts";
  EXPECT_TRUE(
      invalid_with(with(byte(0x09) + result_list(kString) + vec({})), "`memory` is required"));
  EXPECT_TRUE(invalid_with(with(byte(0x09) + result_list("") + vec({memory(0), realloc(1)})),
                           "`realloc` cannot be specified for task.return"));
  EXPECT_TRUE(invalid_with(with(byte(0x0a) + byte(0x7f) + u32(2)), "out of bounds"));
  EXPECT_TRUE(invalid_with(with(byte(0x0a) + byte(0x7d) + u32(0)), "i32 or i64"));
  EXPECT_TRUE(invalid_with(
      component({canons({byte(0x0a) + byte(0x7f) + u32(0), byte(0x0b) + byte(0x7e) + u32(0)})}),
      "must have the same type"));
  EXPECT_TRUE(invalid_with(with(byte(0x20) + byte(0) + u32(3)), "core memory index out of bounds"));
  EXPECT_TRUE(invalid_with(with(byte(0x1c) + vec({})), "`memory` is required"));
  EXPECT_TRUE(invalid_with(with(byte(0x1d) + vec({memory(0)})), "`realloc` is required"));
  EXPECT_TRUE(invalid_with(with(byte(0x27) + u32(0) + u32(0)), "takes one i32"));
  EXPECT_TRUE(invalid_with(with(byte(0x27) + u32(5) + u32(0)), "unknown core type 5"));
}

// Without its feature every row is refused by name, and nothing else of it is looked at.
TEST(ValidateBuiltIns, RowsNameTheirFeature) {
  for (const CanonRow& r : kCanons) {
    if (r.feature == ComponentFeature::kMvp) continue;
    B content = byte(r.code);
    for (const char letter : r.immediates)
      content += letter == 'v' ? byte(0x7f) : letter == 'r' ? result_list("") : byte(0);
    ComponentFeatureSet without = ComponentFeatureSet::all();
    without.set(r.feature, false);
    EXPECT_TRUE(rejected(load(component({canons({content})}), without), ErrorKind::kUnsupported,
                         "feature " + std::string(row(r.feature).name) + " is not"))
        << r.text;
  }
}

// Values.

B values_of(const B& types_section, const B& t, const B& bytes) {
  return component(
      {types_section, values({value(t, bytes)}), exports({exported("v", item(kValue, 0))})});
}

std::string first_value(const B& bytes) {
  const Loaded loaded = load(bytes);
  if (!loaded.ok()) return loaded.error().message;
  for (const Definition& d : (*loaded)->definitions) {
    if (const auto* const v = std::get_if<ValueDef>(&d)) return to_string(v->value, v->type);
  }
  return "no value";
}

TEST(ValidateValues, EveryType) {
  EXPECT_EQ(first_value(values_of("", kBool, "\x01")), "true");
  EXPECT_EQ(first_value(values_of("", kS8, "\xff")), "-1");
  EXPECT_EQ(first_value(values_of("", kU32, u32(300))), "300");
  EXPECT_EQ(first_value(values_of("", kF32, B("\0\0\x80\x3f", 4))), "1");
  EXPECT_EQ(first_value(values_of("", kF32, B("\x01\0\x80\x7f", 4))),
            "a NaN that is not canonical");
  EXPECT_EQ(first_value(values_of("", kChar, "\xc3\xa4")), "'\u00e4'");
  EXPECT_EQ(first_value(values_of("", kChar, "\xc3")), "unexpected end, reading a char");
  EXPECT_EQ(first_value(values_of("", kString, name("hi"))), "\"hi\"");
  EXPECT_EQ(first_value(values_of(types({list(kU8)}), type(0), "\x02\x05\x06")), "[5, 6]");
  EXPECT_EQ(first_value(values_of(types({list(kU16)}), type(0), "\x02\x05\x06")), "[5, 6]");
  // Labels of exported records need a name.
  const B named = types({flags({"a", "b", "c"})}) + exports({exported("t", item(kType, 0))});
  EXPECT_EQ(first_value(values_of(named, type(1), "\x05")), "{a, c}");
  EXPECT_EQ(first_value(values_of(named, type(1), "\x08")), "flags that their type does not have");
  EXPECT_EQ(first_value(values_of(types({option(kU8)}), type(0), "\x01\x07")), "some(7)");
  EXPECT_EQ(first_value(values_of(types({result("", kU8)}), type(0), B("\0", 1))), "ok");
  EXPECT_EQ(first_value(values_of(types({option(kU8)}), type(0), "\x02")),
            "case 2 of a option with 2 cases");
  EXPECT_EQ(first_value(values_of("", kU8, "\x01\x02")), "a value is longer than its type says");
  EXPECT_EQ(first_value(values_of(types({list(kU16)}), type(0), "\xff\xff\xff\xff\x0f")),
            "unexpected end, reading an integer");
}

TEST(ValidateValues, AreUsedExactlyOnce) {
  EXPECT_TRUE(invalid_with(component({values({value(kU8, "\x01")})}), "value 0 is not used"));
  EXPECT_TRUE(invalid_with(
      component({values({value(kU8, "\x01")}),
                 exports({exported("a", item(kValue, 0)), exported("b", item(kValue, 0))})}),
      "value 0 cannot be used more than once"));
}

TEST(ValidateValues, StartConsumesAndProduces) {
  const auto with = [](const std::vector<B>& args, uint32_t results) {
    return component({types({func({{"x", kU8}}, kU16)}),
                      imports({import("f", is_func(0)), import("v", is_value(kU8))}),
                      start(u32(0) + vec(args) + u32(results)),
                      exports({exported("r", item(kValue, 1))})});
  };
  EXPECT_TRUE(valid(with({u32(0)}, 1)));
  EXPECT_TRUE(invalid_with(with({}, 1), "has 1 parameters, but 0 arguments"));
  EXPECT_TRUE(invalid_with(with({u32(0)}, 0), "has 1 results, but 0 are expected"));
  EXPECT_TRUE(invalid_with(with({u32(9)}, 1), "value index out of bounds"));
}

}  // namespace
}  // namespace tappet::component
