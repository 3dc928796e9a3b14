// A switch in a loop: an interpreter of its own, which counts Collatz steps.
#include "kernel.h"

enum Op { kPush, kLoad, kStore, kAdd, kMul, kHalf, kOdd, kLess, kJump, kJumpIfZero, kEnd };

static const int32_t program[] = {
    kPush, 1, kStore, 0,                                // number = 1
    kLoad, 0, kPush, 1 << 30, kLess, kJumpIfZero, 100,  // 4: (the limit is patched in)
    kLoad, 0, kStore, 1,                                // 11: x = number
    kPush, 1, kLoad, 1, kLess, kJumpIfZero, 52,         // 15: while 1 < x
    kLoad, 1, kOdd, kJumpIfZero, 37,                    // 22: if x is odd
    kLoad, 1, kPush, 3, kMul, kPush, 1, kAdd, kJump, 40,  // 27: 3x + 1
    kLoad, 1, kHalf,                                    // 37: else x / 2
    kStore, 1,                                          // 40: x = it
    kLoad, 2, kPush, 1, kAdd, kStore, 2,                // 42: ++steps
    kJump, 15, 0,                                       // 49
    kLoad, 0, kPush, 1, kAdd, kStore, 0, kJump, 4,      // 52: ++number
};

uint32_t run(uint32_t n) {
  uint32_t stack[16], variables[4] = {0}, *top = stack;
  for (const int32_t* pc = program;;) {
    switch (*pc++) {
      case kPush: *top++ = *pc == 1 << 30 ? n : (uint32_t)*pc; ++pc; break;
      case kLoad: *top++ = variables[*pc++]; break;
      case kStore: variables[*pc++] = *--top; break;
      case kAdd: --top; top[-1] += top[0]; break;
      case kMul: --top; top[-1] *= top[0]; break;
      case kHalf: top[-1] /= 2; break;
      case kOdd: top[-1] &= 1; break;
      case kLess: --top; top[-1] = top[-1] < top[0]; break;
      case kJump: pc = program + *pc; break;
      case kJumpIfZero:
        if (*--top != 0) {
          ++pc;
        } else if (*pc == 100) {
          return variables[2];
        } else {
          pc = program + *pc;
        }
        break;
      default: return 0;
    }
  }
}
