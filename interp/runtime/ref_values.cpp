#include "interp/runtime/ref_values.h"

#include <vector>

namespace tappet {
namespace {

// The operators of the extended-const proposal.
uint64_t apply(Opcode opcode, uint64_t a, uint64_t b) {
  switch (opcode) {
    case Opcode::kI32Add:
      return static_cast<uint32_t>(a + b);
    case Opcode::kI32Sub:
      return static_cast<uint32_t>(a - b);
    case Opcode::kI32Mul:
      return static_cast<uint32_t>(a * b);
    case Opcode::kI64Add:
      return a + b;
    case Opcode::kI64Sub:
      return a - b;
    default:  // i64.mul: validation admits no other
      return a * b;
  }
}

GlobalCell evaluate_one(Instance& instance, const ConstInstruction& instruction) {
  switch (instruction.opcode) {
    case Opcode::kGlobalGet:
      return instance.global(instruction.index);
    case Opcode::kRefFunc:
      return {to_ref(&instance.function(instruction.index)), 0};
    case Opcode::kRefNull:
      return {};
    default:  // *.const
      return {instruction.value, instruction.value_high};
  }
}

bool is_operator(Opcode opcode) {
  return opcode == Opcode::kI32Add || opcode == Opcode::kI32Sub || opcode == Opcode::kI32Mul ||
         opcode == Opcode::kI64Add || opcode == Opcode::kI64Sub || opcode == Opcode::kI64Mul;
}

}  // namespace

GlobalCell evaluate(Instance& instance, const ConstExpr& expression) {
  if (expression.instructions.empty()) return {};
  if (expression.instructions.size() == 1)
    return evaluate_one(instance, expression.instructions[0]);
  std::vector<GlobalCell> stack;
  for (const ConstInstruction& instruction : expression.instructions) {
    if (is_operator(instruction.opcode)) {
      const uint64_t b = stack.back().low;
      stack.pop_back();
      stack.back().low = apply(instruction.opcode, stack.back().low, b);
    } else {
      stack.push_back(evaluate_one(instance, instruction));
    }
  }
  return stack.back();
}

TrapKind init_table(Instance& instance, uint32_t table, uint32_t elem, uint64_t to, uint64_t from,
                    uint64_t count) {
  const ElemSegment& segment = instance.module().elems[elem];
  Table& target = *instance.table(table);
  const uint64_t available = instance.dropped_elems[elem] ? 0 : segment.size();
  if (!in_bounds(from, count, available) || !in_bounds(to, count, target.size())) {
    return TrapKind::kTableOutOfBounds;
  }
  for (uint64_t i = 0; i < count; ++i) {
    target.elements()[to + i] = segment.functions.empty()
                                    ? evaluate(instance, segment.expressions[from + i]).low
                                    : to_ref(&instance.function(segment.functions[from + i]));
  }
  return TrapKind::kNone;
}

}  // namespace tappet
