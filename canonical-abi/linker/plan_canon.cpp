// Canonical definitions: functions lifted and lowered, and the built-ins.
#include <fmt/format.h>

#include "canonical-abi/builtins/builtins.h"
#include "canonical-abi/linker/planner.h"
#include "canonical-abi/types/functype.h"
#include "interp/base/limits.h"

namespace tappet::component {
namespace {

auto unsupported(std::string message) { return fail(ErrorKind::kUnsupported, std::move(message)); }

}  // namespace

Result<> Planner::canon(Frame& frame, const Canon& def) {
  if (def.type) TAPPET_TRY(spend(def.type->params.size()));
  return def.kind == CanonKind::kLift ? lift(frame, def) : built_in(frame, def);
}

// task.return has the result of its task's function as parameters.
const Signature* Planner::result_signature(const Canon& def) {
  Labelled& param = plan_.task_results.emplace_back();
  param.type = def.value;
  FuncType& type = plan_.task_return_types.emplace_back();
  if (def.value != nullptr) type.params = {&param, 1};
  return &plan_.signatures.emplace_back(type, def.options.width, limits::kFlatParams,
                                        limits::kFlatResults);
}

const Signature* Planner::signature(const Canon& def) {
  const FlattenOptions flatten{
      def.kind == CanonKind::kLift ? FlattenContext::kLift : FlattenContext::kLower,
      def.options.is_async, def.options.callback.has_value(), def.options.width};
  return &plan_.signatures.emplace_back(*def.type, def.options.width, max_flat_params(flatten),
                                        max_flat_results(flatten));
}

PlannedOptions Planner::options(Frame& frame, const CanonOptions& options) {
  const auto core = [&](const std::optional<uint32_t>& index, Sort sort) {
    return index ? at(frame, sort, *index).core() : CoreRef();
  };
  return {options.encoding,
          options.width,
          core(options.memory, Sort::kCoreMemory),
          core(options.realloc, Sort::kCoreFunc),
          core(options.post_return, Sort::kCoreFunc),
          options.is_async,
          core(options.callback, Sort::kCoreFunc)};
}

Result<> Planner::lift(Frame& frame, const Canon& def) {
  const auto index = static_cast<uint32_t>(plan_.lifts.size());
  plan_.lifts.push_back({frame.instance, at(frame, Sort::kCoreFunc, def.func).core(),
                         options(frame, def.options), signature(def)});
  plan_.steps.push_back({Step::Kind::kLift, index});
  push(frame, Entity::of(FuncRef{false, index}));
  return {};
}

Result<> Planner::built_in(Frame& frame, const Canon& def) {
  PlannedCanon planned;
  planned.body = find_builtin(def.kind);
  if (planned.body == nullptr) {
    return unsupported(fmt::format("canon {} is not executed yet", row(def.kind).text));
  }
  const TypeRegistry& registry = *frame.closure->component->registry;
  planned.type = def.core_type;
  planned.shape = call_shape(registry.function(def.core_type));
  planned.instance = frame.instance;
  planned.options = options(frame, def.options);
  planned.value = def.value;
  planned.flag = def.flag;
  planned.number = def.number;
  planned.thread_type = def.thread_type;
  if (def.kind == CanonKind::kThreadNewIndirect) {
    planned.table = at(frame, Sort::kCoreTable, def.table).core();
  }
  if (def.kind == CanonKind::kLower) TAPPET_TRY(lower(frame, def, planned));
  if (def.kind == CanonKind::kTaskReturn) planned.signature = result_signature(def);
  if (def.slot != Resource::kNoSlot) planned.resource = frame.slots[def.slot];
  const auto index = static_cast<uint32_t>(plan_.canons.size());
  plan_.canons.push_back(planned);
  push(frame, Entity::of(Sort::kCoreFunc, CoreRef{CoreRef::kCanonFunctions, index}));
  return {};
}

Result<> Planner::lower(Frame& frame, const Canon& def, PlannedCanon& canon) {
  canon.callee = at(frame, Sort::kFunc, def.func).func();
  canon.signature = signature(def);
  if (canon.callee.is_host) return {};
  const uint32_t callee = plan_.lifts[canon.callee.index].instance;
  const uint32_t around_both = common_ancestor(callee, frame.instance);
  TAPPET_TRY(spend(depth(callee) + depth(frame.instance)));
  canon.levels = depth(callee) - depth(around_both);
  canon.may_call =
      calls_between_relatives_ || (around_both != callee && around_both != frame.instance);
  return {};
}

// The root's is 1, so that 0 is the host's.
uint32_t Planner::depth(uint32_t instance) const {
  return instance == kNoIndex ? 0 : plan_.instances[instance].depth;
}

uint32_t Planner::common_ancestor(uint32_t a, uint32_t b) const {
  while (a != b) {
    uint32_t& deeper = depth(a) > depth(b) ? a : b;
    deeper = plan_.instances[deeper].parent;
  }
  return a;
}

}  // namespace tappet::component
