// Compresses text with three of the library's strategies, and gets it back.
#include <zstd.h>

#include "job.h"

static size_t pack(const uint8_t* from, size_t size, uint8_t* to, size_t room, int level) {
  const size_t length = ZSTD_compress(to, room, from, size, level);
  return ZSTD_isError(length) ? 0 : length;
}

static size_t unpack(const uint8_t* from, size_t size, uint8_t* to, size_t room, int level) {
  (void)level;
  const size_t length = ZSTD_decompress(to, room, from, size);
  return ZSTD_isError(length) ? 0 : length;
}

int main(void) {
  const int levels[] = {1, 3, 9};
  return compress_job(pack, unpack, levels, 3, WORK, 1);
}
