// Divisions of doubles in nested loops: products with an infinite matrix's corner.
#include "kernel.h"

enum { kSize = 100 };
static double u[kSize], v[kSize];

static double element(int i, int j) { return 1.0 / ((i + j) * (i + j + 1) / 2 + i + 1); }

static void multiply(const double* from, double* to, int transposed) {
  for (int i = 0; i < kSize; ++i) {
    double sum = 0;
    for (int j = 0; j < kSize; ++j) sum += (transposed ? element(j, i) : element(i, j)) * from[j];
    to[i] = sum;
  }
}

uint32_t run(uint32_t n) {
  for (int i = 0; i < kSize; ++i) u[i] = 1;
  while (n--) {
    multiply(u, v, 0);
    multiply(v, u, 1);
    double most = 0;
    for (int i = 0; i < kSize; ++i) most = u[i] > most ? u[i] : most;
    for (int i = 0; i < kSize; ++i) u[i] /= most;
  }
  double sum = 0;
  for (int i = 0; i < kSize; ++i) sum += u[i];
  return (uint32_t)(sum * 1e6);
}
