// Values made from constants: constant expressions and element segments.
#pragma once

#include "interp/runtime/instance.h"
#include "interp/runtime/trap.h"

namespace tappet {

// Evaluates a validated constant expression in an instance whose earlier globals are initialised.
// Traps when the heap is full.
TrapKind evaluate(Instance& instance, const ConstExpr& expression, GlobalCell& value);

// Evaluates the elements of segments that allocate (core spec 4.7.3): they are made once.
TrapKind evaluate_elems(Instance& instance);

// Copies `count` elements of segment `elem` from `from` on. A dropped segment has no elements.
// kTableOutOfBounds, or kNone.
TrapKind copy_elements(Instance& instance, uint32_t elem, uint64_t from, uint64_t count, Ref* to);

// table.init: copies `count` elements of segment `elem` from `from` to entry `to` of `table`. As
// copy_elements.
TrapKind init_table(Instance& instance, uint32_t table, uint32_t elem, uint64_t to, uint64_t from,
                    uint64_t count);

// elem.drop.
void drop_elem(Instance& instance, uint32_t elem);

}  // namespace tappet
