// What the guests of tests share: imports beyond the examples' ones, results, a heap, paths.
#pragma once

#include "wasi_http.h"

IMPORT("wasi:io/poll", "[method]pollable.block") void pollable_block(handle self);
IMPORT("wasi:io/poll", "[resource-drop]pollable") void pollable_drop(handle self);

// Where results go: words, of which most are read one by one.
typedef struct {
  _Alignas(8) uint32_t word[16];
} result;

static int tag(const result* r, int word) { return (int)(r->word[word] & 0xff); }

static uint8_t heap[1 << 20];
static size_t heap_used;

__attribute__((export_name("cabi_realloc"))) void* cabi_realloc(void* old, size_t old_size,
                                                                size_t align, size_t new_size) {
  heap_used = (heap_used + align - 1) & ~(align - 1);
  if (new_size > sizeof heap - heap_used) __builtin_trap();
  uint8_t* at = heap + heap_used;
  heap_used += new_size;
  for (size_t i = 0; i < old_size; ++i) at[i] = ((uint8_t*)old)[i];
  return at;
}

// The next part of a path, up to a slash.
typedef struct {
  const char* at;
  size_t len;
} span;

static span next_part(span* path) {
  span part = {path->at, 0};
  while (part.len < path->len && part.at[part.len] != '/') ++part.len;
  const size_t skip = part.len < path->len ? part.len + 1 : part.len;
  path->at += skip;
  path->len -= skip;
  return part;
}

static int is(span part, const char* string) {
  size_t i = 0;
  while (i < part.len && string[i] && part.at[i] == string[i]) ++i;
  return i == part.len && string[i] == 0;
}

static int64_t number(span part) {
  int64_t value = 0;
  for (size_t i = 0; i < part.len; ++i) value = value * 10 + (part.at[i] - '0');
  return value;
}
