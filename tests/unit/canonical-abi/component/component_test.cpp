// What a linker finds in a Component.
#include "canonical-abi/component/component.h"

#include <fstream>
#include <iterator>

#include "canonical-abi/component/names.h"
#include "canonical-abi/types/print.h"
#include "tests/unit/canonical-abi/component/loading.h"

namespace tappet::component {
namespace {

using namespace build;

std::shared_ptr<const Component> loaded(const B& bytes) {
  const Loaded result = load(bytes);
  EXPECT_TRUE(accepted(result));
  return result.ok() ? *result : std::make_shared<Component>();
}

template <class T>
const T& at(const Component& component, size_t i) {
  static const T kNone{};
  const T* const found =
      i < component.definitions.size() ? std::get_if<T>(&component.definitions[i]) : nullptr;
  EXPECT_NE(found, nullptr) << "definition " << i << " is another";
  return found ? *found : kNone;
}

std::string text(std::span<const std::string_view> path) {
  std::string out;
  for (const std::string_view p : path) out += (out.empty() ? "" : "/") + std::string(p);
  return out;
}

TEST(ComponentModel, DefinitionsComeInTheOrderOfExecution) {
  const auto c = loaded(component(
      {types({func({{"x", kString}})}), imports({import("log", is_func(0))}),
       core_module_section(core_module({{"run", "ii", ""}, {"realloc", "iiii", "i"}}, true)),
       core_instances({core_instantiate(0)}),
       aliases({alias_core_export(kCoreMemory, 0, "mem"), alias_core_export(kCoreFunc, 0, "run"),
                alias_core_export(kCoreFunc, 0, "realloc")}),
       canons({lift(0, {memory(0), realloc(1), kUtf16}, 0), lower(0, {memory(0)})}),
       exports({exported("run", item(kFunc, 1))})}));
  ASSERT_EQ(c->definitions.size(), 9u) << "types leave no definition";
  EXPECT_EQ(at<Import>(*c, 0).name.name, "log");
  EXPECT_EQ(at<CoreModuleDef>(*c, 1).module->exports.size(), 3u);
  EXPECT_EQ(at<CoreInstantiate>(*c, 2).module, 0u);
  EXPECT_EQ(at<AliasCoreExport>(*c, 3).kind, ExternKind::kMemory);
  const Canon& lift_run = at<Canon>(*c, 6);
  EXPECT_EQ(lift_run.kind, CanonKind::kLift);
  EXPECT_EQ(lift_run.func, 0u);
  EXPECT_EQ(lift_run.options.encoding, StringEncoding::kUtf16);
  EXPECT_EQ(lift_run.options.memory, 0u);
  EXPECT_EQ(lift_run.options.realloc, 1u);
  EXPECT_EQ(to_string(*lift_run.type), "func(x: string)");
  const Canon& lower_log = at<Canon>(*c, 7);
  EXPECT_EQ(to_string(c->registry->function(lower_log.core_type)), "(func (param i32 i32))");
  EXPECT_EQ(at<Export>(*c, 8).item.index, 1u);
  EXPECT_EQ(c->imports, std::vector<uint32_t>{0});
  EXPECT_EQ(c->exports, std::vector<uint32_t>{8});
  const auto size = [&](Sort sort) { return c->space_sizes[static_cast<size_t>(sort)]; };
  EXPECT_EQ(size(Sort::kFunc), 3u) << "imported, lifted, exported";
  EXPECT_EQ(size(Sort::kCoreFunc), 3u);
  EXPECT_EQ(size(Sort::kCoreMemory), 1u);
  EXPECT_EQ(c->total_instances, 2u);
}

TEST(ComponentModel, SlotsSayWhereResourceTypesComeFrom) {
  // Imported directly; imported in an instance; defined; made by a child; made abstract.
  const B child = component({types({resource()}), instances({bundle({{"inner", item(kType, 0)}})}),
                             exports({exported("box", item(kInstance, 0))})});
  const auto c = loaded(component(
      {imports({import("a", is_resource())}),
       types({instance_type({export_decl("b", is_resource())})}),
       imports({import("i", is_instance(1))}), types({resource()}), nested(child),
       instances({instantiate(0)}),
       exports({exported("r", item(kType, 2)), exported("s", item(kType, 2), is_resource())})}));
  ASSERT_EQ(c->resources.size(), 5u);
  const Import& a = at<Import>(*c, 0);
  ASSERT_EQ(a.resources.size(), 1u);
  EXPECT_EQ(a.resources[0].slot, 0u);
  EXPECT_EQ(text(a.resources[0].path), "") << "the import itself is the type";
  const Import& i = at<Import>(*c, 1);
  EXPECT_EQ(i.resources[0].slot, 1u);
  EXPECT_EQ(text(i.resources[0].path), "b");
  EXPECT_EQ(at<ResourceDef>(*c, 2).slot, 2u);
  const Instantiate& made = at<Instantiate>(*c, 4);
  ASSERT_EQ(made.resources.size(), 1u);
  EXPECT_EQ(made.resources[0].slot, 3u);
  EXPECT_EQ(text(made.resources[0].path), "box/inner");
  EXPECT_TRUE(at<Export>(*c, 5).resources.empty()) << "the same resource type under another name";
  EXPECT_EQ(at<Export>(*c, 5).item.type.resource()->resource->slot, 2u);
  EXPECT_EQ(at<Export>(*c, 6).resources[0].slot, 4u);
  EXPECT_EQ(c->resources[2]->name, "r") << "exports name what is defined here";
  for (uint32_t slot = 0; slot < 5; ++slot) EXPECT_EQ(c->resources[slot]->slot, slot);
  // To the outside, the type binds what is imported and what is exported.
  ASSERT_EQ(c->type->import_resources.size(), 2u);
  EXPECT_EQ(text(c->type->import_resources[1].path), "i/b");
  ASSERT_EQ(c->type->defined_resources.size(), 2u) << "the child's resource does not show";
  EXPECT_EQ(text(c->type->defined_resources[0].path), "r");
  EXPECT_EQ(text(c->type->defined_resources[1].path), "s");
}

TEST(ComponentModel, TypesOfInstancesAreInTheParentsTerms) {
  const B child =
      component({imports({import("r", is_resource())}), types({own(0), func({{"x", type(1)}})}),
                 imports({import("f", is_func(2))}), exports({exported("g", item(kFunc, 0))})});
  const auto c = loaded(
      component({imports({import("t", is_resource())}), types({own(0), func({{"x", type(1)}})}),
                 imports({import("h", is_func(2))}), nested(child),
                 instances({instantiate(0, {{"r", item(kType, 0)}, {"f", item(kFunc, 0)}})}),
                 aliases({alias_export(kFunc, 0, "g")})}));
  const AliasExport& g = at<AliasExport>(*c, 4);
  EXPECT_EQ(g.type.type.func()->params[0].type->resource->resource, c->resources[0]);
  const Component& inner = *at<ComponentDef>(*c, 2).component;
  EXPECT_EQ(inner.type->exports.get("g")->type.type.func()->params[0].type->resource->resource,
            inner.resources[0]);
}

TEST(ComponentModel, CapturesLeadOutwardStepByStep) {
  const B innermost =
      component({aliases({alias_outer(kCoreModule, 2, 0), alias_outer(kComponent, 1, 0),
                          alias_outer(kCoreModule, 2, 0), alias_outer(kCoreModule, 0, 0)}),
                 core_instances({core_instantiate(0)})});
  const auto c = loaded(component({core_module_section(core_module({})),
                                   nested(component({nested(component({})), nested(innermost)}))}));
  const Component& middle = *at<ComponentDef>(*c, 1).component;
  const Component& inner = *at<ComponentDef>(middle, 1).component;
  ASSERT_EQ(middle.captures.size(), 1u);
  EXPECT_EQ(middle.captures[0].sort, Sort::kCoreModule);
  EXPECT_FALSE(middle.captures[0].is_capture);
  EXPECT_EQ(middle.captures[0].index, 0u);
  ASSERT_EQ(inner.captures.size(), 2u) << "the same twice is one capture";
  EXPECT_TRUE(inner.captures[0].is_capture) << "of the middle one's capture";
  EXPECT_EQ(inner.captures[0].index, 0u);
  EXPECT_EQ(inner.captures[1].sort, Sort::kComponent);
  EXPECT_FALSE(inner.captures[1].is_capture);
  EXPECT_EQ(at<AliasOuter>(inner, 2).capture, 0u);
  EXPECT_EQ(at<AliasSelf>(inner, 3).index, 0u);
}

TEST(ComponentModel, ErrorsOfModulesKeepTheirPosition) {
  const Loaded result = load(component({types({kU8}), core_module_section("not a module")}));
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().kind, ErrorKind::kMalformed);
  EXPECT_EQ(result.error().position, Position::at_offset(14));
}

TEST(ComponentModel, InstancesAreCounted) {
  const B leaf =
      component({core_module_section(core_module({})), core_instances({core_instantiate(0)})});
  const B middle =
      component({nested(leaf), instances({instantiate(0), instantiate(0), bundle({})})});
  const auto c = loaded(
      component({nested(middle), instances({instantiate(0)}),
                 exports({exported("c", item(kComponent, 0))}), instances({instantiate(1)})}));
  // 1 + 2 * (1 + 2 * (1 + 1))
  EXPECT_EQ(c->total_instances, 11u);
}

TEST(ComponentModel, OutlivesEverythingElse) {
  std::shared_ptr<const Component> inner;
  {
    const auto c =
        loaded(component({types({kU8}), nested(component({types({func({{"name", kString}})}),
                                                          imports({import("f", is_func(0))})}))}));
    inner = at<ComponentDef>(*c, 0).component;
  }
  EXPECT_EQ(to_string(inner->type->imports.items[0].type), "func(name: string)");
  EXPECT_EQ(inner->type->imports.items[0].name, "f");
}

TEST(ComponentNamesSection, IsReadAsFarAsItGoes) {
  const B good = name("").substr(1) + byte(0) + u32(4) + name("top") + byte(1) + u32(7) + kFunc +
                 u32(1) + u32(3) + name("run");
  EXPECT_EQ(read_names(*loaded(component({custom("component-name", good)}))).component, "top");
  EXPECT_EQ(read_names(*loaded(component({custom("component-name", good)})))
                .items[static_cast<size_t>(Sort::kFunc)]
                .at(3),
            "run");
  for (size_t cut = 0; cut < good.size(); ++cut) {
    read_names(*loaded(component({custom("component-name", good.substr(0, cut))})));
  }
  EXPECT_EQ(read_names(*loaded(component({custom("name", good)}))).component, "");
}

// A component as tools lay it out; see data/README.md.
TEST(RealComponents, WorldByWitComponent) {
  std::ifstream in(TAPPET_TEST_DATA "/world.component.wasm", std::ios::binary);
  const B bytes{std::istreambuf_iterator<char>(in), {}};
  ASSERT_FALSE(bytes.empty());
  const Loaded result = load(bytes, ComponentFeatureSet::defaults());
  ASSERT_TRUE(accepted(result));
  const ComponentType& type = *(*result)->type;
  EXPECT_TRUE(type.imports.get("demo:demo/out@1.2.3"));
  const NamedExtern* const things = type.exports.get("demo:demo/things@1.2.3");
  ASSERT_TRUE(things);
  const NamedExtern* const get = things->type.type.instance()->exports.get("[method]thing.get");
  ASSERT_TRUE(get);
  EXPECT_EQ(to_string(get->type),
            "func(self: borrow<thing>) -> option<record { a: u32, b: list<string> }>");
  // Cut or changed anywhere it is refused or accepted, but never worse.
  for (size_t i = 0; i < bytes.size(); i += 7) {
    B changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ (1 << (i % 8)));
    (void)load(changed);
    (void)load(bytes.substr(0, i));
  }
}

}  // namespace
}  // namespace tappet::component
