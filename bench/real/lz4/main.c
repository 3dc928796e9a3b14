// Compresses text fast (level 0) and well, and gets it back.
#include <lz4.h>
#include <lz4hc.h>

#include "job.h"

static size_t pack(const uint8_t* from, size_t size, uint8_t* to, size_t room, int level) {
  const char* source = (const char*)from;
  const int length = level == 0 ? LZ4_compress_default(source, (char*)to, (int)size, (int)room)
                                : LZ4_compress_HC(source, (char*)to, (int)size, (int)room, level);
  return length > 0 ? (size_t)length : 0;
}

static size_t unpack(const uint8_t* from, size_t size, uint8_t* to, size_t room, int level) {
  (void)level;
  const int length = LZ4_decompress_safe((const char*)from, (char*)to, (int)size, (int)room);
  return length > 0 ? (size_t)length : 0;
}

int main(void) {
  const int fast[] = {0}, well[] = {4, 9};
  return compress_job(pack, unpack, fast, 1, WORK, 0) ||
         compress_job(pack, unpack, well, 2, WORK, 1);
}
