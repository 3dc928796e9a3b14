// Double arithmetic: products of 100 x 100 matrices.
#include "kernel.h"

enum { kSize = 100 };
static double a[kSize][kSize], b[kSize][kSize], c[kSize][kSize];

static void multiply(void) {
  for (int i = 0; i < kSize; ++i) {
    for (int j = 0; j < kSize; ++j) {
      double sum = 0;
      for (int k = 0; k < kSize; ++k) sum += a[i][k] * b[k][j];
      c[i][j] = sum;
    }
  }
}

uint32_t run(uint32_t times) {
  for (int i = 0; i < kSize; ++i) {
    for (int j = 0; j < kSize; ++j) {
      a[i][j] = i + j * 0.5;
      b[i][j] = (i * j) % 17 * 0.25;
    }
  }
  while (times--) multiply();
  double trace = 0;
  for (int i = 0; i < kSize; ++i) trace += c[i][i];
  return (uint32_t)trace;
}
