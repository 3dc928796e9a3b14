#include "guest.h"

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

static uint8_t heap[1 << 20];
static size_t heap_used;
static uint8_t text[1 << 20];
static size_t text_used;

__attribute__((export_name("cabi_realloc"))) void* cabi_realloc(void* old, size_t old_size,
                                                                size_t align, size_t new_size) {
  heap_used = (heap_used + align - 1) & ~(align - 1);
  if (new_size > sizeof heap - heap_used) __builtin_trap();
  uint8_t* at = heap + heap_used;
  heap_used += new_size;
  for (size_t i = 0; i < old_size; ++i) at[i] = ((uint8_t*)old)[i];
  return at;
}

void forget(void) { heap_used = 0; }

void begin_anew(void) { heap_used = text_used = 0; }

span span_of(const char* string) {
  span text = {string, 0};
  while (string[text.len]) ++text.len;
  return text;
}

int same(span a, span b) {
  if (a.len != b.len) return 0;
  for (size_t i = 0; i < a.len; ++i) {
    if (a.at[i] != b.at[i]) return 0;
  }
  return 1;
}

int is(span part, const char* string) { return same(part, span_of(string)); }

int begins(span text, const char* string) {
  const span wanted = span_of(string);
  if (text.len > wanted.len) text.len = wanted.len;
  return same(text, wanted);
}

uint64_t number(span digits) {
  uint64_t value = 0;
  for (size_t i = 0; i < digits.len; ++i) value = value * 10 + (uint64_t)(digits.at[i] - '0');
  return value;
}

span next_part(span* path) {
  span part = {path->at, 0};
  while (part.len < path->len && part.at[part.len] != '/') ++part.len;
  const size_t skip = part.len < path->len ? part.len + 1 : part.len;
  path->at += skip;
  path->len -= skip;
  return part;
}

void put(const void* bytes, size_t len) {
  if (len > sizeof text - text_used) __builtin_trap();
  for (size_t i = 0; i < len; ++i) text[text_used++] = ((const uint8_t*)bytes)[i];
}

void put_string(const char* string) { put_span(span_of(string)); }

void put_span(span text) { put(text.at, text.len); }

void put_number(uint64_t number) {
  if (number >= 10) put_number(number / 10);
  const char digit = (char)('0' + number % 10);
  put(&digit, 1);
}

void put_fields(const char* before, handle fields) {
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

void put_error(const uint32_t* code) {
  const int payload = kErrors[code[0] & 0xff].payload;
  put_string("error ");
  put_string(error_name(code));
  if (payload != kNone && (code[2] & 0xff) != 0) {
    put_string(" (");
    if (payload == kSize32) put_number(code[3]);
    if (payload == kSize64) put_number(*(const uint64_t*)(code + 4));
    if (payload == kText) put((const void*)code[3], code[4]);
    put_string(")");
  }
  put_string("\n");
}

void put_stream_error(handle error) {
  result r;
  http_error_code(error, &r);
  if (tag(&r, 0)) {
    put_error(r.word + 2);
  } else {
    put_string("error without a code\n");
  }
  io_error_drop(error);
}

span said(void) { return (span){(const char*)text, text_used}; }

const char* error_name(const uint32_t* code) { return kErrors[code[0] & 0xff].name; }

const char* method_name(int method) { return kMethods[method]; }

int method_of(span name) {
  for (int i = 0; i < 9; ++i) {
    if (is(name, kMethods[i])) return i;
  }
  return -1;
}

void wait_for(handle pollable) {
  pollable_block(pollable);
  pollable_drop(pollable);
}

handle own_at(const result* r, int word) { return (handle)r->word[word]; }

handle fields_with(const char* name, span value) {
  result r;
  const handle fields = fields_new();
  if (name) fields_append(fields, name, span_of(name).len, (const uint8_t*)value.at, value.len, &r);
  return fields;
}

int append(handle fields, const char* name, const char* value) {
  result r;
  fields_append(fields, name, span_of(name).len, (const uint8_t*)value, span_of(value).len, &r);
  return tag(&r, 0) ? 1 + (int)(r.word[0] >> 8 & 0xff) : 0;
}

span first_value(handle fields, const char* name) {
  uint32_t list[2];
  fields_get(fields, name, span_of(name).len, list);
  if (list[1] == 0) return (span){"", 0};
  const uint32_t* values = (const uint32_t*)list[0];
  return (span){(const char*)values[0], values[1]};
}

handle make_request(int method, span authority, const char* path, handle headers) {
  const handle request = outgoing_request_new(headers);
  outgoing_request_set_method(request, method, 0, 0);
  outgoing_request_set_scheme(request, 1, 0, 0, 0);
  outgoing_request_set_authority(request, 1, authority.at, authority.len);
  outgoing_request_set_path(request, 1, path, span_of(path).len);
  return request;
}

handle send(handle request, handle options, result* r) {
  outgoing_handler_handle(request, options != 0, options, r);
  return tag(r, 0) ? -1 : own_at(r, 2);
}

handle receive(handle future, result* r) {
  wait_for(future_response_subscribe(future));
  future_response_get(future, r);
  future_response_drop(future);
  return tag(r, 4) ? -1 : own_at(r, 6);
}

int64_t read_body(handle body, void* to, size_t room, result* r) {
  const handle stream = body_stream(body);
  int64_t total = 0;
  for (;;) {
    forget();
    input_stream_blocking_read(stream, 65536, r);
    if (tag(r, 0)) break;
    const uint8_t* from = (const uint8_t*)r->word[1];
    for (size_t i = 0; i < r->word[2]; ++i, ++total) {
      if ((size_t)total < room) ((uint8_t*)to)[total] = from[i];
    }
  }
  input_stream_drop(stream);
  incoming_body_drop(body);
  return tag(r, 1) == 0 ? -1 : total;
}

handle response_body(handle response) {
  result r;
  incoming_response_consume(response, &r);
  return tag(&r, 0) ? -1 : own_at(&r, 1);
}

handle body_stream(handle incoming_body) {
  result r;
  incoming_body_stream(incoming_body, &r);
  return tag(&r, 0) ? -1 : own_at(&r, 1);
}

handle body_writer(handle outgoing_body) {
  result r;
  outgoing_body_write(outgoing_body, &r);
  return tag(&r, 0) ? -1 : own_at(&r, 1);
}

int write_all(handle stream, const void* bytes, size_t len) {
  result r;
  for (size_t at = 0; at < len; at += 4096) {
    const size_t piece = len - at < 4096 ? len - at : 4096;
    output_stream_blocking_write_and_flush(stream, (const uint8_t*)bytes + at, piece, &r);
    if (tag(&r, 0)) return 0;
  }
  return 1;
}

int finish_body(handle stream, handle outgoing_body, result* r) {
  output_stream_drop(stream);
  outgoing_body_finish(outgoing_body, 0, 0, r);
  return !tag(r, 0);
}

void answer(handle out, int status, span content) {
  result r;
  char digits[20];
  size_t first = sizeof digits;
  size_t rest = content.len;
  do {
    digits[--first] = (char)('0' + rest % 10);
  } while (rest /= 10);
  const handle headers =
      fields_with("content-length", (span){digits + first, sizeof digits - first});
  const handle response = outgoing_response_new(headers);
  outgoing_response_set_status(response, status);
  outgoing_response_body(response, &r);
  const handle body = own_at(&r, 1);
  response_outparam_set(out, 0, response, 0, 0, 0, 0, 0, 0);
  const handle stream = body_writer(body);
  write_all(stream, content.at, content.len);
  finish_body(stream, body, &r);
}
