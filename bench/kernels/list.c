// Pointers that lead anywhere in 16 MiB: bound by the memory's latency.
#include "kernel.h"

enum { kCount = 1 << 20 };
static struct {
  uint32_t next, payload[3];
} nodes[kCount];

uint32_t run(uint32_t n) {
  // One cycle through all nodes: an odd multiplier and increment permute the powers of two.
  for (uint32_t i = 0; i < kCount; ++i) {
    nodes[i].next = (i * 1664525 + 1013904223) % kCount;
    nodes[i].payload[0] = i ^ i >> 3;
  }
  uint32_t at = 0, sum = 0;
  for (uint32_t i = 0; i < n; ++i) {
    sum += nodes[at].payload[0];
    at = nodes[at].next;
  }
  return sum;
}
