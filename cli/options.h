// The command line as data. The grammar is wasmtime's: no subcommand means `run`, options end at
// the file, what follows belongs to the guest.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "canonical-abi/types/features.h"
#include "interp/base/result.h"
#include "interp/opcodes/opcode.h"
#include "net/http/limits.h"
#include "net/tls/tls_context.h"
#include "wasi/http/engine/context.h"

namespace tappet::cli {

// What modules and components may use.
struct Features {
  FeatureSet core = FeatureSet::defaults();
  component::ComponentFeatureSet component = component::ComponentFeatureSet::defaults();
};

// A host directory and the path under which the guest sees it.
struct Preopen {
  std::string host;
  std::string guest;
};

// A component file whose exports satisfy imports: those of that name, or all that it can.
struct LinkFile {
  std::string import;  // empty: all
  std::string file;
};

// A client certificate, and the hosts that get to see it: "example.com", "*.example.com" or "*".
struct ClientIdentity {
  std::string hosts;
  net::TlsIdentity identity;
};

// How guests send requests, where they may.
struct OutgoingOptions {
  std::vector<std::string> ca_files;
  std::vector<ClientIdentity> client_identities;
  // As OutboundPolicy::allow_host and allow_network understand them.
  std::vector<std::string> allow_hosts;
  std::vector<std::string> allow_networks;
};

// What guests may do with sockets; where these may lead to is for OutgoingOptions.
struct SocketOptions {
  bool addresses = false;   // bind, and reach others
  std::optional<bool> tcp;  // make sockets of the kind; unset: as addresses
  std::optional<bool> udp;
  bool name_lookup = false;
};

// What `run` and `serve` share.
struct GuestOptions {
  std::string file;
  std::vector<LinkFile> links;
  std::vector<Preopen> dirs;
  std::vector<std::pair<std::string, std::string>> env;     // in order; later ones win
  bool settings = true;                                     // finds those of wasi:config
  std::vector<std::pair<std::string, std::string>> config;  // likewise, for wasi:config
  std::optional<bool> key_value;  // may use wasi:keyvalue; unset: if anything is stored at first
  std::vector<std::pair<std::string, std::string>> key_value_data;  // what that is
  bool inherit_env = false;
  bool inherit_stdin = true;  // of run; guests of serve have none
  bool inherit_stdout = true;
  bool inherit_stderr = true;
  std::vector<std::string> tcp_listen;  // addresses of sockets that core modules start with
  Features features;
  bool guard_pages = true;
  bool eager_translation = false;    // of all functions, before anything runs
  bool parallel_translation = true;  // if eager: on all processors
  OutgoingOptions outgoing;
  SocketOptions sockets;
  bool poll = true;          // there is wasi:io/poll
  std::optional<bool> http;  // may send requests; unset: as is usual for the command
  wasi::FieldRules fields;
  wasi::BodyLimits outgoing_bodies;
  bool unknown_imports_trap = false;  // when they are called, instead of being errors
  std::optional<std::chrono::nanoseconds> timeout;
  std::optional<uint64_t> max_memory;  // bytes, per linear memory
  std::optional<uint64_t> max_stack;   // bytes
  std::optional<uint64_t> max_table;   // entries, per table
  std::optional<uint32_t> max_resources;
  std::optional<uint64_t> fuel;  // as of Store::set_fuel, per store; unset: endless
};

struct RunOptions {
  GuestOptions guest;
  std::vector<std::string> args;  // after the file
  std::optional<std::string> argv0;
  std::optional<std::string> invoke;
  bool profile_ops = false;
};

enum class AccessLogFormat : uint8_t { kNone, kCommon, kJson };

struct ServeOptions {
  GuestOptions guest;
  // Where to listen; empty: see listen_addresses().
  std::vector<std::string> addrs;
  std::optional<std::string> admin;
  std::optional<std::string> shutdown_addr;
  net::TlsIdentity tls;       // no files: HTTP without TLS
  std::string tls_client_ca;  // clients must show a certificate of its; empty: they need none
  uint32_t workers = 1;
  std::chrono::nanoseconds drain_timeout = std::chrono::seconds(30);

  http::ServerLimits limits;
  uint32_t max_concurrent_requests = 1000;  // per worker
  std::chrono::nanoseconds request_timeout = std::chrono::seconds(10);
  uint32_t requests_per_instance = 1;
  std::chrono::nanoseconds idle_instance_timeout = std::chrono::seconds(1);

  // Set in every request, instead of the client's fields of these names.
  std::vector<std::pair<std::string, std::string>> headers;

  AccessLogFormat access_log = AccessLogFormat::kNone;
  std::string access_log_file;  // empty: standard error
  bool logging_prefix = true;
};

struct ValidateOptions {
  std::vector<std::string> files;
  Features features;
};

struct InspectOptions {
  std::string file;
  Features features;
};

struct WastOptions {
  std::vector<std::string> files;
  Features features;
  bool guard_pages = true;
  std::optional<uint64_t> fuel;  // as of GuestOptions, for a script as a whole
  bool round_trip = false;
  bool gc_stress = false;
  bool json = false;
  std::string junit;     // file to write; empty: none
  std::string expected;  // file with the failures that are known; empty: none
};

// A file in one format to the other: `wat2wasm` and `print`.
struct ConvertOptions {
  std::string file;
  std::string output;  // empty: standard output for text, the file's name with .wasm for binaries
};

struct Command {
  enum class Kind : uint8_t {
    kRun,
    kServe,
    kValidate,
    kInspect,
    kWast,
    kWat2Wasm,
    kToText,
    kPrint
  };
  Kind kind = Kind::kPrint;
  RunOptions run;
  ServeOptions serve;
  ValidateOptions validate;
  InspectOptions inspect;
  WastOptions wast;
  ConvertOptions convert;
  std::string text;  // kPrint: help or version, to standard output
};

// Errors are of kind kUsage; their message ends with how to get help.
Result<Command> parse_command_line(std::vector<std::string> args);

// "10s", "250ms", "3us", "1m"; a plain number means seconds.
Result<std::chrono::nanoseconds> parse_duration(const std::string& text);
// "1000000": all 64 bits.
Result<uint64_t> parse_count(const std::string& text);
// "1048576", "64k", "256MiB", "4G": powers of 1024.
Result<uint64_t> parse_size(const std::string& text);

}  // namespace tappet::cli
