// Comparisons and exchanges in an array, recursively.
#include "kernel.h"

enum { kCount = 50000 };
static uint32_t items[kCount];

static void sort(uint32_t* first, uint32_t* last) {
  while (first < last) {
    const uint32_t pivot = first[(last - first) / 2];
    uint32_t *low = first, *high = last;
    while (low <= high) {
      while (*low < pivot) ++low;
      while (*high > pivot) --high;
      if (low <= high) {
        const uint32_t held = *low;
        *low++ = *high;
        *high-- = held;
      }
    }
    if (high - first < last - low) {
      sort(first, high);
      first = low;
    } else {
      sort(low, last);
      last = high;
    }
  }
}

uint32_t run(uint32_t n) {
  uint32_t seed = 1, digest = 0;
  while (n--) {
    for (int i = 0; i < kCount; ++i) items[i] = seed = seed * 1664525 + 1013904223;
    sort(items, items + kCount - 1);
    for (int i = 1; i < kCount; ++i) digest += items[i - 1] <= items[i] ? items[i] >> 20 : 1u << 31;
  }
  return digest;
}
