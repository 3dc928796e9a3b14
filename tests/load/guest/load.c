// What tests/load puts load on: content of any size, and answers that take their time.
//
//   /sink       reads the request's content and answers with the number of its bytes
//   /source/N   answers with N MiB
//   /echo       sends the request's content back as it comes
//   /wait/MS    answers after so many milliseconds
//   /           answers
#include "guest.h"

enum { kPiece = 1 << 16 };
static uint8_t piece[kPiece];

// Whatever is permitted at a time.
static int write_freely(handle stream, const uint8_t* bytes, size_t len) {
  result r;
  while (len > 0) {
    output_stream_check_write(stream, &r);
    if (tag(&r, 0)) return 0;
    const size_t room = r.word[2] < len ? r.word[2] : len;
    if (room == 0) {
      wait_for(output_stream_subscribe(stream));
      continue;
    }
    output_stream_write(stream, bytes, room, &r);
    if (tag(&r, 0)) return 0;
    bytes += room;
    len -= room;
  }
  return 1;
}

// The next bytes of the content, valid until the next call; none at its end. What ends in an error
// does not get an answer that looks as if it had ended well.
static span read_some(handle stream) {
  result r;
  forget();
  input_stream_blocking_read(stream, kPiece, &r);
  if (tag(&r, 0) && tag(&r, 1) == 0) __builtin_trap();
  const span none = {0, 0};
  return tag(&r, 0) ? none : (span){(const char*)r.word[1], r.word[2]};
}

static handle content_of(handle request) {
  result r;
  incoming_request_consume(request, &r);
  return body_stream(own_at(&r, 1));
}

typedef struct {
  handle body;
  handle stream;
} reply;

static reply begin_reply(handle out) {
  result r;
  const handle response = outgoing_response_new(fields_new());
  outgoing_response_body(response, &r);
  reply made = {own_at(&r, 1), -1};
  response_outparam_set(out, 0, response, 0, 0, 0, 0, 0, 0);
  made.stream = body_writer(made.body);
  return made;
}

static void end_reply(reply made) {
  result r;
  finish_body(made.stream, made.body, &r);
}

static void sink(handle request, handle out) {
  const handle from = content_of(request);
  uint64_t total = 0;
  for (span bytes = read_some(from); bytes.len > 0; bytes = read_some(from)) total += bytes.len;
  uint8_t digits[20];
  size_t first = sizeof digits;
  do {
    digits[--first] = (uint8_t)('0' + total % 10);
  } while (total /= 10);
  const reply made = begin_reply(out);
  write_freely(made.stream, digits + first, sizeof digits - first);
  end_reply(made);
}

static void source(int64_t mebibytes, handle out) {
  const reply made = begin_reply(out);
  for (int64_t i = 0; i < mebibytes * ((1 << 20) / kPiece); ++i) {
    if (!write_freely(made.stream, piece, kPiece)) return;
  }
  end_reply(made);
}

static void echo(handle request, handle out) {
  const handle from = content_of(request);
  const reply made = begin_reply(out);
  for (span bytes = read_some(from); bytes.len > 0; bytes = read_some(from)) {
    if (!write_freely(made.stream, (const uint8_t*)bytes.at, bytes.len)) return;
  }
  end_reply(made);
}

static void greet(handle out) {
  const reply made = begin_reply(out);
  write_freely(made.stream, (const uint8_t*)"here\n", 5);
  end_reply(made);
}

__attribute__((export_name("wasi:http/incoming-handler@" WASI_VERSION "#handle"))) void
handle_request(handle request, handle out) {
  result r;
  incoming_request_path(request, &r);
  span path = {(const char*)r.word[1], tag(&r, 0) ? r.word[2] : 0};
  next_part(&path);
  const span first = next_part(&path);
  if (is(first, "sink")) return sink(request, out);
  if (is(first, "source")) return source((int64_t)number(path), out);
  if (is(first, "echo")) return echo(request, out);
  if (is(first, "wait")) wait_for(subscribe_duration((int64_t)number(path) * 1000000));
  greet(out);
}
