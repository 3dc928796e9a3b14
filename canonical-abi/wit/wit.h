// What a component is to others, in the language that its authors wrote it in (WIT.md).
#pragma once

#include <string>

#include "canonical-abi/component/component.h"

namespace tappet::component {

// The component's world, named root:component, and the packages of the interfaces that it imports
// and exports, as far as the component says what is in them: of an interface that it both imports
// and exports, everything that either has. What WIT has no words for (core modules, components,
// types exported by themselves) is a comment.
//
// Which interface a type comes from is recognised by what it is made of: aliases of types without
// parts of their own, such as u32 and list<u8>, are written out instead, and so is what a component
// within this one has declared anew.
//
// Errors: kLimit for a component whose text would be larger than kMostWitBytes.
inline constexpr size_t kMostWitBytes = size_t{16} << 20;
Result<std::string> print_wit(const Component& component);

}  // namespace tappet::component
