// What the server made of a request, and what the client made of a response, as text: the same
// text as in tests/golden/http, but for the fields that wasi:http keeps from guests.
//
//   /early                  answers without a look at the request's content
//   /fetch/METHOD/PORT/MS   asks 127.0.0.1:PORT and shows the response, or the error-code; MS is
//   the
//                           time-out for the first byte and between bytes
//   anything else           shows the request
#include "guest.h"

// All content in brackets, then the trailers, then what went wrong.
static void put_body(handle body) {
  result r;
  const handle stream = body_stream(body);
  handle error = -1;
  size_t total = 0;
  for (;;) {
    forget();
    input_stream_blocking_read(stream, 65536, &r);
    if (tag(&r, 0)) {
      // stream-error: 0 is last-operation-failed with an error handle, 1 is closed.
      if (tag(&r, 1) == 0) error = own_at(&r, 2);
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
  wait_for(future_trailers_subscribe(trailers));
  future_trailers_get(trailers, &r);
  if (tag(&r, 4)) {
    put_error(r.word + 6);
  } else if (tag(&r, 6)) {
    put_fields("+ ", own_at(&r, 7));
  }
}

static void put_request(handle request) {
  result r;
  incoming_request_method(request, &r);
  if (tag(&r, 0) < 9) {
    put_string(method_name(tag(&r, 0)));
  } else {
    put((const void*)r.word[1], r.word[2]);
  }
  incoming_request_scheme(request, &r);
  put_string(!tag(&r, 0)       ? " - "
             : tag(&r, 1) == 0 ? " http "
             : tag(&r, 1) == 1 ? " https "
                               : " ? ");
  incoming_request_authority(request, &r);
  tag(&r, 0) ? put((const void*)r.word[1], r.word[2]) : put_string("-");
  put_string(" ");
  incoming_request_path(request, &r);
  tag(&r, 0) ? put((const void*)r.word[1], r.word[2]) : put_string("-");
  put_string("\n");
  put_fields("", incoming_request_headers(request));
  incoming_request_consume(request, &r);
  put_body(own_at(&r, 1));
}

static void put_response(handle response) {
  put_number((uint64_t)incoming_response_status(response));
  put_string("\n");
  put_fields("", incoming_response_headers(response));
  put_body(response_body(response));
}

static void fetch(span path) {
  const span method = next_part(&path);
  const span port = next_part(&path);
  if (port.len > 5) return put_string("no such port\n");
  const int64_t timeout_ns = (int64_t)number(next_part(&path)) * 1000000;
  char authority[32] = "127.0.0.1:";
  for (size_t i = 0; i < port.len; ++i) authority[10 + i] = port.at[i];
  const handle request = make_request(method_of(method), span_of(authority), "/", fields_new());
  const handle options = request_options_new();
  request_options_set_first_byte(options, 1, timeout_ns);
  request_options_set_between_bytes(options, 1, timeout_ns);
  result r;
  const handle future = send(request, options, &r);
  if (future < 0) return put_error(r.word + 2);
  const handle response = receive(future, &r);
  response < 0 ? put_error(r.word + 6) : put_response(response);
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
  answer(out, 200, said());
}
