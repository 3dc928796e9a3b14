// Flat lifting and lowering: values in core parameters and results (CanonicalABI.md, "Flat
// Lifting", "Flat Lowering", "Lifting and Lowering Values").
//
// Core values are raw slots as in HostCall. The numbers of slots follow from types, which the
// validator has checked against the core function's.
#pragma once

#include <array>
#include <span>

#include "canonical-abi/abi/context.h"
#include "interp/base/limits.h"

namespace tappet::component {

// definitions.py: CoreValueIter.
class CoreValueIter {
 public:
  explicit CoreValueIter(std::span<const uint64_t> values) : values_(values) {}

  // A core value of 4 or 8 bytes; of a wider slot the low half, as CoerceValueIter takes it.
  uint64_t next(uint32_t nbytes) {
    assert(i_ < values_.size());
    const uint64_t v = values_[i_++];
    return nbytes == 4 ? static_cast<uint32_t>(v) : v;
  }
  size_t position() const { return i_; }
  void skip_to(size_t position) { i_ = position; }

 private:
  std::span<const uint64_t> values_;
  size_t i_ = 0;
};

// Core values to pass: as many as are ever passed, the pointer for results included.
class FlatValues {
 public:
  void push(uint64_t v) {
    assert(count_ < values_.size());
    values_[count_++] = v;
  }
  uint32_t size() const { return count_; }
  std::span<const uint64_t> span() const { return {values_.data(), count_}; }

 private:
  std::array<uint64_t, limits::kFlatParams + 1> values_;
  uint32_t count_ = 0;
};

bool lift_flat(LiftLowerContext& cx, CoreValueIter& vi, const ValType& t, ComponentValue& v);
bool lower_flat(LiftLowerContext& cx, const ComponentValue& v, const ValType& t, FlatValues& flat);

// The parameters of a function, or its results, as one side of a call passes them: what the Python
// works out in each call from `ts` and `max_flat`.
struct ValueTypes {
  std::span<const Labelled> types;
  bool in_memory = false;  // more than max_flat: as a tuple in memory
  // Of that tuple. Can be more than any memory holds.
  uint64_t size = 0;
  uint32_t alignment = 1;

  ValueTypes() = default;
  ValueTypes(std::span<const Labelled> types, uint32_t max_flat, AddressType width);
};

// A function's type as one canonical definition lifts or lowers it. Neither copies nor moves: its
// parts refer to each other.
struct Signature {
  // `max_flat_results`: limits::kFlatResults for synchronous calls.
  Signature(const FuncType& type, AddressType width, uint32_t max_flat_params,
            uint32_t max_flat_results);
  Signature(const Signature&) = delete;
  Signature& operator=(const Signature&) = delete;

  const FuncType& type;
  Labelled result_item;
  ValueTypes params;
  ValueTypes results;
};

// One value per type. Precondition: vs.size() == ts.types.size().
bool lift_flat_values(LiftLowerContext& cx, CoreValueIter& vi, const ValueTypes& ts,
                      std::span<ComponentValue> vs);
// `out_param` is where results in memory go; null: memory is allocated, and its address passed.
bool lower_flat_values(LiftLowerContext& cx, std::span<const ComponentValue> vs,
                       const ValueTypes& ts, CoreValueIter* out_param, FlatValues& flat);

}  // namespace tappet::component
