// What ends a guest: each case's last step traps.
#include "command.h"

static uint8_t content[1 << 17];

static handle request_for(int method, const char* path) {
  return make_request(method, env("HTTP_SERVER"), path, fields_new());
}

static handle body_of_response(void) {
  result r;
  return response_body(receive(send(request_for(0, "/trailers"), 0, &r), &r));
}

static handle body_to_write(void) {
  result r;
  outgoing_request_body(request_for(2, "/post"), &r);
  return own_at(&r, 1);
}

// Parents before their children.
static void drop_input_stream_with_pollable(void) {
  const handle stream = body_stream(body_of_response());
  input_stream_subscribe(stream);
  input_stream_drop(stream);
}

static void drop_output_stream_with_pollable(void) {
  const handle stream = body_writer(body_to_write());
  output_stream_subscribe(stream);
  output_stream_drop(stream);
}

static void drop_future_response_with_pollable(void) {
  result r;
  const handle future = send(request_for(0, "/get"), 0, &r);
  future_response_subscribe(future);
  future_response_drop(future);
}

static void drop_future_trailers_with_pollable(void) {
  const handle future = incoming_body_finish(body_of_response());
  future_trailers_subscribe(future);
  future_trailers_drop(future);
}

static void drop_incoming_body_with_stream(void) {
  const handle body = body_of_response();
  body_stream(body);
  incoming_body_drop(body);
}

static void finish_incoming_body_with_stream(void) {
  const handle body = body_of_response();
  body_stream(body);
  incoming_body_finish(body);
}

static void drop_outgoing_body_with_stream(void) {
  const handle body = body_to_write();
  body_writer(body);
  outgoing_body_drop(body);
}

static void finish_outgoing_body_with_stream(void) {
  result r;
  const handle body = body_to_write();
  body_writer(body);
  outgoing_body_finish(body, 0, 0, &r);
}

// Handles that are none, or of something else.
static void stale_handle(void) {
  const handle fields = fields_new();
  fields_drop(fields);
  fields_drop(fields);
}

static void used_up_handle(void) {
  result r;
  const handle request = request_for(0, "/get");
  send(request, 0, &r);
  outgoing_request_headers(request);
}

static void handle_of_another_type(void) { outgoing_request_headers(fields_new()); }

// Calls that ask for too little or too much.
static void poll_of_nothing(void) {
  uint32_t ready[2];
  poll(0, 0, ready);
}

static void blocking_write_too_long(void) {
  result r;
  output_stream_blocking_write_and_flush(body_writer(body_to_write()), content, 4097, &r);
}

static void blocking_zeroes_too_long(void) {
  result r;
  output_stream_blocking_write_zeroes_and_flush(body_writer(body_to_write()), 4097, &r);
}

static void write_beyond_permit(void) {
  result r;
  const handle stream = body_writer(body_to_write());
  output_stream_check_write(stream, &r);
  output_stream_write(stream, content, r.word[2] + 1, &r);
}

static void zeroes_beyond_permit(void) {
  result r;
  const handle stream = body_writer(body_to_write());
  output_stream_check_write(stream, &r);
  output_stream_write_zeroes(stream, (int64_t)r.word[2] + 1, &r);
}

// Fields without end. Short ones are too many before they are too large, if that is allowed.
static void append_for_ever(void) {
  const handle fields = fields_new();
  while (append(fields, "a", "") == 0) forget();
  expect(0);
}

static void append_large_for_ever(void) {
  result r;
  const handle fields = fields_new();
  for (size_t i = 0; i < sizeof content; ++i) content[i] = 'x';
  do {
    fields_append(fields, "x-name", 6, content, 1000, &r);
  } while (!tag(&r, 0));
  expect(0);
}

static void set_too_large(void) {
  result r;
  for (size_t i = 0; i < sizeof content; ++i) content[i] = 'x';
  const span value = {(const char*)content, sizeof content};
  fields_set(fields_new(), "x-name", 6, &value, 1, &r);
}

static void list_too_large(void) {
  result r;
  for (size_t i = 0; i < sizeof content; ++i) content[i] = 'x';
  const span entry[] = {{"x-name", 6}, {(const char*)content, sizeof content}};
  fields_from_list(entry, 1, &r);
}

static void resources_without_end(void) {
  for (;;) fields_new();
}

const test_case kTraps[] = {
    {"drop_input_stream_with_pollable", drop_input_stream_with_pollable},
    {"drop_output_stream_with_pollable", drop_output_stream_with_pollable},
    {"drop_future_response_with_pollable", drop_future_response_with_pollable},
    {"drop_future_trailers_with_pollable", drop_future_trailers_with_pollable},
    {"drop_incoming_body_with_stream", drop_incoming_body_with_stream},
    {"finish_incoming_body_with_stream", finish_incoming_body_with_stream},
    {"drop_outgoing_body_with_stream", drop_outgoing_body_with_stream},
    {"finish_outgoing_body_with_stream", finish_outgoing_body_with_stream},
    {"stale_handle", stale_handle},
    {"used_up_handle", used_up_handle},
    {"handle_of_another_type", handle_of_another_type},
    {"poll_of_nothing", poll_of_nothing},
    {"blocking_write_too_long", blocking_write_too_long},
    {"blocking_zeroes_too_long", blocking_zeroes_too_long},
    {"write_beyond_permit", write_beyond_permit},
    {"zeroes_beyond_permit", zeroes_beyond_permit},
    {"append_for_ever", append_for_ever},
    {"append_large_for_ever", append_large_for_ever},
    {"set_too_large", set_too_large},
    {"list_too_large", list_too_large},
    {"resources_without_end", resources_without_end},
    {0, 0}};
