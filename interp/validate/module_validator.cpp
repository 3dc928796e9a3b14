// Validates a module (core spec 3.5): declarations, constant expressions and segments, then every
// body.
#include <fmt/format.h>

#include "interp/base/printable.h"
#include "interp/module/names.h"
#include "interp/validate/function_validator.h"
#include "interp/validate/validator.h"

namespace tappet {
namespace {

Result<> invalid(std::string message, Position position = {}) {
  return fail(ErrorKind::kInvalid, std::move(message), position);
}

// Says in which part of the module an error was found.
Result<> in(Result<> result, std::string_view part, size_t index) {
  if (result.ok()) return result;
  Error error = std::move(result).error();
  error.message = fmt::format("{} {}: {}", part, index, error.message);
  return fail(std::move(error));
}

class ModuleValidator {
 public:
  ModuleValidator(const Module& module, const FeatureSet& features)
      : module_(module), context_(module, features), functions_(context_) {}

  Result<> validate() {
    TAPPET_TRY(in_section(1, validate_type_ids()));
    TAPPET_TRY(in_section(4, validate_tables()));
    TAPPET_TRY(in_section(5, validate_memories()));
    TAPPET_TRY(in_section(13, validate_tags()));
    TAPPET_TRY(in_section(6, validate_globals()));
    TAPPET_TRY(in_section(7, validate_exports()));
    TAPPET_TRY(in_section(8, validate_start()));
    TAPPET_TRY(in_section(9, validate_elems()));
    TAPPET_TRY(in_section(11, validate_datas()));
    return in_section(10, validate_bodies());
  }

 private:
  // What has no position of its own gets that of its section, or of the module.
  Result<> in_section(size_t id, Result<> result) const {
    if (result.ok() || result.error().position.kind != Position::Kind::kNone) return result;
    const uint64_t section = module_.section_offsets[id];
    result.error().position = Position::at_offset(section != 0 ? section : module_.base_offset);
    return result;
  }

  // Ids are those of the whole engine.
  Result<> validate_type_ids() {
    for (const TypeId id : module_.types) {
      if (id.value < kStackTypeIds) continue;
      return fail(ErrorKind::kLimit,
                  fmt::format("more than {} types in one engine", kStackTypeIds));
    }
    return {};
  }

  Result<> validate_tables() {
    for (size_t i = 0; i < module_.tables.size(); ++i) {
      TAPPET_TRY(in(validate_table(module_.tables[i]), "table", i));
    }
    return {};
  }

  Result<> validate_table(const TableDecl& table) {
    const TableType& type = table.type;
    const bool is_64 = type.address == AddressType::kI64;
    TAPPET_TRY(validate_limits(
        type.limits, is_64 ? UINT64_MAX : UINT32_MAX,
        is_64 ? "table size must be at most 2^64-1" : "table size must be at most 2^32-1"));
    if (!table.init.instructions.empty()) {
      return functions_.validate_const(table.init, pack(type.element), module_.imported_globals);
    }
    if (table.imported || type.element.is_defaultable()) return {};
    return invalid(fmt::format("elements of type {} need an initial value",
                               TypeRegistry::to_string(type.element)));
  }

  Result<> validate_limits(const Limits& limits, uint64_t range, std::string_view too_large) {
    if (limits.min > range || (limits.has_max && limits.max > range)) {
      return invalid(std::string(too_large));
    }
    if (limits.has_max && limits.min > limits.max) {
      return invalid("size minimum must not be greater than maximum");
    }
    return {};
  }

  Result<> validate_memories() {
    for (size_t i = 0; i < module_.memories.size(); ++i) {
      TAPPET_TRY(in(validate_memory(module_.memories[i].type), "memory", i));
    }
    return {};
  }

  // As many pages as fill the address space; one less with pages of one byte, to fit an address.
  Result<> validate_memory(const MemoryType& type) {
    if (type.page_size_log2 != 0 && type.page_size_log2 != 16) {
      return invalid("invalid custom page size");
    }
    const bool is_64 = type.address == AddressType::kI64;
    const uint64_t last_address = is_64 ? UINT64_MAX : UINT32_MAX;
    const uint64_t pages =
        type.page_size_log2 == 0 ? last_address : (last_address >> type.page_size_log2) + 1;
    TAPPET_TRY(validate_limits(type.limits, pages,
                               fmt::format("memory size must be at most {} pages ({})", pages,
                                           is_64 ? "2^64 bytes" : "4 GiB")));
    if (type.shared && !type.limits.has_max) return invalid("shared memory must have maximum");
    return {};
  }

  Result<> validate_tags() {
    for (size_t i = 0; i < module_.tags.size(); ++i) {
      const FuncType& type = module_.registry->function(module_.tags[i].type.type);
      if (!type.results.empty())
        return invalid(fmt::format("tag {}: non-empty tag result type", i));
    }
    return {};
  }

  Result<> validate_globals() {
    for (uint32_t i = module_.imported_globals; i < module_.globals.size(); ++i) {
      const GlobalDecl& global = module_.globals[i];
      TAPPET_TRY(
          in(functions_.validate_const(global.init, pack(global.type.type), i), "global", i));
    }
    return {};
  }

  size_t size_of(ExternKind kind) const {
    switch (kind) {
      case ExternKind::kFunc:
        return module_.functions.size();
      case ExternKind::kTable:
        return module_.tables.size();
      case ExternKind::kMemory:
        return module_.memories.size();
      case ExternKind::kGlobal:
        return module_.globals.size();
      case ExternKind::kTag:
        return module_.tags.size();
    }
    return 0;
  }

  Result<> validate_exports() {
    for (const Export& item : module_.exports) {
      if (item.index < size_of(item.kind)) continue;
      return invalid(fmt::format("export \"{}\": unknown {} {}", printable(item.name),
                                 to_string(item.kind), item.index));
    }
    const std::vector<uint32_t>& sorted = module_.exports_by_name;
    for (size_t i = 1; i < sorted.size(); ++i) {
      const std::string& name = module_.exports[sorted[i]].name;
      if (name != module_.exports[sorted[i - 1]].name) continue;
      return invalid(fmt::format("duplicate export name \"{}\"", printable(name)));
    }
    return {};
  }

  Result<> validate_start() {
    if (!module_.has_start) return {};
    if (module_.start >= module_.functions.size()) {
      return invalid(fmt::format("start: unknown function {}", module_.start));
    }
    const FuncType& type = module_.function_type(module_.start);
    if (type.params.empty() && type.results.empty()) return {};
    return invalid("start function must not have parameters or results");
  }

  Result<> validate_elems() {
    for (size_t i = 0; i < module_.elems.size(); ++i) {
      TAPPET_TRY(in(validate_elem(module_.elems[i]), "elem segment", i));
    }
    return {};
  }

  Result<> validate_elem(const ElemSegment& elem) {
    const StackType type = pack(elem.type);
    TAPPET_TRY(validate_elem_functions(elem, type));
    for (const ConstExpr& expr : elem.expressions) {
      TAPPET_TRY(functions_.validate_const(expr, type, all_globals()));
    }
    if (elem.mode != SegmentMode::kActive) return {};
    if (elem.table >= module_.tables.size()) {
      return invalid(fmt::format("unknown table {}", elem.table));
    }
    const TableType& table = module_.tables[elem.table].type;
    if (!matches(type, pack(table.element), context_.registry)) {
      return invalid(fmt::format("expected elements of type {}, found {}",
                                 TypeRegistry::to_string(table.element), to_string(type)));
    }
    return functions_.validate_const(elem.offset, pack(value_type(table.address)), all_globals());
  }

  Result<> validate_elem_functions(const ElemSegment& elem, StackType type) {
    const bool takes_any = matches(ref_type(false, HeapKind::kFunc), type, context_.registry);
    for (const uint32_t function : elem.functions) {
      if (function >= module_.functions.size()) {
        return invalid(fmt::format("unknown function {}", function));
      }
      const StackType found = ref_type(false, module_.functions[function].type);
      if (takes_any || matches(found, type, context_.registry)) continue;
      return invalid(
          fmt::format("expected elements of type {}, found {}", to_string(type), to_string(found)));
    }
    return {};
  }

  Result<> validate_datas() {
    for (size_t i = 0; i < module_.datas.size(); ++i) {
      TAPPET_TRY(in(validate_data(module_.datas[i]), "data segment", i));
    }
    return {};
  }

  Result<> validate_data(const DataSegment& data) {
    if (data.mode != SegmentMode::kActive) return {};
    if (data.memory >= module_.memories.size()) {
      return invalid(fmt::format("unknown memory {}", data.memory));
    }
    return functions_.validate_const(data.offset, context_.memory_address[data.memory],
                                     all_globals());
  }

  Result<> validate_bodies() {
    for (uint32_t i = module_.imported_functions; i < module_.functions.size(); ++i) {
      Result<> result = functions_.validate_body(module_.functions[i]);
      if (result.ok()) continue;
      Error error = std::move(result).error();
      error.message = fmt::format("{}: {}", function_label(module_, i), error.message);
      return fail(std::move(error));
    }
    return {};
  }

  uint32_t all_globals() const { return static_cast<uint32_t>(module_.globals.size()); }

  const Module& module_;
  ModuleContext context_;
  FunctionValidator functions_;
};

}  // namespace

Result<> validate_module(const Module& module, const FeatureSet& features) {
  return ModuleValidator(module, features).validate();
}

}  // namespace tappet
