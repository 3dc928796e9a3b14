// What components import and export: named items with types, and the types that are made of them
// (Explainer.md, "Definition types").
#pragma once

#include <iterator>
#include <span>
#include <string_view>
#include <variant>

#include "canonical-abi/types/type.h"

namespace tappet::component {

// The kinds of definitions, made from sorts.def.
enum class Sort : uint8_t {
#define SORT(name, text, core, code) k##name,
#include "canonical-abi/types/sorts.def"
#undef SORT
};

struct SortRow {
  Sort sort;
  std::string_view text;
  bool is_core;
  uint8_t code;
};
inline constexpr SortRow kSorts[] = {
#define SORT(name, text, core, code) {Sort::k##name, text, (core) != 0, code},
#include "canonical-abi/types/sorts.def"
#undef SORT
};
inline constexpr size_t kSortCount = std::size(kSorts);
constexpr const SortRow& row(Sort sort) { return kSorts[static_cast<size_t>(sort)]; }

// The type of an item. `type` is of the kind that fits the sort; for Sort::kType it is the type
// itself, which may be of any kind but a module type. An instance type in this place is open: it
// has no bound variables, they belong to the scope around the item.
struct ExternType {
  Sort sort = Sort::kFunc;
  TypeRef type;
};

struct NamedExtern {
  std::string_view name;
  ExternType type;
};

// Items in their order, found by name in logarithmic time.
struct ExternList {
  std::span<const NamedExtern> items;
  std::span<const uint32_t> by_name;  // indices into items, sorted by name

  // The position of the item of that name, or items.size().
  size_t find(std::string_view name) const;
  // The same as a pointer, or null.
  const NamedExtern* get(std::string_view name) const {
    const size_t i = find(name);
    return i < items.size() ? &items[i] : nullptr;
  }
};

// A bound variable, and where the item that introduces it is found: the name of an import or
// export, then names of exports of instances within it.
struct BoundResource {
  const Resource* resource;
  std::span<const std::string_view> path;
};

// exists resources. { exports }
struct InstanceType {
  ExternList exports;
  std::span<const BoundResource> resources;  // empty in an ExternType
  uint8_t depth = 1;
  bool contains_name = false;
  bool contains_resource = false;
  uint32_t type_size = 1;
};

// forall import_resources. { imports } -> exists defined_resources. { exports }
struct ComponentType {
  ExternList imports;
  ExternList exports;
  std::span<const BoundResource> import_resources;   // paths start with an import's name
  std::span<const BoundResource> defined_resources;  // paths start with an export's name
  uint8_t depth = 1;
  bool contains_name = false;
  bool contains_resource = false;
  uint32_t type_size = 1;
};

// A core function is given by its type in the TypeRegistry.
struct CoreFunc {
  TypeId type;
  bool operator==(const CoreFunc&) const = default;
};
// In the order of tappet::ExternKind.
using CoreExternType = std::variant<CoreFunc, TableType, MemoryType, GlobalType, TagType>;
inline ExternKind kind_of(const CoreExternType& type) {
  return static_cast<ExternKind>(type.index());
}

struct CoreImport {
  std::string_view module;
  std::string_view name;
  CoreExternType type;
};
struct CoreExport {
  std::string_view name;
  CoreExternType type;
};

// The exports of a core instance or module.
struct CoreExportList {
  std::span<const CoreExport> items;
  std::span<const uint32_t> by_name;

  const CoreExport* get(std::string_view name) const;
};

// The type of a core module.
struct ModuleType {
  std::span<const CoreImport> imports;
  std::span<const uint32_t> imports_by_name;
  CoreExportList exports;
  uint32_t type_size = 1;

  const CoreImport* find_import(std::string_view module, std::string_view name) const;
};

}  // namespace tappet::component
