#include "canonical-abi/linker/shims.h"

#include <algorithm>
#include <map>
#include <optional>

#include "interp/binary/instruction_reader.h"

namespace tappet::component {
namespace {

// The element of table 0 that a function calls with its own parameters, if it does nothing else.
std::optional<uint32_t> called_element(const Module& module, uint32_t index) {
  const FunctionDecl& function = module.functions[index];
  const ByteSpan body =
      module.bytes.subspan(function.code_begin, function.code_end - function.code_begin);
  const tappet::TypeScope scope{module.types, 0, FeatureSet::all()};
  InstructionReader code(tappet::Reader(body, function.code_begin), scope);
  Instruction i;
  const auto next_is = [&](Opcode opcode) { return code.next(i) && i.opcode == opcode; };
  const size_t params = module.function_type(index).params.size();
  for (size_t param = 0; param < params; ++param) {
    if (!next_is(Opcode::kLocalGet) || i.a != param) return std::nullopt;
  }
  if (!next_is(Opcode::kI32Const)) return std::nullopt;
  const auto element = static_cast<uint32_t>(i.value);
  if (!next_is(Opcode::kCallIndirect) || module.types[i.a] != function.type || i.b != 0) {
    return std::nullopt;
  }
  return next_is(Opcode::kEnd) && code.at_end() ? std::optional(element) : std::nullopt;
}

// The same of all functions, by index; none if one of them does anything else.
std::vector<uint32_t> called_elements(const Module& module) {
  std::vector<uint32_t> elements;
  for (uint32_t index = 0; index < module.functions.size(); ++index) {
    const auto element = called_element(module, index);
    if (!element) return {};
    elements.push_back(*element);
  }
  return elements;
}

bool has_state(const Module& module) {
  return !module.memories.empty() || !module.globals.empty() || !module.tags.empty() ||
         !module.datas.empty();
}

// Functions and a table, nothing else.
bool is_shim(const Module& module) {
  return module.imports.empty() && module.tables.size() == 1 && !has_state(module) &&
         module.elems.empty() && !module.has_start && module.tables[0].init.instructions.empty() &&
         module.tables[0].type.element == kFuncRef &&
         module.tables[0].type.address == AddressType::kI32;
}

// Does nothing but write functions that it imports to a table that it imports.
bool is_fixup(const Module& module) {
  if (module.functions.size() != module.imported_functions || module.tables.size() != 1 ||
      module.imported_tables != 1 || has_state(module) || module.has_start ||
      module.elems.size() != 1) {
    return false;
  }
  const ElemSegment& segment = module.elems[0];
  return segment.mode == SegmentMode::kActive && segment.expressions.empty() &&
         segment.offset.instructions.size() == 1 &&
         segment.offset.instructions[0].opcode == Opcode::kI32Const;
}

class Bypass {
 public:
  explicit Bypass(Plan& plan) : plan_(plan), uses_(plan.cores.size()), shims_(plan.cores.size()) {}

  void run() {
    count_uses();
    find_shims();
    for (uint32_t core = 0; core < plan_.cores.size(); ++core) redirect(core);
    drop_steps();
  }

 private:
  // By others of a core instance.
  struct Uses {
    uint64_t functions = 0;  // imported by core instances
    uint64_t tables = 0;     // likewise
    uint64_t others = 0;
    bool none() const { return functions + tables + others == 0; }
  };

  const Module& module(uint32_t core) const {
    return plan_.codes[plan_.cores[core].code]->module();
  }
  std::span<PlannedImport> imports(uint32_t core) {
    return std::span(plan_.core_imports)
        .subspan(plan_.cores[core].first_import, module(core).imports.size());
  }

  Uses* uses(CoreRef ref) {
    const bool is_core = ref && ref.instance != CoreRef::kCanonFunctions;
    return is_core ? &uses_[ref.instance] : nullptr;
  }
  void count_other(CoreRef ref) {
    if (Uses* const found = uses(ref)) ++found->others;
  }
  void count_others(const PlannedOptions& options) {
    count_other(options.memory);
    count_other(options.realloc);
    count_other(options.post_return);
    count_other(options.callback);
  }
  void count_uses() {
    for (uint32_t core = 0; core < plan_.cores.size(); ++core) {
      for (const PlannedImport& import : imports(core)) count_import(import);
    }
    for (const PlannedLift& lift : plan_.lifts) {
      count_other(lift.core);
      count_others(lift.options);
    }
    for (const PlannedCanon& canon : plan_.canons) {
      count_other(canon.table);
      count_others(canon.options);
    }
    for (const PlannedResource& resource : plan_.resources) count_other(resource.dtor);
  }
  void count_import(const PlannedImport& import) {
    Uses* const found = uses(import.item);
    if (found == nullptr) return;
    if (import.kind == ExternKind::kFunc) {
      ++found->functions;
    } else if (import.kind == ExternKind::kTable) {
      ++found->tables;
    } else {
      ++found->others;
    }
  }

  // Guest code that ran while a shim's table is empty would trap where it calls the shim.
  void find_shims() {
    std::vector<size_t> made(plan_.cores.size());  // when no guest code has run since
    size_t since = 0;
    for (size_t i = 0; i < plan_.steps.size(); ++i) {
      const Step step = plan_.steps[i];
      const bool is_core = step.kind == Step::Kind::kCore;
      if (is_core) made[step.index] = i;
      if (is_core && is_fixup(module(step.index))) find_shim(step.index, made, since);
      if (step.kind == Step::Kind::kStart || (is_core && module(step.index).has_start)) since = i;
    }
  }

  // Each module is read once, however many instances it has.
  const std::vector<uint32_t>& elements_of(const Module& shim) {
    const auto [at, inserted] = elements_.try_emplace(&shim);
    if (inserted) at->second = called_elements(shim);
    return at->second;
  }

  // Nobody but the fixup may write to the table.
  void find_shim(uint32_t fixup, const std::vector<size_t>& made, size_t since) {
    const auto table = std::ranges::find(imports(fixup), ExternKind::kTable, &PlannedImport::kind);
    const uint32_t shim = table->item.instance;
    const Uses& used = uses_[shim];
    if (!is_shim(module(shim)) || used.tables != 1 || !uses_[fixup].none()) return;
    if (made[shim] < since) return;
    const std::vector<uint32_t>& elements = elements_of(module(shim));
    if (elements.empty()) return;
    const ElemSegment& segment = module(fixup).elems[0];
    const uint64_t offset = static_cast<uint32_t>(segment.offset.instructions[0].value);
    const uint64_t size = module(shim).tables[0].type.limits.min;
    if (offset + segment.size() > size) return;
    Shim& found = shims_[shim];
    found.elements = &elements;
    found.fixup = fixup;
    found.offset = offset;
    for (const PlannedImport& import : imports(fixup)) {
      if (import.kind == ExternKind::kFunc) found.functions.push_back(import.item);
    }
  }

  // What an imported function calls in the end, if that is known.
  std::optional<CoreRef> target(CoreRef function) const {
    const Shim& shim = shims_[function.instance];
    if (shim.fixup == kNoIndex) return std::nullopt;
    const uint64_t element = (*shim.elements)[function.index];
    const std::vector<uint32_t>& written = module(shim.fixup).elems[0].functions;
    if (element < shim.offset || element - shim.offset >= written.size()) return std::nullopt;
    const CoreRef found = shim.functions[written[element - shim.offset]];
    const TypeId type = module(function.instance).functions[function.index].type;
    const bool same = found.instance == CoreRef::kCanonFunctions && found &&
                      plan_.canons[found.index].type == type;
    return same ? std::optional(found) : std::nullopt;
  }

  void redirect(uint32_t core) {
    for (PlannedImport& import : imports(core)) {
      if (import.kind != ExternKind::kFunc || uses(import.item) == nullptr) continue;
      const auto found = target(import.item);
      if (!found) continue;
      --uses(import.item)->functions;
      import.item = *found;
    }
  }

  void drop_steps() {
    std::vector<bool> dropped(plan_.cores.size());
    for (uint32_t shim = 0; shim < shims_.size(); ++shim) {
      const uint32_t fixup = shims_[shim].fixup;
      if (fixup == kNoIndex || uses_[shim].functions + uses_[shim].others != 0) continue;
      dropped[shim] = dropped[fixup] = uses_[fixup].none();
    }
    std::erase_if(plan_.steps, [&](const Step& step) {
      return step.kind == Step::Kind::kCore && dropped[step.index];
    });
  }

  // A core instance that is one.
  struct Shim {
    uint32_t fixup = kNoIndex;
    const std::vector<uint32_t>* elements = nullptr;  // that its functions call
    uint64_t offset = 0;                              // of what the fixup writes
    std::vector<CoreRef> functions;                   // by the fixup's function index
  };

  Plan& plan_;
  std::vector<Uses> uses_;   // by core instance
  std::vector<Shim> shims_;  // likewise
  std::map<const Module*, std::vector<uint32_t>> elements_;
};

}  // namespace

void bypass_shims(Plan& plan) { Bypass(plan).run(); }

}  // namespace tappet::component
