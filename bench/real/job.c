#include "job.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint32_t next_random(uint32_t* state) {
  *state = *state * 1664525 + 1013904223;
  return *state >> 8;
}

// The word of that rank: its letters follow from the rank alone.
static size_t put_word(char* out, uint32_t rank, int capital) {
  static const char* const kSyllables[] = {"ta", "ne",  "ri", "so",  "lum", "ver", "ka", "dol",
                                           "in", "est", "mo", "pra", "qui", "bel", "an", "thu"};
  size_t length = 0;
  uint32_t rest = rank * 2654435761u;
  const uint32_t syllables = 1 + (rank > 12) + (rank > 150) + (rank > 1000);
  for (uint32_t i = 0; i < syllables; ++i, rest >>= 4) {
    const char* syllable = kSyllables[rest & 15];
    const size_t letters = strlen(syllable);
    memcpy(out + length, syllable, letters);
    length += letters;
  }
  if (capital) out[0] -= 'a' - 'A';
  return length;
}

void make_text(char* out, size_t size, uint32_t seed) {
  char word[24];
  uint32_t words = 0;
  for (size_t at = 0; at < size;) {
    const uint32_t dice = next_random(&seed);
    // Zipf's law, roughly: half of all words are among the first few dozen.
    const uint32_t rank = (dice & 4095) * ((dice >> 12) & 63) * ((dice >> 18) & 15) / 945;
    const uint32_t place = words++ % 13;
    size_t length = put_word(word, rank, place == 0);
    if (place == 12) word[length++] = '.';
    if (place == 6 && rank % 3 == 0) word[length++] = ',';
    word[length++] = words % 104 == 0 ? '\n' : ' ';
    if (length > size - at) length = size - at;
    memcpy(out + at, word, length);
    at += length;
  }
}

uint64_t digest(uint64_t before, const void* data, size_t size) {
  const uint8_t* bytes = (const uint8_t*)data;
  while (size--) before = (before ^ *bytes++) * 1099511628211ull;
  return before;
}

void expect(int good, const char* what) {
  if (good) return;
  fprintf(stderr, "%s\n", what);
  exit(1);
}

void* allocate(size_t size) {
  void* block = malloc(size);
  expect(block != NULL, "out of memory");
  return block;
}

int compress_job(Codec pack, Codec unpack, const int* levels, int count, size_t size,
                 int portable) {
  const size_t room = size + size / 4 + 4096;
  uint8_t* text = (uint8_t*)allocate(size);
  uint8_t* packed = (uint8_t*)allocate(room);
  uint8_t* again = (uint8_t*)allocate(size);
  make_text((char*)text, size, 7);
  for (int i = 0; i < count; ++i) {
    const size_t length = pack(text, size, packed, room, levels[i]);
    expect(length > 0 && length < size, "not compressed");
    memset(again, 0, size);
    expect(unpack(packed, length, again, size, levels[i]) == size, "not all back");
    expect(memcmp(text, again, size) == 0, "something else came back");
    const uint64_t result =
        portable ? digest(kDigest, packed, length) : digest(kDigest, again, size);
    printf("level %d: %u of %u, %016llx\n", levels[i], portable ? (unsigned)length : 0,
           (unsigned)size, (unsigned long long)result);
  }
  return 0;
}
