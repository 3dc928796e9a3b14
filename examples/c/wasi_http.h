// The core-level imports of wasi:http 0.2 that the examples use, written after the canonical ABI:
// handles are int32_t; results that do not fit one core value are written to memory at `ret`.
#pragma once

#include <stddef.h>
#include <stdint.h>

#define WASI_VERSION "0.2.12"
#define IMPORT(module, name) \
  __attribute__((import_module(module "@" WASI_VERSION), import_name(name)))
#define HTTP "wasi:http/types"
#define STREAMS "wasi:io/streams"

typedef int32_t handle;

// fields
IMPORT(HTTP, "[constructor]fields") handle fields_new(void);
IMPORT(HTTP, "[method]fields.append")
void fields_append(handle self, const char* name, size_t name_len, const uint8_t* value,
                   size_t value_len, void* ret);
IMPORT(HTTP, "[resource-drop]fields") void fields_drop(handle self);

// incoming-request
IMPORT(HTTP, "[method]incoming-request.path-with-query")
void incoming_request_path(handle self, void* ret);  // option<string>: u8, ptr at 4, len at 8
IMPORT(HTTP, "[method]incoming-request.consume")
void incoming_request_consume(handle self, void* ret);  // result<own<incoming-body>>: u8, own at 4
IMPORT(HTTP, "[resource-drop]incoming-request") void incoming_request_drop(handle self);
IMPORT(HTTP, "[method]incoming-body.stream")
void incoming_body_stream(handle self, void* ret);  // result<own<input-stream>>: u8, own at 4
IMPORT(HTTP, "[resource-drop]incoming-body") void incoming_body_drop(handle self);

// outgoing-response, outgoing-body
IMPORT(HTTP, "[constructor]outgoing-response") handle outgoing_response_new(handle headers);
IMPORT(HTTP, "[method]outgoing-response.set-status-code")
int32_t outgoing_response_set_status(handle self, int32_t status);
IMPORT(HTTP, "[method]outgoing-response.body")
void outgoing_response_body(handle self, void* ret);  // result<own<outgoing-body>>: u8, own at 4
IMPORT(HTTP, "[method]outgoing-body.write")
void outgoing_body_write(handle self, void* ret);  // result<own<output-stream>>: u8, own at 4
IMPORT(HTTP, "[static]outgoing-body.finish")
void outgoing_body_finish(handle self, int32_t has_trailers, handle trailers, void* ret);

// response-outparam.set(param, ok(response)): the other arguments are the error case's
IMPORT(HTTP, "[static]response-outparam.set")
void response_outparam_set(handle param, int32_t is_err, handle response, int32_t e1, int64_t e2,
                           int32_t e3, int32_t e4, int32_t e5, int32_t e6);

// streams
IMPORT(STREAMS, "[method]input-stream.blocking-read")
void input_stream_blocking_read(handle self, int64_t len, void* ret);  // u8; ptr at 4, len at 8
IMPORT(STREAMS, "[resource-drop]input-stream") void input_stream_drop(handle self);
IMPORT(STREAMS, "[method]output-stream.blocking-write-and-flush")
void output_stream_blocking_write_and_flush(handle self, const void* bytes, size_t len, void* ret);
IMPORT(STREAMS, "[resource-drop]output-stream") void output_stream_drop(handle self);
IMPORT("wasi:io/error", "[resource-drop]error") void io_error_drop(handle self);
