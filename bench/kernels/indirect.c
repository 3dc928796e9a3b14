// Calls through a table of functions.
#include "kernel.h"

typedef uint32_t (*Step)(uint32_t);
static uint32_t add(uint32_t x) { return x + 0x9e3779b9; }
static uint32_t turn(uint32_t x) { return x << 7 | x >> 25; }
static uint32_t flip(uint32_t x) { return x ^ x >> 15; }
static uint32_t times(uint32_t x) { return x * 0x85ebca6b; }
static Step volatile steps[8] = {add, turn, flip, times, flip, add, times, turn};

uint32_t run(uint32_t n) {
  uint32_t x = 1;
  for (uint32_t i = 0; i < n; ++i) x = steps[(x >> 5 ^ i) % 8](x);
  return x;
}
