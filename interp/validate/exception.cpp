// Exceptions (core spec 3.4.3): throw, throw_ref and try_table.
#include "interp/validate/function_validator.h"

namespace tappet {
namespace {

constexpr StackType kExnRef = ref_type(true, HeapKind::kExn);
constexpr StackType kExnRefNonNull = ref_type(false, HeapKind::kExn);

}  // namespace

template <>
void FunctionValidator::special<Opcode::kThrow>() {
  const uint32_t tag = read<Immediate::kTagIndex>().a;
  const Module& module = context_.module;
  if (!check_index(tag, module.tags.size(), "tag")) return;
  const StackSignature& type =
      context_.signature(context_.type_signature(module.tags[tag].type_index));
  pop(type.params, type.param_count);
  set_unreachable();
}

template <>
void FunctionValidator::special<Opcode::kThrowRef>() {
  pop(kExnRef);
  set_unreachable();
}

// What a clause hands to its label: the tag's parameters, the exception, or both.
void FunctionValidator::check_catch(const CatchClause& clause) {
  const bool has_tag = clause.kind <= CatchKind::kCatchRef;
  const bool has_ref =
      clause.kind == CatchKind::kCatchRef || clause.kind == CatchKind::kCatchAllRef;
  if (!check_label(clause.label)) return;
  if (has_tag && !check_index(clause.tag, context_.module.tags.size(), "tag")) return;
  StackSignature given;
  if (has_tag) {
    const uint32_t type_index = context_.module.tags[clause.tag].type_index;
    given = context_.signature(context_.type_signature(type_index));
  }
  const LabelTypes taken = label_types(clause.label);
  bool same = taken.count == given.param_count + (has_ref ? 1 : 0);
  for (uint32_t i = 0; i < given.param_count && same; ++i) {
    same = matches(given.params[i], taken.types[i]);
  }
  if (same && has_ref) same = matches(kExnRefNonNull, taken.types[taken.count - 1]);
  if (!same) invalid("the label does not take what the catch clause gives");
}

template <>
void FunctionValidator::special<Opcode::kTryTable>() {
  const Instruction& instruction = read<Immediate::kTryTable>();
  if (!reader_.ok()) return;
  if (instruction.a > limits::kCatches) {
    return fail(ErrorKind::kLimit,
                fmt::format("{} catch clauses, more than {}", instruction.a, limits::kCatches));
  }
  for (CatchTable clauses(instruction); !clauses.done() && reader_.ok();) {
    check_catch(clauses.next());
  }
  enter_block(Opcode::kTryTable);
}

}  // namespace tappet
