// try_table leaves nothing in the code but a note of where it is: everything is at home when a call
// is made, so a clause's values can be put where its label expects them.
#include "interp/runtime/host_function.h"
#include "interp/translate/function_translator.h"

namespace tappet::translate {

void FunctionTranslator::try_table(const Instruction& in) {
  const auto first = static_cast<uint32_t>(ir_.catches.size());
  for (CatchTable clauses(in); !clauses.done();) add_catch(clauses.next());
  open_block(in);
  if (in.a == 0) return;
  control_.back().try_block = static_cast<uint32_t>(ir_.tries.size());
  const auto begin = static_cast<uint32_t>(ir_.code.size());
  ir_.tries.push_back({begin, begin, open_try_, first, in.a});
  open_try_ = control_.back().try_block;
}

// Labels are counted from outside the block.
void FunctionTranslator::add_catch(const CatchClause& clause) {
  const bool has_tag = clause.kind <= CatchKind::kCatchRef;
  IrCatch out;
  out.tag = has_tag ? clause.tag : FunctionCode::Catch::kAll;
  out.wants_ref = clause.kind == CatchKind::kCatchRef || clause.kind == CatchKind::kCatchAllRef;
  ControlFrame& target = frame_at(clause.label);
  if (clause.label + 1 == control_.size()) {
    out.label = return_pad();
    out.slot = temp_base_;
  } else {
    target.label_used = true;
    out.label = target.label;
    out.slot = target.height < stack_.size() ? stack_[target.height].home : next_home();
  }
  if (!target.catch_slots) target.catch_slots = slots_of(label_types(target));
  need_slots(out.slot + *target.catch_slots);
  ir_.catches.push_back(out);
}

void FunctionTranslator::close_try(const ControlFrame& frame) {
  if (frame.try_block == FunctionCode::kNoTry) return;
  IrTry& block = ir_.tries[frame.try_block];
  block.end = static_cast<uint32_t>(ir_.code.size());
  // What follows is not fused with what is covered: two instructions made one would move the rest.
  fence();
  open_try_ = block.outer;
}

// A label that returns the values that lie in the first temporaries; emitted behind the body.
uint32_t FunctionTranslator::return_pad() {
  if (return_pad_ == kNoLabel) return_pad_ = add_label();
  return return_pad_;
}

void FunctionTranslator::emit_return_pad() {
  if (return_pad_ == kNoLabel) return;
  truncate(0);
  bind(return_pad_);
  for (const ValueType type : shape_.type->results) push_home(type);
  return_();
}

void FunctionTranslator::throw_(uint32_t tag) {
  const size_t count = code_.shape(module_.tags[tag].type_index).type->params.size();
  throw_values(IrKind::kThrow, tag, count);
}

void FunctionTranslator::throw_ref() { throw_values(IrKind::kThrowRef, 0, 1); }

void FunctionTranslator::throw_values(IrKind kind, uint32_t tag, size_t count) {
  materialise_from(stack_.size() - count);
  for (size_t i = 0; i < count; ++i) pop();
  IrInstruction instruction{};
  instruction.kind = kind;
  instruction.immediate = tag;
  instruction.frame = next_home();
  append(instruction);
  fence();
  become_unreachable();
}

}  // namespace tappet::translate
