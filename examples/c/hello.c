// An HTTP component in plain C. GET / greets; /echo sends the request's body back; /trap, /spin,
// /silent, /partial and /dawdle misbehave on purpose, each in its own way.
#include "wasi_http.h"

// Where results too large for one value go: a discriminant, and what fits behind it.
typedef struct {
  _Alignas(8) uint8_t tag;
  uint32_t value[15];
} result;

static handle ok_handle(const result* r) { return (handle)r->value[0]; }

// Everything that the host allocates in here lives for one request: a bump allocator does.
static uint8_t heap[1 << 20];
static size_t heap_used;

__attribute__((export_name("cabi_realloc"))) void* cabi_realloc(void* old, size_t old_size, size_t align,
                                                                size_t new_size) {
  heap_used = (heap_used + align - 1) & ~(align - 1);
  if (new_size > sizeof heap - heap_used) __builtin_trap();
  uint8_t* at = heap + heap_used;
  heap_used += new_size;
  for (size_t i = 0; i < old_size; ++i) at[i] = ((uint8_t*)old)[i];
  return at;
}

static int same(const char* a, size_t len, const char* b) {
  size_t i = 0;
  while (i < len && b[i] && a[i] == b[i]) ++i;
  return i == len && b[i] == 0;
}

static handle respond(handle out, int status, const char* type) {
  result r;
  const handle headers = fields_new();
  size_t length = 0;
  while (type[length]) ++length;
  fields_append(headers, "content-type", 12, (const uint8_t*)type, length, &r);
  const handle response = outgoing_response_new(headers);
  outgoing_response_set_status(response, status);
  outgoing_response_body(response, &r);
  const handle body = ok_handle(&r);
  response_outparam_set(out, 0, response, 0, 0, 0, 0, 0, 0);
  return body;
}

// Writes in pieces of at most 4096 bytes, which blocking-write-and-flush accepts.
static int write_all(handle stream, const uint8_t* bytes, size_t len) {
  result r;
  while (len) {
    const size_t piece = len < 4096 ? len : 4096;
    output_stream_blocking_write_and_flush(stream, bytes, piece, &r);
    if (r.tag) return 0;
    bytes += piece;
    len -= piece;
  }
  return 1;
}

static void send_text(handle out, int status, const char* text) {
  result r;
  const handle body = respond(out, status, "text/plain");
  outgoing_body_write(body, &r);
  const handle stream = ok_handle(&r);
  size_t length = 0;
  while (text[length]) ++length;
  write_all(stream, (const uint8_t*)text, length);
  output_stream_drop(stream);
  outgoing_body_finish(body, 0, 0, &r);
}

static void echo(handle request, handle out) {
  result r;
  incoming_request_consume(request, &r);
  const handle incoming = ok_handle(&r);
  incoming_body_stream(incoming, &r);
  const handle from = ok_handle(&r);
  const handle body = respond(out, 200, "application/octet-stream");
  outgoing_body_write(body, &r);
  const handle to = ok_handle(&r);
  for (;;) {
    heap_used = 0;
    input_stream_blocking_read(from, 65536, &r);
    if (r.tag) {
      // stream-error: 0 is last-operation-failed with an error handle, 1 is closed.
      if ((r.value[0] & 0xff) == 0) io_error_drop((handle)r.value[1]);
      break;
    }
    if (!write_all(to, (const uint8_t*)r.value[0], r.value[1])) break;
  }
  input_stream_drop(from);
  incoming_body_drop(incoming);
  output_stream_drop(to);
  outgoing_body_finish(body, 0, 0, &r);
}

__attribute__((export_name("wasi:http/incoming-handler@" WASI_VERSION "#handle"))) void handle_request(
    handle request, handle out) {
  result r;
  heap_used = 0;
  incoming_request_path(request, &r);
  const char* path = (const char*)r.value[0];
  const size_t length = r.tag ? r.value[1] : 0;
  if (same(path, length, "/echo")) {
    echo(request, out);
  } else if (same(path, length, "/trap")) {
    __builtin_trap();
  } else if (same(path, length, "/spin")) {
    for (volatile int i = 0;; ++i) {
    }
  } else if (same(path, length, "/silent")) {
    // Returns without having answered.
  } else if (same(path, length, "/partial")) {
    const handle body = respond(out, 200, "text/plain");
    outgoing_body_write(body, &r);
    write_all(ok_handle(&r), (const uint8_t*)"half an ans", 11);
    __builtin_trap();
  } else if (same(path, length, "/dawdle")) {
    const handle body = respond(out, 200, "text/plain");
    outgoing_body_write(body, &r);
    write_all(ok_handle(&r), (const uint8_t*)"just a moment", 13);
    for (volatile int i = 0;; ++i) {
    }
  } else {
    send_text(out, 200, "Hello from C\n");
  }
  incoming_request_drop(request);
}
