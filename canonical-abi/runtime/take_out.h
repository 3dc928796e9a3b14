// Owners of what may go in any order.
#pragma once

#include <utility>
#include <vector>

namespace tappet::component {

// Takes an element out that knows its place: the last one moves there. `all` holds pointers, smart
// or not, so this may destroy the element.
template <class Pointer, class T, class Place>
void take_out(std::vector<Pointer>& all, Place T::* place, T& element) {
  const Place at = element.*place;
  (*all.back()).*place = at;
  std::swap(all[at], all.back());
  all.pop_back();
}

}  // namespace tappet::component
