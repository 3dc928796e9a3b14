// The core-level imports of WASI 0.2 that test guests use beside those of the examples, written
// after the canonical ABI. Comments say what is at `ret`: a u8 unless it says otherwise, and at
// which bytes the rest is. An error-code has 32 bytes.
#pragma once

#include "wasi_http.h"

#define DRAFT_IMPORT(module, draft, name) \
  __attribute__((import_module(module "@0.2.0-" draft), import_name(name)))
#define POLL "wasi:io/poll"

// wasi:cli, wasi:clocks
IMPORT("wasi:cli/environment", "get-environment")
void get_environment(void* ret);  // ptr, len: of name ptr, len, value ptr, len
IMPORT("wasi:cli/environment", "get-arguments")
void get_arguments(void* ret);  // ptr, len: of ptr, len
IMPORT("wasi:cli/exit", "exit") void cli_exit(int32_t is_err);
IMPORT("wasi:cli/stdout", "get-stdout") handle get_stdout(void);
IMPORT("wasi:cli/stderr", "get-stderr") handle get_stderr(void);
IMPORT("wasi:filesystem/preopens", "get-directories") void get_directories(void* ret);  // ptr, len
IMPORT("wasi:clocks/monotonic-clock", "now") int64_t monotonic_now(void);
IMPORT("wasi:clocks/monotonic-clock", "subscribe-duration") handle subscribe_duration(int64_t ns);

// wasi:io
IMPORT(POLL, "[method]pollable.ready") int32_t pollable_ready(handle self);
IMPORT(POLL, "[method]pollable.block") void pollable_block(handle self);
IMPORT(POLL, "poll") void poll(const handle* list, size_t len, void* ret);  // ptr, len
IMPORT(POLL, "[resource-drop]pollable") void pollable_drop(handle self);
// Errors of streams: u8, own at the next word.
IMPORT(STREAMS, "[method]input-stream.read")
void input_stream_read(handle self, int64_t len, void* ret);  // ptr at 4, len at 8; error at 4
IMPORT(STREAMS, "[method]input-stream.subscribe") handle input_stream_subscribe(handle self);
IMPORT(STREAMS, "[method]output-stream.check-write")
void output_stream_check_write(handle self, void* ret);  // u64 at 8; error at 8
IMPORT(STREAMS, "[method]output-stream.write")
void output_stream_write(handle self, const void* bytes, size_t len, void* ret);  // error at 4
IMPORT(STREAMS, "[method]output-stream.write-zeroes")
void output_stream_write_zeroes(handle self, int64_t len, void* ret);  // error at 4
IMPORT(STREAMS, "[method]output-stream.blocking-write-zeroes-and-flush")
void output_stream_blocking_write_zeroes_and_flush(handle self, int64_t len, void* ret);
IMPORT(STREAMS, "[method]output-stream.flush")
void output_stream_flush(handle self, void* ret);  // error at 4
IMPORT(STREAMS, "[method]output-stream.blocking-flush")
void output_stream_blocking_flush(handle self, void* ret);  // error at 4
IMPORT(STREAMS, "[method]output-stream.subscribe") handle output_stream_subscribe(handle self);
IMPORT(STREAMS, "[method]output-stream.blocking-splice")
void output_stream_blocking_splice(handle self, handle from, int64_t len,
                                   void* ret);  // as check-write

// fields
IMPORT(HTTP, "[static]fields.from-list")
void fields_from_list(const void* entries, size_t len, void* ret);  // own at 4, or header-error
IMPORT(HTTP, "[method]fields.get")
void fields_get(handle self, const char* name, size_t name_len,
                void* ret);  // ptr, len: of ptr, len
IMPORT(HTTP, "[method]fields.has")
int32_t fields_has(handle self, const char* name, size_t name_len);
IMPORT(HTTP, "[method]fields.set")
void fields_set(handle self, const char* name, size_t name_len, const void* values, size_t len,
                void* ret);  // header-error at 1
IMPORT(HTTP, "[method]fields.delete")
void fields_delete(handle self, const char* name, size_t name_len, void* ret);  // header-error at 1
IMPORT(HTTP, "[method]fields.entries")
void fields_entries(handle self, void* ret);  // ptr, len: of name ptr, len, value ptr, len
IMPORT(HTTP, "[method]fields.clone") handle fields_clone(handle self);

// incoming-request, incoming-response, incoming-body, future-trailers
IMPORT(HTTP, "[method]incoming-request.method")
void incoming_request_method(handle self, void* ret);  // ptr at 4, len at 8
IMPORT(HTTP, "[method]incoming-request.scheme")
void incoming_request_scheme(handle self, void* ret);  // option: u8 at 4
IMPORT(HTTP, "[method]incoming-request.authority")
void incoming_request_authority(handle self, void* ret);  // option: ptr at 4, len at 8
IMPORT(HTTP, "[method]incoming-request.headers") handle incoming_request_headers(handle self);
IMPORT(HTTP, "[method]incoming-response.status") int32_t incoming_response_status(handle self);
IMPORT(HTTP, "[method]incoming-response.headers") handle incoming_response_headers(handle self);
IMPORT(HTTP, "[method]incoming-response.consume")
void incoming_response_consume(handle self, void* ret);  // own at 4
IMPORT(HTTP, "[resource-drop]incoming-response") void incoming_response_drop(handle self);
IMPORT(HTTP, "[static]incoming-body.finish") handle incoming_body_finish(handle self);
IMPORT(HTTP, "[method]future-trailers.subscribe") handle future_trailers_subscribe(handle self);
// option<result<result<option<trailers>, error-code>>>: u8, u8 at 8, u8 at 16; then u8 at 24 and
// own at 28, or error-code at 24
IMPORT(HTTP, "[method]future-trailers.get") void future_trailers_get(handle self, void* ret);
IMPORT(HTTP, "[resource-drop]future-trailers") void future_trailers_drop(handle self);

// outgoing-request, request-options, outgoing-handler, future-incoming-response. Setters return 1
// for an error.
IMPORT(HTTP, "[constructor]outgoing-request") handle outgoing_request_new(handle headers);
IMPORT(HTTP, "[method]outgoing-request.method")
void outgoing_request_method(handle self, void* ret);  // ptr at 4, len at 8
IMPORT(HTTP, "[method]outgoing-request.set-method")
int32_t outgoing_request_set_method(handle self, int32_t tag, const char* other, size_t len);
IMPORT(HTTP, "[method]outgoing-request.set-path-with-query")
int32_t outgoing_request_set_path(handle self, int32_t some, const char* path, size_t len);
IMPORT(HTTP, "[method]outgoing-request.set-scheme")
int32_t outgoing_request_set_scheme(handle self, int32_t some, int32_t tag, const char* other,
                                    size_t len);
IMPORT(HTTP, "[method]outgoing-request.set-authority")
int32_t outgoing_request_set_authority(handle self, int32_t some, const char* text, size_t len);
IMPORT(HTTP, "[method]outgoing-request.headers") handle outgoing_request_headers(handle self);
IMPORT(HTTP, "[method]outgoing-request.body")
void outgoing_request_body(handle self, void* ret);  // own at 4
IMPORT(HTTP, "[resource-drop]outgoing-request") void outgoing_request_drop(handle self);
IMPORT(HTTP, "[constructor]request-options") handle request_options_new(void);
IMPORT(HTTP, "[method]request-options.set-connect-timeout")
int32_t request_options_set_connect(handle self, int32_t some, int64_t ns);
IMPORT(HTTP, "[method]request-options.set-first-byte-timeout")
int32_t request_options_set_first_byte(handle self, int32_t some, int64_t ns);
IMPORT(HTTP, "[method]request-options.set-between-bytes-timeout")
int32_t request_options_set_between_bytes(handle self, int32_t some, int64_t ns);
IMPORT(HTTP, "[method]request-options.first-byte-timeout")
void request_options_first_byte(handle self, void* ret);  // option: u64 at 8
IMPORT("wasi:http/outgoing-handler", "handle")
void outgoing_handler_handle(handle request, int32_t some, handle options,
                             void* ret);  // own at 8, or error-code at 8
IMPORT(HTTP, "[method]future-incoming-response.subscribe")
handle future_response_subscribe(handle self);
// option<result<result<incoming-response, error-code>>>: u8, u8 at 8, u8 at 16; own or error-code
// at 24
IMPORT(HTTP, "[method]future-incoming-response.get")
void future_response_get(handle self, void* ret);
IMPORT(HTTP, "[resource-drop]future-incoming-response") void future_response_drop(handle self);

// outgoing-response, outgoing-body, response-outparam
IMPORT(HTTP, "[method]outgoing-response.headers") handle outgoing_response_headers(handle self);
IMPORT(HTTP, "[resource-drop]outgoing-response") void outgoing_response_drop(handle self);
IMPORT(HTTP, "[resource-drop]outgoing-body") void outgoing_body_drop(handle self);
IMPORT(HTTP, "[method]response-outparam.send-informational")
void send_informational(handle self, int32_t status, handle headers, void* ret);  // error-code at 8
IMPORT(HTTP, "[resource-drop]response-outparam") void response_outparam_drop(handle self);
IMPORT(HTTP, "http-error-code")
void http_error_code(handle error, void* ret);  // option: error-code at 8

// wasi:config. Its errors: u8 at 4, ptr at 8, len at 12.
#define CONFIG "wasi:config/store"
DRAFT_IMPORT(CONFIG, "rc.1", "get")
void config_get(const char* key, size_t len, void* ret);  // option at 4: ptr at 8, len at 12
DRAFT_IMPORT(CONFIG, "rc.1", "get-all")
void config_get_all(void* ret);  // ptr at 4, len at 8: of name ptr, len, value ptr, len

// wasi:keyvalue. Its errors: u8, then ptr and len, behind one another.
#define KV "wasi:keyvalue/"
DRAFT_IMPORT(KV "store", "draft2", "open")
void kv_open(const char* name, size_t len, void* ret);  // own at 4, or error at 4
DRAFT_IMPORT(KV "store", "draft2", "[method]bucket.get")
void kv_get(handle self, const char* key, size_t len,
            void* ret);  // option at 4: ptr at 8, len at 12
DRAFT_IMPORT(KV "store", "draft2", "[method]bucket.set")
void kv_set(handle self, const char* key, size_t len, const void* value, size_t value_len,
            void* ret);
DRAFT_IMPORT(KV "store", "draft2", "[method]bucket.delete")
void kv_delete(handle self, const char* key, size_t len, void* ret);
DRAFT_IMPORT(KV "store", "draft2", "[method]bucket.exists")
void kv_exists(handle self, const char* key, size_t len, void* ret);  // bool at 4
DRAFT_IMPORT(KV "store", "draft2", "[method]bucket.list-keys")
void kv_list_keys(
    handle self, int32_t some, const char* cursor, size_t len,
    void* ret);  // ptr at 4, len at 8: of ptr, len; option at 12: ptr at 16, len at 20
DRAFT_IMPORT(KV "atomics", "draft2", "increment")
void kv_increment(handle bucket, const char* key, size_t len, int64_t delta,
                  void* ret);  // s64 at 8, or error at 8
DRAFT_IMPORT(KV "atomics", "draft2", "[static]cas.new")
void kv_cas_new(handle bucket, const char* key, size_t len, void* ret);  // own at 4, or error
DRAFT_IMPORT(KV "atomics", "draft2", "[method]cas.current")
void kv_cas_current(handle self, void* ret);  // option at 4: ptr at 8, len at 12
// cas-error: u8 at 4: 0 is an error at 8, 1 a cas at 8
DRAFT_IMPORT(KV "atomics", "draft2", "swap")
void kv_swap(handle cas, const void* value, size_t len, void* ret);
DRAFT_IMPORT(KV "batch", "draft2", "get-many")
void kv_get_many(handle bucket, const void* keys, size_t len,
                 void* ret);  // ptr at 4, len at 8: of u8, key ptr at 4, len, value ptr, len
DRAFT_IMPORT(KV "batch", "draft2", "set-many")
void kv_set_many(handle bucket, const void* pairs, size_t len, void* ret);
DRAFT_IMPORT(KV "batch", "draft2", "delete-many")
void kv_delete_many(handle bucket, const void* keys, size_t len, void* ret);
DRAFT_IMPORT(KV "store", "draft", "open") void kv_old_open(const char* name, size_t len, void* ret);
DRAFT_IMPORT(KV "store", "draft", "[method]bucket.list-keys")
void kv_old_list_keys(handle self, int32_t some, int64_t cursor,
                      void* ret);  // ptr at 8, len at 12; option at 16: u64 at 24
DRAFT_IMPORT(KV "atomics", "draft", "increment")
void kv_old_increment(handle bucket, const char* key, size_t len, int64_t delta,
                      void* ret);  // u64 at 8
