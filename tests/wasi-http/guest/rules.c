// Rules of wasi:http that are no traps, one case each. HTTP_SERVER is tests/wasi-http/upstream.py,
// whose paths say how it answers.
#include "command.h"

static uint8_t content[1 << 16];

static handle request_for(int method, const char* path, handle headers) {
  return make_request(method, env("HTTP_SERVER"), path, headers);
}

static handle response_to(int method, const char* path) {
  result r;
  const handle response = receive(send(request_for(method, path, fields_new()), 0, &r), &r);
  expect(response >= 0);
  return response;
}

static span content_of(handle response) {
  result r;
  const int64_t len = read_body(response_body(response), content, sizeof content, &r);
  expect(len >= 0);
  return (span){(const char*)content, (size_t)len};
}

// What belongs to nobody outlives what it came from, and the other way round.
static void lifetimes(void) {
  result r;
  const handle response = response_to(2, "/trailers");
  const handle headers = incoming_response_headers(response);
  const handle body = response_body(response);
  incoming_response_drop(response);
  expect(first_value(headers, "x-wasmtime-test-method").len == 4);
  const handle future = incoming_body_finish(body);
  wait_for(future_trailers_subscribe(future));
  future_trailers_get(future, &r);
  expect(tag(&r, 0) && !tag(&r, 2) && !tag(&r, 4) && tag(&r, 6));
  const handle trailers = own_at(&r, 7);
  future_trailers_drop(future);
  expect(is(first_value(trailers, "x-sum"), "42"));
  expect(append(trailers, "a", "b") == 3);
  fields_drop(trailers);
  fields_drop(headers);

  const handle request = request_for(2, "/post", fields_new());
  const handle asked = outgoing_request_headers(request);
  outgoing_request_body(request, &r);
  const handle out = own_at(&r, 1);
  const handle pending = send(request, 0, &r);
  const handle stream = body_writer(out);
  expect(write_all(stream, "late", 4) && finish_body(stream, out, &r));
  expect(is(content_of(receive(pending, &r)), "late"));
  fields_drop(asked);

  wait_for(subscribe_duration(1));
}

static void at_most_once(void) {
  result r;
  const handle request = request_for(2, "/post", fields_new());
  outgoing_request_body(request, &r);
  const handle out = own_at(&r, 1);
  outgoing_request_body(request, &r);
  expect(tag(&r, 0));
  const handle stream = body_writer(out);
  expect(body_writer(out) < 0);
  const handle future = send(request, 0, &r);
  future_response_get(future, &r);
  expect(!tag(&r, 0));
  expect(finish_body(stream, out, &r));
  wait_for(future_response_subscribe(future));
  future_response_get(future, &r);
  expect(tag(&r, 0) && !tag(&r, 2) && !tag(&r, 4));
  const handle response = own_at(&r, 6);
  future_response_get(future, &r);
  expect(tag(&r, 0) && tag(&r, 2));
  const handle body = response_body(response);
  expect(response_body(response) < 0);
  const handle from = body_stream(body);
  expect(body_stream(body) < 0);
  input_stream_drop(from);
  const handle trailers = incoming_body_finish(body);
  wait_for(future_trailers_subscribe(trailers));
  future_trailers_get(trailers, &r);
  expect(tag(&r, 0) && !tag(&r, 2) && !tag(&r, 4) && !tag(&r, 6));
  future_trailers_get(trailers, &r);
  expect(tag(&r, 0) && tag(&r, 2));

  const handle reply = outgoing_response_new(fields_new());
  outgoing_response_body(reply, &r);
  expect(!tag(&r, 0));
  outgoing_response_body(reply, &r);
  expect(tag(&r, 0));
}

// Without a pollable: get() alone finds out that the response is there.
static void get_without_poll(void) {
  result r;
  const handle future = send(request_for(0, "/get", fields_new()), 0, &r);
  do {
    wait_for(subscribe_duration(1000000));
    future_response_get(future, &r);
  } while (!tag(&r, 0));
  expect(!tag(&r, 2) && !tag(&r, 4));
}

static int changed(const result* r) { return tag(r, 0) ? 1 + (int)(r->word[0] >> 8 & 0xff) : 0; }

static int set(handle fields, const char* name, const char* value) {
  result r;
  const span text = span_of(value);
  fields_set(fields, name, span_of(name).len, &text, 1, &r);
  return changed(&r);
}

static int delete(handle fields, const char* name) {
  result r;
  fields_delete(fields, name, span_of(name).len, &r);
  return changed(&r);
}

// In the order syntax of the name, forbidden, mutability, syntax of the value.
static void field_errors(void) {
  enum { kOk, kSyntax, kForbidden, kImmutable };
  const handle fields = fields_new();
  expect(append(fields, "", "v") == kSyntax && set(fields, "a b", "v") == kSyntax);
  expect(delete(fields, "a\n") == kSyntax && delete(fields, "Host") == kForbidden);
  expect(append(fields, "host", "\n") == kForbidden && set(fields, "uPgrade", "\n") == kForbidden);
  expect(append(fields, "a", "\x01") == kSyntax && append(fields, "a", "\x7f") == kSyntax);
  expect(append(fields, "a", "\t \x80\xff") == kOk && append(fields, "b", "") == kOk);
  expect(append(fields, "content-length", "1x") == kSyntax &&
         append(fields, "Content-Length", "") == kSyntax);
  expect(set(fields, "content-length", "18446744073709551616") == kSyntax);
  expect(set(fields, "content-length", "18446744073709551615") == kOk);
  const handle request = outgoing_request_new(fields);
  const handle frozen = outgoing_request_headers(request);
  expect(append(frozen, "a b", "\n") == kSyntax && append(frozen, "host", "\n") == kForbidden);
  expect(append(frozen, "a", "\n") == kImmutable && set(frozen, "a", "\n") == kImmutable);
  expect(delete(frozen, "absent") == kImmutable && delete(frozen, "host") == kForbidden);
  // Reading knows no errors.
  uint32_t list[2];
  fields_get(frozen, "a b", 3, list);
  expect(list[1] == 0 && !fields_has(frozen, "a b", 3) && fields_has(frozen, "A", 1));
}

static void field_lists(void) {
  result r;
  const span good[] = {{"X-One", 5}, {"1", 1}, {"two", 3}, {"2", 1}, {"x-one", 5}, {"3", 1}};
  fields_from_list(good, 3, &r);
  expect(!tag(&r, 0));
  const handle fields = own_at(&r, 1);
  uint32_t list[2];
  fields_get(fields, "X-ONE", 5, list);
  expect(list[1] == 2 && is(first_value(fields, "x-ONE"), "1"));
  fields_entries(fields, list);
  expect(list[1] == 3);
  expect(set(fields, "x-one", "4") == 0);
  fields_get(fields, "x-one", 5, list);
  expect(list[1] == 1);
  fields_set(fields, "X-One", 5, 0, 0, &r);
  expect(!tag(&r, 0) && !fields_has(fields, "x-one", 5) && fields_has(fields, "Two", 3));
  const span bad[] = {{"a", 1}, {"1", 1}, {"connection", 10}, {"2", 1}};
  fields_from_list(bad, 2, &r);
  expect(tag(&r, 0) && tag(&r, 1) == 1);
}

// Fields that frame a message are the host's, in responses and their trailers too.
static void hidden_fields(void) {
  result r;
  const handle response = response_to(0, "/hop-by-hop");
  const handle headers = incoming_response_headers(response);
  const char* const hidden[] = {"connection",        "keep-alive",       "proxy-authenticate",
                                "transfer-encoding", "proxy-connection", "custom-forbidden-header"};
  for (size_t i = 0; i < sizeof hidden / sizeof *hidden; ++i) {
    expect(!fields_has(headers, hidden[i], span_of(hidden[i]).len));
  }
  expect(fields_has(headers, "x-seen", 6) && append(headers, "a", "b") == 3);
  const handle future = incoming_body_finish(response_body(response));
  wait_for(future_trailers_subscribe(future));
  future_trailers_get(future, &r);
  expect(tag(&r, 6));
  const handle trailers = own_at(&r, 7);
  expect(fields_has(trailers, "x-sum", 5) && !fields_has(trailers, "custom-forbidden-header", 23));
}

static void setters(void) {
  const handle r = outgoing_request_new(fields_new());
  const char* const bad[] = {"",    "example.com:", ":abc", ":65536", "h:65536",
                             "h:x", "a b",          "h\n",  "h/p",    "[::"};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; ++i) {
    expect(outgoing_request_set_authority(r, 1, bad[i], span_of(bad[i]).len));
  }
  const char* const good[] = {"h",        "h:0",          "h:65535",    "[::]",
                              "[::]:443", "127.0.0.1:80", "%41.example"};
  for (size_t i = 0; i < sizeof good / sizeof *good; ++i) {
    expect(!outgoing_request_set_authority(r, 1, good[i], span_of(good[i]).len));
  }
  expect(!outgoing_request_set_authority(r, 0, 0, 0));
  expect(!outgoing_request_set_method(r, 9, "GET", 3));
  result m;
  outgoing_request_method(r, &m);
  expect(tag(&m, 0) == 9 && is((span){(const char*)m.word[1], m.word[2]}, "GET"));
  expect(outgoing_request_set_method(r, 9, "", 0) && outgoing_request_set_method(r, 9, "A B", 3));
  expect(!outgoing_request_set_scheme(r, 1, 2, "a+b-c.1", 7) &&
         outgoing_request_set_scheme(r, 1, 2, "1a", 2));
  expect(outgoing_request_set_scheme(r, 1, 2, "", 0) &&
         outgoing_request_set_scheme(r, 1, 2, "a:", 2));
  expect(!outgoing_request_set_path(r, 1, "/a?b=c&d", 8) &&
         !outgoing_request_set_path(r, 1, "", 0));
  expect(outgoing_request_set_path(r, 1, "/a b", 4) && outgoing_request_set_path(r, 1, "/\n", 2));
  const handle s = outgoing_response_new(fields_new());
  expect(outgoing_response_set_status(s, 99) && outgoing_response_set_status(s, 1000));
  expect(!outgoing_response_set_status(s, 100) && !outgoing_response_set_status(s, 999));
  const handle o = request_options_new();
  expect(!request_options_set_connect(o, 1, -1) && !request_options_set_first_byte(o, 1, 7));
  expect(!request_options_set_between_bytes(o, 0, 0));
  request_options_first_byte(o, &m);
  expect(tag(&m, 0) && m.word[2] == 7);
}

// Errors of handle() itself; the request is used up all the same.
static void refused_at_once(void) {
  result r;
  const handle nowhere = outgoing_request_new(fields_new());
  outgoing_request_set_path(nowhere, 1, "/", 1);
  expect(send(nowhere, 0, &r) < 0);
  expect_error(r.word + 2, "HTTP-request-URI-invalid");
  const handle odd = request_for(0, "/", fields_new());
  outgoing_request_set_scheme(odd, 1, 2, "ftp", 3);
  expect(send(odd, 0, &r) < 0);
  expect_error(r.word + 2, "HTTP-protocol-error");
}

// "/head" answers with the request's head as it came.
static void on_the_wire(void) {
  const handle headers = fields_with("X-Mine", span_of("1"));
  result r;
  const handle sent = send(request_for(0, "/head?a=b", headers), 0, &r);
  const span head = content_of(receive(sent, &r));
  expect(begins(head, "GET /head?a=b HTTP/1.1\r\nHost: "));
  const size_t first = span_of("GET /head?a=b HTTP/1.1\r\nHost: ").len;
  const span server = env("HTTP_SERVER");
  expect(same((span){head.at + first, server.len}, server));
  expect(begins((span){head.at + first + server.len, head.len}, "\r\nX-Mine: 1\r\n"));
}

static void framing(void) {
  result r;
  // Without body(): no content. With a length: that. Otherwise chunks.
  expect(is(content_of(response_to(2, "/framing")), "nothing\n") ||
         is((span){(const char*)content, 18}, "content-length: 0\n"));
  const char* const wanted[] = {"content-length: 4\n", "transfer-encoding: chunked\n"};
  for (int i = 0; i < 2; ++i) {
    const handle headers = fields_with(i == 0 ? "content-length" : 0, span_of("4"));
    const handle request = request_for(2, "/framing", headers);
    outgoing_request_body(request, &r);
    const handle out = own_at(&r, 1);
    const handle future = send(request, 0, &r);
    const handle stream = body_writer(out);
    expect(write_all(stream, "four", 4) && finish_body(stream, out, &r));
    expect(is(content_of(receive(future, &r)), wanted[i]));
  }
}

static handle within(int (*set)(handle, int32_t, int64_t), int64_t ns) {
  const handle options = request_options_new();
  set(options, 1, ns);
  return options;
}

static void times(void) {
  result r;
  expect(receive(send(request_for(0, "/silence", fields_new()),
                      within(request_options_set_first_byte, 100000000), &r),
                 &r) < 0);
  expect_error(r.word + 6, "connection-read-timeout");
  const handle response = receive(send(request_for(0, "/pause", fields_new()),
                                       within(request_options_set_between_bytes, 100000000), &r),
                                  &r);
  expect(response >= 0);
  expect(read_body(response_body(response), content, sizeof content, &r) < 0);
  const handle error = own_at(&r, 2);
  http_error_code(error, &r);
  expect(tag(&r, 0));
  expect_error(r.word + 2, "connection-read-timeout");
  io_error_drop(error);
}

static void expect_failure(const char* path, const char* name) {
  result r;
  expect(receive(send(request_for(0, path, fields_new()), 0, &r), &r) < 0);
  expect_error(r.word + 6, name);
}

static void failures(void) {
  result r;
  const span closed = env("CLOSED_SERVER");
  expect(receive(send(make_request(0, closed, "/", fields_new()), 0, &r), &r) < 0);
  expect_error(r.word + 6, "connection-refused");
  expect_failure("/garbage", "HTTP-protocol-error");
  const handle secure = request_for(0, "/", fields_new());
  outgoing_request_set_scheme(secure, 1, 1, 0, 0);
  expect(receive(send(secure, 0, &r), &r) < 0);
  expect_error(r.word + 6, "TLS-protocol-error");
}

// The server answers "/waiting" when somebody waits for "/silence", and "/left" when nobody does
// any more.
static void dropping_aborts(void) {
  result r;
  const handle future = send(request_for(0, "/silence", fields_new()), 0, &r);
  expect(is(content_of(response_to(0, "/waiting")), "waiting\n"));
  future_response_drop(future);
  expect(is(content_of(response_to(0, "/left")), "left\n"));
  // At once, whatever has become of it until then.
  future_response_drop(send(request_for(0, "/silence", fields_new()), 0, &r));
}

// "/refuse" answers at once, and reads nothing.
static void writing_to_nobody(void) {
  result r;
  const handle request = request_for(2, "/refuse", fields_new());
  outgoing_request_body(request, &r);
  const handle out = own_at(&r, 1);
  const handle future = send(request, 0, &r);
  const handle stream = body_writer(out);
  expect(incoming_response_status(receive(future, &r)) == 413);
  do {
    output_stream_blocking_write_and_flush(stream, content, 4096, &r);
  } while (!tag(&r, 0));
  expect(tag(&r, 1) == 1);
  output_stream_check_write(stream, &r);
  expect(tag(&r, 0) && tag(&r, 2) == 1);
  output_stream_drop(stream);
  outgoing_body_drop(out);
}

// A body that nobody reads yet takes what the buffer holds.
static void permits(void) {
  result r;
  const handle request = request_for(2, "/post", fields_new());
  outgoing_request_body(request, &r);
  const handle out = own_at(&r, 1);
  const handle stream = body_writer(out);
  const handle pollable = output_stream_subscribe(stream);
  const uint32_t chunk = (uint32_t)number(env("CHUNK"));
  for (uint64_t left = number(env("CHUNKS")); left > 0; --left) {
    expect(pollable_ready(pollable));
    output_stream_check_write(stream, &r);
    expect(!tag(&r, 0) && r.word[2] == chunk && r.word[3] == 0);
    output_stream_write_zeroes(stream, chunk, &r);
    expect(!tag(&r, 0));
  }
  expect(!pollable_ready(pollable));
  output_stream_check_write(stream, &r);
  expect(!tag(&r, 0) && r.word[2] == 0);
  output_stream_flush(stream, &r);
  expect(!tag(&r, 0));
  pollable_drop(pollable);
}

static void trailers_are_sent(void) {
  result r;
  const handle request = request_for(2, "/echo-trailers", fields_new());
  outgoing_request_body(request, &r);
  const handle out = own_at(&r, 1);
  const handle future = send(request, 0, &r);
  const handle stream = body_writer(out);
  expect(write_all(stream, "text", 4));
  output_stream_drop(stream);
  outgoing_body_finish(out, 1, fields_with("X-Sum", span_of("7")), &r);
  expect(!tag(&r, 0));
  expect(is(content_of(receive(future, &r)), "x-sum: 7\n"));
}

// The server tells at "/cut" what became of the last content.
static void unfinished_bodies(void) {
  result r;
  for (int sized = 0; sized < 2; ++sized) {
    const handle headers = fields_with(sized ? "content-length" : 0, span_of("9"));
    const handle request = request_for(2, "/swallow", headers);
    outgoing_request_body(request, &r);
    const handle out = own_at(&r, 1);
    const handle future = send(request, 0, &r);
    const handle stream = body_writer(out);
    expect(write_all(stream, "half", 4));
    output_stream_drop(stream);
    outgoing_body_drop(out);
    expect(receive(future, &r) < 0);
    expect_error(r.word + 6, "HTTP-protocol-error");
    expect(is(content_of(response_to(0, "/cut")), "cut\n"));
  }
}

static void lengths_that_differ(void) {
  result r;
  const handle fields = fields_with("content-length", span_of("3"));
  expect(append(fields, "content-length", "4") == 0);
  const handle request = request_for(2, "/post", fields);
  outgoing_request_body(request, &r);
  expect(tag(&r, 0));
}

static void reading(void) {
  result r;
  const handle body = response_body(response_to(0, "/slowly"));  // "ab", and later "cd"
  const handle stream = body_stream(body);
  input_stream_blocking_read(stream, 0, &r);
  expect(!tag(&r, 0) && r.word[2] == 0);
  input_stream_blocking_read(stream, 1, &r);
  expect(!tag(&r, 0) && r.word[2] == 1);
  input_stream_blocking_read(stream, -1, &r);
  expect(!tag(&r, 0) && r.word[2] == 1);
  input_stream_read(stream, 8, &r);
  expect(!tag(&r, 0) && r.word[2] == 0);
  const handle pollable = input_stream_subscribe(stream);
  expect(!pollable_ready(pollable));
  pollable_drop(pollable);
  expect(is(content_of(response_to(0, "/go-on")), "done\n"));
  size_t rest = 0;
  do {
    input_stream_blocking_read(stream, 8, &r);
    if (!tag(&r, 0)) rest += r.word[2];
  } while (!tag(&r, 0));
  expect(rest == 2);
  for (int i = 0; i < 2; ++i) {
    expect(tag(&r, 0) && tag(&r, 1) == 1);
    input_stream_read(stream, 8, &r);
  }
}

static void reading_what_breaks(void) {
  result r;
  const handle stream = body_stream(response_body(response_to(0, "/torn")));  // 4 of 9 bytes
  size_t got = 0;
  do {
    input_stream_blocking_read(stream, 100, &r);
    if (!tag(&r, 0)) got += r.word[2];
  } while (!tag(&r, 0));
  expect(got == 4 && tag(&r, 1) == 0);
  const handle error = own_at(&r, 2);
  http_error_code(error, &r);
  expect(tag(&r, 0));
  io_error_drop(error);
  input_stream_read(stream, 100, &r);
  expect(tag(&r, 0) && tag(&r, 1) == 1);
}

static void trailers_that_fail(void) {
  result r;
  const handle future = incoming_body_finish(response_body(response_to(0, "/torn")));
  wait_for(future_trailers_subscribe(future));
  future_trailers_get(future, &r);
  expect(tag(&r, 0) && !tag(&r, 2) && tag(&r, 4));
}

static void splicing(void) {
  result r;
  const handle from = body_stream(response_body(response_to(0, "/big")));  // 100000 bytes
  const handle request = request_for(2, "/count", fields_new());
  outgoing_request_body(request, &r);
  const handle out = own_at(&r, 1);
  const handle to = body_writer(out);
  const handle future = send(request, 0, &r);
  uint64_t moved = 0;
  for (;;) {
    output_stream_blocking_splice(to, from, -1, &r);
    if (tag(&r, 0)) break;
    expect(r.word[2] <= 1 << 20);
    moved += r.word[2];
  }
  expect(tag(&r, 2) == 1 && moved == 100000);
  expect(finish_body(to, out, &r));
  expect(is(content_of(receive(future, &r)), "100000\n"));
}

static void no_files(void) {
  uint32_t list[2];
  get_directories(list);
  expect(list[1] == 0);
}

const test_case kRules[] = {{"lifetimes", lifetimes},
                            {"at_most_once", at_most_once},
                            {"get_without_poll", get_without_poll},
                            {"field_errors", field_errors},
                            {"field_lists", field_lists},
                            {"hidden_fields", hidden_fields},
                            {"setters", setters},
                            {"refused_at_once", refused_at_once},
                            {"on_the_wire", on_the_wire},
                            {"framing", framing},
                            {"times", times},
                            {"failures", failures},
                            {"dropping_aborts", dropping_aborts},
                            {"writing_to_nobody", writing_to_nobody},
                            {"permits", permits},
                            {"trailers_are_sent", trailers_are_sent},
                            {"unfinished_bodies", unfinished_bodies},
                            {"lengths_that_differ", lengths_that_differ},
                            {"reading", reading},
                            {"reading_what_breaks", reading_what_breaks},
                            {"trailers_that_fail", trailers_that_fail},
                            {"splicing", splicing},
                            {"no_files", no_files},
                            {0, 0}};
