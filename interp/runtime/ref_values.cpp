#include "interp/runtime/ref_values.h"

#include <algorithm>
#include <vector>

#include "interp/runtime/gc_heap.h"
#include "interp/runtime/store.h"

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

// Instructions without operands; false for others.
bool evaluate_leaf(Instance& instance, const ConstInstruction& instruction, GlobalCell& value) {
  switch (instruction.opcode) {
    case Opcode::kGlobalGet:
      value = instance.global(instruction.index);
      return true;
    case Opcode::kRefFunc:
      value = {to_ref(&instance.function(instruction.index)), 0};
      return true;
    case Opcode::kRefNull:
      value = {};
      return true;
    case Opcode::kI32Const:
    case Opcode::kI64Const:
    case Opcode::kF32Const:
    case Opcode::kF64Const:
    case Opcode::kV128Const:
      value = {instruction.value, instruction.value_high};
      return true;
    default:
      return false;
  }
}

// The operand stack of a constant expression. What it holds survives collections.
class Evaluation {
 public:
  explicit Evaluation(Instance& instance) : instance_(instance), rooted_(*instance.store, stack_) {}

  TrapKind run(const ConstExpr& expression) {
    for (const ConstInstruction& instruction : expression.instructions) {
      const TrapKind trap = step(instruction);
      if (trap != TrapKind::kNone) return trap;
    }
    return TrapKind::kNone;
  }
  GlobalCell result() const { return stack_.back(); }

 private:
  TrapKind step(const ConstInstruction& instruction) {
    GlobalCell leaf;
    if (evaluate_leaf(instance_, instruction, leaf)) {
      stack_.push_back(leaf);
      return TrapKind::kNone;
    }
    switch (instruction.opcode) {
      case Opcode::kRefI31:
        stack_.back().low = i31_ref(static_cast<uint32_t>(stack_.back().low));
        return TrapKind::kNone;
      case Opcode::kExternConvertAny:
        return TrapKind::kNone;
      case Opcode::kAnyConvertExtern:
        return check_internalised(instance_.store->heap(), stack_.back().low);
      case Opcode::kStructNew:
      case Opcode::kStructNewDefault:
        return new_struct(instruction);
      case Opcode::kArrayNew:
      case Opcode::kArrayNewDefault:
      case Opcode::kArrayNewFixed:
        return new_array(instruction);
      default:
        break;
    }
    const uint64_t b = pop().low;
    stack_.back().low = apply(instruction.opcode, stack_.back().low, b);
    return TrapKind::kNone;
  }

  TrapKind new_struct(const ConstInstruction& instruction) {
    const GcLayout& layout = instance_.code->object_layout(instruction.index);
    const Allocated made = instance_.store->heap().new_struct(layout);
    if (made.object == nullptr) return made.trap;
    if (instruction.opcode == Opcode::kStructNew) {
      for (size_t i = layout.fields.size(); i > 0; --i)
        put(field_at(made.object, layout.fields[i - 1].offset), layout.fields[i - 1].storage);
    }
    stack_.push_back({to_ref(made.object), 0});
    return TrapKind::kNone;
  }

  // The operands stay on the stack until there is an object to put them into.
  TrapKind new_array(const ConstInstruction& instruction) {
    const GcLayout& layout = instance_.code->object_layout(instruction.index);
    const bool is_fixed = instruction.opcode == Opcode::kArrayNewFixed;
    const auto length = is_fixed ? instruction.index2 : static_cast<uint32_t>(stack_.back().low);
    const Allocated made = instance_.store->heap().new_array(layout, length);
    if (made.object == nullptr) return made.trap;
    if (!is_fixed) pop();
    if (is_fixed) {
      for (uint64_t i = length; i > 0; --i)
        put(element_at(made.object, layout, i - 1), layout.element);
    } else if (instruction.opcode == Opcode::kArrayNew) {
      const GlobalCell value = pop();
      fill_elements(made.object, layout, 0, length, &value.low);
    }
    stack_.push_back({to_ref(made.object), 0});
    return TrapKind::kNone;
  }

  void put(uint8_t* to, Storage storage) {
    const GlobalCell value = pop();
    const uint64_t slots[] = {value.low, value.high};
    store_field(to, storage, slots);
  }
  GlobalCell pop() {
    const GlobalCell value = stack_.back();
    stack_.pop_back();
    return value;
  }

  Instance& instance_;
  std::vector<GlobalCell> stack_;
  RootedCells rooted_;
};

}  // namespace

TrapKind evaluate(Instance& instance, const ConstExpr& expression, GlobalCell& value) {
  if (expression.instructions.empty()) {
    value = {};
    return TrapKind::kNone;
  }
  if (expression.instructions.size() == 1 &&
      evaluate_leaf(instance, expression.instructions[0], value)) {
    return TrapKind::kNone;
  }
  Evaluation evaluation(instance);
  const TrapKind trap = evaluation.run(expression);
  if (trap == TrapKind::kNone) value = evaluation.result();
  return trap;
}

TrapKind evaluate_elems(Instance& instance) {
  if (!instance.code->any_elem_allocates()) return TrapKind::kNone;
  const Module& module = instance.module();
  instance.elem_values.resize(module.elems.size());
  for (uint32_t i = 0; i < module.elems.size(); ++i) {
    if (!instance.code->elem_allocates(i) || module.elems[i].mode == SegmentMode::kDeclarative)
      continue;
    instance.elem_values[i].resize(module.elems[i].expressions.size());
    for (size_t k = 0; k < module.elems[i].expressions.size(); ++k) {
      GlobalCell value;
      const TrapKind trap = evaluate(instance, module.elems[i].expressions[k], value);
      if (trap != TrapKind::kNone) return trap;
      instance.elem_values[i][k] = value.low;
    }
  }
  return TrapKind::kNone;
}

TrapKind copy_elements(Instance& instance, uint32_t elem, uint64_t from, uint64_t count, Ref* to) {
  const ElemSegment& segment = instance.module().elems[elem];
  const uint64_t available = instance.dropped_elems[elem] ? 0 : segment.size();
  if (!in_bounds(from, count, available)) return TrapKind::kTableOutOfBounds;
  if (count == 0) return TrapKind::kNone;
  if (instance.code->elem_allocates(elem)) {
    std::copy_n(instance.elem_values[elem].begin() + static_cast<ptrdiff_t>(from), count, to);
    return TrapKind::kNone;
  }
  for (uint64_t i = 0; i < count; ++i) {
    if (segment.functions.empty()) {
      GlobalCell value;
      const TrapKind trap = evaluate(instance, segment.expressions[from + i], value);
      if (trap != TrapKind::kNone) return trap;
      to[i] = value.low;
    } else {
      to[i] = to_ref(&instance.function(segment.functions[from + i]));
    }
  }
  return TrapKind::kNone;
}

TrapKind init_table(Instance& instance, uint32_t table, uint32_t elem, uint64_t to, uint64_t from,
                    uint64_t count) {
  Table& target = *instance.table(table);
  if (!in_bounds(to, count, target.size())) return TrapKind::kTableOutOfBounds;
  return copy_elements(instance, elem, from, count, target.elements() + to);
}

void drop_elem(Instance& instance, uint32_t elem) {
  instance.dropped_elems[elem] = true;
  if (!instance.elem_values.empty()) instance.elem_values[elem] = {};
}

}  // namespace tappet
