// Text: numbers written out, words counted, one string looked for in another.
#include <stdio.h>
#include <string.h>

#include "kernel.h"

static char text[1 << 16];

static char* write_number(char* to, uint32_t number) {
  char digits[10];
  int count = 0;
  do digits[count++] = (char)('0' + number % 10);
  while ((number /= 10) != 0);
  while (count > 0) *to++ = digits[--count];
  return to;
}

static uint32_t count_words(const char* at) {
  uint32_t words = 0;
  int inside = 0;
  for (; *at != 0; ++at) {
    const int letter = *at != ' ' && *at != '\n';
    words += (uint32_t)(letter && !inside);
    inside = letter;
  }
  return words;
}

uint32_t run(uint32_t n) {
  uint32_t digest = 0, seed = 7;
  while (n--) {
    char* at = text;
    while (at < text + sizeof text - 20) {
      seed = seed * 1103515245 + 12345;
      at = write_number(at, seed >> (seed % 29));
      *at++ = seed & 64 ? ' ' : '\n';
    }
    *at = 0;
    digest += count_words(text);
    char wanted[12];
    *write_number(wanted, n % 1000) = 0;
    for (const char* hit = text; (hit = strstr(hit, wanted)) != NULL; ++hit) digest += 17;
    digest ^= (uint32_t)strlen(text);
  }
  return digest;
}
