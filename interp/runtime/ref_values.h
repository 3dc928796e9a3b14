// Values made from constants: constant expressions and element segments.
#pragma once

#include "interp/runtime/instance.h"
#include "interp/runtime/trap.h"

namespace tappet {

// Evaluates a validated constant expression in an instance whose earlier globals are initialised.
GlobalCell evaluate(Instance& instance, const ConstExpr& expression);

// table.init: copies `count` elements of segment `elem` from `from` to entry `to` of `table`. A
// dropped segment has no elements. kTableOutOfBounds, or kNone.
TrapKind init_table(Instance& instance, uint32_t table, uint32_t elem, uint64_t to, uint64_t from,
                    uint64_t count);

}  // namespace tappet
