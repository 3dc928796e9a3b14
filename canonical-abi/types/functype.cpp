#include "canonical-abi/types/functype.h"

namespace tappet::component {

FlatTypes flatten_types(std::span<const Labelled> params, AddressType width) {
  FlatTypes flat;
  for (const Labelled& p : params) flat.append(flatten_type(*p.type, width));
  return flat;
}

FlatTypes flatten_result(const FuncType& type, AddressType width) {
  return type.result ? flatten_type(*type.result, width) : FlatTypes();
}

uint32_t max_flat_params(const FlattenOptions& options) {
  const bool few = options.is_async && options.context == FlattenContext::kLower;
  return few ? limits::kFlatAsyncParams : limits::kFlatParams;
}

// An async lift passes its result to task.return, as parameters; an async lower always returns a
// status and has its result stored.
uint32_t max_flat_results(const FlattenOptions& options) {
  if (!options.is_async) return limits::kFlatResults;
  return options.context == FlattenContext::kLift ? limits::kFlatParams : 0;
}

CoreFuncType flatten_functype(const FlattenOptions& options, const FuncType& type) {
  const ValueType pointer = value_type(options.width);
  const FlatTypes params = flatten_types(type.params, options.width);
  const FlatTypes results = flatten_result(type, options.width);
  const bool stored = results.size() > max_flat_results(options);
  CoreFuncType core;
  if (params.size() > max_flat_params(options)) {
    core.params.push_back(pointer);
  } else {
    params.append_to(core.params);
  }
  if (options.context == FlattenContext::kLower) {
    if (stored) core.params.push_back(pointer);
    if (options.is_async) core.results.push_back(kI32);
    if (!options.is_async && !stored) results.append_to(core.results);
  } else if (options.is_async) {
    if (options.has_callback) core.results.push_back(kI32);
  } else if (stored) {
    core.results.push_back(pointer);
  } else {
    results.append_to(core.results);
  }
  return core;
}

}  // namespace tappet::component
