// For instances that answer several requests: what they keep of one to try in the next.
#include "service.h"

static handle kept = -1;
static handle kept_stream = -1;

static void keep(handle object, handle stream) {
  kept = object;
  kept_stream = stream;
}

static handle body_of(const request* r) {
  result res;
  incoming_request_consume(r->message, &res);
  return own_at(&res, 1);
}

// Keeps the request's content, a stream of it, and something that waits for more.
static void keep_stream(const request* r) {
  const handle body = body_of(r);
  const handle stream = body_stream(body);
  keep(body, stream);
  input_stream_subscribe(stream);
  put_string("kept");
  say(r, 200);
}

// What becomes of that.
static void read_stream(const request* r) {
  result res;
  ensure(kept_stream >= 0, "there is a stream");
  input_stream_blocking_read(kept_stream, 100, &res);
  if (!tag(&res, 0)) {
    put_number(res.word[2]);
    put_string(" bytes");
  } else if (tag(&res, 1) == 0) {
    put_stream_error(own_at(&res, 2));
  } else {
    put_string("closed");
  }
  say(r, 200);
}

static void keep_request(const request* r) {
  keep(r->message, -1);
  put_string("kept");
  say(r, 200);
}

static void consume_request(const request* r) {
  result res;
  incoming_request_consume(kept, &res);
  keep(own_at(&res, 1), body_stream(own_at(&res, 1)));
  read_stream(r);
}

static void keep_trailers(const request* r) {
  keep(incoming_body_finish(body_of(r)), -1);
  put_string("kept");
  say(r, 200);
}

static void get_trailers(const request* r) {
  result res;
  wait_for(future_trailers_subscribe(kept));
  future_trailers_get(kept, &res);
  ensure(tag(&res, 0) && !tag(&res, 2), "there is an outcome");
  tag(&res, 4) ? put_error(res.word + 6) : put_string("trailers");
  say(r, 200);
}

// Asks somebody, and after so many milliseconds waits for the response no longer.
static void keep_future(const request* r) {
  result res;
  keep(send(make_request(0, field_of(r, "upstream"), "/", fields_new()), 0, &res), -1);
  ensure(kept >= 0, "sent");
  wait_for(subscribe_duration((int64_t)number(r->path) * 1000000));
  put_string("kept");
  say(r, 200);
}

static void get_future(const request* r) {
  result res;
  const handle response = receive(kept, &res);
  response < 0 ? put_error(res.word + 6) : put_string("a response");
  say(r, 200);
}

// The content of the answer is never finished.
static void unfinished(const request* r) {
  const handle body = begin(r, fields_new());
  keep(body, body_writer(body));
  write_all(kept_stream, "half", 4);
}

static void exit_after(const request* r) {
  say(r, 200);
  cli_exit(0);
}

// Answers, and goes on for so many milliseconds.
static void linger(const request* r) {
  put_string("lingers");
  say(r, 200);
  wait_for(subscribe_duration((int64_t)number(r->path) * 1000000));
}

static void burn(const request* r) {
  for (volatile uint64_t i = number(r->path); i > 0; --i) {
  }
  put_string("burnt");
  say(r, 200);
}

const route kReuse[] = {{"keep_stream", keep_stream},
                        {"read_stream", read_stream},
                        {"keep_request", keep_request},
                        {"consume_request", consume_request},
                        {"keep_trailers", keep_trailers},
                        {"get_trailers", get_trailers},
                        {"keep_future", keep_future},
                        {"get_future", get_future},
                        {"unfinished", unfinished},
                        {"exit_after", exit_after},
                        {"linger", linger},
                        {"burn", burn},
                        {0, 0}};
