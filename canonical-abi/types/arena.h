// Where the nodes of types live, and how they are made.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "canonical-abi/types/extern.h"
#include "canonical-abi/types/type.h"
#include "interp/base/result.h"

namespace tappet::component {

// What an input of some size may cost us, whatever it says: memory for types, and visits of type
// nodes when types are compared, substituted and searched.
struct Budget {
  uint64_t bytes = ~uint64_t{0};
  uint64_t steps = ~uint64_t{0};

  static Budget for_input(uint64_t size);

  // Errors: kLimit when the budget is used up.
  Result<> spend_bytes(uint64_t n);
  Result<> spend_steps(uint64_t n);
};

// Owns type nodes. Nodes are immutable, trivially destructible and stay where they are as long as
// the arena lives; they may refer to nodes of other arenas that live as long. Neither copies nor
// moves. Making nodes is for one thread at a time; reading them for any.
//
// Everything here that makes nodes fails with kLimit (budget, depth or size of a type) or with
// kResource (out of memory), without a position. Names in the arguments are not copied: they live
// as long as the arena, see copy() and keep_alive().
class TypeArena {
 public:
  explicit TypeArena(Budget budget = {}) : budget_(budget) {}
  TypeArena(const TypeArena&) = delete;
  TypeArena& operator=(const TypeArena&) = delete;

  Budget& budget() { return budget_; }
  // Something that names or nodes point into.
  void keep_alive(std::shared_ptr<const void> owner) { owners_.push_back(std::move(owner)); }
  Result<std::string_view> copy(std::string_view text);
  template <class T>
  Result<std::span<const T>> copy(std::span<const T> items);

  // kRecord, kTuple, kVariant, kEnum, kFlags: the items as in ValType::items.
  // kOption, kList, kFixedList, kStream, kFuture: one item, the element (label ignored; its type
  // may be null for kStream and kFuture). kResult: two, of which either type may be null.
  // kMap: two, key and value. Labels are the caller's to check.
  // Errors also: kInvalid if elem_size for 64-bit addresses reaches limits::kValueTypeBytes.
  Result<const ValType*> compose(TypeKind kind, std::span<const Labelled> items,
                                 uint32_t length = 0);
  // kOwn, kBorrow.
  Result<const ValType*> handle(TypeKind kind, const ResourceName* resource);
  // An equal type with an identity of its own; primitive types keep theirs.
  Result<const ValType*> renamed(const ValType* type);

  Result<Resource*> resource(Resource init);
  Result<const ResourceName*> name_of(const Resource* resource);

  Result<const FuncType*> func(bool is_async, std::span<const Labelled> params,
                               const ValType* result);
  // Names are unique.
  Result<const InstanceType*> instance(std::span<const NamedExtern> exports,
                                       std::span<const BoundResource> resources);
  Result<const ComponentType*> component(std::span<const NamedExtern> imports,
                                         std::span<const NamedExtern> exports,
                                         std::span<const BoundResource> import_resources,
                                         std::span<const BoundResource> defined_resources);
  // Errors also: kInvalid if names repeat.
  Result<const ModuleType*> module(std::span<const CoreImport> imports,
                                   std::span<const CoreExport> exports);
  Result<CoreExportList> core_exports(std::span<const CoreExport> exports);

 private:
  template <class T>
  Result<T*> make(T init);
  Result<void*> allocate(size_t size);
  Result<ExternList> extern_list(std::span<const NamedExtern> items);
  template <class T, class Less>
  Result<std::span<const uint32_t>> sorted(std::span<const T> items, Less less);

  Budget budget_;
  std::vector<std::unique_ptr<std::byte[]>> chunks_;
  std::byte* free_ = nullptr;
  size_t free_bytes_ = 0;
  std::vector<std::shared_ptr<const void>> owners_;
};

template <class T>
Result<T*> TypeArena::make(T init) {
  static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= alignof(std::max_align_t));
  return new (TAPPET_TRY(allocate(sizeof(T)))) T(init);
}

template <class T>
Result<std::span<const T>> TypeArena::copy(std::span<const T> items) {
  static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= alignof(std::max_align_t));
  if (items.empty()) return std::span<const T>();
  T* const to = static_cast<T*>(TAPPET_TRY(allocate(items.size_bytes())));
  std::uninitialized_copy(items.begin(), items.end(), to);
  return std::span<const T>(to, items.size());
}

}  // namespace tappet::component
