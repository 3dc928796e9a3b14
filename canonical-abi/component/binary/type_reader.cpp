#include "canonical-abi/component/binary/type_reader.h"

#include <fmt/format.h>

#include "interp/base/limits.h"

namespace tappet::component::binary {
namespace {

using syntax::Decl;
using syntax::DefValType;
using syntax::LabelUse;
using syntax::TypeDef;
using syntax::ValTypeUse;

constexpr uint8_t kResourceType = 0x3f;
constexpr uint8_t kFuncType = 0x40;
constexpr uint8_t kComponentType = 0x41;
constexpr uint8_t kInstanceType = 0x42;
constexpr uint8_t kAsyncFuncType = 0x43;

const KindRow* find_kind(uint8_t code) {
  for (const KindRow& r : kKinds) {
    if (r.code == code) return &r;
  }
  return nullptr;
}

Result<LabelUse> read_label(Reader& in) { return LabelUse{TAPPET_TRY(in.name("a label")), {}}; }

Result<LabelUse> read_labelled(Reader& in) {
  LabelUse use = TAPPET_TRY(read_label(in));
  use.type = TAPPET_TRY(read_val_type(in));
  return use;
}

Result<LabelUse> read_element(Reader& in) { return LabelUse{{}, TAPPET_TRY(read_val_type(in))}; }

// valtype?
Result<LabelUse> read_optional(Reader& in) {
  if (!TAPPET_TRY(in.flag("an optional type"))) return LabelUse{};
  return read_element(in);
}

Result<LabelUse> read_case(Reader& in) {
  LabelUse use = TAPPET_TRY(read_label(in));
  use.type = TAPPET_TRY(read_optional(in)).type;
  const uint8_t zero = TAPPET_TRY(in.byte("the end of a case"));
  if (zero != 0) return in.bad_byte(zero, "the end of a case, which is a zero byte");
  return use;
}

Result<DefValType> read_def_val_type(Reader& in, TypeKind kind) {
  DefValType t;
  t.kind = kind;
  const auto items = [&](std::string_view what, uint32_t limit, auto read) -> Result<> {
    t.items = TAPPET_TRY(in.vec<LabelUse>(what, limit, read));
    return {};
  };
  switch (kind) {
    case TypeKind::kRecord:
      TAPPET_TRY(items("record fields", limits::kCompositeCases, read_labelled));
      break;
    case TypeKind::kVariant:
      TAPPET_TRY(items("variant cases", limits::kCompositeCases, read_case));
      break;
    case TypeKind::kTuple:
      TAPPET_TRY(items("tuple elements", limits::kCompositeCases, read_element));
      break;
    case TypeKind::kFlags:
      TAPPET_TRY(items("flags", limits::kCompositeCases, read_label));
      break;
    case TypeKind::kEnum:
      TAPPET_TRY(items("enum cases", limits::kCompositeCases, read_label));
      break;
    case TypeKind::kResult:
    case TypeKind::kStream:
    case TypeKind::kFuture:
      t.items.push_back(TAPPET_TRY(read_optional(in)));
      if (kind == TypeKind::kResult) t.items.push_back(TAPPET_TRY(read_optional(in)));
      break;
    case TypeKind::kList:
    case TypeKind::kFixedList:
    case TypeKind::kOption:
    case TypeKind::kMap:
      t.items.push_back(TAPPET_TRY(read_element(in)));
      if (kind == TypeKind::kMap) t.items.push_back(TAPPET_TRY(read_element(in)));
      if (kind == TypeKind::kFixedList) t.number = TAPPET_TRY(in.u32("the length of a list"));
      break;
    case TypeKind::kOwn:
    case TypeKind::kBorrow:
      t.number = TAPPET_TRY(in.u32("a type index"));
      break;
    default:
      break;
  }
  return t;
}

Result<syntax::FuncTypeDef> read_func_type(Reader& in, bool is_async) {
  syntax::FuncTypeDef t;
  t.is_async = is_async;
  t.params = TAPPET_TRY(in.vec<LabelUse>("parameters", limits::kParams, read_labelled));
  t.result = TAPPET_TRY(read_result_list(in));
  return t;
}

Result<syntax::ResourceTypeDef> read_resource_type(Reader& in) {
  syntax::ResourceTypeDef t;
  t.rep = TAPPET_TRY(read_core_value_type(in));
  if (TAPPET_TRY(in.flag("an optional destructor"))) {
    t.dtor = TAPPET_TRY(in.u32("a core function index"));
  }
  return t;
}

Result<Decl> read_decl(Reader& in, bool in_component, uint32_t depth) {
  constexpr std::string_view kWhat = "a declarator of a component or instance type";
  Decl decl;
  decl.offset = in.offset();
  const uint8_t code = TAPPET_TRY(in.byte(kWhat));
  switch (code) {
    case 0x00:
      decl.decl = TAPPET_TRY(read_core_type_def(in));
      return decl;
    case 0x01:
      decl.decl = TAPPET_TRY(read_type_def(in, depth));
      return decl;
    case 0x02:
      decl.decl = TAPPET_TRY(read_alias(in));
      return decl;
    case 0x03: {
      if (!in_component) return in.bad_byte(code, "a declarator of an instance type");
      syntax::Import import;
      import.name = TAPPET_TRY(read_extern_name(in));
      import.type = TAPPET_TRY(read_extern_type(in));
      decl.decl = import;
      return decl;
    }
    case 0x04: {
      syntax::ExportDecl item;
      item.name = TAPPET_TRY(read_extern_name(in));
      item.type = TAPPET_TRY(read_extern_type(in));
      decl.decl = item;
      return decl;
    }
    default:
      return in.bad_byte(code, kWhat);
  }
}

Result<std::vector<Decl>> read_decls(Reader& in, bool in_component, uint32_t depth) {
  if (depth >= limits::kComponentTypeDepth) {
    return fail(ErrorKind::kLimit,
                fmt::format("types are nested deeper than {} levels", limits::kComponentTypeDepth),
                Position::at_offset(in.offset()));
  }
  return in.vec<Decl>("declarators", limits::kComponentTypeDecls,
                      [&](Reader& r) { return read_decl(r, in_component, depth + 1); });
}

}  // namespace

Result<ValTypeUse> read_val_type(Reader& in) {
  constexpr std::string_view kWhat = "a value type";
  const uint8_t first = TAPPET_TRY(in.peek(kWhat));
  const KindRow* const kind = find_kind(first);
  if (kind && is_primitive(kind->kind)) {
    TAPPET_TRY(in.byte(kWhat));
    return ValTypeUse{ValTypeUse::Form::kPrimitive, kind->kind, 0};
  }
  const uint64_t offset = in.offset();
  const int64_t index = TAPPET_TRY(in.s33(kWhat));
  if (index < 0) {
    return fail(ErrorKind::kMalformed,
                fmt::format("invalid leading byte {:#x} for {}", first, kWhat),
                Position::at_offset(offset));
  }
  return ValTypeUse{ValTypeUse::Form::kIndex, TypeKind::kBool, static_cast<uint32_t>(index)};
}

Result<ValTypeUse> read_result_list(Reader& in) {
  constexpr std::string_view kWhat = "a function's results";
  const uint8_t form = TAPPET_TRY(in.byte(kWhat));
  if (form == 0x00) return read_val_type(in);
  if (form != 0x01) return in.bad_byte(form, kWhat);
  const uint8_t zero = TAPPET_TRY(in.byte(kWhat));
  if (zero != 0) return in.bad_byte(zero, "the number of results, which is a zero byte");
  return ValTypeUse{};
}

Result<TypeDef> read_type_def(Reader& in, uint32_t depth) {
  const uint8_t code = TAPPET_TRY(in.byte("a type"));
  switch (code) {
    case kResourceType:
      return TypeDef(TAPPET_TRY(read_resource_type(in)));
    case kFuncType:
      return TypeDef(TAPPET_TRY(read_func_type(in, false)));
    case kAsyncFuncType:
      return TypeDef(TAPPET_TRY(read_func_type(in, true)));
    case kComponentType:
      return TypeDef(syntax::ComponentTypeDef{TAPPET_TRY(read_decls(in, true, depth))});
    case kInstanceType:
      return TypeDef(syntax::InstanceTypeDef{TAPPET_TRY(read_decls(in, false, depth))});
    default:
      break;
  }
  const KindRow* const kind = find_kind(code);
  if (!kind) return in.bad_byte(code, "a type");
  return TypeDef(TAPPET_TRY(read_def_val_type(in, kind->kind)));
}

}  // namespace tappet::component::binary
