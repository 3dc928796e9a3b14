// Which parts of the component model are accepted. Made from features.def.
#pragma once

#include <cstdint>
#include <iterator>
#include <string_view>

namespace tappet::component {

enum class ComponentFeature : uint8_t {
#define FEATURE(name, text, state) k##name,
#include "canonical-abi/types/features.def"
#undef FEATURE
};

enum class ComponentFeatureState : uint8_t { kOn, kOptIn, kUnsupported };

struct ComponentFeatureRow {
  ComponentFeature feature;
  std::string_view name;
  ComponentFeatureState state;
};

inline constexpr ComponentFeatureRow kComponentFeatures[] = {
#define FEATURE(name, text, state) {ComponentFeature::k##name, text, ComponentFeatureState::state},
#include "canonical-abi/types/features.def"
#undef FEATURE
};

constexpr const ComponentFeatureRow& row(ComponentFeature feature) {
  return kComponentFeatures[static_cast<size_t>(feature)];
}

// The features that validation accepts.
class ComponentFeatureSet {
 public:
  // What is executed and on by default.
  static constexpr ComponentFeatureSet defaults() {
    ComponentFeatureSet set;
    for (const ComponentFeatureRow& r : kComponentFeatures) {
      set.set(r.feature, r.state == ComponentFeatureState::kOn);
    }
    return set;
  }
  // Everything that the tables know, executed or not: for tools that only read components.
  static constexpr ComponentFeatureSet all() {
    ComponentFeatureSet set;
    for (const ComponentFeatureRow& r : kComponentFeatures) set.set(r.feature, true);
    return set;
  }

  constexpr bool has(ComponentFeature feature) const {
    return (bits_ >> static_cast<unsigned>(feature) & 1) != 0;
  }
  constexpr void set(ComponentFeature feature, bool on = true) {
    const uint32_t bit = uint32_t{1} << static_cast<unsigned>(feature);
    bits_ = on ? bits_ | bit : bits_ & ~bit;
  }

 private:
  static_assert(std::size(kComponentFeatures) <= 32);
  uint32_t bits_ = 0;
};

}  // namespace tappet::component
