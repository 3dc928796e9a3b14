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

// By row of ops.def.
extern const Handlers3 kIntBinaryHandlers[];    // a, b, d
extern const Handlers3 kIntDivisionHandlers[];  // a, b, d
extern const Handlers3 kIntCompareHandlers[];   // a, b, d
extern const Handlers2 kIntUnaryHandlers[];     // a, d
extern const Handlers3 kFloatBinaryHandlers[];
extern const Handlers3 kFloatCompareHandlers[];
extern const Handlers2 kFloatUnaryHandlers[];
extern const Handlers2 kTruncateHandlers[];
extern const Handlers2 kTruncateSatHandlers[];
extern const Handlers2 kConvertHandlers[];
extern const Handlers2 kFloatCastHandlers[];

// Sums: add, sub; the first high half, the second, the high result. Products: signed, unsigned;
// a, b, the high result.
extern const Handlers3 kWideSumHandlers[2];
extern const Handlers3 kWideProductHandlers[2];

// Of memory 0, in the two strategies.
struct MemoryHandlers {
  const Handlers2* int_load;      // address, result
  const Handlers3* int_load_sum;  // address, address, result
  const Handlers2* float_load;
  const Handlers3* float_load_sum;
  const Handlers2* int_store;      // address, value
  const Handlers3* int_store_sum;  // address, address, value
  const Handlers2* float_store;
  const Handlers3* float_store_sum;
  const Handlers3* load_pair;  // by row of fused.def: address, constant or kSlot for none, result
  const Handlers3* float_load_pair;
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

// By comparison row; [1] for branches to loop headers.
extern const Handlers2* const kIntBranchHandlers[2];
// The same by float comparison row, [negated][to loop].
extern const Handlers2* const kFloatBranchHandlers[2][2];
extern const Handler kBranchHandlers[2];
extern const Handlers1 kBranchTableHandlers[2];

// Superinstructions, by row of fused.def.
extern const Handlers2 kShiftPairHandlers[];     // a, d
extern const Handlers3 kMultiplyPairHandlers[];  // a, b, d
extern const Handlers2* const
    kIncrementBranchHandlers[2];                  // [to loop], by comparison row: addend, bound
extern const Handlers2 kAndBranchHandlers[2][2];  // [if zero][to loop]: a, b

extern const Handlers2 kMoveIntHandlers;
extern const Handler kMoveTwoHandler;
extern const Handler kMoveFarHandlers[2];   // [fetch]
extern const Handlers4 kSelectIntHandlers;  // condition, a, b, d
extern const Handlers2 kMoveFloatHandlers;
extern const Handlers4 kSelectFloatHandlers;
extern const Handlers2 kFloatToIntHandlers[2];  // [narrow]
extern const Handlers2 kIntToFloatHandlers;

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

extern const Handlers1 kGlobalGetIntHandlers[2];  // [imported]
extern const Handlers1 kGlobalGetFloatHandlers[2];
extern const Handlers1 kGlobalSetIntHandlers[2];
extern const Handlers1 kGlobalSetFloatHandlers[2];

extern const Handler kCallHandler;
extern const Handler kCallImportHandler;
extern const Handlers1 kCallIndirectHandlers;
extern const Handlers1 kCallRefHandlers;
extern const Handler kReturnCallHandler;
extern const Handler kReturnCallImportHandler;
extern const Handlers1 kReturnCallIndirectHandlers;
extern const Handlers1 kReturnCallRefHandlers;
extern const Handler kReturnHandler;
extern const Handlers1 kReturnIntHandlers;
extern const Handlers1 kReturnFloatHandlers;
extern const Handler kThrowHandler;
extern const Handler kThrowRefHandler;
extern const Handlers1 kCheckNonNullHandlers;
extern const Handler kMoveSlotsHandler;
extern const Handler kUnreachableHandler;

// By opcode: everything of the threads proposal; null for others.
Handler atomic_handler(Opcode opcode);

// By opcode of slow_ops.def; null for others.
Handler slow_handler(Opcode opcode);

}  // namespace tappet::exec
