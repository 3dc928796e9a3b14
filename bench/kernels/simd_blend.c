// Vectors: two pictures of 8-bit colours mixed, and a sum of products of floats.
#include <wasm_simd128.h>

#include "kernel.h"

enum { kBytes = 1 << 14 };
static uint8_t one[kBytes], other[kBytes];
static float left[kBytes / 4], right[kBytes / 4];

uint32_t run(uint32_t n) {
  for (int i = 0; i < kBytes; ++i) one[i] = (uint8_t)(i * 5), other[i] = (uint8_t)(i * 11);
  for (int i = 0; i < kBytes / 4; ++i) left[i] = (float)(i % 64) / 8, right[i] = (float)(i % 9);
  v128_t sums = wasm_f32x4_splat(0);
  while (n--) {
    for (int i = 0; i < kBytes; i += 16) {
      const v128_t a = wasm_v128_load(one + i), b = wasm_v128_load(other + i);
      const v128_t darker = wasm_u8x16_sub_sat(a, wasm_u8x16_splat(3));
      wasm_v128_store(one + i, wasm_u8x16_avgr(darker, wasm_u8x16_max(a, b)));
    }
    sums = wasm_f32x4_splat(0);
    for (int i = 0; i < kBytes / 4; i += 4) {
      const v128_t product = wasm_f32x4_mul(wasm_v128_load(left + i), wasm_v128_load(right + i));
      sums = wasm_f32x4_add(sums, product);
    }
  }
  uint32_t digest = (uint32_t)wasm_f32x4_extract_lane(sums, 0);
  for (int i = 0; i < kBytes; ++i) digest = digest * 31 + one[i];
  return digest;
}
