#include "interp/binary/type_reader.h"

#include <fmt/format.h>

namespace tappet {
namespace {

// Abstract heap types by their byte, a negative s7 (5.3.3).
struct AbstractHeapRow {
  uint8_t code;
  HeapKind kind;
  Feature feature;
};
constexpr AbstractHeapRow kAbstractHeaps[] = {
    {0x74, HeapKind::kNoExn, Feature::kExceptions},
    {0x73, HeapKind::kNoFunc, Feature::kGc},
    {0x72, HeapKind::kNoExtern, Feature::kGc},
    {0x71, HeapKind::kNone, Feature::kGc},
    {0x70, HeapKind::kFunc, Feature::kMvp},
    {0x6f, HeapKind::kExtern, Feature::kReferenceTypes},
    {0x6e, HeapKind::kAny, Feature::kGc},
    {0x6d, HeapKind::kEq, Feature::kGc},
    {0x6c, HeapKind::kI31, Feature::kGc},
    {0x6b, HeapKind::kStruct, Feature::kGc},
    {0x6a, HeapKind::kArray, Feature::kGc},
    {0x69, HeapKind::kExn, Feature::kExceptions},
};

constexpr uint8_t kRefCode = 0x64;
constexpr uint8_t kRefNullCode = 0x63;

const AbstractHeapRow* find_abstract_heap(uint8_t code) {
  for (const AbstractHeapRow& heap : kAbstractHeaps) {
    if (heap.code == code) return &heap;
  }
  return nullptr;
}

HeapType defined_heap_type(Reader& in, const TypeScope& scope, uint32_t index, uint64_t offset) {
  in.require(Feature::kFunctionReferences, scope.features);
  if (const auto id = scope.find(index)) return {HeapKind::kDefined, *id};
  in.fail(ErrorKind::kInvalid, fmt::format("unknown type {}", index), offset);
  return {};
}

// Bits of the flags byte that starts limits (5.3.9, 5.3.10; threads and custom-page-sizes).
enum : uint8_t { kHasMax = 1, kShared = 2, kIs64 = 4, kHasPageSize = 8 };

void read_limits(Reader& in, uint8_t flags, Limits& out) {
  out.min = in.u64();
  out.has_max = (flags & kHasMax) != 0;
  if (out.has_max) out.max = in.u64();
}

uint8_t read_limits_flags(Reader& in, uint8_t allowed, const TypeScope& scope) {
  const uint64_t start = in.offset();
  const uint8_t flags = in.byte();
  if ((flags & ~allowed) != 0) {
    in.fail(ErrorKind::kMalformed, fmt::format("malformed limits flags {:#04x}", flags), start);
    return 0;
  }
  if (flags & kIs64) in.require(Feature::kMemory64, scope.features);
  if (flags & kShared) in.require(Feature::kThreads, scope.features);
  if (flags & kHasPageSize) in.require(Feature::kCustomPageSizes, scope.features);
  return flags;
}

}  // namespace

std::optional<TypeId> TypeScope::find(uint32_t index) const {
  if (index < types.size()) return types[index];
  const uint64_t position = index - types.size();
  if (position >= group_size) return std::nullopt;
  return TypeId(TypeRegistry::kRecBase + static_cast<uint32_t>(position));
}

TypeId read_type_index(Reader& in, const TypeScope& scope) {
  const uint64_t start = in.offset();
  const uint32_t index = in.u32();
  if (!in.ok()) return {};
  if (const auto id = scope.find(index)) return *id;
  in.fail(ErrorKind::kInvalid, fmt::format("unknown type {}", index), start);
  return {};
}

HeapType read_heap_type(Reader& in, const TypeScope& scope) {
  const uint64_t start = in.offset();
  if (const AbstractHeapRow* heap = find_abstract_heap(in.peek())) {
    in.require(heap->feature, scope.features);
    in.byte();
    return {heap->kind, {}};
  }
  const int64_t index = in.s33();
  if (index < 0) in.fail(ErrorKind::kMalformed, "malformed heap type", start);
  if (!in.ok()) return {};
  return defined_heap_type(in, scope, static_cast<uint32_t>(index), start);
}

ValueType read_ref_type(Reader& in, const TypeScope& scope) {
  const uint8_t code = in.peek();
  if (code == kRefCode || code == kRefNullCode) {
    in.require(Feature::kFunctionReferences, scope.features);
    in.byte();
    return ValueType::ref(code == kRefNullCode, read_heap_type(in, scope));
  }
  if (find_abstract_heap(code)) return ValueType::ref(true, read_heap_type(in, scope));
  if (in.at_end()) {
    in.byte();
  } else {
    in.malformed(fmt::format("malformed reference type {:#04x}", code));
  }
  return kFuncRef;
}

ValueType read_value_type(Reader& in, const TypeScope& scope) {
  const auto number = [&](ValueType type) {
    in.byte();
    return type;
  };
  switch (in.peek()) {
    case 0x7f:
      return number(kI32);
    case 0x7e:
      return number(kI64);
    case 0x7d:
      return number(kF32);
    case 0x7c:
      return number(kF64);
    case 0x7b:
      in.require(Feature::kSimd, scope.features);
      return number(kV128);
    case 0x70:
      in.require(Feature::kReferenceTypes, scope.features);
      return number(kFuncRef);
    default:
      return read_ref_type(in, scope);
  }
}

bool read_mutability(Reader& in) {
  const uint64_t start = in.offset();
  const uint8_t flag = in.byte();
  if (flag > 1) in.fail(ErrorKind::kMalformed, "malformed mutability", start);
  return flag == 1;
}

GlobalType read_global_type(Reader& in, const TypeScope& scope) {
  GlobalType type;
  type.type = read_value_type(in, scope);
  type.is_mutable = read_mutability(in);
  return type;
}

TableType read_table_type(Reader& in, const TypeScope& scope) {
  TableType type;
  type.element = read_ref_type(in, scope);
  const uint8_t flags = read_limits_flags(in, kHasMax | kIs64, scope);
  type.address = (flags & kIs64) ? AddressType::kI64 : AddressType::kI32;
  read_limits(in, flags, type.limits);
  return type;
}

MemoryType read_memory_type(Reader& in, const TypeScope& scope) {
  MemoryType type;
  const uint8_t flags = read_limits_flags(in, kHasMax | kShared | kIs64 | kHasPageSize, scope);
  type.address = (flags & kIs64) ? AddressType::kI64 : AddressType::kI32;
  type.shared = (flags & kShared) != 0;
  read_limits(in, flags, type.limits);
  if (flags & kHasPageSize) {
    const uint64_t start = in.offset();
    const uint32_t log2 = in.u32();
    if (log2 >= 64) in.fail(ErrorKind::kMalformed, "malformed custom page size", start);
    type.page_size_log2 = static_cast<uint8_t>(log2);
  }
  return type;
}

}  // namespace tappet
