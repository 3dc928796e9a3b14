// What a function looks like between its wasm instructions and its threaded code: a list of
// operations on operands with classes, with branch targets as labels.
#pragma once

#include <cstdint>
#include <vector>

#include "interp/exec/families.h"

namespace tappet::translate {

using exec::Class;

// Which registers can hold a local.
enum class Bank : uint8_t { kNone, kInt, kFloat };

struct Operand {
  Class cls = Class::kAcc;    // of operands that an instruction does not have too
  bool is_vector = false;     // a v128: the slot and the next one
  bool is_float_pin = false;  // a pin of the floating bank
  uint32_t slot = 0;          // kSlot; of a pin too, which may always be read from there
  uint64_t value = 0;         // kConst: the bits

  static Operand at_slot(uint32_t slot, bool is_vector = false) {
    return {Class::kSlot, is_vector, false, slot, 0};
  }
  static Operand constant(uint64_t value) { return {Class::kConst, false, false, 0, value}; }
  static Operand acc() { return {Class::kAcc, false, false, 0, 0}; }
};

inline bool is_const(const Operand& o) { return o.cls == Class::kConst; }
inline bool is_acc(const Operand& o) { return o.cls == Class::kAcc; }

// The largest offset that a 16-bit field of an instruction holds.
inline constexpr uint64_t kMaxOffset = 0xffff;

enum class IrKind : uint8_t {
  kBinary,    // a, b -> d; row says which family
  kUnary,     // a -> d
  kLoad,      // a -> d; immediate: offset
  kLoadSum,   // a + b -> d; immediate: offset below 65,536
  kStore,     // a: address, b: value; immediate: offset
  kStoreSum,  // a + x: address, b: value; immediate: offset below 65,536
  kLoadAny,   // a -> d; immediate: offset; second: memory. For other memories than 0 and for
              // 64-bit addresses, of which the kinds above know nothing
  kStoreAny,  // a: address, b: value; the same
  // Superinstructions; first: the row of fused.def.
  kOpOp,            // a, b, x -> d
  kShiftOp,         // a, x -> d; second: count
  kOpShift,         // a, b -> d; second: count
  kLoadOp,          // a, x -> d; second: added to a; immediate: offset below 65,536
  kFloatLoadOp,     // the same
  kFloatOpOp,       // a, b, x -> d
  kLoadScaled,      // a << second, x -> d; immediate: offset
  kMoveInt,         // a -> d
  kMoveFloat,       // a -> d
  kFloatToInt,      // a -> d; flag: keep 32 bits
  kIntToFloat,      // a -> d
  kSelectInt,       // a: condition, b, x -> d
  kSelectFloat,     // the same
  kBranch,          // label
  kIntBranch,       // a, b, label
  kFloatBranch,     // a, b, label; flag: negated
  kBranchTable,     // a; immediate: index into BranchTables
  kGlobalGetInt,    // -> d; immediate: byte offset; flag: imported
  kGlobalGetFloat,  // the same
  kGlobalSetInt,    // a; the same
  kGlobalSetFloat,  // the same
  kCall,            // immediate: function; frame, link
  kCallImport,      // the same
  kCallIndirect,    // a: index; immediate: type; frame, link; table
  kCallRef,         // a: reference; frame, link
  // Tail calls; frame: where the arguments lie; link: the callee's; first: slots of the arguments.
  kReturnCall,          // immediate: function
  kReturnCallImport,    // the same
  kReturnCallIndirect,  // a: index; immediate: type; second: table
  kReturnCallRef,       // a: reference
  kReturn,              // results are in place
  kReturnInt,           // a
  kReturnFloat,         // a
  kStructGet,           // a -> d; first: FieldRead; immediate: offset
  kStructSet,           // a: object, b: value; first: FieldWrite; immediate: offset
  kArrayGet,            // a, b: index -> d; first: FieldRead
  kArraySet,            // a, b: index, x: value; first: FieldWrite
  kArrayLen,            // a -> d
  kI31Get,              // a -> d; flag: signed
  kRefTest,             // a -> d; first: CastTarget; flag: nullable; immediate, second: type, depth
  kRefCast,             // the same
  kSlow,                // opcode in immediate; frame: first operand's slot; x.slot, b.slot unused
  kLoadPins,            // from the slots of Ir::pin_sets[immediate]; label: the loop's
  kCheckNonNull,        // a
  kThrow,               // immediate: tag; frame: where the values lie
  kThrowRef,            // frame: where the reference lies
  kAtomic,     // frame: first operand's slot; first: opcode; second: memory; immediate: offset
  kMoveSlots,  // `second` slots from `frame` to `first`; they may overlap
  kUnreachable,
  kVector,           // a, b, x -> d; first: opcode; second: lane; immediate: offset, or with x's
                     // value the 128 bits in the instruction; flag: of any memory, which is frame
  kMoveVector,       // a -> d
  kSelectVector,     // a: condition, b, x -> d
  kGlobalGetVector,  // as kGlobalGetInt
  kGlobalSetVector,  // as kGlobalSetInt
  // Two results: the low half goes to the slot `frame`, the high half to d; first: opcode.
  kWideSum,      // low halves a and b, high halves x and slot `second`; flag: and `immediate`
  kWideProduct,  // a, b
};

// Calls that come back.
inline bool is_call(IrKind kind) {
  return kind == IrKind::kCall || kind == IrKind::kCallImport || kind == IrKind::kCallIndirect ||
         kind == IrKind::kCallRef;
}

inline constexpr uint32_t kNoLabel = UINT32_MAX;

struct IrInstruction {
  IrKind kind;
  exec::FamilyRow row;
  bool flag = false;
  bool has_result = false;  // d is written
  uint32_t label = kNoLabel;
  uint32_t frame = 0;  // calls: the callee's frame, in slots from ours
  uint32_t link = 0;   // calls: the callee's link slot
  uint32_t first = 0;  // kSlow: immediates; kVector
  uint32_t second = 0;
  uint32_t offset = 0;  // of the wasm instruction, in Module::bytes
  Operand a, b, x, d;
  uint64_t immediate = 0;
};

struct Label {
  uint32_t position = UINT32_MAX;  // index of the IR instruction it stands before
  bool is_loop = false;
  bool is_pinned = false;  // a loop whose header is in a register
  uint32_t cost = 0;       // of a loop: what a round costs in fuel
};

// As in FunctionCode, with positions in Ir::code and labels.
struct IrTry {
  uint32_t begin = 0;
  uint32_t end = 0;
  uint32_t outer = 0;
  uint32_t first_catch = 0;
  uint32_t catches = 0;
};
struct IrCatch {
  uint32_t tag = 0;
  bool wants_ref = false;
  uint32_t slot = 0;
  uint32_t label = kNoLabel;
};

// The locals that a loop holds in registers.
struct PinSet {
  uint16_t ints[4] = {};
  uint16_t floats[2] = {};
};

struct Ir {
  std::vector<IrInstruction> code;
  std::vector<Label> labels;
  std::vector<std::vector<uint32_t>> branch_tables;  // labels, the default last
  std::vector<IrTry> tries;
  std::vector<IrCatch> catches;
  std::vector<PinSet> pin_sets;
  std::vector<Bank> banks;  // of parameters and locals, by slot
  uint32_t cost = 0;        // what entering the function costs in fuel
  uint32_t frame_slots = 0;
  uint32_t link_slot = 0;
  // Locals that may be read before they are written.
  uint32_t zero_slot = 0;
  uint32_t zero_slots = 0;
  uint32_t scratch_slot = 0;  // kScratchSlots that the emitter may use, in large frames
  uint32_t spill_slot = 0;    // in others, kSpillSlots of them
};

// A near home for each operand of an instruction in a frame too large for 16-bit slots: of two
// slots, for vectors.
inline constexpr uint32_t kScratchSlots = 8;
// One for each operand of an instruction; vectors need none.
inline constexpr uint32_t kSpillSlots = 4;
inline constexpr uint32_t kNearSlots = 1u << 16;

}  // namespace tappet::translate
