// Hashes blocks from a few bytes to a megabyte with each of the library's functions.
#include <stdio.h>

#include "job.h"
#include "xxhash.h"

int main(void) {
  enum { kMost = 1 << 20 };
  char* data = allocate(kMost);
  make_text(data, kMost, 13);
  uint64_t result = kDigest;
  for (size_t size = 4; size <= kMost; size *= 2) {
    const size_t rounds = WORK * (size_t)kMost / (size + 200) + 1;
    for (size_t i = 0; i < rounds; ++i) {
      const char* from = data + i % (kMost - size + 1);
      const uint32_t h32 = XXH32(from, size, (uint32_t)i);
      const uint64_t h64 = XXH64(from, size, h32);
      const uint64_t h3 = XXH3_64bits_withSeed(from, size, h64);
      const XXH128_hash_t h128 = XXH3_128bits_withSeed(from, size, h3);
      result = digest(result, &h128, sizeof h128);
    }
  }
  printf("%016llx\n", (unsigned long long)result);
  return 0;
}
