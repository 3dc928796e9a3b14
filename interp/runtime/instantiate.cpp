#include "interp/runtime/instantiate.h"

#include <fmt/format.h>

#include "interp/runtime/ref_values.h"

namespace tappet {
namespace {

std::string list(std::span<const ValueType> types) {
  std::string text = "[";
  for (const ValueType type : types) {
    if (text.size() > 1) text += ' ';
    text += TypeRegistry::to_string(type);
  }
  return text + "]";
}

std::string text_of(const Limits& limits) {
  return limits.has_max ? fmt::format("{}..{}", limits.min, limits.max)
                        : fmt::format("{}..", limits.min);
}
std::string text_of(const FuncType& type) {
  return fmt::format("function {} -> {}", list(type.params), list(type.results));
}
const char* text_of(AddressType address) { return address == AddressType::kI64 ? "i64 " : ""; }
std::string text_of(const TableType& type) {
  return fmt::format("table {}{} of {}", text_of(type.address), text_of(type.limits),
                     TypeRegistry::to_string(type.element));
}
std::string text_of(const MemoryType& type) {
  const std::string page =
      type.page_size_log2 == 0 ? " of one byte" : "";  // validation admits no third size
  return fmt::format("memory {}of {} pages{}{}", text_of(type.address), text_of(type.limits), page,
                     type.shared ? ", shared" : "");
}
std::string text_of(const GlobalType& type) {
  return fmt::format("global {}{}", type.is_mutable ? "mut " : "",
                     TypeRegistry::to_string(type.type));
}

// Limits of what is given now against those declared (core spec 3.3.10): growth counts.
bool limits_match(uint64_t size, const Limits& given, const Limits& declared) {
  if (size < declared.min) return false;
  return !declared.has_max || (given.has_max && given.max <= declared.max);
}

struct Linker {
  Store& store;
  const Module& module;
  Instance& instance;

  bool give(Function* function, uint32_t index) {
    if (!store.registry().matches(function->type, module.functions[index].type)) return false;
    instance.imported_function(index) = function;
    return true;
  }
  bool give(Table* table, uint32_t index) {
    const TableType& declared = module.tables[index].type;
    const TableType& given = table->type();
    if (given.element != declared.element || given.address != declared.address ||
        !limits_match(table->size(), given.limits, declared.limits)) {
      return false;
    }
    instance.table(index) = table;
    return true;
  }
  bool give(Memory* memory, uint32_t index) {
    const MemoryType& declared = module.memories[index].type;
    const MemoryType& given = memory->type();
    if (given.address != declared.address || given.shared != declared.shared ||
        given.page_size_log2 != declared.page_size_log2 ||
        !limits_match(memory->pages(), given.limits, declared.limits)) {
      return false;
    }
    instance.memory(index) = memory;
    return true;
  }
  bool give(const Global& global, uint32_t index) {
    const GlobalType& declared = module.globals[index].type;
    if (global.type.is_mutable != declared.is_mutable) return false;
    const bool ok = declared.is_mutable ? global.type.type == declared.type
                                        : store.registry().matches(global.type.type, declared.type);
    if (ok) instance.imported_global(index) = global.cell;
    return ok;
  }

  // Tags match only what is equal (core spec 3.3.17).
  bool give(Tag* tag, uint32_t index) {
    if (tag->type != module.tags[index].type.type) return false;
    instance.tag(index) = tag;
    return true;
  }

  std::string describe_given(const Extern& given) const {
    if (const auto* function = std::get_if<Function*>(&given)) {
      return text_of(store.registry().function((*function)->type));
    }
    if (const auto* table = std::get_if<Table*>(&given)) {
      TableType type = (*table)->type();
      type.limits.min = (*table)->size();
      return text_of(type);
    }
    if (const auto* memory = std::get_if<Memory*>(&given)) {
      MemoryType type = (*memory)->type();
      type.limits.min = (*memory)->pages();
      return text_of(type);
    }
    if (Tag* const* tag = std::get_if<Tag*>(&given)) return "tag " + text_of(*(*tag)->signature);
    return text_of(std::get<Global>(given).type);
  }

  Result<> link(const Import& import, const Extern& given) {
    constexpr ExternKind kKinds[] = {ExternKind::kFunc, ExternKind::kTable, ExternKind::kMemory,
                                     ExternKind::kGlobal, ExternKind::kTag};
    const bool same_kind = kKinds[given.index()] == import.kind;
    if (same_kind && std::visit([&](const auto& item) { return give(item, import.index); }, given))
      return Unit{};
    return fail(ErrorKind::kUnlinkable,
                fmt::format("incompatible import type for {}.{}: expected {}, found {}",
                            import.module, import.name, describe(module, import.kind, import.index),
                            describe_given(given)),
                Position::at_offset(import.offset));
  }
};

Result<> make_own_items(Store& store, Instance& instance, bool& image_used) {
  const Module& module = instance.module();
  for (uint32_t i = module.imported_tags; i < module.tags.size(); ++i) {
    instance.tag(i) = &store.add_tag(module.tags[i].type, &module, i);
  }
  for (uint32_t i = module.imported_tables; i < module.tables.size(); ++i) {
    instance.table(i) = TAPPET_TRY(store.add_table(module.tables[i].type, 0));
  }
  for (uint32_t i = module.imported_memories; i < module.memories.size(); ++i) {
    auto image = i == 0 ? instance.code->memory_image() : nullptr;
    image_used |= image != nullptr;
    instance.memory(i) = TAPPET_TRY(store.add_memory(module.memories[i].type, std::move(image)));
  }
  if (!module.memories.empty()) instance.memory0 = instance.memory(0);
  return Unit{};
}

TrapKind init_globals_and_tables(Instance& instance) {
  const Module& module = instance.module();
  for (uint32_t i = module.imported_globals; i < module.globals.size(); ++i) {
    const TrapKind trap = evaluate(instance, module.globals[i].init, instance.global(i));
    if (trap != TrapKind::kNone) return trap;
  }
  for (uint32_t i = module.imported_tables; i < module.tables.size(); ++i) {
    if (module.tables[i].init.instructions.empty()) continue;
    GlobalCell init;
    const TrapKind trap = evaluate(instance, module.tables[i].init, init);
    if (trap != TrapKind::kNone) return trap;
    Table& table = *instance.table(i);
    std::fill_n(table.elements(), table.size(), init.low);
  }
  return evaluate_elems(instance);
}

TrapKind run_segments(Instance& instance, bool image_used) {
  const Module& module = instance.module();
  GlobalCell offset;
  for (uint32_t i = 0; i < module.elems.size(); ++i) {
    const ElemSegment& segment = module.elems[i];
    if (segment.mode == SegmentMode::kActive) {
      TrapKind trap = evaluate(instance, segment.offset, offset);
      if (trap == TrapKind::kNone)
        trap = init_table(instance, segment.table, i, offset.low, 0, segment.size());
      if (trap != TrapKind::kNone) return trap;
    }
    if (segment.mode != SegmentMode::kPassive) drop_elem(instance, i);
  }
  for (uint32_t i = 0; i < module.datas.size(); ++i) {
    const DataSegment& segment = module.datas[i];
    if (segment.mode != SegmentMode::kActive) continue;
    instance.dropped_datas[i] = true;
    if (image_used && segment.memory == 0) continue;
    Memory& memory = *instance.memory(segment.memory);
    const TrapKind trap = evaluate(instance, segment.offset, offset);
    if (trap != TrapKind::kNone) return trap;
    const uint64_t to = offset.low;
    const uint64_t count = segment.end - segment.begin;
    if (!memory.contains(to, count)) return TrapKind::kMemoryOutOfBounds;
    if (count != 0) std::memcpy(memory.base() + to, module.bytes.data() + segment.begin, count);
  }
  return TrapKind::kNone;
}

}  // namespace

std::string to_string(const InstantiateError& error) {
  if (const auto* trap = std::get_if<Trap>(&error)) return trap->to_string();
  return std::get<Error>(error).to_string();
}

std::string describe(const Module& module, ExternKind kind, uint32_t index) {
  switch (kind) {
    case ExternKind::kFunc:
      return text_of(module.function_type(index));
    case ExternKind::kTable:
      return text_of(module.tables[index].type);
    case ExternKind::kMemory:
      return text_of(module.memories[index].type);
    case ExternKind::kGlobal:
      return text_of(module.globals[index].type);
    case ExternKind::kTag:
      break;
  }
  return "tag " + text_of(module.registry->function(module.tags[index].type.type));
}

Result<Instance*, InstantiateError> instantiate(Store& store,
                                                std::shared_ptr<const ModuleCode> code,
                                                std::span<const Extern> imports) {
  const Module& module = code->module();
  Instance& instance = store.add_instance(std::move(code));
  Linker linker{store, module, instance};
  if (imports.size() != module.imports.size()) {
    return fail(make_error(ErrorKind::kUsage, fmt::format("{} imports given, {} declared",
                                                          imports.size(), module.imports.size())));
  }
  for (size_t i = 0; i < imports.size(); ++i)
    TAPPET_TRY(linker.link(module.imports[i], imports[i]));
  bool image_used = false;
  TAPPET_TRY(make_own_items(store, instance, image_used));
  TrapKind trap = init_globals_and_tables(instance);
  if (trap == TrapKind::kNone) trap = run_segments(instance, image_used);
  if (trap != TrapKind::kNone) {
    Trap failure;
    failure.kind = trap;
    failure.message = to_string(trap);
    return fail(std::move(failure));
  }
  return &instance;
}

}  // namespace tappet
