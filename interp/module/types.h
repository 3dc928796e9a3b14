// Types of the core specification (2.3), and the registry that makes equal types identical.
//
// A module's type section is canonicalised as it is decoded: every defined type becomes a TypeId of
// the engine's TypeRegistry, and equal recursion groups become the same ids. From there on type
// equality is identity, in the validator, at link time and in call_indirect.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "interp/base/index.h"
#include "interp/base/result.h"

namespace tappet {

// A defined type, canonical within one TypeRegistry.
using TypeId = Index<struct TypeIdTag>;

// Abstract heap types, and kDefined for a type with a TypeId.
enum class HeapKind : uint8_t {
  kFunc,
  kExtern,
  kAny,
  kEq,
  kI31,
  kStruct,
  kArray,
  kExn,
  kNone,
  kNoFunc,
  kNoExtern,
  kNoExn,
  kDefined,
};

struct HeapType {
  HeapKind kind = HeapKind::kFunc;
  TypeId id;  // kDefined only

  bool operator==(const HeapType&) const = default;
};

// Number, vector and reference types. kBottom is the validator's unknown type (3.1, "bot").
enum class ValueKind : uint8_t { kI32, kI64, kF32, kF64, kV128, kRef, kBottom };

struct ValueType {
  ValueKind kind = ValueKind::kI32;
  bool nullable = false;  // kRef
  HeapType heap;          // kRef

  bool operator==(const ValueType&) const = default;
  constexpr bool is_ref() const { return kind == ValueKind::kRef; }
  constexpr bool is_numeric() const { return kind < ValueKind::kV128; }
  // Types with a default value can be locals without initialisation (3.1.7).
  constexpr bool is_defaultable() const { return kind != ValueKind::kRef || nullable; }
  // 64-bit slots that a value takes: two for v128.
  constexpr uint32_t slots() const { return kind == ValueKind::kV128 ? 2 : 1; }

  static constexpr ValueType number(ValueKind kind) { return {kind, false, {}}; }
  static constexpr ValueType ref(bool nullable, HeapType heap) {
    return {ValueKind::kRef, nullable, heap};
  }
};

inline constexpr ValueType kI32 = ValueType::number(ValueKind::kI32);
inline constexpr ValueType kI64 = ValueType::number(ValueKind::kI64);
inline constexpr ValueType kF32 = ValueType::number(ValueKind::kF32);
inline constexpr ValueType kF64 = ValueType::number(ValueKind::kF64);
inline constexpr ValueType kV128 = ValueType::number(ValueKind::kV128);
inline constexpr ValueType kBottomType = ValueType::number(ValueKind::kBottom);
inline constexpr ValueType kFuncRef = ValueType::ref(true, {HeapKind::kFunc, {}});
inline constexpr ValueType kExternRef = ValueType::ref(true, {HeapKind::kExtern, {}});

struct FuncType {
  std::vector<ValueType> params;
  std::vector<ValueType> results;
  bool operator==(const FuncType&) const = default;
};

enum class PackedKind : uint8_t { kNone, kI8, kI16 };

struct FieldType {
  ValueType type;  // kI32 for packed storage
  PackedKind packed = PackedKind::kNone;
  bool is_mutable = false;
  bool operator==(const FieldType&) const = default;
};

struct StructType {
  std::vector<FieldType> fields;
  bool operator==(const StructType&) const = default;
};

struct ArrayType {
  FieldType element;
  bool operator==(const ArrayType&) const = default;
};

using CompositeType = std::variant<FuncType, StructType, ArrayType>;

struct SubType {
  bool is_final = true;
  std::vector<TypeId> supertypes;  // at most one (limits.h bounds the chain's length)
  CompositeType composite;
  bool operator==(const SubType&) const = default;
};

struct Limits {
  uint64_t min = 0;
  uint64_t max = 0;  // if has_max
  bool has_max = false;
  bool operator==(const Limits&) const = default;
};

enum class AddressType : uint8_t { kI32, kI64 };
constexpr ValueType value_type(AddressType type) { return type == AddressType::kI64 ? kI64 : kI32; }

struct TableType {
  AddressType address = AddressType::kI32;
  Limits limits;  // entries
  ValueType element = kFuncRef;
  bool operator==(const TableType&) const = default;
};

struct MemoryType {
  AddressType address = AddressType::kI32;
  Limits limits;  // pages
  bool shared = false;
  uint8_t page_size_log2 = 16;
  bool operator==(const MemoryType&) const = default;
};

struct GlobalType {
  ValueType type;
  bool is_mutable = false;
  bool operator==(const GlobalType&) const = default;
};

struct TagType {
  TypeId type;  // a function type
  bool operator==(const TagType&) const = default;
};

// All defined types of one engine. Ids stay valid as long as the registry. Any thread may call.
class TypeRegistry {
 public:
  enum class Equality : uint8_t { kStructural, kNone };
  // With kNone every type added is a new one, so that ids are the indices of the first module that
  // is decoded with the registry, and every type matches every other: for tools that show types as
  // they are written.
  explicit TypeRegistry(Equality equality = Equality::kStructural) : equality_(equality) {}
  ~TypeRegistry();
  TypeRegistry(const TypeRegistry&) = delete;
  TypeRegistry& operator=(const TypeRegistry&) = delete;

  // Adds a recursion group, or finds the equal one added before. References from within the group
  // to its own members are given as TypeId(kRecBase + position); the result is the id of its first
  // member, the others follow. The caller has checked that every supertype is not final and known
  // already or an earlier member, and the length of the chain; whether types match their supertypes
  // it can only see afterwards, on canonical ids. Types are never removed.
  TypeId add_group(std::vector<SubType> group);
  // A final function type in a group of its own: what hosts and canonical built-ins declare.
  TypeId add_function(FuncType type);
  static constexpr uint32_t kRecBase = 0x8000'0000;

  const SubType& get(TypeId id) const;
  // Precondition: the type is a function type.
  const FuncType& function(TypeId id) const { return std::get<FuncType>(get(id).composite); }
  bool is_function(TypeId id) const { return get(id).composite.index() == 0; }

  // Subtyping, written sub <: super (core spec 3.3).
  bool matches(TypeId sub, TypeId super) const;
  bool matches(HeapType sub, HeapType super) const;
  bool matches(ValueType sub, ValueType super) const;
  // Number of supertypes above a type.
  uint32_t subtyping_depth(TypeId id) const;
  // A type's supertypes from the root down, then the type itself. Lives as long as the registry.
  std::span<const TypeId> display(TypeId id) const { return entry(id).display; }

  // The text format of a type, for messages: "i32", "(ref null func)".
  static std::string to_string(ValueType type);

 private:
  struct Entry {
    SubType type;
    std::vector<TypeId> display;  // supertypes from the root down, then the type itself
  };
  // Entries lie in blocks that never move, so that reading needs no lock: whoever has an id was
  // told it after the entry had been written. Each block is twice as large as the one before, so
  // that a registry of few types is small.
  static constexpr uint32_t kFirstBits = 6;
  static constexpr size_t kBlocks = 32 - kFirstBits;
  struct Place {
    uint32_t block;
    uint32_t offset;
  };
  static Place place(uint32_t id) {
    const uint64_t shifted = uint64_t{id} + (uint64_t{1} << kFirstBits);
    const auto top = static_cast<uint32_t>(std::bit_width(shifted) - 1);
    return {top - kFirstBits, static_cast<uint32_t>(shifted - (uint64_t{1} << top))};
  }

  const Entry& entry(TypeId id) const {
    const Place at = place(id.value);
    return blocks_[at.block].load(std::memory_order_acquire)[at.offset];
  }
  void append(Entry entry);

  std::array<std::atomic<Entry*>, kBlocks> blocks_{};
  const Equality equality_;
  std::mutex mutex_;  // for all below, and for writing
  uint32_t size_ = 0;
  std::map<std::string, TypeId> groups_;
};

}  // namespace tappet
