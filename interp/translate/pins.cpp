#include "interp/translate/pins.h"

#include <algorithm>
#include <array>

namespace tappet::translate {
namespace {

using exec::Family;
using exec::kFloatPins;
using exec::kIntPins;

Banks binary_banks(Family family) {
  constexpr Bank i = Bank::kInt;
  constexpr Bank f = Bank::kFloat;
  if (family == Family::kFloatBinary) return {f, f, Bank::kNone, f};
  if (family == Family::kFloatCompare) return {f, f, Bank::kNone, i};
  return {i, i, Bank::kNone, i};
}

Banks unary_banks(Family family) {
  constexpr Bank i = Bank::kInt;
  constexpr Bank f = Bank::kFloat;
  constexpr Bank none = Bank::kNone;
  switch (family) {
    case Family::kIntUnary:
      return {i, none, none, i};
    case Family::kTruncate:
    case Family::kTruncateSat:
      return {f, none, none, i};
    case Family::kConvert:
      return {i, none, none, f};
    default:
      return {f, none, none, f};
  }
}

}  // namespace

Banks pinnable_banks(const IrInstruction& in) {
  constexpr Bank i = Bank::kInt;
  constexpr Bank f = Bank::kFloat;
  constexpr Bank none = Bank::kNone;
  const bool is_float = in.row.family == Family::kFloatLoad || in.row.family == Family::kFloatStore;
  switch (in.kind) {
    case IrKind::kBinary:
      return binary_banks(in.row.family);
    case IrKind::kUnary:
      return unary_banks(in.row.family);
    case IrKind::kLoad:
    case IrKind::kLoadSum:
      return {i, i, none, is_float ? f : i};
    case IrKind::kStore:
    case IrKind::kStoreSum:
      return {i, is_float ? f : i, i, none};
    case IrKind::kOpOp:
      return {i, i, i, i};
    case IrKind::kShiftOp:
    case IrKind::kLoadOp:
    case IrKind::kLoadScaled:
      return {i, none, i, i};
    case IrKind::kOpShift:
      return {i, i, none, i};
    case IrKind::kFloatLoadOp:
      return {i, none, f, f};
    case IrKind::kFloatOpOp:
      return {f, f, f, f};
    case IrKind::kMoveInt:
      return {i, none, none, i};
    case IrKind::kMoveFloat:
      return {f, none, none, f};
    case IrKind::kFloatToInt:
      return {f, none, none, i};
    case IrKind::kIntToFloat:
      return {i, none, none, f};
    case IrKind::kIntBranch:
      return {i, i, none, none};
    case IrKind::kFloatBranch:
      return {f, f, none, none};
    case IrKind::kGlobalGetInt:
      return {none, none, none, i};
    case IrKind::kGlobalGetFloat:
      return {none, none, none, f};
    case IrKind::kGlobalSetInt:
    case IrKind::kBranchTable:
    case IrKind::kCallIndirect:
    case IrKind::kCallRef:
    case IrKind::kReturnInt:
      return {i, none, none, none};
    case IrKind::kReturnFloat:
      return {f, none, none, none};
    default:
      return {};
  }
}

namespace {

// A loop's instructions: from its label to the last branch back.
struct Loop {
  uint32_t label = 0;
  uint32_t begin = 0;
  uint32_t end = 0;
};

// Pins of one loop.
struct Choice {
  PinSet slots;
  std::array<uint32_t, kIntPins + 1> ints{};  // slot + 1; 0: none
  std::array<uint32_t, kFloatPins + 1> floats{};
};

class Pinner {
 public:
  explicit Pinner(Ir& ir) : ir_(ir), reads_(ir.banks.size()), writes_(ir.banks.size()) {}

  void run() {
    find_loops();
    for (const Loop& loop : loops_) pin(loop);
    insert();
  }

 private:
  struct Insertion {
    uint32_t before;  // position
    uint32_t loop;    // label
    uint32_t set;     // in Ir::pin_sets
    bool at_entry;    // the loop's label stays behind it
  };

  void find_loops();
  bool in_try(const Loop& loop) const;
  void pin(const Loop& loop);
  void count(const Loop& loop, uint32_t& calls);
  bool choose(Bank bank, size_t pins, uint32_t* chosen);
  void rewrite(Operand& o, Bank position, const Choice& choice, bool is_result) const;
  void insert();

  Bank bank_of(const Operand& o) const {
    if (o.cls != Class::kSlot || o.is_vector || o.slot >= ir_.banks.size()) return Bank::kNone;
    return ir_.banks[o.slot];
  }
  static bool is_move_of_float(const IrInstruction& in, const Pinner& pinner) {
    return in.kind == IrKind::kMoveInt &&
           (pinner.bank_of(in.a) == Bank::kFloat || pinner.bank_of(in.d) == Bank::kFloat);
  }

  Ir& ir_;
  std::vector<Loop> loops_;
  std::vector<uint32_t> reads_, writes_;  // by slot, of the loop at hand
  std::vector<uint32_t> seen_;            // slots with a count
  std::vector<Insertion> insertions_;
};

// Loops without a loop inside, in order.
void Pinner::find_loops() {
  std::vector<uint32_t> last(ir_.labels.size());  // by label: behind the last branch back
  const auto branch = [&](uint32_t label, size_t from) {
    if (ir_.labels[label].is_loop) last[label] = static_cast<uint32_t>(from) + 1;
  };
  for (size_t i = 0; i < ir_.code.size(); ++i) {
    const IrInstruction& in = ir_.code[i];
    if (in.label != kNoLabel) branch(in.label, i);
    if (in.kind != IrKind::kBranchTable) continue;
    for (const uint32_t label : ir_.branch_tables[in.immediate]) branch(label, i);
  }
  std::vector<Loop> all;
  for (uint32_t label = 0; label < ir_.labels.size(); ++label) {
    if (last[label] != 0) all.push_back({label, ir_.labels[label].position, last[label]});
  }
  std::sort(all.begin(), all.end(), [](const Loop& a, const Loop& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  });
  for (size_t k = 0; k < all.size(); ++k) {
    const bool innermost = k + 1 == all.size() || all[k + 1].begin >= all[k].end;
    if (innermost && !in_try(all[k])) loops_.push_back(all[k]);
  }
}

// Handlers are reached without the registers of the loop around them.
bool Pinner::in_try(const Loop& loop) const {
  return std::any_of(ir_.tries.begin(), ir_.tries.end(),
                     [&](const IrTry& block) {
                       return block.begin < loop.end && block.end > loop.begin;
                     }) ||
         std::any_of(ir_.catches.begin(), ir_.catches.end(), [&](const IrCatch& clause) {
           const uint32_t at = ir_.labels[clause.label].position;
           return at >= loop.begin && at < loop.end;
         });
}

void Pinner::count(const Loop& loop, uint32_t& calls) {
  for (const uint32_t slot : seen_) reads_[slot] = writes_[slot] = 0;
  seen_.clear();
  const auto add = [&](const Operand& o, Bank position, std::vector<uint32_t>& counts) {
    const Bank bank = bank_of(o);
    if (bank == Bank::kNone || bank != position) return;
    if (reads_[o.slot] + writes_[o.slot] == 0) seen_.push_back(o.slot);
    ++counts[o.slot];
  };
  for (uint32_t i = loop.begin; i < loop.end; ++i) {
    IrInstruction& in = ir_.code[i];
    // Between slots all moves are alike.
    if (is_move_of_float(in, *this)) in.kind = IrKind::kMoveFloat;
    const Banks banks = pinnable_banks(in);
    add(in.a, banks.a, reads_), add(in.b, banks.b, reads_), add(in.x, banks.x, reads_);
    if (in.has_result) add(in.d, banks.d, writes_);
    calls += is_call(in.kind);
  }
  // What is written where no pin can be is no candidate.
  for (uint32_t i = loop.begin; i < loop.end; ++i) {
    const IrInstruction& in = ir_.code[i];
    const auto exclude = [&](uint32_t slot) {
      if (slot < reads_.size()) reads_[slot] = writes_[slot] = 0;
    };
    if (in.has_result && in.d.cls == Class::kSlot && pinnable_banks(in).d != bank_of(in.d))
      exclude(in.d.slot);
    if (in.kind == IrKind::kWideSum || in.kind == IrKind::kWideProduct) exclude(in.frame);
  }
}

// The slots + 1 of the busiest locals; false if there is none.
bool Pinner::choose(Bank bank, size_t pins, uint32_t* chosen) {
  const auto weight = [&](uint32_t slot) { return 2 * reads_[slot] + writes_[slot]; };
  std::vector<uint32_t> slots;
  for (const uint32_t slot : seen_) {
    if (ir_.banks[slot] == bank && reads_[slot] != 0 && slot <= UINT16_MAX) slots.push_back(slot);
  }
  std::sort(slots.begin(), slots.end(), [&](uint32_t a, uint32_t b) {
    return weight(a) != weight(b) ? weight(a) > weight(b) : a < b;
  });
  for (size_t k = 0; k < std::min(pins, slots.size()); ++k) chosen[k] = slots[k] + 1;
  return !slots.empty();
}

void Pinner::rewrite(Operand& o, Bank position, const Choice& choice, bool is_result) const {
  if (o.cls != Class::kSlot || o.is_vector) return;
  const auto pin = [&](const auto& slots, size_t count, bool is_float) {
    for (size_t k = 0; k < count; ++k) {
      if (slots[k] != o.slot + 1) continue;
      o.cls = exec::pin_class(k);
      o.is_float_pin = is_float;
    }
  };
  if (position == Bank::kInt) pin(choice.ints, kIntPins, false);
  if (position == Bank::kFloat) pin(choice.floats, kFloatPins, true);
  static_cast<void>(is_result);
}

void Pinner::pin(const Loop& loop) {
  uint32_t calls = 0;
  count(loop, calls);
  Choice choice;
  const bool ints = choose(Bank::kInt, kIntPins, choice.ints.data());
  const bool floats = choose(Bank::kFloat, kFloatPins, choice.floats.data());
  if (!ints && !floats && calls != 0) return;
  uint32_t uses = 0;
  for (size_t k = 0; k < kIntPins; ++k) {
    if (choice.ints[k] == 0) continue;
    choice.slots.ints[k] = static_cast<uint16_t>(choice.ints[k] - 1);
    uses += reads_[choice.ints[k] - 1];
  }
  for (size_t k = 0; k < kFloatPins; ++k) {
    if (choice.floats[k] == 0) continue;
    choice.slots.floats[k] = static_cast<uint16_t>(choice.floats[k] - 1);
    uses += reads_[choice.floats[k] - 1];
  }
  // Loading them again after a call costs about as much as this many reads save.
  constexpr uint32_t kReadsPerCall = 12;
  if (uses < kReadsPerCall * calls) return;
  const auto set = static_cast<uint32_t>(ir_.pin_sets.size());
  ir_.pin_sets.push_back(choice.slots);
  insertions_.push_back({loop.begin, loop.label, set, true});
  ir_.labels[loop.label].is_pinned = true;
  for (uint32_t i = loop.begin; i < loop.end; ++i) {
    IrInstruction& in = ir_.code[i];
    const Banks banks = pinnable_banks(in);
    rewrite(in.a, banks.a, choice, false);
    rewrite(in.b, banks.b, choice, false);
    rewrite(in.x, banks.x, choice, false);
    if (in.has_result) rewrite(in.d, banks.d, choice, true);
    if (is_call(in.kind)) insertions_.push_back({i + 1, loop.label, set, false});
  }
}

void Pinner::insert() {
  if (insertions_.empty()) return;
  std::vector<uint32_t> moved(ir_.code.size() + 1);  // by old position: the new one
  std::vector<IrInstruction> code;
  code.reserve(ir_.code.size() + insertions_.size());
  size_t next = 0;
  for (uint32_t i = 0; i <= ir_.code.size(); ++i) {
    moved[i] = static_cast<uint32_t>(code.size());
    for (; next < insertions_.size() && insertions_[next].before == i; ++next) {
      IrInstruction load{};
      load.kind = IrKind::kLoadPins;
      load.label = insertions_[next].loop;
      load.immediate = insertions_[next].set;
      load.offset = i < ir_.code.size() ? ir_.code[i].offset : 0;
      code.push_back(load);
    }
    if (i < ir_.code.size()) code.push_back(ir_.code[i]);
  }
  for (Label& label : ir_.labels) {
    if (label.position != UINT32_MAX) label.position = moved[label.position];
  }
  // Who comes round again has them already.
  for (const Insertion& insertion : insertions_) {
    if (insertion.at_entry) ++ir_.labels[insertion.loop].position;
  }
  for (IrTry& block : ir_.tries) {
    block.begin = moved[block.begin];
    block.end = moved[block.end];
  }
  ir_.code = std::move(code);
}

}  // namespace

void pin_loops(Ir& ir) {
  if (ir.frame_slots >= kNearSlots) return;
  Pinner(ir).run();
}

}  // namespace tappet::translate
