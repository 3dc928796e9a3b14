#include "interp/translate/emitter.h"

#include <algorithm>

#include "interp/exec/bulk.h"
#include "interp/translate/emitter_impl.h"
#include "interp/translate/ir_printer.h"

namespace tappet::translate {

namespace {

// False for instructions that the next one never follows at once.
bool falls_through(IrKind kind) {
  return kind != IrKind::kBranch && kind != IrKind::kBranchTable && kind != IrKind::kCall &&
         kind != IrKind::kCallIndirect && kind != IrKind::kCallRef && kind != IrKind::kReturn &&
         kind != IrKind::kReturnInt && kind != IrKind::kReturnFloat;
}

}  // namespace

// Brings operands that 16-bit fields cannot reach into scratch slots. The result is stored back by
// emit().
void Emitter::fetch(Operand& o, uint32_t scratch) {
  if (!far(o)) return;
  handler(exec::kMoveFarHandlers[1]);
  word(pack_high(scratch, 0, o.slot));
  if (o.is_vector) {
    handler(exec::kMoveFarHandlers[1]);
    word(pack_high(scratch + 1, 0, o.slot + 1));
  }
  o.slot = scratch;
}

void Emitter::near(IrInstruction& i) {
  // These carry 32-bit slots themselves.
  if (i.kind == IrKind::kSlow || i.kind == IrKind::kAtomic || i.kind == IrKind::kMoveSlots) return;
  if (i.kind == IrKind::kCall || i.kind == IrKind::kCallImport) return;
  fetch(i.a, ir_.scratch_slot);
  fetch(i.b, ir_.scratch_slot + 2);
  fetch(i.x, ir_.scratch_slot + 4);
  if (i.has_result && far(i.d)) i.d.slot = ir_.scratch_slot + 6;
}

std::unique_ptr<FunctionCode> Emitter::emit() {
  FunctionCode& out = *out_;
  out.frame_slots = ir_.frame_slots;
  out.link_slot = ir_.link_slot;
  word(ir_.cost);
  word(ir_.frame_slots);
  zero_locals();
  labelled_.resize(ir_.code.size() + 1);
  for (const Label& label : ir_.labels) {
    if (label.position != UINT32_MAX) labelled_[label.position] = true;
  }
  // A call belongs to the blocks that it was in: nothing is fused across their ends.
  for (const IrTry& block : ir_.tries) labelled_[block.begin] = labelled_[block.end] = true;
  positions_.resize(ir_.code.size() + 1);
  const size_t end_of_link = end_of_held_link();
  for (size_t i = 0; i < ir_.code.size(); ++i) {
    positions_[i] = here();
    link_held_ = i < end_of_link;
    const uint32_t counter = count_execution();
    if (const size_t fused = try_fuse(i); fused != 0) {
      std::string name = op_name(ir_.code[i]);
      for (size_t k = 1; k < fused; ++k) {
        name += " + " + op_name(ir_.code[i + 1]);
        positions_[++i] = here();
      }
      count_in(counter, i + 1 - fused, std::move(name));
      cost_of_round(ir_.code[i]);
      continue;
    }
    IrInstruction instruction = ir_.code[i];
    const Operand result = instruction.d;
    near(instruction);
    if (goes_around(instruction)) negate(instruction);
    const bool reload = settle(instruction);
    const bool spilled = spill(instruction);
    out.origins.push_back({here(), instruction.offset});
    emit_one(instruction);
    if (spilled) unspill(instruction, result);
    cost_of_round(instruction);
    count_in(counter, i, op_name(instruction));
    if (reload) load_pin(result);
    if (instruction.has_result && far(result)) {
      for (uint32_t part = 0; part <= uint32_t{result.is_vector}; ++part) {
        handler(exec::kMoveFarHandlers[0]);
        word(pack_high(instruction.d.slot + part, 0, result.slot + part));
      }
    }
  }
  positions_[ir_.code.size()] = here();
  resolve();
  side_table();
  return std::move(out_);
}

// Registers that pins and calls take are the link's until then. In a loop that is the whole of it,
// however late. Metered code may stop before its first instruction, and go on without them.
size_t Emitter::end_of_held_link() const {
  if (!exec::kLinkRegisters || metered()) return 0;
  size_t end = ir_.code.size();
  for (const Label& label : ir_.labels) {
    if (label.is_loop) end = std::min<size_t>(end, label.position);
  }
  const auto loses = [](const IrInstruction& i) {
    return is_call(i.kind) || i.kind == IrKind::kLoadPins || i.kind == IrKind::kThrow ||
           i.kind == IrKind::kThrowRef;
  };
  const auto first = std::find_if(ir_.code.begin(), ir_.code.end(), loses);
  return std::min(end, static_cast<size_t>(first - ir_.code.begin()));
}

void Emitter::zero_locals() {
  if (ir_.zero_slots == 0) return;
  const uint32_t counter = count_execution();
  handler(ir_.zero_slots <= exec::kFewZeroSlots ? exec::kZeroFewHandlers[ir_.zero_slots - 1]
                                                : exec::kZeroManyHandler);
  word(ir_.zero_slot | uint64_t{ir_.zero_slots} << 32);
  count_in(counter, 0, "zero-locals");
}

// Emits what counts the next instruction, if anything is to be counted; returns where the counter
// goes.
uint32_t Emitter::count_execution() {
  if (code_.profile() == nullptr) return 0;
  handler(exec::kCountHandler);
  word(0);
  return here() - 1;
}

void Emitter::count_in(uint32_t counter, size_t index, std::string op) {
  if (counter == 0) return;
  const bool joined = index != 0 && !labelled_[index] && falls_through(ir_.code[index - 1].kind);
  out_->words[counter] = reinterpret_cast<uint64_t>(&code_.profile()->add(std::move(op), joined));
}

// Behind a branch to a loop, in metered code.
void Emitter::cost_of_round(const IrInstruction& i) {
  const bool branches =
      i.kind == IrKind::kBranch || i.kind == IrKind::kIntBranch || i.kind == IrKind::kFloatBranch;
  if (branches && is_metered(i.label)) word(ir_.labels[i.label].cost);
}

// After an instruction that has no handler for a pinned result.
void Emitter::load_pin(const Operand& pin) {
  handler(find(pin.is_float_pin ? exec::kMoveFloatHandlers : exec::kMoveIntHandlers, Class::kSlot,
               pin.cls));
  word(pack(pin.slot, 0, pin.slot));
}

void Emitter::emit_one(const IrInstruction& i) {
  const auto move = [&] {
    handler(lookup(i));
    word(pack(i.a.slot, 0, i.d.slot));
    constant(i.a);
  };
  const auto leave = [&](Handler h) {
    handler(h);
    word(pack_high(i.a.slot, 0, ir_.link_slot));
    constant(i.a);
  };
  switch (i.kind) {
    case IrKind::kBinary:
      return binary(i);
    case IrKind::kUnary:
      return unary(i);
    case IrKind::kOpOp:
    case IrKind::kShiftOp:
    case IrKind::kOpShift:
    case IrKind::kLoadOp:
    case IrKind::kFloatLoadOp:
    case IrKind::kFloatOpOp:
    case IrKind::kLoadScaled:
      return fused(i);
    case IrKind::kLoad:
    case IrKind::kLoadSum:
      return load(i);
    case IrKind::kStore:
    case IrKind::kStoreSum:
      return store(i);
    case IrKind::kLoadAny:
    case IrKind::kStoreAny:
      return any_memory(i);
    case IrKind::kWideSum:
    case IrKind::kWideProduct:
      return wide(i);
    case IrKind::kMoveInt:
    case IrKind::kMoveFloat:
    case IrKind::kFloatToInt:
    case IrKind::kIntToFloat:
      return move();
    case IrKind::kSelectInt:
    case IrKind::kSelectFloat:
      return select(i);
    case IrKind::kBranch:
      if (!header_again(i.label)) plain_branch(i.label);
      return;
    case IrKind::kIntBranch:
    case IrKind::kFloatBranch:
      return branch(i);
    case IrKind::kBranchTable:
      return branch_table(i);
    case IrKind::kGlobalGetInt:
    case IrKind::kGlobalGetFloat:
      return global(i, i.d);
    case IrKind::kGlobalSetInt:
    case IrKind::kGlobalSetFloat:
      return global(i, i.a);
    case IrKind::kCall:
    case IrKind::kCallImport:
    case IrKind::kCallIndirect:
    case IrKind::kCallRef:
      return call(i);
    case IrKind::kReturnCall:
    case IrKind::kReturnCallImport:
    case IrKind::kReturnCallIndirect:
    case IrKind::kReturnCallRef:
      call(i);
      return word(ir_.link_slot | uint64_t{i.first} << 32);
    case IrKind::kReturn:
      return leave(exec::kReturnHandler[link_held_]);
    case IrKind::kReturnInt:
    case IrKind::kReturnFloat:
      return leave(lookup(i));
    case IrKind::kStructGet:
    case IrKind::kStructSet:
    case IrKind::kArrayGet:
    case IrKind::kArraySet:
    case IrKind::kArrayLen:
    case IrKind::kI31Get:
    case IrKind::kRefTest:
    case IrKind::kRefCast:
      return gc(i);
    case IrKind::kSlow:
      if (const Handler bulk = exec::bulk_handler(static_cast<Opcode>(i.immediate));
          bulk != nullptr && i.first == 0 && i.second == 0 && !metered()) {
        handler(bulk), word(i.frame);
      }
      handler(exec::slow_handler(static_cast<Opcode>(i.immediate)));
      word(i.first | uint64_t{i.second} << 32);
      return word(i.frame);
    case IrKind::kAtomic:
      handler(exec::atomic_handler(static_cast<Opcode>(i.first)));
      word(i.frame | (code_.layout().memories + i.second * sizeof(Memory*)) << 32);
      return word(i.immediate);
    case IrKind::kLoadPins: {
      const PinSet& pins = ir_.pin_sets[i.immediate];
      handler(exec::kLoadPinsHandler);
      word(pack(pins.ints[0], pins.ints[1], pins.ints[2], pins.ints[3]));
      fixups_.push_back({here(), here() - 2, i.label, Fixup::Half::kHigh});
      return word(pack(pins.floats[0], pins.floats[1]));
    }
    case IrKind::kCheckNonNull:
      handler(exec::kCheckNonNullHandlers[at(i.a.cls)]);
      return word(i.a.slot);
    case IrKind::kThrow:
      handler(exec::kThrowHandler);
      return word(i.immediate | uint64_t{i.frame} << 32);
    case IrKind::kThrowRef:
      handler(exec::kThrowRefHandler);
      return word(uint64_t{i.frame} << 32);
    case IrKind::kMoveSlots:
      handler(exec::kMoveSlotsHandler);
      word(i.frame | uint64_t{i.first} << 32);
      return word(i.second);
    case IrKind::kUnreachable:
      handler(exec::kUnreachableHandler);
      return word(0);
    case IrKind::kVector:
    case IrKind::kMoveVector:
    case IrKind::kSelectVector:
    case IrKind::kGlobalGetVector:
    case IrKind::kGlobalSetVector:
      return simd(i);
  }
}

void Emitter::binary(const IrInstruction& i) {
  handler(lookup(i));
  word(pack(i.a.slot, i.b.slot, i.d.slot));
  constant(i.a), constant(i.b);
}

void Emitter::unary(const IrInstruction& i) {
  handler(lookup(i));
  word(pack(i.a.slot, 0, i.d.slot));
}

void Emitter::fused(const IrInstruction& i) {
  handler(lookup(i));
  switch (i.kind) {
    case IrKind::kShiftOp:
      word(pack(i.a.slot, i.second, i.d.slot, i.x.slot));
      return constant(i.x);
    case IrKind::kOpShift:
      word(pack(i.a.slot, i.b.slot, i.d.slot, i.second));
      return constant(i.b);
    case IrKind::kLoadOp:
    case IrKind::kFloatLoadOp:
      word(pack(i.a.slot, static_cast<uint32_t>(i.immediate), i.d.slot, i.x.slot));
      return word(i.second);
    case IrKind::kLoadScaled:
      word(pack(i.a.slot, i.second, i.d.slot, i.x.slot));
      return word(static_cast<uint32_t>(i.x.value) | i.immediate << 32);
    default:
      word(pack(i.a.slot, i.b.slot, i.d.slot, i.x.slot));
      return constant(i.b), constant(i.x);
  }
}

void Emitter::load(const IrInstruction& i) {
  handler(lookup(i));
  if (i.kind == IrKind::kLoadSum) {
    word(pack(i.a.slot, i.b.slot, i.d.slot, static_cast<uint32_t>(i.immediate)));
    return constant(i.b);
  }
  const bool is_const = i.a.cls == Class::kConst;
  word(pack_high(i.a.slot, i.d.slot, is_const ? 0 : i.immediate));
  if (is_const) word(i.a.value + i.immediate);
}

void Emitter::store(const IrInstruction& i) {
  handler(lookup(i));
  if (i.kind == IrKind::kStoreSum) {
    word(pack(i.a.slot, i.b.slot, static_cast<uint32_t>(i.immediate), i.x.slot));
    return constant(i.x), constant(i.b);
  }
  const bool is_const = i.a.cls == Class::kConst;
  word(pack_high(i.a.slot, i.b.slot, is_const ? 0 : i.immediate));
  if (is_const) word(i.a.value + i.immediate);
  constant(i.b);
}

void Emitter::any_memory(const IrInstruction& i) {
  const uint64_t memory = code_.layout().memories + i.second * sizeof(Memory*);
  const Operand& value = i.kind == IrKind::kLoadAny ? i.d : i.b;
  handler(lookup(i));
  word(pack_high(i.a.slot, value.slot, memory));
  word(i.immediate);
  constant(value);
}

void Emitter::select(const IrInstruction& i) {
  handler(lookup(i));
  word(pack(i.a.slot, i.b.slot, i.d.slot, i.x.slot));
  constant(i.b), constant(i.x);
}

void Emitter::plain_branch(uint32_t label) {
  fixups_.push_back({here() + 1, here(), label, Fixup::Half::kHigh});
  handler(exec::kBranchHandlers[target(label)]);
  word(0);
}

void Emitter::branch(const IrInstruction& i) {
  const uint32_t origin = here();
  const bool around = goes_around(i);
  if (!around) fixups_.push_back({origin + 1, origin, i.label, Fixup::Half::kHigh});
  handler(lookup(i));
  word(pack(i.a.slot, i.b.slot));
  constant(i.a), constant(i.b);
  if (!around) return;
  plain_branch(i.label);
  const uint32_t cost = is_metered(i.label) ? 1 : 0;
  out_->words[origin + 1] |= uint64_t{here() + cost - origin} << 32;
}

void Emitter::branch_table(const IrInstruction& i) {
  const std::vector<uint32_t>& labels = ir_.branch_tables[i.immediate];
  const uint32_t origin = here();
  const size_t loops = to_loops(labels);
  handler(exec::kBranchTableHandlers[loops][at(i.a.cls)]);
  word(pack_high(i.a.slot, 0, labels.size() - 1));
  distances(labels, origin);
  if (loops != 2) return;
  const auto cost = [&](size_t k) {
    return k < labels.size() ? uint64_t{ir_.labels[labels[k]].cost} : 0;
  };
  for (size_t k = 0; k < labels.size(); k += 2) word(cost(k) | cost(k + 1) << 32);
}

size_t Emitter::to_loops(const std::vector<uint32_t>& labels) const {
  if (std::none_of(labels.begin(), labels.end(), [&](uint32_t label) { return to_loop(label); }))
    return 0;
  return metered() ? 2 : 1;
}

void Emitter::distances(const std::vector<uint32_t>& labels, uint32_t origin) {
  for (size_t k = 0; k < labels.size(); ++k) {
    if (k % 2 == 0) word(0);
    fixups_.push_back(
        {here() - 1, origin, labels[k], k % 2 == 0 ? Fixup::Half::kLow : Fixup::Half::kHigh});
  }
}

void Emitter::global(const IrInstruction& i, const Operand& value) {
  handler(lookup(i));
  word(pack_high(value.slot, 0, i.immediate));
  constant(value);
}

void Emitter::call(const IrInstruction& i) {
  const uint64_t shape = i.frame | uint64_t{i.link} << 32;
  const uint64_t operand = uint64_t{i.a.slot} << 32;
  const auto emit = [&](Handler h, uint64_t second, uint64_t third) {
    handler(h), word(second), word(third);
  };
  switch (i.kind) {
    case IrKind::kCallIndirect:
    case IrKind::kReturnCallIndirect: {
      const bool tail = i.kind == IrKind::kReturnCallIndirect;
      handler(tail ? exec::kReturnCallIndirectHandlers[metered()][at(i.a.cls)] : lookup(i));
      return call_indirect_words(i);
    }
    case IrKind::kCallRef:
      return emit(lookup(i), shape, operand);
    case IrKind::kReturnCallRef:
      return emit(exec::kReturnCallRefHandlers[metered()][at(i.a.cls)], shape, operand);
    case IrKind::kCallImport:
      return emit(exec::kCallImportHandler, shape, i.immediate);
    case IrKind::kReturnCallImport:
      return emit(exec::kReturnCallImportHandler, shape, i.immediate);
    default:
      break;
  }
  const auto* code = code_.entry(static_cast<uint32_t>(i.immediate));
  if (i.kind == IrKind::kReturnCall)
    return emit(exec::kReturnCallHandler[metered()], shape, reinterpret_cast<uint64_t>(code));
  handler(exec::kCallHandler[metered()]);
  call_words(i);
}

void Emitter::call_indirect_words(const IrInstruction& i) {
  const uint64_t table = code_.layout().tables + i.second * sizeof(Table*);
  word(i.frame | uint64_t{i.link} << 32 | (table >> 3) << 48);
  word(i.immediate | uint64_t{i.a.slot} << 32);
}

void Emitter::call_words(const IrInstruction& i) {
  word(i.frame | uint64_t{i.link} << 32 | exec::kDirectCall);
  word(reinterpret_cast<uint64_t>(code_.entry(static_cast<uint32_t>(i.immediate))));
}

void Emitter::resolve() {
  for (const Fixup& fixup : fixups_) {
    const uint32_t target = positions_[ir_.labels[fixup.label].position];
    const auto distance = static_cast<uint32_t>(static_cast<int32_t>(target - fixup.origin));
    uint64_t& word = out_->words[fixup.word];
    word |= fixup.half == Fixup::Half::kHigh ? uint64_t{distance} << 32 : distance;
  }
}

void Emitter::side_table() {
  for (const IrTry& block : ir_.tries) {
    out_->tries.push_back({positions_[block.begin], positions_[block.end], block.outer,
                           block.first_catch, block.catches});
  }
  for (const IrCatch& clause : ir_.catches) {
    const Label& label = ir_.labels[clause.label];
    out_->catches.push_back(
        {clause.tag, clause.wants_ref, clause.slot, positions_[label.position], label.cost});
  }
}

std::unique_ptr<FunctionCode> emit(const ModuleCode& code, Ir ir) {
  return Emitter(code, ir).emit();
}

}  // namespace tappet::translate
