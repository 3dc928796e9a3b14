// Core types where a component writes them: core:deftype, with core module types (Binary.md, "Type
// Definitions"; core spec 5.3).
#include <fmt/format.h>

#include "canonical-abi/component/binary/type_reader.h"
#include "interp/base/limits.h"

namespace tappet::component::binary {
namespace {

using syntax::CoreRecGroup;
using syntax::ModuleDecl;

constexpr uint8_t kRec = 0x4e;
constexpr uint8_t kSubFinal = 0x4f;
constexpr uint8_t kSub = 0x50;         // in a recursion group
constexpr uint8_t kModuleType = 0x50;  // as a core:deftype
constexpr uint8_t kSubPrefix = 0x00;   // before a kSub that is a core:deftype
constexpr uint8_t kArray = 0x5e;
constexpr uint8_t kStruct = 0x5f;
constexpr uint8_t kFunc = 0x60;
constexpr uint8_t kRefNull = 0x63;
constexpr uint8_t kRef = 0x64;
constexpr uint8_t kFirstNumber = 0x7b;  // v128; then f64, f32, i64, i32
constexpr uint8_t kFirstHeap = 0x69;
// By code from kFirstHeap on.
constexpr HeapKind kHeaps[] = {HeapKind::kExn,      HeapKind::kArray,  HeapKind::kStruct,
                               HeapKind::kI31,      HeapKind::kEq,     HeapKind::kAny,
                               HeapKind::kExtern,   HeapKind::kFunc,   HeapKind::kNone,
                               HeapKind::kNoExtern, HeapKind::kNoFunc, HeapKind::kNoExn};

std::optional<HeapKind> find_heap(uint8_t code) {
  if (code < kFirstHeap || code >= kFirstHeap + std::size(kHeaps)) return std::nullopt;
  return kHeaps[code - kFirstHeap];
}

Result<HeapType> read_heap_type(Reader& in) {
  constexpr std::string_view kWhat = "a heap type";
  const uint8_t first = TAPPET_TRY(in.peek(kWhat));
  if (const auto heap = find_heap(first)) {
    TAPPET_TRY(in.byte(kWhat));
    return HeapType{*heap, {}};
  }
  const int64_t index = TAPPET_TRY(in.s33(kWhat));
  if (index < 0) return in.bad_byte(first, kWhat);
  return HeapType{HeapKind::kDefined, TypeId(static_cast<uint32_t>(index))};
}

Result<ValueType> read_ref_type(Reader& in) {
  const ValueType type = TAPPET_TRY(read_core_value_type(in));
  if (!type.is_ref()) return in.malformed("expected a reference type");
  return type;
}

Result<FieldType> read_field(Reader& in) {
  FieldType field;
  const uint8_t first = TAPPET_TRY(in.peek("a field's type"));
  if (first == 0x78 || first == 0x77) {
    TAPPET_TRY(in.byte("a field's type"));
    field.packed = first == 0x78 ? PackedKind::kI8 : PackedKind::kI16;
  } else {
    field.type = TAPPET_TRY(read_core_value_type(in));
  }
  field.is_mutable = TAPPET_TRY(in.flag("mutability"));
  return field;
}

Result<CompositeType> read_composite(Reader& in) {
  const uint8_t code = TAPPET_TRY(in.byte("a core type"));
  switch (code) {
    case kFunc: {
      CoreFuncType f;
      f.params = TAPPET_TRY(in.vec<ValueType>("parameters", limits::kParams, read_core_value_type));
      f.results = TAPPET_TRY(in.vec<ValueType>("results", limits::kResults, read_core_value_type));
      return CompositeType(std::move(f));
    }
    case kStruct: {
      StructType s;
      s.fields = TAPPET_TRY(in.vec<FieldType>("fields", limits::kStructFields, read_field));
      return CompositeType(std::move(s));
    }
    case kArray:
      return CompositeType(ArrayType{TAPPET_TRY(read_field(in))});
    default:
      return in.bad_byte(code, "a core type");
  }
}

Result<SubType> read_sub_type(Reader& in) {
  SubType type;
  const uint8_t code = TAPPET_TRY(in.peek("a core type"));
  if (code == kSub || code == kSubFinal) {
    TAPPET_TRY(in.byte("a core type"));
    type.is_final = code == kSubFinal;
    type.supertypes = TAPPET_TRY(in.vec<TypeId>("supertypes", 1, [](Reader& r) -> Result<TypeId> {
      return TypeId(TAPPET_TRY(r.u32("a core type index")));
    }));
  }
  type.composite = TAPPET_TRY(read_composite(in));
  return type;
}

Result<CoreRecGroup> read_rec_group(Reader& in) {
  CoreRecGroup group;
  const uint8_t code = TAPPET_TRY(in.peek("a core type"));
  if (code == kRec) {
    TAPPET_TRY(in.byte("a core type"));
    group.types = TAPPET_TRY(in.vec<SubType>("types", limits::kTypes, read_sub_type));
    return group;
  }
  if (code == kSubPrefix) {
    TAPPET_TRY(in.byte("a core type"));
    const uint8_t sub = TAPPET_TRY(in.peek("a core type"));
    if (sub != kSub) return in.malformed("a zero byte is followed by a non-final subtype only");
  }
  group.types.push_back(TAPPET_TRY(read_sub_type(in)));
  return group;
}

Result<Limits> read_bounds(Reader& in, bool has_max, bool is_64) {
  const auto bound = [&]() -> Result<uint64_t> {
    if (is_64) return in.u64("a limit");
    return uint64_t{TAPPET_TRY(in.u32("a limit"))};
  };
  Limits limits;
  limits.min = TAPPET_TRY(bound());
  limits.has_max = has_max;
  if (has_max) limits.max = TAPPET_TRY(bound());
  return limits;
}

Result<TableType> read_table_type(Reader& in) {
  TableType table;
  table.element = TAPPET_TRY(read_ref_type(in));
  const uint8_t flags = TAPPET_TRY(in.byte("the limits of a table"));
  if ((flags & ~0x05) != 0) return in.bad_byte(flags, "the limits of a table");
  table.address = (flags & 4) != 0 ? AddressType::kI64 : AddressType::kI32;
  table.limits = TAPPET_TRY(read_bounds(in, (flags & 1) != 0, (flags & 4) != 0));
  return table;
}

Result<MemoryType> read_memory_type(Reader& in) {
  MemoryType memory;
  const uint8_t flags = TAPPET_TRY(in.byte("the limits of a memory"));
  if ((flags & ~0x0f) != 0) return in.bad_byte(flags, "the limits of a memory");
  memory.shared = (flags & 2) != 0;
  memory.address = (flags & 4) != 0 ? AddressType::kI64 : AddressType::kI32;
  memory.limits = TAPPET_TRY(read_bounds(in, (flags & 1) != 0, (flags & 4) != 0));
  if ((flags & 8) != 0) {
    const uint32_t log2 = TAPPET_TRY(in.u32("a page size"));
    if (log2 != 0 && log2 != 16) return in.malformed("invalid custom page size");
    memory.page_size_log2 = static_cast<uint8_t>(log2);
  }
  return memory;
}

Result<GlobalType> read_global_type(Reader& in) {
  GlobalType global;
  global.type = TAPPET_TRY(read_core_value_type(in));
  global.is_mutable = TAPPET_TRY(in.flag("mutability"));
  return global;
}

Result<CoreExternType> read_core_extern_type(Reader& in) {
  const uint8_t code = TAPPET_TRY(in.byte("the type of a core import or export"));
  switch (code) {
    case 0x00:
      return CoreExternType(CoreFunc{TypeId(TAPPET_TRY(in.u32("a core type index")))});
    case 0x01:
      return CoreExternType(TAPPET_TRY(read_table_type(in)));
    case 0x02:
      return CoreExternType(TAPPET_TRY(read_memory_type(in)));
    case 0x03:
      return CoreExternType(TAPPET_TRY(read_global_type(in)));
    case 0x04: {
      const uint8_t attribute = TAPPET_TRY(in.byte("the attribute of a tag"));
      if (attribute != 0) return in.bad_byte(attribute, "the attribute of a tag");
      return CoreExternType(TagType{TypeId(TAPPET_TRY(in.u32("a core type index")))});
    }
    default:
      return in.bad_byte(code, "the type of a core import or export");
  }
}

Result<syntax::CoreAlias> read_core_alias(Reader& in) {
  const uint8_t sort = TAPPET_TRY(in.byte("the sort of an alias in a module type"));
  if (sort != 0x10) return in.bad_byte(sort, "the sort of an alias in a module type");
  const uint8_t target = TAPPET_TRY(in.byte("the target of an alias in a module type"));
  if (target != 0x01) return in.bad_byte(target, "the target of an alias in a module type");
  syntax::CoreAlias alias;
  alias.count = TAPPET_TRY(in.u32("the count of an outer alias"));
  alias.index = TAPPET_TRY(in.u32("the index of an outer alias"));
  return alias;
}

Result<ModuleDecl> read_module_decl(Reader& in) {
  ModuleDecl decl;
  decl.offset = in.offset();
  const uint8_t code = TAPPET_TRY(in.byte("a declarator of a module type"));
  switch (code) {
    case 0x00: {
      syntax::CoreImportDecl import;
      import.module = TAPPET_TRY(in.name("a module name"));
      import.name = TAPPET_TRY(in.name("a name"));
      import.type = TAPPET_TRY(read_core_extern_type(in));
      decl.decl = import;
      return decl;
    }
    case 0x01: {
      const uint8_t first = TAPPET_TRY(in.peek("a core type"));
      if (first == kModuleType) {
        return fail(ErrorKind::kInvalid,
                    "invalid leading byte 0x50: a module type within a module type",
                    Position::at_offset(in.offset()));
      }
      decl.decl = TAPPET_TRY(read_rec_group(in));
      return decl;
    }
    case 0x02:
      decl.decl = TAPPET_TRY(read_core_alias(in));
      return decl;
    case 0x03: {
      syntax::CoreExportDecl item;
      item.name = TAPPET_TRY(in.name("a name"));
      item.type = TAPPET_TRY(read_core_extern_type(in));
      decl.decl = item;
      return decl;
    }
    default:
      return in.bad_byte(code, "a declarator of a module type");
  }
}

}  // namespace

Result<ValueType> read_core_value_type(Reader& in) {
  const uint8_t code = TAPPET_TRY(in.byte("a core value type"));
  if (code >= kFirstNumber && code <= 0x7f) {
    constexpr ValueType kNumbers[] = {kV128, kF64, kF32, kI64, kI32};
    return kNumbers[code - kFirstNumber];
  }
  if (code == kRef || code == kRefNull) {
    return ValueType::ref(code == kRefNull, TAPPET_TRY(read_heap_type(in)));
  }
  if (const auto heap = find_heap(code)) return ValueType::ref(true, {*heap, {}});
  return in.bad_byte(code, "a core value type");
}

Result<syntax::CoreTypeDef> read_core_type_def(Reader& in) {
  const uint8_t first = TAPPET_TRY(in.peek("a core type"));
  if (first != kModuleType) return syntax::CoreTypeDef(TAPPET_TRY(read_rec_group(in)));
  TAPPET_TRY(in.byte("a core type"));
  return syntax::CoreTypeDef(syntax::ModuleTypeDef{
      TAPPET_TRY(in.vec<ModuleDecl>("declarators", limits::kModuleTypeDecls, read_module_decl))});
}

}  // namespace tappet::component::binary
