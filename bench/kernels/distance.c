// Minima of neighbours in a row: how many edits make one string another.
#include <string.h>

#include "kernel.h"

enum { kLength = 500 };
static char a[kLength], b[kLength];
static uint32_t row[kLength + 1];

static uint32_t least(uint32_t x, uint32_t y) { return x < y ? x : y; }

static uint32_t distance(void) {
  for (uint32_t j = 0; j <= kLength; ++j) row[j] = j;
  for (uint32_t i = 0; i < kLength; ++i) {
    uint32_t diagonal = i;
    row[0] = i + 1;
    for (uint32_t j = 0; j < kLength; ++j) {
      const uint32_t replaced = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = least(replaced, least(diagonal, row[j]) + 1);
    }
  }
  return row[kLength];
}

uint32_t run(uint32_t n) {
  uint32_t seed = 5, sum = 0;
  while (n--) {
    for (int i = 0; i < kLength; ++i) {
      a[i] = (char)('a' + ((seed = seed * 1664525 + 1013904223) >> 28) % 6);
      b[i] = (char)('a' + ((seed = seed * 1664525 + 1013904223) >> 28) % 6);
    }
    sum = sum * 7 + distance();
  }
  return sum;
}
