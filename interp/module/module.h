// A decoded core module: data only. The order of fields is that of core spec 2.5.
#pragma once

#include <array>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "interp/base/bytes.h"
#include "interp/module/const_expr.h"
#include "interp/module/types.h"

namespace tappet {

enum class ExternKind : uint8_t {
  kFunc,
  kTable,
  kMemory,
  kGlobal,
  kTag
};  // as in the binary format

// "function", "table", ... for messages.
std::string_view to_string(ExternKind kind);

struct Import {
  std::string module;
  std::string name;
  ExternKind kind;
  uint32_t index;   // in the index space of its kind
  uint64_t offset;  // in the file, for messages
};

struct Export {
  std::string name;
  ExternKind kind;
  uint32_t index;
};

// A run of locals of one type, as declared; expanding them is bounded by limits::kLocals.
struct LocalRun {
  uint32_t count;
  ValueType type;
};

struct FunctionDecl {
  TypeId type;
  uint32_t type_index = 0;
  bool imported = false;
  // Of the body's expression (after the locals, including the final `end`): a range of
  // Module::bytes.
  uint32_t code_begin = 0;
  uint32_t code_end = 0;
  // Declared locals, without parameters: a range of Module::local_runs, and how many there are.
  uint32_t first_local_run = 0;
  uint32_t local_runs = 0;
  uint32_t local_count = 0;
};

struct TableDecl {
  TableType type;
  bool imported = false;
  ConstExpr init;  // no instructions: null
};

struct MemoryDecl {
  MemoryType type;
  bool imported = false;
};

struct GlobalDecl {
  GlobalType type;
  bool imported = false;
  ConstExpr init;
};

struct TagDecl {
  TagType type;
  uint32_t type_index = 0;
  bool imported = false;
};

enum class SegmentMode : uint8_t { kActive, kPassive, kDeclarative };

struct ElemSegment {
  SegmentMode mode = SegmentMode::kPassive;
  uint32_t table = 0;  // kActive
  ConstExpr offset;    // kActive
  ValueType type = kFuncRef;
  bool has_expressions = false;  // as it was written, even if all of them are ref.func
  // Either plain function indices or one expression per element; one of the two is empty.
  std::vector<uint32_t> functions;
  std::vector<ConstExpr> expressions;

  size_t size() const { return functions.size() + expressions.size(); }
};

struct DataSegment {
  SegmentMode mode = SegmentMode::kPassive;
  uint32_t memory = 0;  // kActive
  ConstExpr offset;     // kActive
  uint32_t begin = 0;   // the bytes: a range of Module::bytes
  uint32_t end = 0;
};

struct CustomSection {
  std::string name;
  uint32_t begin = 0;  // contents: a range of Module::bytes
  uint32_t end = 0;
};

// Immutable after decoding; shared between threads and instances by shared_ptr<const Module>.
struct Module {
  // The whole file, or the part of a component's file that holds this module. Everything below that
  // is a range refers to it; base_offset is where it starts in the outermost file.
  std::shared_ptr<const Bytes> owner;
  ByteSpan bytes;
  uint64_t base_offset = 0;
  // Where sections start in the outermost file, by id; 0 for one that is not there. For messages.
  std::array<uint64_t, 14> section_offsets{};
  std::shared_ptr<TypeRegistry> registry;

  std::vector<TypeId> types;         // by type index
  std::vector<uint32_t> rec_groups;  // sizes, in order; they sum up to types.size()
  std::vector<Import> imports;
  std::vector<FunctionDecl> functions;  // imported ones first, as in every index space below
  std::vector<LocalRun> local_runs;     // of all functions
  std::vector<TableDecl> tables;
  std::vector<MemoryDecl> memories;
  std::vector<GlobalDecl> globals;
  std::vector<TagDecl> tags;
  std::vector<Export> exports;
  bool has_start = false;
  uint32_t start = 0;
  std::vector<ElemSegment> elems;
  std::vector<DataSegment> datas;
  bool has_data_count = false;
  uint32_t data_count = 0;
  std::vector<CustomSection> customs;
  std::vector<bool>
      declared_functions;  // by function index: may occur in ref.func (3.4.11, C.refs)

  std::vector<uint32_t> exports_by_name;  // positions in `exports`, sorted by name, then position

  uint32_t imported_functions = 0;
  uint32_t imported_tables = 0;
  uint32_t imported_memories = 0;
  uint32_t imported_globals = 0;
  uint32_t imported_tags = 0;

  const FuncType& function_type(uint32_t index) const {
    return registry->function(functions[index].type);
  }
  std::span<const LocalRun> locals(const FunctionDecl& function) const {
    return std::span(local_runs).subspan(function.first_local_run, function.local_runs);
  }
  // The export of that name, or null: binary search, once index_exports() has run.
  const Export* find_export(std::string_view name) const;
  // Whoever makes a module calls this when its exports are complete.
  void index_exports();
};

}  // namespace tappet
