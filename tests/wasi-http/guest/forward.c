// Answers that are made of others' answers. The field "upstream" is an authority, or several with
// spaces between them.
#include "service.h"

enum { kMostAtOnce = 16, kMostJobs = 64 };

// Asks and takes what comes, step by step.
typedef struct {
  handle future, response, body, stream;  // 0: not yet, or not any more
  handle pollable;
  uint64_t hash;
  const char* failure;
  int done;
} job;

static void fail(job* j, const uint32_t* code) {
  j->failure = error_name(code);
  j->done = 1;
}

static void start(job* j, span authority, size_t number) {
  result res;
  char path[] = "/content/00";
  path[9] = (char)('0' + number / 10);
  path[10] = (char)('0' + number % 10);
  j->future = send(make_request(0, authority, path, fields_new()), 0, &res);
  if (j->future < 0) {
    fail(j, res.word + 2);
  } else {
    j->pollable = future_response_subscribe(j->future);
  }
}

static void take_response(job* j) {
  result res;
  pollable_drop(j->pollable);
  future_response_get(j->future, &res);
  future_response_drop(j->future);
  if (tag(&res, 4)) {
    fail(j, res.word + 6);
    return;
  }
  j->response = own_at(&res, 6);
  j->body = response_body(j->response);
  j->stream = body_stream(j->body);
  j->pollable = input_stream_subscribe(j->stream);
  j->hash = 14695981039346656037u;
}

static void take_content(job* j) {
  result res;
  forget();
  input_stream_read(j->stream, 65536, &res);
  if (tag(&res, 0)) {
    pollable_drop(j->pollable);
    input_stream_drop(j->stream);
    incoming_body_drop(j->body);
    incoming_response_drop(j->response);
    j->done = 1;
    return;
  }
  const uint8_t* bytes = (const uint8_t*)res.word[1];
  for (size_t i = 0; i < res.word[2]; ++i) j->hash = (j->hash ^ bytes[i]) * 1099511628211u;
}

static span next_word(span* list) {
  span word = {list->at, 0};
  while (word.len < list->len && word.at[word.len] != ' ') ++word.len;
  const size_t skip = word.len < list->len ? word.len + 1 : word.len;
  list->at += skip;
  list->len -= skip;
  return word;
}

// Hashes /content/N of each, at most 16 at a time.
static void hash_all(const request* r) {
  static job jobs[kMostJobs];
  span rest = field_of(r, "upstream");
  size_t started = 0;
  size_t done = 0;
  while (rest.len > 0 || done < started) {
    while (rest.len > 0 && started - done < kMostAtOnce && started < kMostJobs) {
      start(&jobs[started], next_word(&rest), started);
      done += (size_t)jobs[started].done;
      ++started;
    }
    handle waiting[kMostAtOnce];
    job* of[kMostAtOnce];
    size_t count = 0;
    for (size_t i = 0; i < started; ++i) {
      if (jobs[i].done) continue;
      of[count] = &jobs[i];
      waiting[count++] = jobs[i].pollable;
    }
    if (count == 0) continue;
    uint32_t ready[2];
    forget();
    poll(waiting, count, ready);
    uint32_t which[kMostAtOnce];
    for (size_t i = 0; i < ready[1]; ++i) which[i] = ((const uint32_t*)ready[0])[i];
    for (size_t i = 0; i < ready[1]; ++i) {
      job* const j = of[which[i]];
      j->stream == 0 ? take_response(j) : take_content(j);
      done += (size_t)j->done;
    }
  }
  for (size_t i = 0; i < started; ++i) {
    put_number(i);
    put_string(": ");
    jobs[i].failure ? put_string(jobs[i].failure) : put_number(jobs[i].hash);
    put_string("\n");
  }
  say(r, 200);
}

// The request's content goes to the upstream while that is echoed, and back while it goes.
static void double_echo(const request* r) {
  result res;
  const handle asked = make_request(2, field_of(r, "upstream"), "/echo", fields_new());
  outgoing_request_body(asked, &res);
  const handle body = own_at(&res, 1);
  const handle to = body_writer(body);
  const handle future = send(asked, 0, &res);
  ensure(future >= 0, "sent");
  incoming_request_consume(r->message, &res);
  const handle from = body_stream(own_at(&res, 1));
  const handle response = receive(future, &res);
  ensure(response >= 0, "answered");
  const handle back = body_stream(response_body(response));
  const handle answer_body = begin(r, fields_new());
  const handle out = body_writer(answer_body);
  int sending = 1;
  const handle content_comes = input_stream_subscribe(from);
  const handle answer_comes = input_stream_subscribe(back);
  for (;;) {
    const handle waiting[2] = {answer_comes, content_comes};
    uint32_t ready[2];
    forget();
    poll(waiting, sending ? 2 : 1, ready);
    if (sending && pollable_ready(content_comes)) {
      output_stream_blocking_splice(to, from, 65536, &res);
      if (tag(&res, 0)) {
        sending = 0;
        ensure(finish_body(to, body, &res), "all sent");
      }
    }
    if (pollable_ready(answer_comes)) {
      output_stream_blocking_splice(out, back, 65536, &res);
      if (tag(&res, 0)) break;
    }
  }
  finish_body(out, answer_body, &res);
}

// The head that the upstream gets.
static void forward(const request* r) {
  result res;
  const handle fields = fields_clone(incoming_request_headers(r->message));
  fields_delete(fields, "upstream", 8, &res);
  const handle future = send(make_request(0, field_of(r, "upstream"), "/head", fields), 0, &res);
  if (future < 0) {
    put_error(res.word + 2);
    return say(r, 502);
  }
  const handle response = receive(future, &res);
  if (response < 0) {
    put_error(res.word + 6);
    return say(r, 502);
  }
  static uint8_t content[1 << 16];
  const int64_t len = read_body(response_body(response), content, sizeof content, &res);
  ensure(len >= 0, "read");
  answer(r->out, 200, (span){(const char*)content, (size_t)len});
}

const route kForwards[] = {
    {"hash-all", hash_all}, {"double-echo", double_echo}, {"forward", forward}, {0, 0}};
