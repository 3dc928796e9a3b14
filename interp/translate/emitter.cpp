#include "interp/translate/emitter.h"

#include "interp/translate/emitter_impl.h"

namespace tappet::translate {

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
  word(code_header(ir_.frame_slots, ir_.zero_slots));
  labelled_.resize(ir_.code.size() + 1);
  for (const Label& label : ir_.labels) {
    if (label.position != UINT32_MAX) labelled_[label.position] = true;
  }
  positions_.resize(ir_.code.size() + 1);
  for (size_t i = 0; i < ir_.code.size(); ++i) {
    positions_[i] = here();
    if (try_pair(i)) {
      positions_[++i] = here();
      continue;
    }
    IrInstruction instruction = ir_.code[i];
    const Operand result = instruction.d;
    near(instruction);
    out.origins.push_back({here(), instruction.offset});
    emit_one(instruction);
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

void Emitter::emit_one(const IrInstruction& i) {
  const auto move = [&](const Handlers2& handlers) {
    handler(handlers[at(i.a.cls, i.d.cls)]);
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
      return move(exec::kMoveIntHandlers);
    case IrKind::kMoveFloat:
      return move(exec::kMoveFloatHandlers);
    case IrKind::kFloatToInt:
      return move(exec::kFloatToIntHandlers[i.flag]);
    case IrKind::kIntToFloat:
      return move(exec::kIntToFloatHandlers);
    case IrKind::kSelectInt:
      return select(i, exec::kSelectIntHandlers);
    case IrKind::kSelectFloat:
      return select(i, exec::kSelectFloatHandlers);
    case IrKind::kBranch:
      return branch(i, exec::kBranchHandlers[to_loop(i.label)]);
    case IrKind::kIntBranch:
      return branch(i, exec::kIntBranchHandlers[to_loop(i.label)][i.row.row][at(i.a.cls, i.b.cls)]);
    case IrKind::kFloatBranch:
      return branch(
          i, exec::kFloatBranchHandlers[i.flag][to_loop(i.label)][i.row.row][at(i.a.cls, i.b.cls)]);
    case IrKind::kBranchTable:
      return branch_table(i);
    case IrKind::kGlobalGetInt:
      return global(i, exec::kGlobalGetIntHandlers[i.flag], i.d);
    case IrKind::kGlobalGetFloat:
      return global(i, exec::kGlobalGetFloatHandlers[i.flag], i.d);
    case IrKind::kGlobalSetInt:
      return global(i, exec::kGlobalSetIntHandlers[i.flag], i.a);
    case IrKind::kGlobalSetFloat:
      return global(i, exec::kGlobalSetFloatHandlers[i.flag], i.a);
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
      return leave(exec::kReturnHandler);
    case IrKind::kReturnInt:
      return leave(exec::kReturnIntHandlers[at(i.a.cls)]);
    case IrKind::kReturnFloat:
      return leave(exec::kReturnFloatHandlers[at(i.a.cls)]);
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
      handler(exec::slow_handler(static_cast<Opcode>(i.immediate)));
      word(i.first | uint64_t{i.second} << 32);
      return word(i.frame);
    case IrKind::kAtomic:
      handler(exec::atomic_handler(static_cast<Opcode>(i.first)));
      word(i.frame | (code_.layout().memories + i.second * sizeof(Memory*)) << 32);
      return word(i.immediate);
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
  const auto tables = [&]() -> const Handlers3* {
    switch (i.row.family) {
      case Family::kIntBinary:
        return exec::kIntBinaryHandlers;
      case Family::kIntDivision:
        return exec::kIntDivisionHandlers;
      case Family::kIntCompare:
        return exec::kIntCompareHandlers;
      case Family::kFloatBinary:
        return exec::kFloatBinaryHandlers;
      default:
        return exec::kFloatCompareHandlers;
    }
  }();
  handler(tables[i.row.row][at(i.a.cls, i.b.cls, i.d.cls)]);
  word(pack(i.a.slot, i.b.slot, i.d.slot));
  constant(i.a), constant(i.b);
}

void Emitter::unary(const IrInstruction& i) {
  const auto tables = [&]() -> const Handlers2* {
    switch (i.row.family) {
      case Family::kIntUnary:
        return exec::kIntUnaryHandlers;
      case Family::kFloatUnary:
        return exec::kFloatUnaryHandlers;
      case Family::kTruncate:
        return exec::kTruncateHandlers;
      case Family::kTruncateSat:
        return exec::kTruncateSatHandlers;
      case Family::kConvert:
        return exec::kConvertHandlers;
      default:
        return exec::kFloatCastHandlers;
    }
  }();
  handler(tables[i.row.row][at(i.a.cls, i.d.cls)]);
  word(pack(i.a.slot, 0, i.d.slot));
}

void Emitter::load(const IrInstruction& i) {
  const bool is_float = i.row.family == Family::kFloatLoad;
  if (i.kind == IrKind::kLoadSum) {
    const Handlers3* tables = is_float ? memory_->float_load_sum : memory_->int_load_sum;
    handler(tables[i.row.row][at(i.a.cls, i.b.cls, i.d.cls)]);
    word(pack(i.a.slot, i.b.slot, i.d.slot, static_cast<uint32_t>(i.immediate)));
    return constant(i.b);
  }
  const Handlers2* tables = is_float ? memory_->float_load : memory_->int_load;
  handler(tables[i.row.row][at(i.a.cls, i.d.cls)]);
  const bool is_const = i.a.cls == Class::kConst;
  word(pack_high(i.a.slot, i.d.slot, is_const ? 0 : i.immediate));
  if (is_const) word(i.a.value + i.immediate);
}

void Emitter::store(const IrInstruction& i) {
  const bool is_float = i.row.family == Family::kFloatStore;
  if (i.kind == IrKind::kStoreSum) {
    const Handlers3* tables = is_float ? memory_->float_store_sum : memory_->int_store_sum;
    handler(tables[i.row.row][at(i.a.cls, i.x.cls, i.b.cls)]);
    word(pack(i.a.slot, i.b.slot, static_cast<uint32_t>(i.immediate), i.x.slot));
    return constant(i.x), constant(i.b);
  }
  const Handlers2* tables = is_float ? memory_->float_store : memory_->int_store;
  handler(tables[i.row.row][at(i.a.cls, i.b.cls)]);
  const bool is_const = i.a.cls == Class::kConst;
  word(pack_high(i.a.slot, i.b.slot, is_const ? 0 : i.immediate));
  if (is_const) word(i.a.value + i.immediate);
  constant(i.b);
}

void Emitter::any_memory(const IrInstruction& i) {
  const exec::AnyMemoryHandlers& tables = exec::kAnyMemoryHandlers[i.second == 0];
  const uint64_t memory = code_.layout().memories + i.second * sizeof(Memory*);
  const bool is_load = i.kind == IrKind::kLoadAny;
  const Operand& value = is_load ? i.d : i.b;
  const Handlers2* rows = nullptr;
  if (is_load) {
    rows = i.row.family == Family::kFloatLoad ? tables.float_load : tables.int_load;
  } else {
    rows = i.row.family == Family::kFloatStore ? tables.float_store : tables.int_store;
  }
  handler(rows[i.row.row][at(i.a.cls, value.cls)]);
  word(pack_high(i.a.slot, value.slot, memory));
  word(i.immediate);
  constant(value);
}

void Emitter::select(const IrInstruction& i, const Handlers4& handlers) {
  handler(handlers[at(i.a.cls, i.b.cls, i.x.cls, i.d.cls)]);
  word(pack(i.a.slot, i.b.slot, i.d.slot, i.x.slot));
  constant(i.b), constant(i.x);
}

void Emitter::branch(const IrInstruction& i, Handler h) {
  fixups_.push_back({here() + 1, here(), i.label, Fixup::Half::kHigh});
  handler(h);
  word(pack(i.a.slot, i.b.slot));
  constant(i.a), constant(i.b);
}

void Emitter::branch_table(const IrInstruction& i) {
  const std::vector<uint32_t>& labels = ir_.branch_tables[i.immediate];
  bool any_loop = false;
  for (const uint32_t label : labels) any_loop |= to_loop(label);
  const uint32_t origin = here();
  handler(exec::kBranchTableHandlers[any_loop][at(i.a.cls)]);
  word(pack_high(i.a.slot, 0, labels.size() - 1));
  for (size_t k = 0; k < labels.size(); ++k) {
    if (k % 2 == 0) word(0);
    fixups_.push_back(
        {here() - 1, origin, labels[k], k % 2 == 0 ? Fixup::Half::kLow : Fixup::Half::kHigh});
  }
}

void Emitter::global(const IrInstruction& i, const Handlers1& handlers, const Operand& value) {
  handler(handlers[at(value.cls)]);
  word(pack_high(value.slot, 0, i.immediate));
  constant(value);
}

void Emitter::call(const IrInstruction& i) {
  const uint64_t shape = i.frame | uint64_t{i.link} << 32;
  const uint64_t operand = uint64_t{i.a.slot} << 32;
  const uint64_t table = code_.layout().tables + i.second * sizeof(Table*);
  const auto emit = [&](Handler h, uint64_t second, uint64_t third) {
    handler(h), word(second), word(third);
  };
  switch (i.kind) {
    case IrKind::kCallIndirect:
    case IrKind::kReturnCallIndirect: {
      const bool tail = i.kind == IrKind::kReturnCallIndirect;
      const Handlers1& rows =
          tail ? exec::kReturnCallIndirectHandlers : exec::kCallIndirectHandlers;
      return emit(rows[at(i.a.cls)], shape | (table >> 3) << 48, i.immediate | operand);
    }
    case IrKind::kCallRef:
      return emit(exec::kCallRefHandlers[at(i.a.cls)], shape, operand);
    case IrKind::kReturnCallRef:
      return emit(exec::kReturnCallRefHandlers[at(i.a.cls)], shape, operand);
    case IrKind::kCallImport:
      return emit(exec::kCallImportHandler, shape, i.immediate);
    case IrKind::kReturnCallImport:
      return emit(exec::kReturnCallImportHandler, shape, i.immediate);
    default:
      break;
  }
  const auto* code = code_.entry(static_cast<uint32_t>(i.immediate));
  emit(i.kind == IrKind::kCall ? exec::kCallHandler : exec::kReturnCallHandler, shape,
       reinterpret_cast<uint64_t>(code));
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
    const uint32_t target = positions_[ir_.labels[clause.label].position];
    out_->catches.push_back({clause.tag, clause.wants_ref, clause.slot, target});
  }
}

std::unique_ptr<FunctionCode> emit(const ModuleCode& code, Ir ir) {
  return Emitter(code, ir).emit();
}

}  // namespace tappet::translate
