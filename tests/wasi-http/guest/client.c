// What a client does with wasi:http. HTTP_SERVER echoes: its response has the request's method and
// target in x-wasmtime-test-method and -uri, and its content.
#include "command.h"

static uint8_t content[2 << 20];

static void echoed(handle response, const char* method, const char* target) {
  expect(incoming_response_status(response) == 200);
  const handle headers = incoming_response_headers(response);
  expect(is(first_value(headers, "x-wasmtime-test-method"), method));
  expect(is(first_value(headers, "X-Wasmtime-Test-Uri"), target));
  fields_drop(headers);
}

// Sends a request, with content if there is any, and gets it back.
static void exchange(int method, const char* target, const char* body) {
  result r;
  const handle request = make_request(method, env("HTTP_SERVER"), target, fields_new());
  outgoing_request_body(request, &r);
  const handle out = own_at(&r, 1);
  const handle future = send(request, 0, &r);
  expect(future >= 0);
  const handle stream = body_writer(out);
  expect(write_all(stream, body, span_of(body).len));
  expect(finish_body(stream, out, &r));
  const handle response = receive(future, &r);
  expect(response >= 0);
  echoed(response, method_name(method), target);
  const int64_t len = read_body(response_body(response), content, sizeof content, &r);
  expect(len >= 0 && is((span){(const char*)content, (size_t)len}, body));
}

static void get(void) { exchange(0, "/get?some=arg&goes=here", ""); }
static void post(void) { exchange(2, "/post", "{\"foo\": \"bar\"}"); }
static void put_empty(void) { exchange(3, "/put", ""); }

// One turn of both directions: writes what is permitted and reads what there is. 0 at the end.
static int turn(handle to, size_t* sent, size_t total, handle from, size_t* got) {
  result r;
  if (*sent < total) {
    output_stream_check_write(to, &r);
    expect(!tag(&r, 0));
    size_t piece = r.word[2];
    if (piece > total - *sent) piece = total - *sent;
    if (piece > 0) {
      output_stream_write(to, content + *sent, piece, &r);
      expect(!tag(&r, 0));
      *sent += piece;
    }
  }
  forget();
  input_stream_read(from, 65536, &r);
  if (tag(&r, 0)) return 0;
  for (size_t i = 0; i < r.word[2]; ++i) {
    expect(((const uint8_t*)r.word[1])[i] == (uint8_t)((*got + i) * 7));
  }
  *got += r.word[2];
  return 1;
}

// Content that no buffer in between holds: it has to be written while it is read.
static void large_post(void) {
  const size_t total = 1025 << 10;
  for (size_t i = 0; i < total; ++i) content[i] = (uint8_t)(i * 7);
  result r;
  const handle request = make_request(2, env("HTTP_SERVER"), "/large", fields_new());
  outgoing_request_body(request, &r);
  const handle out = own_at(&r, 1);
  const handle to = body_writer(out);
  const handle response = receive(send(request, 0, &r), &r);
  expect(response >= 0);
  echoed(response, "POST", "/large");
  const handle body = response_body(response);
  const handle from = body_stream(body);
  const handle wanted[2] = {input_stream_subscribe(from), output_stream_subscribe(to)};
  size_t sent = 0;
  size_t got = 0;
  int finished = 0;
  while (turn(to, &sent, total, from, &got)) {
    if (sent < total) {
      uint32_t ready[2];
      poll(wanted, 2, ready);
      expect(ready[1] > 0);
    } else if (!finished) {
      finished = 1;
      pollable_drop(wanted[1]);
      expect(finish_body(to, out, &r));
    } else {
      pollable_block(wanted[0]);
    }
  }
  expect(sent == total && got == total);
}

// What finishing a body of 11 announced bytes comes to after `len`. Nothing is sent.
static void announced(size_t len, result* r) {
  const handle headers = fields_with("content-length", span_of("11"));
  const handle request = make_request(2, env("HTTP_SERVER"), "/never-sent", headers);
  outgoing_request_body(request, r);
  const handle out = own_at(r, 1);
  const handle stream = body_writer(out);
  result w;
  output_stream_blocking_write_and_flush(stream, "long enough text to write", len, &w);
  if (len <= 11) {
    expect(!tag(&w, 0));
  } else {
    expect(tag(&w, 0) && tag(&w, 1) == 0);
    http_error_code(own_at(&w, 2), r);
    expect(tag(r, 0));
    expect_error(r->word + 2, "HTTP-request-body-size");
    expect((r->word[4] & 0xff) == 1 && r->word[6] == 18);
    io_error_drop(own_at(&w, 2));
  }
  finish_body(stream, out, r);
  outgoing_request_drop(request);
}

static void content_length(void) {
  result r;
  announced(11, &r);
  expect(!tag(&r, 0));
  announced(3, &r);
  expect(tag(&r, 0));
  expect_error(r.word + 2, "HTTP-request-body-size");
  expect((r.word[4] & 0xff) == 1 && r.word[6] == 3);
  announced(18, &r);
  expect(tag(&r, 0));
  expect_error(r.word + 2, "HTTP-request-body-size");
  expect((r.word[4] & 0xff) == 1 && r.word[6] == 18);
}

static result failed;

// The error-code is at word 6 of `failed`.
static const char* failure_of(handle request, handle options) {
  const handle future = send(request, options, &failed);
  expect(future >= 0);
  expect(receive(future, &failed) < 0);
  return error_name(failed.word + 6);
}

static const char* failure_at(const char* authority) {
  return failure_of(make_request(0, span_of(authority), "/", fields_new()), 0);
}

static void invalid_dnsname(void) {
  const span there = span_of(failure_at("some.invalid.dnsname:3000"));
  expect(is(there, "DNS-error") || is(there, "DNS-timeout"));
  // No label has so many letters: nobody needs to be asked.
  const char* const long_label =
      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
  expect(is(span_of(failure_at(long_label)), "DNS-error"));
  // DNS-error-payload: rcode, an option of a string, and info-code, one of a number.
  const span rcode = {(const char*)failed.word[9], failed.word[10]};
  expect(tag(&failed, 8) == 1 &&
         (is(rcode, "address not available") || is(rcode, "invalid dns name")));
  expect(tag(&failed, 11) == 0);
}

static void invalid_header(void) {
  enum { kOk, kSyntax, kForbidden, kImmutable };
  const handle fields = fields_new();
  expect(append(fields, "malformed header name", "ok value") == kSyntax);
  expect(append(fields, "ok-header-name", "bad\nvalue") == kSyntax);
  const char* const forbidden[] = {"Connection",
                                   "connection",
                                   "CONNECTION",
                                   "Keep-Alive",
                                   "Proxy-Authenticate",
                                   "proxy-authorization",
                                   "Proxy-Connection",
                                   "Transfer-Encoding",
                                   "UPGRADE",
                                   "Host",
                                   "HTTP2-Settings",
                                   "Custom-Forbidden-Header",
                                   "custom-forbidden-header"};
  for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; ++i) {
    expect(append(fields, forbidden[i], "keep-alive") == kForbidden);
  }
  expect(append(fields, "ok-header-name", "ok value") == kOk);
  const handle request = outgoing_request_new(fields);
  const handle frozen = outgoing_request_headers(request);
  expect(append(frozen, "content-length", "10") == kImmutable);
  result r;
  fields_delete(frozen, "ok-header-name", 14, &r);
  expect(tag(&r, 0) && (r.word[0] >> 8 & 0xff) + 1 == kImmutable);
  const handle copy = fields_clone(frozen);
  expect(append(copy, "another", "one") == kOk);
  fields_drop(copy);
  fields_drop(frozen);
  outgoing_request_drop(request);
}

static void invalid_port(void) {
  const handle request = outgoing_request_new(fields_new());
  expect(outgoing_request_set_authority(request, 1, "localhost:99999", 15));
  outgoing_request_drop(request);
}

static handle first_byte_within(int64_t ns) {
  const handle options = request_options_new();
  request_options_set_first_byte(options, 1, ns);
  return options;
}

static void invalid_version(void) {
  const handle request = make_request(5, env("HTTP2_SERVER"), "/", fields_new());
  const span failure = span_of(failure_of(request, first_byte_within(1000000000)));
  expect(is(failure, "HTTP-protocol-error") || is(failure, "connection-read-timeout"));
}

static void missing_path_and_query(void) {
  result r;
  const handle request = outgoing_request_new(fields_new());
  const span server = env("HTTP_SERVER");
  expect(!outgoing_request_set_authority(request, 1, server.at, server.len));
  expect(!outgoing_request_set_scheme(request, 1, 0, 0, 0));
  expect(!outgoing_request_set_path(request, 0, 0, 0));
  expect(send(request, 0, &r) < 0);
  expect_error(r.word + 2, "HTTP-protocol-error");
}

// Messages with bodies, dropped in every state.
static void response_build(void) {
  result r;
  const handle response =
      outgoing_response_new(fields_with("Content-Type", span_of("application/text")));
  outgoing_response_body(response, &r);
  const handle body = own_at(&r, 1);
  const handle stream = body_writer(body);
  expect(write_all(stream, "Hello, World!", 13));
  expect(finish_body(stream, body, &r));
  outgoing_response_drop(response);

  const handle bodiless = outgoing_response_new(fields_new());
  outgoing_response_body(bodiless, &r);
  outgoing_body_drop(own_at(&r, 1));
  outgoing_response_drop(bodiless);

  const handle request = outgoing_request_new(fields_new());
  expect(outgoing_request_set_authority(request, 1, "bad-port:99999", 14));
  expect(outgoing_request_set_path(request, 1, "/bad path", 9));
  expect(outgoing_request_set_scheme(request, 1, 2, "bad scheme", 10));
  expect(outgoing_request_set_method(request, 9, "bad method", 10));
  outgoing_request_drop(request);
}

// SILENT_SERVER never takes a connection.
static void timeout(void) {
  const handle options = request_options_new();
  request_options_set_connect(options, 1, 200000000);
  const handle request = make_request(0, env("SILENT_SERVER"), "/get?some=arg", fields_new());
  expect(is(span_of(failure_of(request, options)), "connection-timeout"));
}

static void unknown_method(void) {
  const handle request = outgoing_request_new(fields_new());
  expect(outgoing_request_set_method(request, 9, "bad\nmethod", 10));
  outgoing_request_drop(request);
}

static void unsupported_scheme(void) {
  result r;
  const handle request = make_request(0, env("HTTP_SERVER"), "/", fields_new());
  expect(!outgoing_request_set_scheme(request, 1, 2, "WS", 2));
  expect(send(request, 0, &r) < 0);
  expect_error(r.word + 2, "HTTP-protocol-error");
}

static void denied(void) { expect(is(span_of(failure_at("127.0.0.2:80")), "HTTP-request-denied")); }

const test_case kClient[] = {{"get", get},
                             {"post", post},
                             {"put", put_empty},
                             {"large_post", large_post},
                             {"content_length", content_length},
                             {"invalid_dnsname", invalid_dnsname},
                             {"invalid_header", invalid_header},
                             {"invalid_port", invalid_port},
                             {"invalid_version", invalid_version},
                             {"missing_path_and_query", missing_path_and_query},
                             {"response_build", response_build},
                             {"timeout", timeout},
                             {"unknown_method", unknown_method},
                             {"unsupported_scheme", unsupported_scheme},
                             {"denied", denied},
                             {0, 0}};
