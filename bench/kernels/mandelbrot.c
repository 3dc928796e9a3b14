// Double arithmetic without memory: how long points of the plane stay near zero.
#include "kernel.h"

enum { kMost = 100 };

static int steps(double cx, double cy) {
  double x = 0, y = 0;
  int i = 0;
  for (; i < kMost && x * x + y * y < 4; ++i) {
    const double next = x * x - y * y + cx;
    y = 2 * x * y + cy;
    x = next;
  }
  return i;
}

uint32_t run(uint32_t n) {
  uint32_t sum = 0;
  for (uint32_t row = 0; row < n; ++row) {
    for (uint32_t column = 0; column < n; ++column)
      sum += (uint32_t)steps(column * 3.0 / n - 2.25, row * 2.5 / n - 1.25);
  }
  return sum;
}
