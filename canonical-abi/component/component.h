// A decoded and validated component: data only, and all that instantiation needs.
//
// How to instantiate one. A component instance has an index space per sort: a vector that starts
// empty, see `space_sizes`. Execute `definitions` in their order. Each appends to the space of the
// sort that it defines, at most one item; every index in a definition refers to what was appended
// before. Types have no space: they were resolved, and stand as pointers where they are needed.
// What each definition does is said at its struct; in short:
//
//   definition        appends to        what
//   CoreModuleDef     core modules      a module of this file
//   CoreInstantiate   core instances    an instance of a module
//   CoreBundle        core instances    exports taken from the spaces
//   ComponentDef      components        a nested component, closed over its captures
//   Instantiate       instances         an instance of a component
//   Bundle            instances         exports taken from the spaces
//   AliasExport       its sort          an export of an instance
//   AliasCoreExport   its sort          an export of a core instance
//   AliasOuter        its sort          one of this component's captures
//   AliasSelf         its sort          the same item once more
//   ResourceDef       nothing           a new resource type for this instance
//   Canon             funcs or core funcs
//   Start             values            the results of a call
//   ValueDef          values            a constant
//   Import            its sort          an argument (types: nothing)
//   Export            its sort          the exported item once more (types: nothing)
//
// Resource types. `resources` lists the abstract resource types of the component, its slots; an own
// or borrow anywhere in its types names one of them (ValType::resource->resource->slot). An
// instance has a vector of as many runtime resource types. A slot is filled when the definition
// that introduces it is executed: by ResourceDef, which makes a new one, and by Import, Instantiate
// and Export, whose `resources` say where in the item just made it is found: walk the path, the
// names of exports of instances, from the item to a type export, and take the runtime resource type
// that stands there (an empty path: the item itself is the type). So two instances of one component
// have different resource types in their slots, and the same `const FuncType` means different types
// in each: a function value is a FuncType together with the instance whose slots it refers to.
//
// Validation has compared all types that are known before run time: everything but what the
// embedder passes as arguments for `imports`, which Matcher compares (types/match.h).
//
// What validation cannot bound: a component passed as an argument may be instantiated many times
// over. The instantiator counts instances and stops at limits::kTotalInstances.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "canonical-abi/component/canon.h"
#include "canonical-abi/component/extern_name.h"
#include "canonical-abi/types/arena.h"
#include "canonical-abi/types/extern.h"
#include "canonical-abi/types/features.h"
#include "canonical-abi/values/value.h"
#include "interp/module/module.h"
#include "interp/opcodes/opcode.h"

namespace tappet::component {

struct Component;

// A reference to something defined before. For Sort::kType, `index` means nothing and `type` is the
// type; if that is a resource, its slot says which.
struct Item {
  Sort sort = Sort::kFunc;
  uint32_t index = 0;
  TypeRef type;  // Sort::kType only
};

// A slot and where in a new item its resource type is found.
struct ResourceBinding {
  uint32_t slot;
  std::span<const std::string_view> path;
};

struct CoreModuleDef {
  std::shared_ptr<const Module> module;
  const ModuleType* type;
};

// Instantiates a core module: an import (m, n) is export n of the core instance that is given for
// m. Arguments without import are there to be ignored. Core subtyping has been checked against the
// static types; a module that was imported may ask for less and export more than its type says.
struct CoreInstantiate {
  struct Arg {
    std::string_view name;
    uint32_t instance;
  };
  uint32_t module;
  std::vector<Arg> args;
  CoreExportList exports;  // the static type of the result
};

// A core instance made of items of core sorts (not types, modules or instances).
struct CoreBundle {
  struct Export {
    std::string_view name;
    ExternKind kind;
    uint32_t index;
  };
  std::vector<Export> exports;
};

// The component's code. At run time the value is a closure: the component, and for each of
// component->captures what it refers to here and now.
struct ComponentDef {
  std::shared_ptr<const Component> component;
};

// Arguments are found by the names of the component's imports; those without import are there to be
// ignored. An argument of Sort::kType for a resource type is the slot's runtime resource type.
struct Instantiate {
  struct Arg {
    std::string_view name;
    Item item;
  };
  uint32_t component;
  std::vector<Arg> args;
  const InstanceType* type;  // of the result, in terms of this component's slots
  std::vector<ResourceBinding> resources;
};

struct Bundle {
  struct Export {
    ExternName name;
    Item item;
  };
  std::vector<Export> exports;
  const InstanceType* type;
};

// sort: func, value, component, instance or core module. Types are resolved already.
struct AliasExport {
  Sort sort;
  uint32_t instance;
  std::string_view name;
  ExternType type;
};

struct AliasCoreExport {
  ExternKind kind;
  uint32_t instance;
  std::string_view name;
};

// sort: core module or component.
struct AliasOuter {
  Sort sort;
  uint32_t capture;  // index into Component::captures
};

struct AliasSelf {
  Sort sort;
  uint32_t index;
};

struct ResourceDef {
  uint32_t slot;
  ValueType rep;                 // i32, or i64
  std::optional<uint32_t> dtor;  // core function (param rep)
};

struct CanonOptions {
  StringEncoding encoding = StringEncoding::kUtf8;
  bool is_async = false;
  AddressType width = AddressType::kI32;  // of the memory; i32 if there is none
  std::optional<uint32_t> memory;         // core memory
  std::optional<uint32_t> realloc;        // core functions
  std::optional<uint32_t> post_return;
  std::optional<uint32_t> callback;
};

// A canonical definition (canon.def). kLift appends to funcs, all others to core funcs. Options and
// signatures have been checked: a memory is there whenever values can need it, and so on.
struct Canon {
  CanonKind kind = CanonKind::kLift;
  uint32_t func = 0;                  // kLift: the core function; kLower: the function
  const FuncType* type = nullptr;     // kLift: of the result; kLower: of func
  CanonOptions options;               // where the kind takes some
  const ValType* value = nullptr;     // stream.* and future.*: the stream or future type;
                                      // task.return: the result, null if there is none
  uint32_t slot = Resource::kNoSlot;  // resource.*
  // kLift: the type of `func`; all others: the type of the core function defined.
  TypeId core_type;
  TypeId thread_type;   // thread.new-indirect, thread.spawn-*: of the function started
  uint32_t table = 0;   // thread.new-indirect, thread.spawn-indirect: core table
  uint32_t number = 0;  // context.get, context.set: which element; the value's type is in core_type
  bool flag = false;    // the immediate async?, cancellable? or shared?
};

// Calls func with values, each of which is used once in its life, and appends its results.
struct Start {
  uint32_t func;
  std::vector<uint32_t> args;
  const FuncType* type;
};

struct ValueDef {
  ComponentValue value;
  const ValType* type;
};

struct Import {
  ExternName name;
  ExternType type;
  std::vector<ResourceBinding> resources;
};

// An exported value counts as used.
struct Export {
  ExternName name;
  Item item;
  ExternType type;  // as ascribed, if it was: an instance may export more than this says
  std::vector<ResourceBinding> resources;
};

using Definition = std::variant<CoreModuleDef, CoreInstantiate, CoreBundle, ComponentDef,
                                Instantiate, Bundle, AliasExport, AliasCoreExport, AliasOuter,
                                AliasSelf, ResourceDef, Canon, Start, ValueDef, Import, Export>;

// Something of the component around that a nested component refers to.
struct Capture {
  Sort sort;        // core module or component
  bool is_capture;  // index into the outer component's captures, else into its index space
  uint32_t index;
};

// Immutable; shared between threads and instances by shared_ptr<const Component>.
struct Component {
  std::shared_ptr<const Bytes> owner;  // names and types point into it
  ByteSpan bytes;                      // the part of it that is this component
  uint64_t base_offset = 0;            // where that starts in the outermost file
  std::shared_ptr<TypeRegistry> registry;
  std::shared_ptr<const TypeArena> types;  // one for a component and all within it

  std::vector<Definition> definitions;
  std::array<uint32_t, kSortCount> space_sizes{};  // final sizes of the index spaces, by Sort
  std::vector<uint32_t> imports;                   // positions in definitions, in order
  std::vector<uint32_t> exports;                   // likewise
  std::vector<const Resource*> resources;          // by slot
  std::vector<Capture> captures;
  std::vector<CustomSection> customs;
  // Names and types of all imports and exports; its bound variables are this component's resources.
  const ComponentType* type = nullptr;
  // Instances of components and core modules that instantiating it makes, as far as that is known
  // statically: itself included, components that are imported count as one.
  uint64_t total_instances = 1;
};

// Decodes and validates one core module that lies within a component.
using ModuleLoader = std::function<Result<std::shared_ptr<const Module>>(
    const std::shared_ptr<const Bytes>& owner, ByteSpan bytes, uint64_t base_offset)>;

struct ComponentOptions {
  std::shared_ptr<TypeRegistry> registry;  // never null
  ComponentFeatureSet features = ComponentFeatureSet::defaults();
  FeatureSet core_features = FeatureSet::defaults();  // for core types that components write
  ModuleLoader load_module;                           // never empty
};

// True if the bytes start with a component's preamble rather than a core module's.
bool is_component(ByteSpan bytes);

// Decodes and validates a whole file. Errors: kMalformed, kInvalid, kLimit, kUnsupported for a
// feature that options.features lacks, or what load_module returns; always with a byte offset. Any
// thread may call.
Result<std::shared_ptr<const Component>> load_component(Bytes bytes,
                                                        const ComponentOptions& options);

}  // namespace tappet::component
