// Calls with three parameters, nested in each other's arguments: Takeuchi's function.
#include "kernel.h"

static __attribute__((noinline)) int tak(int x, int y, int z) {
  return y < x ? tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y)) : z;
}

uint32_t run(uint32_t n) {
  uint32_t sum = 0;
  for (uint32_t i = 0; i < n; ++i) sum += (uint32_t)tak(18 - (int)(i % 3), 12, 6);
  return sum;
}
