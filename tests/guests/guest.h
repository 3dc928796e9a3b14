// What test guests in C have in common: memory, text, and the longer ways through wasi:http.
#pragma once

#include "wasi.h"

// Where results go that do not fit one value: words, of which most are read one by one.
typedef struct {
  _Alignas(8) uint32_t word[16];
} result;

static inline int tag(const result* r, int word) { return (int)(r->word[word] & 0xff); }

// Text that somebody else ends.
typedef struct {
  const char* at;
  size_t len;
} span;

span span_of(const char* string);
int is(span part, const char* string);
int same(span a, span b);
int begins(span text, const char* string);
uint64_t number(span digits);
// The next part of a path, up to a slash, which goes too.
span next_part(span* path);

// Forgets what the host has put into memory so far: for loops that read.
void forget(void);
// The same, and what was put: for an instance's next request.
void begin_anew(void);

// A text that grows: what the guest has to say.
void put(const void* bytes, size_t len);
void put_string(const char* string);
void put_span(span text);
void put_number(uint64_t number);
// A line for each field, after `before`. Drops the fields.
void put_fields(const char* before, handle fields);
// "error NAME (PAYLOAD)\n" of an error-code.
void put_error(const uint32_t* code);
// The same of a stream's error, which it drops.
void put_stream_error(handle error);
span said(void);

// The names of error-codes, and those of methods without other.
const char* error_name(const uint32_t* code);
const char* method_name(int method);
// -1: none of that name.
int method_of(span name);

// Blocks, and drops the pollable.
void wait_for(handle pollable);

handle own_at(const result* r, int word);
// New fields with one of them if there is a name.
handle fields_with(const char* name, span value);
int append(handle fields, const char* name, const char* value);  // 0, or 1 + header-error
// The first value; empty if there is none.
span first_value(handle fields, const char* name);

// A request, all set, http to `authority`.
handle make_request(int method, span authority, const char* path, handle headers);
// The future; or -1, and then the error-code is at word 2.
handle send(handle request, handle options, result* r);
// Waits for the response and drops the future. Or -1, and then the error-code is at word 6.
handle receive(handle future, result* r);
// The content of a message up to its end; -1 for an error, which is in r as of blocking-read. Drops
// the body. What does not fit is counted only.
int64_t read_body(handle incoming_body, void* to, size_t room, result* r);
handle response_body(handle response);  // incoming-body
handle body_stream(handle incoming_body);
handle body_writer(handle outgoing_body);
// Writes all, in pieces that blocking-write-and-flush takes; 0 if the stream ended before.
int write_all(handle stream, const void* bytes, size_t len);
// Drops the stream and finishes the body: 1 if all was well.
int finish_body(handle stream, handle outgoing_body, result* r);

// Answers with the status and that content, or what was said.
void answer(handle out, int status, span content);
