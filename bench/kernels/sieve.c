// Byte loads and stores in short loops: primes up to half a million, again and again.
#include "kernel.h"

enum { kLimit = 500000 };
static uint8_t is_prime[kLimit + 1];

static uint32_t count_primes(void) {
  for (uint32_t i = 2; i <= kLimit; ++i) is_prime[i] = 1;
  for (uint32_t i = 2; i * i <= kLimit; ++i) {
    if (!is_prime[i]) continue;
    for (uint32_t j = i * i; j <= kLimit; j += i) is_prime[j] = 0;
  }
  uint32_t count = 0;
  for (uint32_t i = 2; i <= kLimit; ++i) count += is_prime[i];
  return count;
}

uint32_t run(uint32_t times) {
  uint32_t count = 0;
  while (times--) count = count_primes();
  return count;
}
