// The core function type that a component-level function has on either side of a call
// (CanonicalABI.md, "Flattening").
#pragma once

#include "canonical-abi/types/type.h"

namespace tappet::component {

enum class FlattenContext : uint8_t { kLift, kLower };

// What of a canonical definition's options decides about the core type.
struct FlattenOptions {
  FlattenContext context = FlattenContext::kLift;
  bool is_async = false;                  // the async option, not the function type's
  bool has_callback = false;              // kLift
  AddressType width = AddressType::kI32;  // of the memory option
};

// The parameters, or a result, flattened and not yet replaced by a pointer.
FlatTypes flatten_types(std::span<const Labelled> params, AddressType width);
FlatTypes flatten_result(const FuncType& type, AddressType width);

// How many flat parameters, and results, are passed without memory.
uint32_t max_flat_params(const FlattenOptions& options);
uint32_t max_flat_results(const FlattenOptions& options);

CoreFuncType flatten_functype(const FlattenOptions& options, const FuncType& type);

}  // namespace tappet::component
