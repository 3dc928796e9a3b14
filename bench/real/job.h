// What the jobs of bench/real share: material to work on, and a digest of what came out. The same
// on every machine, so that a program compiled natively says what a module must print. Also C++.
#pragma once
#include <stddef.h>
#include <stdint.h>

uint32_t next_random(uint32_t* state);

// Words of an invented language, the frequent ones short, in sentences and paragraphs.
void make_text(char* out, size_t size, uint32_t seed);

// FNV-1a; begin with kDigest.
#define kDigest 14695981039346656037ull
uint64_t digest(uint64_t before, const void* data, size_t size);

// Ends the program, with a sentence, unless `good`.
void expect(int good, const char* what);

void* allocate(size_t size);

// A compressor is made to work: text is packed, unpacked and compared, at each of `levels`.
// `portable`: whether packed bytes are the same for machines of 32 and 64 bits.
typedef size_t (*Codec)(const uint8_t* from, size_t size, uint8_t* to, size_t room, int level);
int compress_job(Codec pack, Codec unpack, const int* levels, int count, size_t size, int portable);
