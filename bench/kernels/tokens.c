// Branches on characters: a reader of JSON that adds up what it finds.
#include <string.h>

#include "kernel.h"

static const char piece[] =
    "{\"name\": \"a \\\"quoted\\\" word\", \"values\": [1, 22, 333, -4.5e3, true, null],"
    " \"nested\": {\"deep\": [[], {}, [[\"x\"]]], \"flag\": false}, \"n\": 1234567890},\n";
static char text[200 * sizeof piece];

static uint32_t read(const char* at) {
  uint32_t depth = 0, deepest = 0, strings = 0, numbers = 0, words = 0;
  while (*at != 0) {
    switch (*at) {
      case '{': case '[': if (++depth > deepest) deepest = depth; ++at; break;
      case '}': case ']': --depth; ++at; break;
      case '"':
        for (++at; *at != '"'; ++at) {
          if (*at == '\\') ++at;
        }
        ++at, ++strings;
        break;
      case '-': case '0': case '1': case '2': case '3': case '4':
      case '5': case '6': case '7': case '8': case '9': {
        uint32_t number = 0;
        for (; *at == '-' || *at == '.' || *at == 'e' || (*at >= '0' && *at <= '9'); ++at)
          number = number * 10 + (uint32_t)(*at - '0');
        numbers += number;
        break;
      }
      case 't': case 'n': at += 4, ++words; break;
      case 'f': at += 5, ++words; break;
      default: ++at;
    }
  }
  return depth + deepest * 3 + strings * 5 + numbers * 7 + words * 11;
}

uint32_t run(uint32_t n) {
  for (int i = 0; i < 200; ++i) memcpy(text + i * (sizeof piece - 1), piece, sizeof piece);
  uint32_t digest = 0;
  while (n--) digest = digest * 3 + read(text);
  return digest;
}
