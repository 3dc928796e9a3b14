// Exceptions (core spec 3.4.3): throw, throw_ref and try_table.
#include "interp/validate/function_validator.h"

namespace tappet {
namespace {

constexpr StackType kExnRef = ref_type(true, HeapKind::kExn);
constexpr StackType kExnRefNonNull = ref_type(false, HeapKind::kExn);

// So few are compared faster than looked up.
constexpr uint32_t kFewTypes = 8;

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

// What a clause hands to its label: the tag's parameters, the exception, or both. A tag and a label
// of a thousand types each may occur in a million clauses, so they are compared once.
void FunctionValidator::check_catch(const CatchClause& clause) {
  const bool has_tag = clause.kind <= CatchKind::kCatchRef;
  const bool has_ref =
      clause.kind == CatchKind::kCatchRef || clause.kind == CatchKind::kCatchAllRef;
  if (!check_label(clause.label)) return;
  if (has_tag && !check_index(clause.tag, context_.module.tags.size(), "tag")) return;
  SignatureId type = ModuleContext::kEmptySignature;
  if (has_tag) type = context_.type_signature(context_.module.tags[clause.tag].type_index);
  const StackSignature& given = context_.signature(type);
  const LabelTypes taken = label_types(clause.label);
  if (taken.count != given.param_count + (has_ref ? 1 : 0)) return mismatched_catch();
  const uint64_t key = (uint64_t{type} << 1 | uint64_t{has_ref}) << 32 | label_key(clause.label);
  if (taken.count > kFewTypes && valid_catches_.contains(key)) return;
  bool same = true;
  for (uint32_t i = 0; i < given.param_count && same; ++i) {
    same = matches(given.params[i], taken.types[i]);
  }
  if (same && has_ref) same = matches(kExnRefNonNull, taken.types[taken.count - 1]);
  if (!same) return mismatched_catch();
  if (taken.count > kFewTypes) valid_catches_.insert(key);
}

void FunctionValidator::mismatched_catch() {
  invalid("the label does not take what the catch clause gives");
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
