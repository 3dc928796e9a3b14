// Where the translator finds handlers: one table per operation, by operand classes. A null entry is
// a combination that the translator must not ask for.
#pragma once

#include "interp/exec/dispatch.h"
#include "interp/exec/families.h"

namespace tappet::exec {

constexpr size_t at(Class a) { return static_cast<size_t>(a); }
constexpr size_t at(Class a, Class b) { return at(a) * kClasses + at(b); }
constexpr size_t at(Class a, Class b, Class c) { return at(a, b) * kClasses + at(c); }
constexpr size_t at(Class a, Class b, Class c, Class d) { return at(a, b, c) * kClasses + at(d); }

// The handler for operands of these classes, which may be pins; null if there is none.
constexpr size_t at_pins(Class a, Class b) { return at(a) * kPinClasses + at(b); }
inline Handler find(const PinHandlers1& table, Class a) { return table[at(a)]; }
inline Handler find(const PinHandlers2& table, Class a, Class b) { return table[at_pins(a, b)]; }
inline Handler find(const PinHandlers3& table, Class a, Class b, Class c) {
  return table[at_pins(a, b) * kPinClasses + at(c)];
}
inline Handler find(const Handlers4& table, Class a, Class b, Class c, Class d) {
  const bool pinned = is_pin(a) || is_pin(b) || is_pin(c) || is_pin(d);
  return pinned ? nullptr : table[at(a, b, c, d)];
}

// By row of ops.def.
extern const PinHandlers3 kIntBinaryHandlers[];    // a, b, d
extern const PinHandlers3 kIntDivisionHandlers[];  // a, b, d
extern const PinHandlers3 kIntCompareHandlers[];   // a, b, d
extern const PinHandlers2 kIntUnaryHandlers[];     // a, d
extern const PinHandlers3 kFloatBinaryHandlers[];
extern const PinHandlers3 kFloatCompareHandlers[];
extern const PinHandlers2 kFloatUnaryHandlers[];
extern const PinHandlers2 kTruncateHandlers[];
extern const PinHandlers2 kTruncateSatHandlers[];
extern const PinHandlers2 kConvertHandlers[];
extern const PinHandlers2 kFloatCastHandlers[];

// Sums: add, sub; the first high half, the second, the high result. Products: signed, unsigned;
// a, b, the high result.
extern const Handlers3 kWideSumHandlers[2];
extern const Handlers3 kWideProductHandlers[2];

// Of memory 0, in the two strategies.
struct MemoryHandlers {
  const PinHandlers2* int_load;      // address, result
  const PinHandlers3* int_load_sum;  // address, address, result
  const PinHandlers2* float_load;
  const PinHandlers3* float_load_sum;
  const PinHandlers2* int_store;      // address, value
  const PinHandlers3* int_store_sum;  // address, address, value
  const PinHandlers2* float_store;
  const PinHandlers3* float_store_sum;
  // By row of fused.def.
  const PinHandlers3* load_op;                  // a, x, d
  const PinHandlers3* float_load_op;            // a, x, d
  const PinHandlers3* load_scaled;              // twice the row, + 1 if by size: a, x, d
  const PinHandlers3* load_masked;              // the same
  const PinHandlers2 (*load_table)[2];          // by kPlainLoads, [to a loop]: a, b
  const PinHandlers2 (*load_advance_table)[2];  // the same
  const PinHandlers3* load_advance;             // by kPlainLoads: a, b, d
  const PinHandlers3* load_load_mul;            // [64 bits]: a, b, d
  const PinHandlers3* load_mul_add;             // [64 bits]: a, x, d
  const PinHandlers2* load_load;                // by kPlainLoads, the second load: a, d
  const PinHandlers1* add_to;                   // [64 bits]: a
  // [32 bits, not 8][by <, not by !=][constant step]: counter, value, bound
  const PinHandlers3 (*fill)[2][2];
  const PinHandlers2* load_branch[kTargets];  // a, b
  // [8 bits, not 32][by !=, not by ==]: a, b
  const PinHandlers2 (*load_keep_branch[kTargets])[2];
};
extern const MemoryHandlers kGuardedMemoryHandlers;
extern const MemoryHandlers kCheckedMemoryHandlers;

// Of any memory: address, result or value.
struct AnyMemoryHandlers {
  const Handlers2* int_load;
  const Handlers2* float_load;
  const Handlers2* int_store;
  const Handlers2* float_store;
};
extern const AnyMemoryHandlers kAnyMemoryHandlers[2];  // [of memory 0]

// What a br_table or a sum may be fused with.
inline constexpr Opcode kPlainLoads[] = {Opcode::kI32Load, Opcode::kI32Load8U, Opcode::kI32Load16U};

// By Target, then by comparison row.
extern const PinHandlers2* const kIntBranchHandlers[kTargets];
// The same by float comparison row, [negated].
extern const PinHandlers2* const kFloatBranchHandlers[2][kTargets];
extern const Handler kBranchHandlers[kTargets];
extern const PinHandlers1 kBranchTableHandlers[3];  // [to loops, too; metered]

// Superinstructions, by row of fused.def.
extern const PinHandlers3 kOpOpHandlers[][2];        // [b is constant]: a, x, d
extern const PinHandlers3 kShiftOpHandlers[];        // a, x, d
extern const PinHandlers3 kOpShiftHandlers[];        // a, b, d
extern const PinHandlers3 kFloatOpOpHandlers[][3];   // [x: slot, accumulator, d]: a, b, d
extern const PinHandlers3 kCompareSelectHandlers[];  // by comparison row: a, b, d
extern const PinHandlers2 kIncrementTwoHandlers;     // a, b
// Of pinned loops, [metered], by comparison row: a, b, bound.
extern const PinHandlers3* const kIncrementTwoBranchHandlers[2];
// By comparison row: local, addend, bound
extern const PinHandlers3* const kIncrementBranchHandlers[kTargets];
extern const PinHandlers2 kAddXorRotlHandlers[2];   // [64 bits]: d, x
extern const PinHandlers2 kRotlXorRotlHandlers[2];  // [64 bits]: a, d
extern const PinHandlers2 kShiftXorMulHandlers[2];  // [64 bits]: a, d
// Forward, [negated], by comparison row: a, b, what the sum is compared with.
extern const PinHandlers3* const kFloatSumBranchHandlers[2];
extern const PinHandlers2 kAndKeepBranchHandlers[2][kTargets];    // [if zero]: a, b
extern const PinHandlers1* const kRangeBranchHandlers[kTargets];  // by comparison row: a
// To a loop, [pinned][by <, not by !=][constant bound]: a, b, counter.
extern const PinHandlers3 (*const kMoveIncrementBranchHandlers[2])[2];
extern const Handler kCallAddingHandlers[2];                 // [metered]
extern const Handler kCallLoadingHandlers[2][2][2];          // [checked][metered][and moving]
extern const PinHandlers1 kStoreReturnHandlers[2][2];        // [held][checked]: b
extern const PinHandlers2* const kReturnBinaryHandlers[2];   // [held] by row of ops.def: a, b
extern const PinHandlers1* const kReturnLoadHandlers[2][2];  // [held][checked] by kPlainLoads: a
extern const PinHandlers2 kMoveJumpHandlers[kTargets];       // a, b
extern const PinHandlers2 kAddJumpHandlers[kTargets];        // a, b
extern const PinHandlers2 kAndBranchHandlers[2][kTargets];   // [if zero]: a, b

extern const PinHandlers2 kMoveIntHandlers;
extern const Handler kMoveTwoHandlers[2][2];  // [the first from a constant][the second]
extern const Handler kMoveFarHandlers[2];     // [fetch]
extern const Handlers4 kSelectIntHandlers;    // condition, a, b, d
extern const PinHandlers2 kMoveFloatHandlers;
extern const Handlers4 kSelectFloatHandlers;
extern const PinHandlers2 kFloatToIntHandlers[2];  // [narrow]
extern const PinHandlers2 kIntToFloatHandlers;

// Fields and elements of objects, by how they are read and written.
enum class FieldRead : uint8_t { kS8, kU8, kS16, kU16, k32, k64, kF32, kF64 };
enum class FieldWrite : uint8_t { k8, k16, k32, k64, kF32, kF64 };
extern const Handlers2 kStructGetHandlers[];  // a, d
extern const Handlers2 kStructSetHandlers[];  // a, b
extern const Handlers3 kArrayGetHandlers[];   // a, b, d
extern const Handlers3 kArraySetHandlers[];   // a, b, x
extern const Handlers2 kArrayLenHandlers;     // a, d
extern const Handlers2 kI31GetHandlers[2];    // [signed]
enum class CastTarget : uint8_t { kEq, kI31, kStruct, kArray, kDefined };
extern const Handlers2 kRefTestHandlers[][2];  // by target, [nullable]: a, d
extern const Handlers2 kRefCastHandlers[][2];

extern const PinHandlers1 kGlobalGetIntHandlers[2];  // [imported]
extern const PinHandlers1 kGlobalGetFloatHandlers[2];
extern const PinHandlers1 kGlobalSetIntHandlers[2];
extern const PinHandlers1 kGlobalSetFloatHandlers[2];

// Calls of metered code, which takes fuel, have handlers of their own: [metered].
extern const Handler kCallHandler[2];
using CallMovingHandlers = std::array<Handler, 2>;       // [the last from a constant]
extern const CallMovingHandlers kCallMovingHandlers[2];  // [metered]
extern const CallMovingHandlers kCallMovingTwoHandlers[2]
                                                      [2];  // [metered][the first from a constant]
extern const Handler kCallImportHandler;
extern const PinHandlers1 kCallIndirectHandlers[2];
extern const PinHandlers1 kCallIndirectMovingHandlers[2];
extern const PinHandlers1 kCallRefHandlers[2];
extern const Handler kReturnCallHandler[2];
extern const Handler kReturnCallImportHandler;
extern const Handlers1 kReturnCallIndirectHandlers[2];
extern const Handlers1 kReturnCallRefHandlers[2];
// [the link is held: kLinkRegisters]
extern const Handler kReturnHandler[2];
extern const PinHandlers1 kReturnIntHandlers[2];
extern const PinHandlers1 kReturnFloatHandlers[2];
extern const Handler kLoadPinsHandler;
extern const Handler kCountHandler;  // for OpProfile
extern const Handler kThrowHandler;
extern const Handler kThrowRefHandler;
extern const Handlers1 kCheckNonNullHandlers;
inline constexpr size_t kFewZeroSlots = 12;
extern const std::array<Handler, kFewZeroSlots> kZeroFewHandlers;
extern const Handler kZeroManyHandler;
extern const Handler kMoveSlotsHandler;
extern const Handler kUnreachableHandler;

// By opcode: everything of the threads proposal; null for others.
Handler atomic_handler(Opcode opcode);

// By opcode of slow_ops.def; null for others.
Handler slow_handler(Opcode opcode);

}  // namespace tappet::exec
