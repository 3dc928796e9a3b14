// memcpy, memmove and memset of all sizes.
#include <string.h>

#include "kernel.h"

static uint8_t from[1 << 16], to[1 << 16];

uint32_t run(uint32_t n) {
  uint32_t seed = 13;
  for (uint32_t i = 0; i < sizeof from; ++i) from[i] = (uint8_t)(i * 7);
  for (uint32_t i = 0; i < n; ++i) {
    seed = seed * 1664525 + 1013904223;
    const uint32_t size = seed >> (seed % 16 + 16), at = (seed >> 3) % (sizeof to - size);
    memcpy(to + at, from + at / 2, size);
    memmove(to + at / 2, to + at, size);
    memset(to + at / 3, (int)i, size / 4);
  }
  uint32_t digest = 0;
  for (uint32_t i = 0; i < sizeof to; ++i) digest = digest * 31 + to[i];
  return digest;
}
