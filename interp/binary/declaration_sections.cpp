// The sections that declare what a module imports, defines and exports (core spec 5.5.5 to 5.5.11,
// 5.5.16): everything but code and segments.
#include <fmt/format.h>

#include "interp/base/limits.h"
#include "interp/binary/sections.h"

namespace tappet {
namespace {

constexpr uint8_t kExternKinds = 5;

ExternKind read_extern_kind(Reader& in, const char* malformed) {
  const uint64_t start = in.offset();
  const uint8_t kind = in.byte();
  if (kind < kExternKinds) return static_cast<ExternKind>(kind);
  in.fail(ErrorKind::kMalformed, malformed, start);
  return ExternKind::kFunc;
}

// Index spaces hold imports and definitions together; their sizes are limited as a whole.
template <class T>
bool has_room(Reader& in, const std::vector<T>& items, uint64_t more, uint32_t limit,
              std::string_view what) {
  if (items.size() + more <= limit) return true;
  in.fail(ErrorKind::kLimit,
          fmt::format("too many {}: {}, more than {}", what, items.size() + more, limit));
  return false;
}

// More than one table or memory is a feature of its own.
template <class T>
void allow_several(Reader& in, const std::vector<T>& items, Feature feature,
                   const DecodeContext& context) {
  if (items.size() > 1) in.require(feature, context.features);
}

TagDecl read_tag(Reader& in, DecodeContext& context) {
  in.require(Feature::kExceptions, context.features);
  if (in.byte() != 0) in.malformed("zero byte expected");
  const FunctionTypeUse use = read_function_type_use(in, context);
  TagDecl tag;
  tag.type = {use.id};
  tag.type_index = use.index;
  return tag;
}

template <class Decl, class Type>
Decl declare(Type type) {
  Decl decl;
  decl.type = type;
  return decl;
}

// Appends an imported item to its index space; false where there is no room.
template <class T>
bool add_import(Reader& in, DecodeContext& context, std::vector<T>& items, T item, uint32_t limit,
                Import& import, uint32_t& imported) {
  if (!has_room(in, items, 1, limit, "declarations") || !context.charge(in, sizeof(T)))
    return false;
  import.index = static_cast<uint32_t>(items.size());
  item.imported = true;
  items.push_back(std::move(item));
  ++imported;
  return true;
}

void read_import_type(Reader& in, DecodeContext& context, Import& import) {
  Module& module = context.module;
  const TypeScope scope = context.scope();
  switch (import.kind) {
    case ExternKind::kFunc: {
      const FunctionTypeUse use = read_function_type_use(in, context);
      FunctionDecl function;
      function.type = use.id;
      function.type_index = use.index;
      add_import(in, context, module.functions, function, limits::kFunctions, import,
                 module.imported_functions);
      return;
    }
    case ExternKind::kTable:
      add_import(in, context, module.tables, declare<TableDecl>(read_table_type(in, scope)),
                 limits::kTables, import, module.imported_tables);
      return allow_several(in, module.tables, Feature::kReferenceTypes, context);
    case ExternKind::kMemory:
      add_import(in, context, module.memories, declare<MemoryDecl>(read_memory_type(in, scope)),
                 limits::kMemories, import, module.imported_memories);
      return allow_several(in, module.memories, Feature::kMultiMemory, context);
    case ExternKind::kGlobal:
      add_import(in, context, module.globals, declare<GlobalDecl>(read_global_type(in, scope)),
                 limits::kGlobals, import, module.imported_globals);
      if (module.globals.back().type.is_mutable)
        in.require(Feature::kMutableGlobal, scope.features);
      return;
    case ExternKind::kTag:
      add_import(in, context, module.tags, read_tag(in, context), limits::kTags, import,
                 module.imported_tags);
      return;
  }
}

Import read_import(Reader& in, DecodeContext& context) {
  Import import{};
  import.offset = in.offset();
  import.module = in.name();
  import.name = in.name();
  import.kind = read_extern_kind(in, "malformed import kind");
  if (in.ok()) read_import_type(in, context, import);
  return import;
}

TableDecl read_table(Reader& in, DecodeContext& context) {
  constexpr uint8_t kHasInit = 0x40;
  TableDecl table;
  const bool has_init = in.peek() == kHasInit;
  if (has_init) {
    in.require(Feature::kFunctionReferences, context.features);
    in.byte();
    if (in.byte() != 0) in.malformed("zero byte expected");
  }
  table.type = read_table_type(in, context.scope());
  if (has_init) table.init = read_const_expr(in, context);
  return table;
}

}  // namespace

FunctionTypeUse read_function_type_use(Reader& in, const DecodeContext& context) {
  const uint64_t start = in.offset();
  const uint32_t index = in.u32();
  if (!in.ok()) return {};
  if (index >= context.module.types.size()) {
    in.fail(ErrorKind::kInvalid, fmt::format("unknown type {}", index), start);
    return {};
  }
  if (!std::holds_alternative<FuncType>(context.subtypes[index]->composite)) {
    in.fail(ErrorKind::kInvalid, fmt::format("non-function type {}", index), start);
  }
  return {index, context.module.types[index]};
}

void read_import_section(Reader& in, DecodeContext& context) {
  const uint32_t count = in.count("imports", limits::kImports, 4);
  if (!reserve(in, context, context.module.imports, count)) return;
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    context.module.imports.push_back(read_import(in, context));
  }
}

void read_function_section(Reader& in, DecodeContext& context) {
  std::vector<FunctionDecl>& functions = context.module.functions;
  const uint32_t count = in.count("functions", limits::kFunctions);
  if (!has_room(in, functions, count, limits::kFunctions, "functions")) return;
  if (!reserve(in, context, functions, count)) return;
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    const FunctionTypeUse use = read_function_type_use(in, context);
    FunctionDecl& function = functions.emplace_back();
    function.type = use.id;
    function.type_index = use.index;
  }
}

void read_table_section(Reader& in, DecodeContext& context) {
  std::vector<TableDecl>& tables = context.module.tables;
  const uint32_t count = in.count("tables", limits::kTables, 3);
  if (!has_room(in, tables, count, limits::kTables, "tables")) return;
  for (uint32_t i = 0; i < count && in.ok(); ++i) tables.push_back(read_table(in, context));
  if (in.ok()) allow_several(in, tables, Feature::kReferenceTypes, context);
}

void read_memory_section(Reader& in, DecodeContext& context) {
  std::vector<MemoryDecl>& memories = context.module.memories;
  const uint32_t count = in.count("memories", limits::kMemories, 2);
  if (!has_room(in, memories, count, limits::kMemories, "memories")) return;
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    memories.push_back(declare<MemoryDecl>(read_memory_type(in, context.scope())));
  }
  if (in.ok()) allow_several(in, memories, Feature::kMultiMemory, context);
}

void read_tag_section(Reader& in, DecodeContext& context) {
  std::vector<TagDecl>& tags = context.module.tags;
  const uint32_t count = in.count("tags", limits::kTags, 2);
  if (!has_room(in, tags, count, limits::kTags, "tags")) return;
  if (!reserve(in, context, tags, count)) return;
  for (uint32_t i = 0; i < count && in.ok(); ++i) tags.push_back(read_tag(in, context));
}

void read_global_section(Reader& in, DecodeContext& context) {
  std::vector<GlobalDecl>& globals = context.module.globals;
  const uint32_t count = in.count("globals", limits::kGlobals, 3);
  if (!has_room(in, globals, count, limits::kGlobals, "globals")) return;
  if (!reserve(in, context, globals, count)) return;
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    GlobalDecl& global = globals.emplace_back();
    global.type = read_global_type(in, context.scope());
    global.init = read_const_expr(in, context);
  }
}

void read_export_section(Reader& in, DecodeContext& context) {
  std::vector<Export>& exports = context.module.exports;
  const uint32_t count = in.count("exports", limits::kExports, 3);
  if (!reserve(in, context, exports, count)) return;
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    Export& item = exports.emplace_back();
    item.name = in.name();
    item.kind = read_extern_kind(in, "malformed export kind");
    item.index = in.u32();
    if (in.ok() && item.kind == ExternKind::kFunc) context.declare_function(item.index);
  }
}

void read_start_section(Reader& in, DecodeContext& context) {
  context.module.start = in.u32();
  context.module.has_start = true;
}

}  // namespace tappet
