// Compresses text with small and large blocks, and gets it back.
#include <bzlib.h>

#include "job.h"

static size_t pack(const uint8_t* from, size_t size, uint8_t* to, size_t room, int level) {
  unsigned length = (unsigned)room;
  const int done =
      BZ2_bzBuffToBuffCompress((char*)to, &length, (char*)from, (unsigned)size, level, 0, 0);
  return done == BZ_OK ? length : 0;
}

static size_t unpack(const uint8_t* from, size_t size, uint8_t* to, size_t room, int level) {
  (void)level;
  unsigned length = (unsigned)room;
  const int done =
      BZ2_bzBuffToBuffDecompress((char*)to, &length, (char*)from, (unsigned)size, 0, 0);
  return done == BZ_OK ? length : 0;
}

// The library is compiled without stdio and calls this when it finds a mistake of its own.
void bz_internal_error(int code) {
  (void)code;
  expect(0, "bzip2 found a mistake of its own");
}

int main(void) {
  const int levels[] = {1, 9};
  return compress_job(pack, unpack, levels, 2, WORK, 1);
}
