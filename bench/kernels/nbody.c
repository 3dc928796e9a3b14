// Doubles in structures, square roots and divisions: bodies that attract each other.
#include "kernel.h"

enum { kBodies = 5 };
typedef struct {
  double at[3], speed[3], mass;
} Body;
static Body bodies[kBodies];

static void attract(Body* a, Body* b, double step) {
  double d[3], square = 0;
  for (int i = 0; i < 3; ++i) {
    d[i] = a->at[i] - b->at[i];
    square += d[i] * d[i];
  }
  const double scale = step / (square * __builtin_sqrt(square));
  for (int i = 0; i < 3; ++i) {
    a->speed[i] -= d[i] * b->mass * scale;
    b->speed[i] += d[i] * a->mass * scale;
  }
}

uint32_t run(uint32_t n) {
  for (int i = 0; i < kBodies; ++i) {
    for (int k = 0; k < 3; ++k) {
      bodies[i].at[k] = (i + 1) * (k + 2) * (i % 2 ? 1.25 : -1.5);
      bodies[i].speed[k] = 0.01 * ((i + k) % 3);
    }
    bodies[i].mass = i == 0 ? 40 : 0.02 * i;
  }
  while (n--) {
    for (int i = 0; i < kBodies; ++i) {
      for (int j = i + 1; j < kBodies; ++j) attract(&bodies[i], &bodies[j], 0.001);
    }
    for (int i = 0; i < kBodies; ++i) {
      for (int k = 0; k < 3; ++k) bodies[i].at[k] += 0.001 * bodies[i].speed[k];
    }
  }
  return (uint32_t)(int32_t)(bodies[1].at[0] * 1e6);
}
