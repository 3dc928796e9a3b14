// A program without pollables: sends a request to 127.0.0.1, whose port is its argument, and asks
// for the response, its content and its trailers again and again. Prints the content, and whether
// it had to ask more often than a host that waits a little makes it ask.
#include "wasi_http.h"

IMPORT("wasi:cli/environment", "get-arguments") void get_arguments(void* ret);
IMPORT("wasi:cli/stdout", "get-stdout") handle get_stdout(void);
IMPORT(HTTP, "[constructor]outgoing-request") handle outgoing_request_new(handle headers);
IMPORT(HTTP, "[method]outgoing-request.set-path-with-query")
int32_t outgoing_request_set_path(handle self, int32_t some, const char* path, size_t len);
IMPORT(HTTP, "[method]outgoing-request.set-scheme")
int32_t outgoing_request_set_scheme(handle self, int32_t some, int32_t tag, const char* other,
                                    size_t len);
IMPORT(HTTP, "[method]outgoing-request.set-authority")
int32_t outgoing_request_set_authority(handle self, int32_t some, const char* text, size_t len);
IMPORT("wasi:http/outgoing-handler", "handle")
void outgoing_handler_handle(handle request, int32_t some, handle options, void* ret);
IMPORT(HTTP, "[method]future-incoming-response.get") void future_response_get(handle self, void* ret);
IMPORT(HTTP, "[method]incoming-response.consume")
void incoming_response_consume(handle self, void* ret);
IMPORT(HTTP, "[static]incoming-body.finish") handle incoming_body_finish(handle self);
IMPORT(HTTP, "[method]future-trailers.get") void future_trailers_get(handle self, void* ret);
IMPORT(STREAMS, "[method]input-stream.read")
void input_stream_read(handle self, int64_t len, void* ret);  // u8; ptr at 4, len at 8
IMPORT(STREAMS, "[method]output-stream.check-write")
void output_stream_check_write(handle self, void* ret);  // u8; u64 at 8

static _Alignas(8) uint8_t heap[1 << 16];
static size_t heap_used;
__attribute__((export_name("cabi_realloc"))) void* cabi_realloc(void* old, size_t old_size,
                                                                size_t align, size_t new_size) {
  (void)old, (void)old_size;
  heap_used = (heap_used + align - 1) & ~(align - 1);
  if (new_size > sizeof heap - heap_used) __builtin_trap();
  heap_used += new_size;
  return heap + heap_used - new_size;
}

static union {
  uint8_t bytes[64];
  int32_t words[16];
  uint64_t longs[8];
} r;
static handle out;
static void print(const void* text, size_t len) {
  uint64_t ignored[2];
  output_stream_check_write(out, ignored);
  if ((uint8_t)ignored[0] || ignored[1] == 0) __builtin_trap();
  output_stream_blocking_write_and_flush(out, text, len, ignored);
}
#define PRINT(text) print(text, sizeof text - 1)

static uint32_t asked;
// As many per second as a host allows that answers at once; the server is late by a second.
enum { kTooOften = 5000 };

__attribute__((export_name("wasi:cli/run@0.2.12#run"))) int32_t run(void) {
  out = get_stdout();
  get_arguments(&r);
  if (r.words[1] < 2) return 1;
  const int32_t* const argument = (const int32_t*)(size_t)r.words[0] + 2;
  char authority[32] = "127.0.0.1:";
  size_t len = 10;
  for (int32_t k = 0; k < argument[1] && len < sizeof authority; ++k) {
    authority[len++] = ((const char*)(size_t)argument[0])[k];
  }
  const handle request = outgoing_request_new(fields_new());
  outgoing_request_set_path(request, 1, "/", 1);
  outgoing_request_set_scheme(request, 1, 0, 0, 0);
  outgoing_request_set_authority(request, 1, authority, len);
  outgoing_handler_handle(request, 0, 0, &r);
  if (r.bytes[0]) return 1;
  const handle future = r.words[2];
  do future_response_get(future, &r), ++asked;
  while (!r.bytes[0]);
  if (r.bytes[8] || r.bytes[16]) return 1;
  incoming_response_consume(r.words[6], &r);
  const handle body = r.words[1];
  incoming_body_stream(body, &r);
  const handle in = r.words[1];
  for (;;) {
    heap_used = 0;
    input_stream_read(in, sizeof heap, &r), ++asked;
    if (r.bytes[0]) break;
    if (r.words[2] > 0) print((const void*)(size_t)r.words[1], (size_t)r.words[2]);
  }
  input_stream_drop(in);
  const handle trailers = incoming_body_finish(body);
  do future_trailers_get(trailers, &r), ++asked;
  while (!r.bytes[0]);
  if (asked < kTooOften) {
    PRINT("asked now and then\n");
  } else {
    PRINT("asked very often\n");
  }
  return 0;
}
