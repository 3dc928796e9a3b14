// Deflates and inflates text at three levels.
#include <zlib.h>

#include "job.h"

static size_t pack(const uint8_t* from, size_t size, uint8_t* to, size_t room, int level) {
  uLongf length = room;
  return compress2(to, &length, from, size, level) == Z_OK ? length : 0;
}

static size_t unpack(const uint8_t* from, size_t size, uint8_t* to, size_t room, int level) {
  (void)level;
  uLongf length = room;
  return uncompress(to, &length, from, size) == Z_OK ? length : 0;
}

int main(void) {
  const int levels[] = {1, 6, 9};
  return compress_job(pack, unpack, levels, 3, WORK, 1);
}
