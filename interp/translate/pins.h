// Keeps the busiest locals of inner loops in registers.
#pragma once

#include "interp/translate/ir.h"

namespace tappet::translate {

// Which registers the operands of an instruction could be in, where they can be pins at all.
struct Banks {
  Bank a = Bank::kNone, b = Bank::kNone, x = Bank::kNone, d = Bank::kNone;
};
Banks pinnable_banks(const IrInstruction& in);

// Rewrites loops that contain no other loop, no exception handling and few calls: operands that are
// among the loop's busiest locals become pins, and an instruction that loads the pins comes before
// the loop and behind each call in it.
void pin_loops(Ir& ir);

}  // namespace tappet::translate
