// A table looked up for every byte.
#include "kernel.h"

static uint32_t table[256];
static uint8_t bytes[1 << 16];

uint32_t run(uint32_t n) {
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t c = i;
    for (int bit = 0; bit < 8; ++bit) c = c & 1 ? c >> 1 ^ 0xedb88320 : c >> 1;
    table[i] = c;
  }
  for (uint32_t i = 0; i < sizeof bytes; ++i) bytes[i] = (uint8_t)(i * 31 + (i >> 8));
  uint32_t crc = ~0u;
  while (n--) {
    for (uint32_t i = 0; i < sizeof bytes; ++i) crc = table[(crc ^ bytes[i]) & 255] ^ crc >> 8;
  }
  return ~crc;
}
