// Making function, instance, component and module types.
#include "canonical-abi/types/extern.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include <fmt/format.h>

#include "canonical-abi/types/arena.h"
#include "canonical-abi/types/print.h"
#include "interp/base/limits.h"

namespace tappet::component {
namespace {

// What a node of any kind tells its parents.
struct Summary {
  uint32_t depth = 1;
  uint64_t type_size = 1;
  bool contains_name = false;
  bool contains_resource = false;

  template <class Node>
  void add(const Node& part) {
    depth = std::max<uint32_t>(depth, part.depth + 1);
    type_size += part.type_size;
    contains_name |= part.contains_name;
    contains_resource |= part.contains_resource;
  }
  void add(const ModuleType& part) {
    depth = std::max<uint32_t>(depth, 2);
    type_size += part.type_size;
  }
  void add(const TypeRef& part) {
    switch (part.kind()) {
      case TypeRef::Kind::kValue:
        return add(*part.value());
      case TypeRef::Kind::kFunc:
        return add(*part.func());
      case TypeRef::Kind::kInstance:
        return add(*part.instance());
      case TypeRef::Kind::kComponent:
        return add(*part.component());
      case TypeRef::Kind::kModule:
        return add(*part.module());
      case TypeRef::Kind::kResource:
        contains_name = contains_resource = true;
        ++type_size;
        return;
      case TypeRef::Kind::kNone:
        return;
    }
  }
  template <class Node>
  Result<> store(Node& node) const {
    if (depth > limits::kComponentTypeDepth) {
      return fail(ErrorKind::kLimit, fmt::format("type nesting is deeper than {} levels",
                                                 limits::kComponentTypeDepth));
    }
    if (type_size > limits::kComponentTypeSize) {
      return fail(ErrorKind::kLimit, fmt::format("effective type size exceeds the limit of {}",
                                                 limits::kComponentTypeSize));
    }
    node.depth = static_cast<uint8_t>(depth);
    node.type_size = static_cast<uint32_t>(type_size);
    node.contains_name = contains_name;
    node.contains_resource = contains_resource;
    return {};
  }
};

// The index of the item that `three_way` calls equal, or size().
template <class T, class Order>
size_t find_sorted(std::span<const T> items, std::span<const uint32_t> order, Order three_way) {
  const auto at = std::partition_point(order.begin(), order.end(),
                                       [&](uint32_t i) { return three_way(items[i]) < 0; });
  return at != order.end() && three_way(items[*at]) == 0 ? *at : items.size();
}

}  // namespace

size_t ExternList::find(std::string_view name) const {
  return find_sorted(items, by_name, [&](const NamedExtern& e) { return e.name.compare(name); });
}

const CoreExport* CoreExportList::get(std::string_view name) const {
  const size_t i =
      find_sorted(items, by_name, [&](const CoreExport& e) { return e.name.compare(name); });
  return i < items.size() ? &items[i] : nullptr;
}

const CoreImport* ModuleType::find_import(std::string_view module, std::string_view name) const {
  const size_t i = find_sorted(imports, imports_by_name, [&](const CoreImport& item) {
    const int by_module = item.module.compare(module);
    return by_module != 0 ? by_module : item.name.compare(name);
  });
  return i < imports.size() ? &imports[i] : nullptr;
}

template <class T, class Less>
Result<std::span<const uint32_t>> TypeArena::sorted(std::span<const T> items, Less less) {
  std::vector<uint32_t> order(items.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](uint32_t a, uint32_t b) { return less(items[a], items[b]); });
  return copy(std::span<const uint32_t>(order));
}

Result<ExternList> TypeArena::extern_list(std::span<const NamedExtern> items) {
  ExternList list;
  list.items = TAPPET_TRY(copy(items));
  list.by_name = TAPPET_TRY(sorted(
      list.items, [](const NamedExtern& a, const NamedExtern& b) { return a.name < b.name; }));
  return list;
}

Result<const FuncType*> TypeArena::func(bool is_async, std::span<const Labelled> params,
                                        const ValType* result) {
  FuncType f;
  f.is_async = is_async;
  f.params = TAPPET_TRY(copy(params));
  f.result = result;
  Summary summary;
  for (const Labelled& p : params) summary.add(*p.type);
  if (result) summary.add(*result);
  TAPPET_TRY(summary.store(f));
  return TAPPET_TRY(make(f));
}

Result<const InstanceType*> TypeArena::instance(std::span<const NamedExtern> exports,
                                                std::span<const BoundResource> resources) {
  InstanceType t;
  t.exports = TAPPET_TRY(extern_list(exports));
  t.resources = TAPPET_TRY(copy(resources));
  Summary summary;
  for (const NamedExtern& e : exports) summary.add(e.type.type);
  TAPPET_TRY(summary.store(t));
  return TAPPET_TRY(make(t));
}

Result<const ComponentType*> TypeArena::component(
    std::span<const NamedExtern> imports, std::span<const NamedExtern> exports,
    std::span<const BoundResource> import_resources,
    std::span<const BoundResource> defined_resources) {
  ComponentType t;
  t.imports = TAPPET_TRY(extern_list(imports));
  t.exports = TAPPET_TRY(extern_list(exports));
  t.import_resources = TAPPET_TRY(copy(import_resources));
  t.defined_resources = TAPPET_TRY(copy(defined_resources));
  Summary summary;
  for (const NamedExtern& i : imports) summary.add(i.type.type);
  for (const NamedExtern& e : exports) summary.add(e.type.type);
  TAPPET_TRY(summary.store(t));
  return TAPPET_TRY(make(t));
}

Result<CoreExportList> TypeArena::core_exports(std::span<const CoreExport> exports) {
  CoreExportList list;
  list.items = TAPPET_TRY(copy(exports));
  list.by_name = TAPPET_TRY(
      sorted(list.items, [](const CoreExport& a, const CoreExport& b) { return a.name < b.name; }));
  for (size_t i = 1; i < list.by_name.size(); ++i) {
    const std::string_view name = list.items[list.by_name[i]].name;
    if (name == list.items[list.by_name[i - 1]].name) {
      return fail(ErrorKind::kInvalid, fmt::format("export name {} already defined", quote(name)));
    }
  }
  return list;
}

Result<const ModuleType*> TypeArena::module(std::span<const CoreImport> imports,
                                            std::span<const CoreExport> exports) {
  ModuleType t;
  t.exports = TAPPET_TRY(core_exports(exports));
  t.imports = TAPPET_TRY(copy(imports));
  const auto key = [](const CoreImport& i) { return std::tie(i.module, i.name); };
  t.imports_by_name = TAPPET_TRY(
      sorted(t.imports, [&](const CoreImport& a, const CoreImport& b) { return key(a) < key(b); }));
  for (size_t i = 1; i < t.imports_by_name.size(); ++i) {
    const CoreImport& item = t.imports[t.imports_by_name[i]];
    if (key(item) == key(t.imports[t.imports_by_name[i - 1]])) {
      return fail(ErrorKind::kInvalid,
                  fmt::format("duplicate import {} {}", quote(item.module), quote(item.name)));
    }
  }
  const uint64_t size = uint64_t{1} + imports.size() + exports.size();
  if (size > limits::kComponentTypeSize) {
    return fail(ErrorKind::kLimit, fmt::format("effective type size exceeds the limit of {}",
                                               limits::kComponentTypeSize));
  }
  t.type_size = static_cast<uint32_t>(size);
  return TAPPET_TRY(make(t));
}

}  // namespace tappet::component
