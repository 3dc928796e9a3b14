// A component as it is written, before any index or name in it is resolved: what the decoders of
// the binary and the text format make and the validator reads. The structure is that of Binary.md,
// rule by rule. Names point into the input.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "canonical-abi/component/canon.h"
#include "canonical-abi/component/extern_name.h"
#include "canonical-abi/types/extern.h"
#include "interp/base/bytes.h"
#include "interp/module/module.h"

namespace tappet::component::syntax {

// Positions are byte offsets in the outermost file, for messages.
using Offset = uint64_t;

// valtype, or nothing where one is optional.
struct ValTypeUse {
  enum class Form : uint8_t { kNone, kPrimitive, kIndex };
  Form form = Form::kNone;
  TypeKind primitive = TypeKind::kBool;
  uint32_t index = 0;

  bool is_none() const { return form == Form::kNone; }
};

struct LabelUse {
  std::string_view label;
  ValTypeUse type;
};

// defvaltype. `items` as TypeArena::compose() takes them; none for primitive types and handles.
struct DefValType {
  TypeKind kind = TypeKind::kBool;
  std::vector<LabelUse> items;
  uint32_t number = 0;  // kFixedList: the length. kOwn, kBorrow: the resource's type index
};

struct FuncTypeDef {
  bool is_async = false;
  std::vector<LabelUse> params;
  ValTypeUse result;
};

struct ResourceTypeDef {
  ValueType rep;
  std::optional<uint32_t> dtor;  // core function
};

struct Decl;
struct ComponentTypeDef {
  std::vector<Decl> decls;
};
struct InstanceTypeDef {
  std::vector<Decl> decls;  // no imports
};

using TypeDef =
    std::variant<DefValType, FuncTypeDef, ComponentTypeDef, InstanceTypeDef, ResourceTypeDef>;

// externtype
struct ExternTypeUse {
  enum class Bound : uint8_t { kEq, kSubResource, kValType };
  Sort sort = Sort::kFunc;
  // kType: kEq or kSubResource. kValue: kEq or kValType. Others: kEq, an index of a type.
  Bound bound = Bound::kEq;
  uint32_t index = 0;  // kEq
  ValTypeUse value;    // kValType
};

// import, importdecl and exportdecl
struct Import {
  ExternName name;
  ExternTypeUse type;
};
struct ExportDecl {
  ExternName name;
  ExternTypeUse type;
};

struct SortIndex {
  Sort sort = Sort::kFunc;
  uint32_t index = 0;
};

struct Export {
  ExternName name;
  SortIndex item;
  std::optional<ExternTypeUse> type;
};

struct Alias {
  enum class Target : uint8_t { kExport, kCoreExport, kOuter };
  Target target = Target::kExport;
  Sort sort = Sort::kFunc;
  uint32_t instance = 0;  // kExport, kCoreExport
  std::string_view name;  // likewise
  uint32_t count = 0;     // kOuter: scopes to skip
  uint32_t index = 0;     // kOuter
};

// core:rectype. Where a TypeId stands, it holds an index as written: into the core type index
// space, continued by the group's own members.
struct CoreRecGroup {
  std::vector<SubType> types;
};

// Its type holds type indices where TypeIds stand.
struct CoreImportDecl {
  std::string_view module;
  std::string_view name;
  CoreExternType type;
};
struct CoreExportDecl {
  std::string_view name;
  CoreExternType type;
};
struct CoreAlias {  // outer, of sort type
  uint32_t count = 0;
  uint32_t index = 0;
};
struct ModuleDecl {
  Offset offset = 0;
  std::variant<CoreImportDecl, CoreRecGroup, CoreAlias, CoreExportDecl> decl;
};
struct ModuleTypeDef {
  std::vector<ModuleDecl> decls;
};
using CoreTypeDef = std::variant<CoreRecGroup, ModuleTypeDef>;

// componentdecl, instancedecl
struct Decl {
  Offset offset = 0;
  std::variant<CoreTypeDef, TypeDef, Alias, Import, ExportDecl> decl;
};

struct CoreModule {
  ByteSpan bytes;
};

struct CoreArg {
  std::string_view name;
  uint32_t instance = 0;
};
struct CoreInlineExport {
  std::string_view name;
  SortIndex item;
};
struct CoreInstance {
  bool instantiates = false;
  uint32_t module = 0;        // if it instantiates
  std::vector<CoreArg> args;  // likewise
  std::vector<CoreInlineExport> exports;
};

struct Arg {
  std::string_view name;
  SortIndex item;
};
struct InlineExport {
  ExternName name;
  SortIndex item;
};
struct Instance {
  bool instantiates = false;
  uint32_t component = 0;  // if it instantiates
  std::vector<Arg> args;   // likewise
  std::vector<InlineExport> exports;
};

struct CanonOption {
  CanonOptionKind kind = CanonOptionKind::kUtf8;
  uint32_t index = 0;
};

// One member per letter of canon.def's immediates, for those that the kind has.
struct Canon {
  CanonKind kind = CanonKind::kLift;
  uint32_t func = 0;                 // k, l
  uint32_t type = 0;                 // F, R, S, U
  uint32_t core_type = 0;            // y
  uint32_t table = 0;                // b
  uint32_t memory = 0;               // m
  ValueType value_type;              // v
  uint32_t number = 0;               // n
  ValTypeUse result;                 // r
  std::vector<CanonOption> options;  // o
  bool flag = false;                 // a, c, s
};

struct Start {
  uint32_t func = 0;
  std::vector<uint32_t> args;
  uint32_t results = 0;
};

struct Value {
  ValTypeUse type;
  ByteSpan bytes;
};

struct Component;
struct Definition {
  Offset offset = 0;
  std::variant<CoreModule, CoreInstance, CoreTypeDef, std::unique_ptr<Component>, Instance, Alias,
               TypeDef, Canon, Start, Import, Export, Value>
      what;
};

struct Component {
  ByteSpan bytes;
  Offset offset = 0;
  Offset end = 0;
  std::vector<Definition> definitions;
  std::vector<CustomSection> customs;  // ranges of `bytes`
};

}  // namespace tappet::component::syntax
