// Unconditional branches fused with what comes before: ends of arms and of loop bodies.
#pragma once

#include "interp/exec/arith.h"
#include "interp/exec/classes.h"
#include "interp/exec/handlers/control.h"
#include "interp/exec/handlers/fused.h"

namespace tappet::exec {

// b = a, then the branch.
template <Target kTo>
struct MoveJump {
  template <Class A, Class B>
  struct With {
    static constexpr bool kValid =
        is_int_class(A) && kHomes<B> && (!is_pin(A) || A != B) && kValidBranch<kTo, A, B>;
    static TAPPET_INLINE bool jump(State& s) {
      write_int<B>(s, field_b(s), read_int<uint64_t, A>(s, field_a(s), 0));
      return go_to<kTo>(s, kWords<A>);
    }
  };
};

// b = a + the third word, in 32 bits, then the branch.
template <Target kTo>
struct AddJump {
  template <Class A, Class B>
  struct With {
    static constexpr bool kValid = kHomes<A, B> && kValidBranch<kTo, A, B>;
    static TAPPET_INLINE bool jump(State& s) {
      write_int<B>(s, field_b(s),
                   read_int<uint32_t, A>(s, field_a(s), 0) + static_cast<uint32_t>(s.pc[2]));
      return go_to<kTo>(s, 3);
    }
  };
};

}  // namespace tappet::exec
