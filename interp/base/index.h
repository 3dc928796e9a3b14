// Index spaces as distinct types: a TypeIndex cannot be passed where a FuncIndex is wanted.
#pragma once

#include <compare>
#include <cstdint>

namespace tappet {

template <class Tag>
struct Index {
  uint32_t value = 0;

  constexpr Index() = default;
  constexpr explicit Index(uint32_t index) : value(index) {}
  constexpr auto operator<=>(const Index&) const = default;
};

using TypeIndex = Index<struct TypeIndexTag>;
using FuncIndex = Index<struct FuncIndexTag>;
using TableIndex = Index<struct TableIndexTag>;
using MemoryIndex = Index<struct MemoryIndexTag>;
using GlobalIndex = Index<struct GlobalIndexTag>;
using TagIndex = Index<struct TagIndexTag>;
using ElemIndex = Index<struct ElemIndexTag>;
using DataIndex = Index<struct DataIndexTag>;
using LocalIndex = Index<struct LocalIndexTag>;

}  // namespace tappet
