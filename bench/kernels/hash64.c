// 64-bit multiplications, shifts and exclusive ors over a buffer.
#include "kernel.h"

enum { kWords = 4096 };
static uint64_t words[kWords];

static uint64_t mix(uint64_t x) {
  x = (x ^ x >> 31) * 0x9fb21c651e98df25u;
  x = (x ^ x >> 28) * 0xd6e8feb86659fd93u;
  return x ^ x >> 32;
}

uint32_t run(uint32_t n) {
  for (uint64_t i = 0; i < kWords; ++i) words[i] = mix(i + 1);
  uint64_t hash = 1;
  while (n--) {
    for (int i = 0; i < kWords; i += 2) {
      hash = (hash ^ words[i]) * 0x9e3779b97f4a7c15u;
      hash = (hash << 23 | hash >> 41) + mix(words[i + 1]);
    }
  }
  return (uint32_t)(hash ^ hash >> 32);
}
