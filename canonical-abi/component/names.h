// The custom "component-name" section (Binary.md, "Name Section"): read only when a name is wanted,
// and never trusted.
#pragma once

#include <array>
#include <string>
#include <unordered_map>

#include "canonical-abi/component/component.h"

namespace tappet::component {

struct ComponentNames {
  std::string component;
  std::array<std::unordered_map<uint32_t, std::string>, kSortCount> items;  // by Sort, by index
};

// Reads what can be read; a malformed section yields fewer names, never an error.
ComponentNames read_names(const Component& component);

}  // namespace tappet::component
