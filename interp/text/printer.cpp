#include "interp/text/printer.h"

#include <fmt/format.h>

#include "interp/binary/decoder.h"
#include "interp/text/text.h"

namespace tappet::text {
namespace {

struct SectionRow {
  std::string_view name;  // as in @custom's placement
  uint8_t id;
};
constexpr SectionRow kSections[] = {{"type", 1},   {"import", 2}, {"func", 3},       {"table", 4},
                                    {"memory", 5}, {"tag", 13},   {"global", 6},     {"export", 7},
                                    {"start", 8},  {"elem", 9},   {"datacount", 12}, {"code", 10},
                                    {"data", 11}};

}  // namespace

Printer::Printer(const Module& module) : module_(module), names_(read_all_names(module)) {
  for (size_t kind = 0; kind < ids_.size(); ++kind)
    ids_[kind] = make_ids(names_.of(static_cast<NameKind>(kind)));
}

Result<std::string> Printer::print() {
  out_ = "(module";
  if (names_.module) {
    out_ += names_.module->empty() ? std::string(" (@name \"\")") : " " + id_text(*names_.module);
  }
  out_ += "\n";
  types();
  imports();
  functions();
  tables();
  memories();
  tags();
  globals();
  exports();
  if (module_.has_start)
    line(fmt::format("(start {})", ids_[kFunctionNames].reference(module_.start)));
  elems();
  datas();
  sections_with_customs();
  if (error_) return fail(*error_);
  return out_ + ")\n";
}

void Printer::types() {
  uint32_t index = 0;
  for (const uint32_t size : module_.rec_groups) {
    if (size == 1) {
      type(index++, "  ");
      continue;
    }
    line("(rec");
    for (uint32_t i = 0; i < size; ++i) type(index++, "    ");
    line(")");
  }
}

void Printer::type(uint32_t index, std::string_view indent) {
  out_ += fmt::format(
      "{}(type{} {})\n", indent, ids_[kTypeNames].binding(index),
      composite(module_.registry->get(module_.types[index]), names_.of(kFieldNames, index)));
}

void Printer::imports() {
  for (const Import& import : module_.imports) {
    std::string item;
    switch (import.kind) {
      case ExternKind::kFunc:
        item = fmt::format("func{} (type {})", ids_[kFunctionNames].binding(import.index),
                           ids_[kTypeNames].reference(module_.functions[import.index].type_index));
        break;
      case ExternKind::kTable:
        item = fmt::format("table{} {}", ids_[kTableNames].binding(import.index),
                           table_type(module_.tables[import.index].type));
        break;
      case ExternKind::kMemory:
        item = fmt::format("memory{} {}", ids_[kMemoryNames].binding(import.index),
                           memory_type(module_.memories[import.index].type));
        break;
      case ExternKind::kGlobal:
        item = fmt::format("global{} {}", ids_[kGlobalNames].binding(import.index),
                           global_type(module_.globals[import.index].type));
        break;
      case ExternKind::kTag:
        item = fmt::format("tag{} (type {})", ids_[kTagNames].binding(import.index),
                           ids_[kTypeNames].reference(module_.tags[import.index].type_index));
        break;
    }
    line(fmt::format("(import {} {} ({}))", string_text(import.module), string_text(import.name),
                     item));
  }
}

void Printer::functions() {
  for (uint32_t i = module_.imported_functions; i < module_.functions.size(); ++i) function(i);
}

void Printer::function(uint32_t index) {
  const FunctionDecl& function = module_.functions[index];
  const Ids locals = make_ids(names_.of(kLocalNames, index));
  const FuncType& type = module_.registry->function(function.type);
  line(fmt::format("(func{} (type {}){}", ids_[kFunctionNames].binding(index),
                   ids_[kTypeNames].reference(function.type_index), function_type(type, &locals)));
  auto local = static_cast<uint32_t>(type.params.size());
  for (const LocalRun& run : module_.locals(function)) {
    // A run without names stays one, however long it is.
    const auto named = names_.of(kLocalNames, index).lower_bound(local);
    const bool has_names =
        named != names_.of(kLocalNames, index).end() && named->first - local < run.count;
    for (uint32_t i = 0; i < run.count; ++i, ++local) {
      if (has_names) {
        line(fmt::format("  (local{} {})", locals.plain_binding(local), value_type(run.type)));
      } else {
        out_ += i == 0 ? "    (local " : " ";
        out_ += value_type(run.type);
      }
    }
    if (!has_names && run.count != 0) out_ += ")\n";
  }
  body(function, locals);
  line(")");
}

void Printer::tables() {
  for (uint32_t i = module_.imported_tables; i < module_.tables.size(); ++i) {
    const TableDecl& table = module_.tables[i];
    const std::string init = const_expr(table.init);
    line(fmt::format("(table{} {}{}{})", ids_[kTableNames].binding(i), table_type(table.type),
                     init.empty() ? "" : " ", init));
  }
}

void Printer::memories() {
  for (uint32_t i = module_.imported_memories; i < module_.memories.size(); ++i) {
    line(fmt::format("(memory{} {})", ids_[kMemoryNames].binding(i),
                     memory_type(module_.memories[i].type)));
  }
}

void Printer::tags() {
  for (uint32_t i = module_.imported_tags; i < module_.tags.size(); ++i) {
    line(fmt::format("(tag{} (type {}))", ids_[kTagNames].binding(i),
                     ids_[kTypeNames].reference(module_.tags[i].type_index)));
  }
}

void Printer::globals() {
  for (uint32_t i = module_.imported_globals; i < module_.globals.size(); ++i) {
    const GlobalDecl& global = module_.globals[i];
    line(fmt::format("(global{} {} {})", ids_[kGlobalNames].binding(i), global_type(global.type),
                     const_expr(global.init)));
  }
}

void Printer::exports() {
  struct Row {
    std::string_view word;
    NameKind names;
  };
  static constexpr Row kKinds[] = {{"func", kFunctionNames},
                                   {"table", kTableNames},
                                   {"memory", kMemoryNames},
                                   {"global", kGlobalNames},
                                   {"tag", kTagNames}};
  for (const Export& item : module_.exports) {
    const Row& kind = kKinds[static_cast<size_t>(item.kind)];
    line(fmt::format("(export {} ({} {}))", string_text(item.name), kind.word,
                     ids_[kind.names].reference(item.index)));
  }
}

std::string Printer::elem_items(const ElemSegment& elem) const {
  std::string out = elem.has_expressions ? value_type(elem.type) : "func";
  for (const uint32_t function : elem.functions) {
    const std::string id = ids_[kFunctionNames].reference(function);
    out += elem.has_expressions ? fmt::format(" (ref.func {})", id) : " " + id;
  }
  for (const ConstExpr& expr : elem.expressions) out += fmt::format(" (item {})", const_expr(expr));
  return out;
}

void Printer::elems() {
  for (uint32_t i = 0; i < module_.elems.size(); ++i) {
    const ElemSegment& elem = module_.elems[i];
    std::string head;
    if (elem.mode == SegmentMode::kDeclarative) head = " declare";
    if (elem.mode == SegmentMode::kActive) {
      if (elem.table != 0)
        head = fmt::format(" (table {})", ids_[kTableNames].reference(elem.table));
      head += fmt::format(" (offset {})", const_expr(elem.offset));
    }
    line(fmt::format("(elem{}{} {})", ids_[kElemNames].binding(i), head, elem_items(elem)));
  }
}

void Printer::datas() {
  for (uint32_t i = 0; i < module_.datas.size(); ++i) {
    const DataSegment& data = module_.datas[i];
    std::string head;
    if (data.mode == SegmentMode::kActive) {
      if (data.memory != 0)
        head = fmt::format(" (memory {})", ids_[kMemoryNames].reference(data.memory));
      head += fmt::format(" (offset {})", const_expr(data.offset));
    }
    line(fmt::format("(data{}{} {})", ids_[kDataNames].binding(i), head,
                     string_text(module_.bytes.subspan(data.begin, data.end - data.begin))));
  }
}

// Every custom section but the names, behind the section that it follows.
void Printer::sections_with_customs() {
  for (const CustomSection& custom : module_.customs) {
    if (custom.name == "name") continue;
    std::string_view after;
    uint64_t latest = 0;
    for (const SectionRow& section : kSections) {
      const uint64_t at = module_.section_offsets[section.id];
      if (at == 0 || at > module_.base_offset + custom.begin || at < latest) continue;
      latest = at;
      after = section.name;
    }
    const std::string place = after.empty() ? "(before first)" : fmt::format("(after {})", after);
    line(fmt::format("(@custom {} {} {})", string_text(custom.name), place,
                     string_text(module_.bytes.subspan(custom.begin, custom.end - custom.begin))));
  }
}

}  // namespace tappet::text

namespace tappet {

Result<std::string> print_wat(Bytes bytes) {
  DecodeOptions options;
  options.registry = std::make_shared<TypeRegistry>(TypeRegistry::Equality::kNone);
  options.features = FeatureSet::all();
  const auto module = TAPPET_TRY(decode_module(std::move(bytes), options));
  return text::Printer(*module).print();
}

}  // namespace tappet
