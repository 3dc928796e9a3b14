// Long division of 32-bit words: digits of e.
#include "kernel.h"

enum { kWords = 200 };

uint32_t run(uint32_t n) {
  uint32_t digest = 0;
  while (n--) {
    // e - 2 as sum of 1 / (2 * 3 * ...), as a fraction in base 10^9.
    uint32_t sum[kWords] = {0}, term[kWords] = {0};
    term[0] = 1000000000 / 2;
    for (uint32_t divisor = 3; divisor < 900; ++divisor) {
      uint32_t carry = 0;
      for (int i = kWords - 1; i >= 0; --i) {
        const uint32_t digit = sum[i] + term[i] + carry;
        carry = digit >= 1000000000;
        sum[i] = digit - (carry ? 1000000000 : 0);
      }
      uint64_t rest = 0;
      for (int i = 0; i < kWords; ++i) {
        const uint64_t part = rest * 1000000000 + term[i];
        term[i] = (uint32_t)(part / divisor);
        rest = part % divisor;
      }
    }
    for (int i = 0; i < kWords / 2; ++i) digest = digest * 31 + sum[i];
  }
  return digest;
}
