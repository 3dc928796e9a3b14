// What the server made of a request, and what the client made of a response, as text: the same
// text as in tests/golden/http, but for the fields that wasi:http keeps from guests.
//
//   /early                  answers without a look at the request's content
//   /fetch/METHOD/PORT/MS   asks 127.0.0.1:PORT and shows the response, or the error-code; MS is the
//                           time-out for the first byte and between bytes
//   anything else           shows the request
#include "guest.h"

IMPORT(HTTP, "[method]incoming-request.method")
void incoming_request_method(handle self, void* ret);  // method: u8, ptr at 4, len at 8
IMPORT(HTTP, "[method]incoming-request.scheme")
void incoming_request_scheme(handle self, void* ret);  // option<scheme>: u8, u8 at 4
IMPORT(HTTP, "[method]incoming-request.authority")
void incoming_request_authority(handle self, void* ret);  // option<string>: u8, ptr at 4, len at 8
IMPORT(HTTP, "[method]incoming-request.headers") handle incoming_request_headers(handle self);
IMPORT(HTTP, "[method]fields.entries")
void fields_entries(handle self, void* ret);  // ptr, len: of name ptr, len, value ptr, len
IMPORT(HTTP, "[static]incoming-body.finish") handle incoming_body_finish(handle self);
IMPORT(HTTP, "[method]future-trailers.subscribe") handle future_trailers_subscribe(handle self);
// option<result<result<option<trailers>, error-code>>>: u8, u8 at 8, u8 at 16; then u8 at 24 and own
// at 28, or error-code at 24
IMPORT(HTTP, "[method]future-trailers.get") void future_trailers_get(handle self, void* ret);
IMPORT(HTTP, "http-error-code")
void http_error_code(handle error, void* ret);  // option<error-code>: u8, error-code at 8

IMPORT(HTTP, "[constructor]outgoing-request") handle outgoing_request_new(handle headers);
IMPORT(HTTP, "[method]outgoing-request.set-method")
int32_t outgoing_request_set_method(handle self, int32_t tag, const char* other, size_t len);
IMPORT(HTTP, "[method]outgoing-request.set-path-with-query")
int32_t outgoing_request_set_path(handle self, int32_t some, const char* path, size_t len);
IMPORT(HTTP, "[method]outgoing-request.set-scheme")
int32_t outgoing_request_set_scheme(handle self, int32_t some, int32_t tag, const char* other,
                                    size_t len);
IMPORT(HTTP, "[method]outgoing-request.set-authority")
int32_t outgoing_request_set_authority(handle self, int32_t some, const char* text, size_t len);
IMPORT(HTTP, "[constructor]request-options") handle request_options_new(void);
IMPORT(HTTP, "[method]request-options.set-first-byte-timeout")
int32_t request_options_set_first_byte(handle self, int32_t some, int64_t ns);
IMPORT(HTTP, "[method]request-options.set-between-bytes-timeout")
int32_t request_options_set_between_bytes(handle self, int32_t some, int64_t ns);
// result<future-incoming-response, error-code>: u8, own or error-code at 8
IMPORT("wasi:http/outgoing-handler", "handle")
void outgoing_handler_handle(handle request, int32_t some, handle options, void* ret);
IMPORT(HTTP, "[method]future-incoming-response.subscribe")
handle future_response_subscribe(handle self);
// option<result<result<incoming-response, error-code>>>: u8, u8 at 8, u8 at 16; own or error-code
// at 24
IMPORT(HTTP, "[method]future-incoming-response.get") void future_response_get(handle self, void* ret);
IMPORT(HTTP, "[method]incoming-response.status") int32_t incoming_response_status(handle self);
IMPORT(HTTP, "[method]incoming-response.headers") handle incoming_response_headers(handle self);
IMPORT(HTTP, "[method]incoming-response.consume")
void incoming_response_consume(handle self, void* ret);  // result<own<incoming-body>>: u8, own at 4

// The cases of error-code, and what is behind those that have a payload worth showing.
enum { kNone, kSize32, kSize64, kText };
static const struct {
  const char* name;
  int payload;
} kErrors[] = {{"DNS-timeout", 0},
               {"DNS-error", 0},
               {"destination-not-found", 0},
               {"destination-unavailable", 0},
               {"destination-IP-prohibited", 0},
               {"destination-IP-unroutable", 0},
               {"connection-refused", 0},
               {"connection-terminated", 0},
               {"connection-timeout", 0},
               {"connection-read-timeout", 0},
               {"connection-write-timeout", 0},
               {"connection-limit-reached", 0},
               {"TLS-protocol-error", 0},
               {"TLS-certificate-error", 0},
               {"TLS-alert-received", 0},
               {"HTTP-request-denied", 0},
               {"HTTP-request-length-required", 0},
               {"HTTP-request-body-size", kSize64},
               {"HTTP-request-method-invalid", 0},
               {"HTTP-request-URI-invalid", 0},
               {"HTTP-request-URI-too-long", 0},
               {"HTTP-request-header-section-size", kSize32},
               {"HTTP-request-header-size", 0},
               {"HTTP-request-trailer-section-size", kSize32},
               {"HTTP-request-trailer-size", 0},
               {"HTTP-response-incomplete", 0},
               {"HTTP-response-header-section-size", kSize32},
               {"HTTP-response-header-size", 0},
               {"HTTP-response-body-size", kSize64},
               {"HTTP-response-trailer-section-size", kSize32},
               {"HTTP-response-trailer-size", 0},
               {"HTTP-response-transfer-coding", kText},
               {"HTTP-response-content-coding", kText},
               {"HTTP-response-timeout", 0},
               {"HTTP-upgrade-failed", 0},
               {"HTTP-protocol-error", 0},
               {"loop-detected", 0},
               {"configuration-error", 0},
               {"internal-error", kText}};
static const char* const kMethods[] = {"GET",     "HEAD",    "POST",  "PUT",  "DELETE",
                                       "CONNECT", "OPTIONS", "TRACE", "PATCH"};

static uint8_t text[1 << 20];
static size_t text_used;

static void put(const void* bytes, size_t len) {
  if (len > sizeof text - text_used) __builtin_trap();
  for (size_t i = 0; i < len; ++i) text[text_used++] = ((const uint8_t*)bytes)[i];
}

static void put_string(const char* string) {
  while (*string) put(string++, 1);
}

static void put_number(uint64_t number) {
  if (number >= 10) put_number(number / 10);
  const char digit = (char)('0' + number % 10);
  put(&digit, 1);
}

static void put_fields(const char* before, handle fields) {
  uint32_t list[2];
  fields_entries(fields, list);
  for (const uint32_t* entry = (const uint32_t*)list[0]; list[1] > 0; --list[1], entry += 4) {
    put_string(before);
    put((const void*)entry[0], entry[1]);
    put_string(": ");
    put((const void*)entry[2], entry[3]);
    put_string("\n");
  }
  fields_drop(fields);
}

static void put_error(const uint32_t* code) {
  const int kind = (int)(code[0] & 0xff);
  put_string("error ");
  put_string(kErrors[kind].name);
  if (kErrors[kind].payload != kNone && (code[2] & 0xff) != 0) {
    put_string(" (");
    if (kErrors[kind].payload == kSize32) put_number(code[3]);
    if (kErrors[kind].payload == kSize64) put_number(*(const uint64_t*)(code + 4));
    if (kErrors[kind].payload == kText) put((const void*)code[3], code[4]);
    put_string(")");
  }
  put_string("\n");
}

static void put_stream_error(handle error) {
  result r;
  http_error_code(error, &r);
  if (tag(&r, 0)) {
    put_error(r.word + 2);
  } else {
    put_string("error without a code\n");
  }
  io_error_drop(error);
}

// All content in brackets, then the trailers, then what went wrong.
static void put_body(handle body) {
  result r;
  incoming_body_stream(body, &r);
  const handle stream = (handle)r.word[1];
  handle error = -1;
  size_t total = 0;
  for (;;) {
    heap_used = 0;
    input_stream_blocking_read(stream, 65536, &r);
    if (tag(&r, 0)) {
      // stream-error: 0 is last-operation-failed with an error handle, 1 is closed.
      if (tag(&r, 1) == 0) error = (handle)r.word[2];
      break;
    }
    if (total == 0 && r.word[2] > 0) put_string("[");
    total += r.word[2];
    put((const void*)r.word[1], r.word[2]);
  }
  if (total > 0) put_string("]\n");
  input_stream_drop(stream);
  if (error != -1) {
    put_stream_error(error);
    incoming_body_drop(body);
    return;
  }
  const handle trailers = incoming_body_finish(body);
  const handle pollable = future_trailers_subscribe(trailers);
  pollable_block(pollable);
  pollable_drop(pollable);
  future_trailers_get(trailers, &r);
  if (tag(&r, 4)) {
    put_error(r.word + 6);
  } else if (tag(&r, 6)) {
    put_fields("+ ", (handle)r.word[7]);
  }
}

static void put_request(handle request) {
  result r;
  incoming_request_method(request, &r);
  if (tag(&r, 0) < 9) {
    put_string(kMethods[tag(&r, 0)]);
  } else {
    put((const void*)r.word[1], r.word[2]);
  }
  incoming_request_scheme(request, &r);
  put_string(!tag(&r, 0) ? " - " : tag(&r, 1) == 0 ? " http " : tag(&r, 1) == 1 ? " https " : " ? ");
  incoming_request_authority(request, &r);
  tag(&r, 0) ? put((const void*)r.word[1], r.word[2]) : put_string("-");
  put_string(" ");
  incoming_request_path(request, &r);
  tag(&r, 0) ? put((const void*)r.word[1], r.word[2]) : put_string("-");
  put_string("\n");
  put_fields("", incoming_request_headers(request));
  incoming_request_consume(request, &r);
  put_body((handle)r.word[1]);
}

static void put_response(handle response) {
  result r;
  put_number((uint64_t)incoming_response_status(response));
  put_string("\n");
  put_fields("", incoming_response_headers(response));
  incoming_response_consume(response, &r);
  put_body((handle)r.word[1]);
}

static void fetch(span path) {
  const span method = next_part(&path);
  const span port = next_part(&path);
  if (port.len > 5) return put_string("no such port\n");
  const int64_t timeout_ns = number(next_part(&path)) * 1000000;
  char authority[32] = "127.0.0.1:";
  for (size_t i = 0; i < port.len; ++i) authority[10 + i] = port.at[i];
  const handle request = outgoing_request_new(fields_new());
  for (int i = 0; i < 9; ++i) {
    if (is(method, kMethods[i])) outgoing_request_set_method(request, i, 0, 0);
  }
  outgoing_request_set_path(request, 1, "/", 1);
  outgoing_request_set_scheme(request, 1, 0, 0, 0);
  outgoing_request_set_authority(request, 1, authority, 10 + port.len);
  const handle options = request_options_new();
  request_options_set_first_byte(options, 1, timeout_ns);
  request_options_set_between_bytes(options, 1, timeout_ns);
  result r;
  outgoing_handler_handle(request, 1, options, &r);
  if (tag(&r, 0)) return put_error(r.word + 2);
  const handle future = (handle)r.word[2];
  const handle pollable = future_response_subscribe(future);
  pollable_block(pollable);
  pollable_drop(pollable);
  future_response_get(future, &r);
  if (tag(&r, 4)) return put_error(r.word + 6);
  put_response((handle)r.word[6]);
}

static void answer(handle out) {
  result r;
  const handle headers = fields_new();
  char digits[20];
  size_t first = sizeof digits;
  size_t rest = text_used;
  do {
    digits[--first] = (char)('0' + rest % 10);
  } while (rest /= 10);
  fields_append(headers, "content-length", 14, (const uint8_t*)digits + first,
                sizeof digits - first, &r);
  const handle response = outgoing_response_new(headers);
  outgoing_response_set_status(response, 200);
  outgoing_response_body(response, &r);
  const handle body = (handle)r.word[1];
  response_outparam_set(out, 0, response, 0, 0, 0, 0, 0, 0);
  outgoing_body_write(body, &r);
  const handle stream = (handle)r.word[1];
  for (size_t at = 0; at < text_used; at += 4096) {
    const size_t len = text_used - at < 4096 ? text_used - at : 4096;
    output_stream_blocking_write_and_flush(stream, text + at, len, &r);
    if (tag(&r, 0)) break;
  }
  output_stream_drop(stream);
  outgoing_body_finish(body, 0, 0, &r);
}

__attribute__((export_name("wasi:http/incoming-handler@" WASI_VERSION "#handle"))) void
handle_request(handle request, handle out) {
  result r;
  incoming_request_path(request, &r);
  span path = {(const char*)r.word[1], tag(&r, 0) ? r.word[2] : 0};
  next_part(&path);
  const span rest = path;
  const span first = next_part(&path);
  if (is(first, "fetch")) {
    fetch(path);
  } else if (is(rest, "early")) {
    put_string("early\n");
  } else {
    put_request(request);
  }
  answer(out);
}
