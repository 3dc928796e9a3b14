// An HTTP service for tests: the first part of the path says what it does.
#include "service.h"

void ensure(int condition, const char* text) {
  if (condition) return;
  write_all(get_stderr(), "FAILED: ", 8);
  write_all(get_stderr(), text, span_of(text).len);
  write_all(get_stderr(), "\n", 1);
  __builtin_trap();
}

span field_of(const request* r, const char* name) {
  static char kept[4096];
  static size_t used;
  static handle of;
  if (of != r->message) used = 0;
  of = r->message;
  const handle fields = incoming_request_headers(r->message);
  const span value = first_value(fields, name);
  fields_drop(fields);
  ensure(value.len <= sizeof kept - used, "fields too long");
  char* const at = kept + used;
  for (size_t i = 0; i < value.len; ++i) at[i] = value.at[i];
  used += value.len;
  return (span){at, value.len};
}

void say(const request* r, int status) { answer(r->out, status, said()); }

handle begin(const request* r, handle fields) {
  result res;
  const handle response = outgoing_response_new(fields);
  outgoing_response_body(response, &res);
  const handle body = own_at(&res, 1);
  response_outparam_set(r->out, 0, response, 0, 0, 0, 0, 0, 0);
  return body;
}

__attribute__((export_name("wasi:http/incoming-handler@" WASI_VERSION "#handle"))) void
handle_request(handle message, handle out) {
  result res;
  begin_anew();
  incoming_request_path(message, &res);
  span path = {(const char*)res.word[1], tag(&res, 0) ? res.word[2] : 0};
  size_t before = 0;
  while (before < path.len && path.at[before] != '?') ++before;
  const size_t behind = before < path.len ? before + 1 : before;
  const span query = {path.at + behind, path.len - behind};
  path.len = before;
  next_part(&path);
  const span first = next_part(&path);
  const request r = {message, out, path, query};
  const route* const tables[] = {kAnswers, kForwards, kReuse};
  for (size_t i = 0; i < sizeof tables / sizeof *tables; ++i) {
    for (const route* at = tables[i]; at->first; ++at) {
      if (!is(first, at->first)) continue;
      at->answer(&r);
      return;
    }
  }
  put_string("no such path\n");
  say(&r, 404);
}
