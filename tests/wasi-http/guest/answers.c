// Answers that need nobody else.
#include "service.h"

static uint8_t content[1 << 17];

static void hello(const request* r) {
  put_string("Hello, WASI!\n");
  say(r, 200);
}

// Whether the instance has answered before.
static void count(const request* r) {
  static uint64_t answered;
  put_number(++answered);
  say(r, 200);
}

static void proxy_api(const request* r) {
  result res;
  incoming_request_scheme(r->message, &res);
  ensure(tag(&res, 0) && tag(&res, 1) == 0, "scheme is http");
  incoming_request_authority(r->message, &res);
  ensure(tag(&res, 0), "there is an authority");
  incoming_request_path(r->message, &res);
  ensure(tag(&res, 0), "there is a path");
  get_directories(&res);
  ensure(res.word[1] == 0, "there are no files");
  const handle headers = incoming_request_headers(r->message);
  ensure(!fields_has(headers, "host", 4), "host is hidden");
  ensure(!fields_has(headers, "connection", 10), "connection is hidden");
  ensure(!fields_has(headers, "custom-forbidden-header", 23), "what is forbidden is hidden");
  ensure(fields_has(headers, "x-kept", 6), "others are not");
  ensure(append(headers, "a", "b") == 3, "fields of a request cannot be changed");
  fields_drop(headers);
  put_string("hello, world!");
  say(r, 200);
}

// The answer comes when the client has left.
static void early_drop(const request* r) {
  wait_for(subscribe_duration(300000000));
  put_string("nobody reads this");
  say(r, 200);
}

// The rest of the path is the size of a value.
static void add_field(const request* r, handle fields) {
  const uint64_t size = number(r->path);
  for (size_t i = 0; i < size; ++i) content[i] = 'x';
  result res;
  fields_append(fields, "x-added", 7, content, size, &res);
  ensure(!tag(&res, 0), "the field is there");
  hello(r);
}
static void modify_fields(const request* r) {
  add_field(r, fields_clone(incoming_request_headers(r->message)));
}
static void new_fields(const request* r) { add_field(r, fields_new()); }

static void echo(const request* r) {
  result res;
  incoming_request_consume(r->message, &res);
  const handle from = body_stream(own_at(&res, 1));
  const handle body = begin(r, fields_new());
  const handle to = body_writer(body);
  do {
    output_stream_blocking_splice(to, from, -1, &res);
  } while (!tag(&res, 0));
  finish_body(to, body, &res);
}

// The environment as lines.
static void environment(const request* r) {
  uint32_t list[2];
  get_environment(list);
  for (const uint32_t* entry = (const uint32_t*)list[0]; list[1] > 0; --list[1], entry += 4) {
    put((const void*)entry[0], entry[1]);
    put_string("=");
    put((const void*)entry[2], entry[3]);
    put_string("\n");
  }
  say(r, 200);
}

static void fields(const request* r) {
  put_fields("", incoming_request_headers(r->message));
  say(r, 200);
}

// Lines in pieces, an empty one, and one without end, to both outputs.
static void print(const request* r) {
  const handle out = get_stdout();
  write_all(out, "this is", 7);
  write_all(out, " half a line\n\nand ", 18);
  write_all(out, "more", 4);
  write_all(get_stderr(), "an error\n", 9);
  hello(r);
}

static void authority_and_scheme(const request* r) {
  result res;
  incoming_request_scheme(r->message, &res);
  ensure(tag(&res, 0) && tag(&res, 1) == 0, "scheme is http");
  incoming_request_authority(r->message, &res);
  ensure(tag(&res, 0), "there is an authority");
  put((const void*)res.word[1], res.word[2]);
  say(r, 200);
}

static void config(const request* r) {
  result res;
  config_get(r->path.at, r->path.len, &res);
  ensure(!tag(&res, 0), "there is a config");
  tag(&res, 1) ? put((const void*)res.word[2], res.word[3]) : put_string("none");
  say(r, 200);
}

static void increment(const request* r) {
  result res;
  kv_open("", 0, &res);
  ensure(!tag(&res, 0), "there is a store");
  kv_increment(own_at(&res, 1), r->path.at, r->path.len, 1, &res);
  ensure(!tag(&res, 0), "it counts");
  put_number(res.word[2]);
  say(r, 200);
}

static void return_before_set(const request* r) { (void)r; }
static void trap_before_set(const request* r) {
  (void)r;
  __builtin_trap();
}
static void trap_after_set(const request* r) {
  result res;
  const int whole = is(r->path, "whole");
  const handle body = begin(r, fields_with(whole ? 0 : "content-length", span_of("99")));
  const handle stream = body_writer(body);
  write_all(stream, "four", 4);
  if (whole) finish_body(stream, body, &res);
  __builtin_trap();
}
static void dropped_outparam(const request* r) { response_outparam_drop(r->out); }
// 36 is loop-detected.
static void set_error(const request* r) { response_outparam_set(r->out, 1, 36, 0, 0, 0, 0, 0, 0); }

static void sleep_long(const request* r) {
  wait_for(subscribe_duration(100000000000));
  hello(r);
}

static void no_body(const request* r) {
  const handle response = outgoing_response_new(fields_new());
  response_outparam_set(r->out, 0, response, 0, 0, 0, 0, 0, 0);
}

static void status(const request* r) {
  const handle response = outgoing_response_new(fields_new());
  ensure(!outgoing_response_set_status(response, (int32_t)number(r->path)), "a status");
  response_outparam_set(r->out, 0, response, 0, 0, 0, 0, 0, 0);
}

// The head goes out at once, the rest when the request's content has come.
static void head_first(const request* r) {
  result res;
  const handle body = begin(r, fields_with("x-head", span_of("first")));
  incoming_request_consume(r->message, &res);
  const int64_t len = read_body(own_at(&res, 1), content, sizeof content, &res);
  const handle stream = body_writer(body);
  write_all(stream, content, (size_t)len);
  finish_body(stream, body, &res);
}

// Interim responses, and what is none.
static void inform(const request* r) {
  result res;
  send_informational(r->out, 103, fields_with("link", span_of("</style.css>; rel=preload")), &res);
  ensure(!tag(&res, 0), "103 is one");
  send_informational(r->out, 102, fields_new(), &res);
  ensure(!tag(&res, 0), "102 is one");
  const int32_t others[] = {99, 101, 200};
  for (size_t i = 0; i < sizeof others / sizeof *others; ++i) {
    send_informational(r->out, others[i], fields_new(), &res);
    ensure(tag(&res, 0), "others are none");
  }
  hello(r);
}

static void wrong_length(const request* r) {
  result res;
  const handle body = begin(r, fields_with("content-length", span_of("9")));
  const handle stream = body_writer(body);
  write_all(stream, "half", 4);
  ensure(!finish_body(stream, body, &res), "it is too short");
  ensure(is(span_of(error_name(res.word + 2)), "HTTP-response-body-size"), "and that is why");
  ensure(res.word[6] == 4, "four have been written");
}

static void trailers(const request* r) {
  result res;
  const handle body = begin(r, fields_new());
  const handle stream = body_writer(body);
  write_all(stream, "text", 4);
  output_stream_drop(stream);
  outgoing_body_finish(body, 1, fields_with("x-sum", span_of("7")), &res);
  ensure(!tag(&res, 0), "finished");
}

// What the stream of a response's body permits, and how many such writes it takes unread.
static void permits(const request* r) {
  result res;
  const handle response = outgoing_response_new(fields_new());
  outgoing_response_body(response, &res);
  const handle stream = body_writer(own_at(&res, 1));
  uint64_t writes = 0;
  output_stream_check_write(stream, &res);
  const uint32_t permit = res.word[2];
  for (; res.word[2] > 0; ++writes) {
    ensure(res.word[2] == permit, "every write may be as long");
    output_stream_write_zeroes(stream, permit, &res);
    output_stream_check_write(stream, &res);
  }
  put_number(permit);
  put_string(" ");
  put_number(writes);
  say(r, 200);
}

const route kAnswers[] = {{"", hello},
                          {"count", count},
                          {"proxy_api", proxy_api},
                          {"early_drop", early_drop},
                          {"modify_fields", modify_fields},
                          {"new_fields", new_fields},
                          {"echo", echo},
                          {"env", environment},
                          {"fields", fields},
                          {"print", print},
                          {"authority_and_scheme", authority_and_scheme},
                          {"config", config},
                          {"increment", increment},
                          {"return_before_set", return_before_set},
                          {"trap_before_set", trap_before_set},
                          {"trap_after_set", trap_after_set},
                          {"dropped_outparam", dropped_outparam},
                          {"set_error", set_error},
                          {"sleep", sleep_long},
                          {"no_body", no_body},
                          {"status", status},
                          {"head_first", head_first},
                          {"inform", inform},
                          {"wrong_length", wrong_length},
                          {"trailers", trailers},
                          {"permits", permits},
                          {0, 0}};
