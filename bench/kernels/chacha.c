// 32-bit additions, exclusive ors and rotations: ChaCha20's block function (RFC 8439).
#include "kernel.h"

static uint32_t rotate(uint32_t x, int by) { return x << by | x >> (32 - by); }

static void quarter(uint32_t s[16], int a, int b, int c, int d) {
  s[a] += s[b], s[d] = rotate(s[d] ^ s[a], 16);
  s[c] += s[d], s[b] = rotate(s[b] ^ s[c], 12);
  s[a] += s[b], s[d] = rotate(s[d] ^ s[a], 8);
  s[c] += s[d], s[b] = rotate(s[b] ^ s[c], 7);
}

uint32_t run(uint32_t n) {
  uint32_t state[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574}, digest = 0;
  for (uint32_t i = 4; i < 16; ++i) state[i] = i * 0x01010101;
  for (; n > 0; --n) {
    uint32_t work[16];
    for (int i = 0; i < 16; ++i) work[i] = state[i];
    for (int round = 0; round < 10; ++round) {
      for (int i = 0; i < 4; ++i) quarter(work, i, i + 4, i + 8, i + 12);
      for (int i = 0; i < 4; ++i) quarter(work, i, (i + 1) % 4 + 4, (i + 2) % 4 + 8, (i + 3) % 4 + 12);
    }
    for (int i = 0; i < 16; ++i) digest = digest * 31 + work[i] + state[i];
    ++state[12];
  }
  return digest;
}
