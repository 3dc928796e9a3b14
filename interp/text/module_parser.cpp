// Fields of modules (core spec 6.6).
#include "interp/text/module_parser.h"

#include <fmt/format.h>

#include "interp/base/printable.h"

namespace tappet::text {
namespace {

struct FieldRow {
  std::string_view word;
  Space space;
  ExternKind kind;
};
// What can be imported, exported and defined.
constexpr FieldRow kDefinitions[] = {
    {"func", Space::kFunc, ExternKind::kFunc},
    {"table", Space::kTable, ExternKind::kTable},
    {"memory", Space::kMemory, ExternKind::kMemory},
    {"global", Space::kGlobal, ExternKind::kGlobal},
    {"tag", Space::kTag, ExternKind::kTag},
};
constexpr std::string_view kSpaceNames[kSpaces] = {
    "type", "function", "table", "memory", "global", "tag", "elem segment", "data segment"};

constexpr uint8_t kRecCode = 0x4e;

const FieldRow* find_definition(std::string_view word) {
  for (const FieldRow& row : kDefinitions) {
    if (row.word == word) return &row;
  }
  return nullptr;
}

}  // namespace

Bytes ModuleParser::parse(const std::optional<std::string>& id) {
  module_name_ = id;
  if (const Annotation* annotation = in_.take_annotation("name"))
    module_name_ = name_of(*annotation);
  if (in_.take_annotation("name") != nullptr) in_.fail("@name annotation: multiple module names");
  const uint32_t begin = in_.index();
  bind_fields();
  in_.move_to(begin);
  type_fields();
  parse_fields();
  if (const Annotation* left = in_.ok() ? in_.untaken_annotation() : nullptr)
    in_.fail_at(left->offset, fmt::format("misplaced @{} annotation", left->id));
  return in_.ok() ? assemble() : Bytes();
}

void ModuleParser::bind(Space which, const std::optional<std::string>& id, uint32_t offset) {
  if (space(which).add(id)) return;
  in_.fail_at(offset, fmt::format("duplicate {} ${}", kSpaceNames[static_cast<size_t>(which)],
                                  printable(*id)));
}

void ModuleParser::bind_fields() {
  while (in_.kind() == TokenKind::kOpen) {
    const uint32_t field = in_.index();
    bind_field();
    in_.move_to(field);
    in_.skip_group();
  }
}

void ModuleParser::bind_field() {
  if (in_.at_open("type")) return bind_type();
  if (in_.accept_open("rec")) {
    while (in_.at_open("type")) {
      const uint32_t type = in_.index();
      bind_type();
      in_.move_to(type);
      in_.skip_group();
    }
    return;
  }
  if (in_.accept_open("import")) return bind_import();
  in_.advance();
  if (in_.kind() != TokenKind::kAtom) return;
  const std::string_view word = in_.text();
  if (const FieldRow* row = find_definition(word)) {
    in_.advance();
    return bind_definition(row->space);
  }
  if (word != "elem" && word != "data") return;
  in_.advance();
  const uint32_t offset = in_.peek().begin;
  bind(word == "elem" ? Space::kElem : Space::kData, in_.accept_id(), offset);
}

void ModuleParser::bind_type() {
  in_.advance(2);
  const uint32_t offset = in_.peek().begin;
  bind(Space::kType, in_.accept_id(), offset);
}

void ModuleParser::bind_import() {
  if (has_definition_) in_.fail("import after a definition");
  in_.advance(3);  // module, name, parenthesis
  const FieldRow* row = in_.kind() == TokenKind::kAtom ? find_definition(in_.text()) : nullptr;
  if (row == nullptr) return;  // parse_fields says so
  in_.advance();
  const uint32_t offset = in_.peek().begin;
  bind(row->space, in_.accept_id(), offset);
}

void ModuleParser::skip_exports() {
  while (in_.at_open("export")) in_.skip_group();
}

void ModuleParser::bind_definition(Space which) {
  const uint32_t offset = in_.peek().begin;
  bind(which, in_.accept_id(), offset);
  skip_exports();
  if (in_.at_open("import")) {
    if (has_definition_) in_.fail("import after a definition");
    return;
  }
  has_definition_ = true;
  if (which != Space::kTable && which != Space::kMemory) return;
  // Abbreviations that bring a segment along.
  address_type();
  if (in_.at_open("pagesize")) in_.skip_group();
  if (which == Space::kMemory && in_.at_open("data")) bind(Space::kData, std::nullopt, offset);
  if (which != Space::kTable) return;
  if (in_.at_open("ref")) {
    in_.skip_group();
  } else {
    in_.advance();
  }
  if (in_.at_open("elem")) bind(Space::kElem, std::nullopt, offset);
}

void ModuleParser::parse_fields() {
  custom_annotations();
  while (in_.ok() && !in_.at_end() && !in_.at_close()) {
    parse_field();
    custom_annotations();
  }
}

void ModuleParser::parse_field() {
  using Parse = void (ModuleParser::*)();
  struct Row {
    std::string_view word;
    Parse parse;
  };
  static constexpr Row kFields[] = {
      {"import", &ModuleParser::import_field}, {"func", &ModuleParser::func_field},
      {"table", &ModuleParser::table_field},   {"memory", &ModuleParser::memory_field},
      {"global", &ModuleParser::global_field}, {"tag", &ModuleParser::tag_field},
      {"export", &ModuleParser::export_field}, {"start", &ModuleParser::start_field},
      {"elem", &ModuleParser::elem_field},     {"data", &ModuleParser::data_field},
  };
  if (in_.at_open("type") || in_.at_open("rec")) return in_.skip_group();
  for (const Row& row : kFields) {
    if (!in_.accept_open(row.word)) continue;
    (this->*row.parse)();
    return in_.expect_close();
  }
  in_.unexpected("a module field");
}

uint32_t ModuleParser::index(Space which) {
  return index_in(space(which), kSpaceNames[static_cast<size_t>(which)]);
}

// ---- types

void ModuleParser::type_fields() {
  const uint32_t begin = in_.index();
  while (in_.kind() == TokenKind::kOpen) {
    if (in_.at_open("type")) {
      sub_type(type_section_.body, true);
      ++type_section_.count;
    } else if (in_.at_open("rec")) {
      rec_group();
    } else {
      in_.skip_group();
    }
  }
  in_.move_to(begin);
}

void ModuleParser::rec_group() {
  in_.advance(2);
  uint32_t members = 0;
  Writer group;
  const uint32_t begin = in_.index();
  while (in_.at_open("type")) in_.skip_group(), ++members;
  in_.move_to(begin);
  for (uint32_t i = 0; i < members && in_.ok(); ++i) sub_type(group, members == 1);
  in_.expect_close();
  if (members != 1) {
    type_section_.body.byte(kRecCode);
    type_section_.body.u32(members);
  }
  type_section_.body.append(group);
  ++type_section_.count;
}

// ---- imports and exports

void ModuleParser::import_field() {
  const std::string module = in_.expect_name();
  const std::string name = in_.expect_name();
  if (in_.kind() != TokenKind::kOpen)
    return in_.unexpected("(func, (table, (memory, (global or (tag");
  imports_.body.name(module);
  imports_.body.name(name);
  ++imports_.count;
  in_.advance();
  const FieldRow* row = in_.kind() == TokenKind::kAtom ? find_definition(in_.text()) : nullptr;
  if (row == nullptr) return in_.unexpected("func, table, memory, global or tag");
  in_.advance();
  in_.accept_id();
  const uint32_t item = next_[static_cast<size_t>(row->space)]++;
  name_annotation(row->space, item);
  imports_.body.byte(static_cast<uint8_t>(row->kind));
  switch (row->kind) {
    case ExternKind::kFunc: {
      NameSpace names;
      imports_.body.u32(type_use(&names).index);
      break;
    }
    case ExternKind::kTable:
      table_type(imports_.body);
      break;
    case ExternKind::kMemory:
      memory_type(imports_.body);
      break;
    case ExternKind::kGlobal:
      global_type(imports_.body);
      break;
    case ExternKind::kTag: {
      NameSpace names;
      imports_.body.byte(0);
      imports_.body.u32(type_use(&names).index);
      break;
    }
  }
  in_.expect_close();
}

void ModuleParser::inline_exports(ExternKind kind, uint32_t item) {
  while (in_.accept_open("export")) {
    exports_.body.name(in_.expect_name());
    exports_.body.byte(static_cast<uint8_t>(kind));
    exports_.body.u32(item);
    ++exports_.count;
    in_.expect_close();
  }
}

// (import "module" "name") inside a definition: the names go to the imports.
bool ModuleParser::inline_import(Writer& names) {
  if (!in_.accept_open("import")) return false;
  names.name(in_.expect_name());
  names.name(in_.expect_name());
  in_.expect_close();
  ++imports_.count;
  return true;
}

void ModuleParser::export_field() {
  exports_.body.name(in_.expect_name());
  ++exports_.count;
  for (const FieldRow& row : kDefinitions) {
    if (!in_.accept_open(row.word)) continue;
    exports_.body.byte(static_cast<uint8_t>(row.kind));
    exports_.body.u32(index(row.space));
    return in_.expect_close();
  }
  in_.unexpected("(func, (table, (memory, (global or (tag");
}

void ModuleParser::start_field() {
  if (has_start_) return in_.fail("multiple start sections");
  has_start_ = true;
  start_ = index(Space::kFunc);
}

// ---- definitions

void ModuleParser::func_field() {
  in_.accept_id();
  const uint32_t item = next_[static_cast<size_t>(Space::kFunc)]++;
  name_annotation(Space::kFunc, item);
  inline_exports(ExternKind::kFunc, item);
  FunctionScope scope;
  if (inline_import(imports_.body)) {
    imports_.body.byte(static_cast<uint8_t>(ExternKind::kFunc));
    imports_.body.u32(type_use(&scope.locals).index);
    return;
  }
  const TypeUse type = type_use(&scope.locals);
  functions_.body.u32(type.index);
  ++functions_.count;
  function_body(scope);
  if (!scope.locals.names().empty()) local_names_[item] = scope.locals.names();
  if (!scope.hints.empty()) hints_[item] = std::move(scope.hints);
}

void ModuleParser::locals(FunctionScope& scope, Writer& declarations) {
  Writer runs;
  uint32_t run_count = 0;
  uint32_t length = 0;
  Bytes type;
  const auto close_run = [&] {
    if (length == 0) return;
    runs.u32(length);
    runs.append(ByteSpan(type));
    ++run_count;
  };
  const auto one = [&] {
    Writer next;
    value_type(next);
    if (length == 0 || next.bytes() != type) {
      close_run();
      length = 0;
      type = next.take();
    }
    ++length;
  };
  while (in_.accept_open("local")) {
    const uint32_t offset = in_.peek().begin;
    if (const auto id = in_.accept_id()) {
      if (!scope.locals.add(id)) in_.fail_at(offset, fmt::format("duplicate local ${}", *id));
      one();
    } else {
      while (in_.ok() && !in_.at_close()) {
        scope.locals.add(std::nullopt);
        one();
      }
    }
    in_.expect_close();
  }
  close_run();
  declarations.u32(run_count);
  declarations.append(runs);
}

void ModuleParser::table_field() {
  in_.accept_id();
  const uint32_t item = next_[static_cast<size_t>(Space::kTable)]++;
  name_annotation(Space::kTable, item);
  inline_exports(ExternKind::kTable, item);
  if (inline_import(imports_.body)) {
    imports_.body.byte(static_cast<uint8_t>(ExternKind::kTable));
    return table_type(imports_.body);
  }
  ++tables_.count;
  const uint32_t begin = in_.index();
  const bool is_64 = address_type();
  if (at_ref_type()) return table_with_elements(item, is_64);
  in_.move_to(begin);
  Writer type;
  table_type(type);
  const bool has_initialiser = !in_.at_close();
  if (has_initialiser) {
    tables_.body.byte(0x40);
    tables_.body.byte(0x00);
  }
  tables_.body.append(type);
  if (has_initialiser) expression(tables_.body);
}

void ModuleParser::memory_field() {
  in_.accept_id();
  const uint32_t item = next_[static_cast<size_t>(Space::kMemory)]++;
  name_annotation(Space::kMemory, item);
  inline_exports(ExternKind::kMemory, item);
  if (inline_import(imports_.body)) {
    imports_.body.byte(static_cast<uint8_t>(ExternKind::kMemory));
    return memory_type(imports_.body);
  }
  ++memories_.count;
  const uint32_t begin = in_.index();
  const bool is_64 = address_type();
  uint64_t page_size_log2 = 16;
  bool custom = false;
  if (in_.accept_open("pagesize")) {
    custom = true;
    const uint64_t size = in_.expect_unsigned(64);
    page_size_log2 = 0;
    while (page_size_log2 < 63 && (uint64_t{1} << page_size_log2) < size) ++page_size_log2;
    if (size != uint64_t{1} << page_size_log2) in_.fail("invalid custom page size");
    in_.expect_close();
  }
  if (in_.at_open("data")) return memory_with_data(item, is_64, page_size_log2, custom);
  in_.move_to(begin);
  memory_type(memories_.body);
}

void ModuleParser::global_field() {
  in_.accept_id();
  const uint32_t item = next_[static_cast<size_t>(Space::kGlobal)]++;
  name_annotation(Space::kGlobal, item);
  inline_exports(ExternKind::kGlobal, item);
  if (inline_import(imports_.body)) {
    imports_.body.byte(static_cast<uint8_t>(ExternKind::kGlobal));
    return global_type(imports_.body);
  }
  ++globals_.count;
  global_type(globals_.body);
  expression(globals_.body);
}

void ModuleParser::tag_field() {
  in_.accept_id();
  const uint32_t item = next_[static_cast<size_t>(Space::kTag)]++;
  name_annotation(Space::kTag, item);
  inline_exports(ExternKind::kTag, item);
  NameSpace names;
  const bool is_import = inline_import(imports_.body);
  Writer& out = is_import ? imports_.body : tags_.body;
  if (is_import) {
    out.byte(static_cast<uint8_t>(ExternKind::kTag));
  } else {
    ++tags_.count;
  }
  out.byte(0);
  out.u32(type_use(&names).index);
}

}  // namespace tappet::text
