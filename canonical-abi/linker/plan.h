// The instantiation of a linked component, worked out beforehand.
//
// Which items a component's definitions refer to, through however many nested components, imports
// and aliases, is known once the host's part is: names are gone, nested components are unrolled,
// and what is left to do for every instantiation is a list of steps over arrays whose sizes are
// known.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "canonical-abi/runtime/func_inst.h"
#include "interp/runtime/code.h"

namespace tappet::component {

inline constexpr uint32_t kNoIndex = UINT32_MAX;

// An item of a core instance: its function, memory, ... of that index. Or, with `instance`
// kCanonFunctions, the function made by Plan::canons[index].
struct CoreRef {
  static constexpr uint32_t kCanonFunctions = UINT32_MAX - 1;
  uint32_t instance = kNoIndex;
  uint32_t index = 0;
  explicit operator bool() const { return instance != kNoIndex; }
};

// A component-level function: Plan::host_funcs or Plan::lifts.
struct FuncRef {
  bool is_host = false;
  uint32_t index = 0;
};

// A resource type: Plan::host_types or Plan::resources.
struct ResourceRef {
  bool is_host = false;
  uint32_t index = kNoIndex;
};

struct PlannedOptions {
  StringEncoding encoding = StringEncoding::kUtf8;
  AddressType width = AddressType::kI32;
  CoreRef memory;
  CoreRef realloc;
  CoreRef post_return;
  bool is_async = false;
  CoreRef callback;
};

struct PlannedInstance {
  uint32_t parent = kNoIndex;
  uint32_t depth = 1;       // the root's
  uint32_t first_slot = 0;  // in Plan::slots
  uint32_t slot_count = 0;
};

struct PlannedResource {
  uint32_t impl = 0;
  CoreRef dtor;
};

struct PlannedLift {
  uint32_t instance = 0;
  CoreRef core;
  PlannedOptions options;
  const Signature* signature = nullptr;
};

struct PlannedCanon {
  CanonFunction::Body body = nullptr;
  TypeId type;
  CallShape shape;
  uint32_t instance = 0;
  // canon lower
  FuncRef callee;
  PlannedOptions options;
  const Signature* signature = nullptr;
  uint32_t levels = 0;
  bool may_call = true;
  // resource.*
  ResourceRef resource;
  // See CanonFunction
  const ValType* value = nullptr;
  bool flag = false;
  uint32_t number = 0;
  CoreRef table;
  TypeId thread_type;
};

struct PlannedCore {
  uint32_t code = 0;
  uint32_t instance = 0;      // the component instance that it belongs to
  uint32_t first_import = 0;  // in Plan::core_imports, as many as the module has
};

struct PlannedImport {
  ExternKind kind = ExternKind::kFunc;
  CoreRef item;
};

// A value: a constant of a component or of the host's, or the result of a start function.
struct PlannedValue {
  const ValType* type = nullptr;
  const ComponentValue* constant = nullptr;
};

struct PlannedStart {
  FuncRef func;
  std::vector<uint32_t> args;  // in Plan::values
  uint32_t result = kNoIndex;  // likewise
};

struct Step {
  enum class Kind : uint8_t { kResource, kLift, kCore, kStart };
  Kind kind = Kind::kCore;
  uint32_t index = 0;
};

// Immutable once made; shared by threads.
struct Plan {
  std::vector<std::shared_ptr<const ModuleCode>> codes;
  std::deque<Labelled> task_results;
  std::deque<FuncType> task_return_types;
  std::deque<Signature> signatures;
  std::deque<FuncInst> host_funcs;
  std::deque<HostBody> trapping_bodies;  // of unknown imports
  std::deque<ResourceType> host_types;

  std::vector<PlannedInstance> instances;  // parents before children
  uint32_t root = 0;                       // of the component itself; others are linked to it
  std::vector<ResourceRef> slots;
  std::vector<PlannedResource> resources;
  std::vector<PlannedLift> lifts;
  std::vector<PlannedCanon> canons;
  std::vector<PlannedCore> cores;
  std::vector<PlannedImport> core_imports;
  std::vector<PlannedValue> values;
  std::vector<PlannedStart> starts;
  std::vector<Step> steps;

  uint64_t instance_count() const { return instances.size() + cores.size(); }
};

}  // namespace tappet::component
