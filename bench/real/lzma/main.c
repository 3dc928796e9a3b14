// Compresses text with the 7-zip library's LZMA, and gets it back.
#include <stdlib.h>

#include "LzmaDec.h"
#include "LzmaEnc.h"
#include "job.h"

static void* get_block(void* unused, size_t size) {
  (void)unused;
  return malloc(size);
}

static void free_block(void* unused, void* block) {
  (void)unused;
  free(block);
}

static ISzAlloc kAllocator = {get_block, free_block};
static uint8_t properties[LZMA_PROPS_SIZE];

static size_t pack(const uint8_t* from, size_t size, uint8_t* to, size_t room, int level) {
  CLzmaEncProps wanted;
  LzmaEncProps_Init(&wanted);
  wanted.level = level;
  wanted.dictSize = 1 << 20;
  SizeT length = room, count = sizeof properties;
  const SRes done = LzmaEncode(to, &length, from, size, &wanted, properties, &count, 0, NULL,
                               &kAllocator, &kAllocator);
  return done == SZ_OK ? length : 0;
}

static size_t unpack(const uint8_t* from, size_t size, uint8_t* to, size_t room, int level) {
  (void)level;
  SizeT length = room, taken = size;
  ELzmaStatus status;
  const SRes done = LzmaDecode(to, &length, from, &taken, properties, sizeof properties,
                               LZMA_FINISH_END, &status, &kAllocator);
  return done == SZ_OK ? length : 0;
}

int main(void) {
  const int levels[] = {1, 5};
  return compress_job(pack, unpack, levels, 2, WORK, 1);
}
