// The options of `tappet serve`: one row each.
#include <fmt/format.h>

#include <fstream>

#include "cli/load.h"
#include "cli/option_parser.h"
#include "net/http/fields.h"
#include "net/http/syntax.h"

namespace tappet::cli {
namespace {

constexpr const char* kListening = "Listening";
constexpr const char* kLimits = "Limits (sizes such as 64K or 1M, times such as 250ms, 10s or 1m)";
constexpr const char* kRequests = "Requests and instances";
constexpr const char* kLogging = "Logging";

Result<> assign(uint64_t& target, Result<std::chrono::nanoseconds> value) {
  target = static_cast<uint64_t>(TAPPET_TRY(std::move(value)).count());
  return {};
}

Result<> assign_count(uint32_t& target, const std::string& text, uint64_t least) {
  const uint64_t count = TAPPET_TRY(parse_count(text));
  if (count < least || count > UINT32_MAX) {
    return fail(ErrorKind::kUsage, fmt::format("'{}' is not a number from {} on", text, least));
  }
  target = static_cast<uint32_t>(count);
  return {};
}

Result<> add_header(ServeOptions& serve, std::string_view line) {
  const size_t colon = line.find(':');
  const std::string_view name = line.substr(0, colon);
  const std::string_view value =
      colon == std::string_view::npos ? "" : http::trim(line.substr(colon + 1));
  http::Fields check;
  if (colon == std::string_view::npos || !check.append(name, value).ok()) {
    return fail(ErrorKind::kUsage, fmt::format("'{}' is not a field such as 'name: value'", line));
  }
  serve.headers.emplace_back(name, value);
  return {};
}

// "name: value", or @FILE with one on each line.
Result<> add_headers(ServeOptions& serve, const std::string& text) {
  if (!text.starts_with('@')) return add_header(serve, text);
  const std::string file = text.substr(1);
  const Result<Bytes> content = read_file(file, uint64_t{1} << 20);
  if (!content.ok()) return fail(content.error().kind, file + ": " + content.error().message);
  std::string_view rest = as_text(*content);
  while (!rest.empty()) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = http::trim(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (!line.empty() && line.front() != '#') {
      TAPPET_TRY(add_header(serve, line.ends_with('\r') ? line.substr(0, line.size() - 1) : line));
    }
  }
  return {};
}

Result<> set_access_log(ServeOptions& serve, const std::string& text) {
  if (text != "common" && text != "json") {
    return fail(ErrorKind::kUsage, fmt::format("'{}' is neither common nor json", text));
  }
  serve.access_log = text == "json" ? AccessLogFormat::kJson : AccessLogFormat::kCommon;
  return {};
}

using S = ServeOptions;
using V = const std::string;

constexpr OptionRow<ServeOptions> kRows[] = {
    {"--addr", "ADDR", kListening,
     "IP:PORT, [IPV6]:PORT or unix:PATH; repeatable; http:// or https:// before it says which, "
     "port 0 takes a free one. Without it: the sockets of LISTEN_FDS, or port PORT of all "
     "addresses, or 127.0.0.1:8080",
     [](S& s, V& v) -> Result<> { return s.addrs.push_back(v), Result<>(); }},
    {"--tls-cert", "FILE", kListening, "serve HTTPS with this certificate chain (PEM)",
     [](S& s, V& v) -> Result<> { return s.tls.cert_file = v, Result<>(); }},
    {"--tls-key", "FILE", kListening, "its key, if that is not in the same file (PEM)",
     [](S& s, V& v) -> Result<> { return s.tls.key_file = v, Result<>(); }},
    {"--tls-client-ca", "FILE", kListening,
     "clients must show a certificate that leads to one of these (PEM)",
     [](S& s, V& v) -> Result<> { return s.tls_client_ca = v, Result<>(); }},
    {"--admin", "ADDR", kListening, "serve /healthz, /readyz and /metrics (Prometheus) there",
     [](S& s, V& v) -> Result<> { return s.admin = v, Result<>(); }},
    {"--shutdown-addr", "ADDR", kListening,
     "a connection to there ends the server, as SIGTERM does",
     [](S& s, V& v) -> Result<> { return s.shutdown_addr = v, Result<>(); }},
    {"--workers", "N", kListening, "event loops, each on a thread of its own (1)",
     [](S& s, V& v) { return assign_count(s.workers, v, 1); }},
    {"--drain-timeout", "TIME", kListening,
     "on SIGTERM, requests under way have so long to finish (30s)",
     [](S& s, V& v) -> Result<> {
       s.drain_timeout = TAPPET_TRY(parse_duration(v));
       return {};
     }},

    {"--max-connections,--max-concurrent-connections", "N", kLimits,
     "open connections; further ones wait (16384 per worker)",
     [](S& s, V& v) { return assign_count(s.limits.max_connections, v, 1); }},
    {"--max-connections-per-client", "N", kLimits,
     "open connections of one IPv4 address or IPv6 /64 network; further ones are closed (as many "
     "as there may be; per worker)",
     [](S& s, V& v) { return assign_count(s.limits.max_connections_per_client.emplace(), v, 1); }},
    {"--max-concurrent-requests", "N", kLimits,
     "requests that are worked on; further ones wait (1000 per worker)",
     [](S& s, V& v) { return assign_count(s.max_concurrent_requests, v, 1); }},
    {"--max-body", "SIZE", kLimits, "content of a request, else 413 (unlimited: it is streamed)",
     [](S& s, V& v) -> Result<> {
       s.limits.max_body = TAPPET_TRY(parse_size(v));
       return {};
     }},
    {"--max-header", "SIZE", kLimits, "header fields of a request, else 431 (32K)",
     [](S& s, V& v) -> Result<> {
       s.limits.parse.header_bytes = TAPPET_TRY(parse_size(v));
       return {};
     }},
    {"--request-timeout", "TIME", kLimits, "a guest's work on one request, waiting included (10s)",
     [](S& s, V& v) -> Result<> {
       s.request_timeout = TAPPET_TRY(parse_duration(v));
       return {};
     }},
    {"--tls-timeout", "TIME", kLimits, "the TLS handshake (10s)",
     [](S& s, V& v) { return assign(s.limits.tls_handshake_timeout_ns, parse_duration(v)); }},
    {"--header-timeout", "TIME", kLimits,
     "from a request's first byte to its last header, else 408 (10s)",
     [](S& s, V& v) { return assign(s.limits.header_timeout_ns, parse_duration(v)); }},
    {"--idle-timeout", "TIME", kLimits, "a connection between two requests (30s)",
     [](S& s, V& v) { return assign(s.limits.idle_timeout_ns, parse_duration(v)); }},
    {"--write-timeout", "TIME", kLimits, "a client that takes nothing of its response (30s)",
     [](S& s, V& v) { return assign(s.limits.write_stall_ns, parse_duration(v)); }},
    {"--min-body-rate", "N", kLimits,
     "bytes of content per second that a client must send where the guest waits, else 408 (240)",
     [](S& s, V& v) -> Result<> {
       s.limits.min_body_rate = std::min<uint64_t>(TAPPET_TRY(parse_size(v)), UINT32_MAX);
       return {};
     }},

    {"-H,--header", "FIELD", kRequests,
     "'name: value' to set in every request, or @FILE with one per line; repeatable", add_headers},
    {"--max-instance-reuse-count", "N", kRequests,
     "requests that one instance answers, one after the other; those after the first find what it "
     "has kept of earlier ones (1: each request has a fresh one)",
     [](S& s, V& v) { return assign_count(s.requests_per_instance, v, 1); }},
    {"--max-instance-concurrent-reuse-count", "N", kRequests,
     "accepted: with wasi:http 0.2 an instance never answers two requests at the same time (1)",
     [](S&, V& v) {
       uint32_t ignored = 0;
       return assign_count(ignored, v, 1);
     }},
    {"--idle-instance-timeout", "TIME", kRequests,
     "an instance that waits so long for its next request goes (1s)",
     [](S& s, V& v) -> Result<> {
       s.idle_instance_timeout = TAPPET_TRY(parse_duration(v));
       return {};
     }},

    {"--access-log", "FORMAT", kLogging, "a line for each request: common or json", set_access_log},
    {"--access-log-file", "FILE", kLogging, "appended to, instead of standard error",
     [](S& s, V& v) -> Result<> { return s.access_log_file = v, Result<>(); }},
};

Result<> check(const ServeOptions& serve) {
  if (serve.tls.cert_file.empty() && !serve.tls.key_file.empty()) {
    return usage("--tls-key goes with --tls-cert");
  }
  if (serve.tls.cert_file.empty() && !serve.tls_client_ca.empty()) {
    return usage("--tls-client-ca goes with --tls-cert");
  }
  if (serve.access_log == AccessLogFormat::kNone && !serve.access_log_file.empty()) {
    return usage("--access-log-file goes with --access-log FORMAT");
  }
  return {};
}

}  // namespace

Result<Command> parse_serve(std::vector<std::string> args) {
  CLI::App app("Serves HTTP with a component that exports wasi:http/incoming-handler",
               "tappet serve");
  app.formatter(std::make_shared<Help>("tappet serve [OPTIONS] FILE"));
  app.prefix_command();
  Command command;
  command.kind = Command::Kind::kServe;
  ServeOptions& serve = command.serve;
  std::optional<Error> first_error;
  add_rows(app, kRows, serve, first_error);
  bool no_prefix = false;
  app.add_flag("--no-logging-prefix", no_prefix, "do not prefix the guest's output lines")
      ->group(kLogging);
  RawGuest raw;
  add_guest_options(app, raw);
  if (auto help = TAPPET_TRY(parse(app, std::move(args)))) return print(*help);
  if (auto help = group_help(raw)) return print(*help);
  if (first_error) return usage(first_error->message);
  serve.guest = TAPPET_TRY(finish(raw));
  if (!serve.guest.tcp_listen.empty()) return usage("serve: -S tcplisten is for core modules");
  std::vector<std::string> rest = app.remaining();
  serve.guest.file = TAPPET_TRY(take_file("serve", app, rest));
  if (!rest.empty()) return usage("serve: unexpected '" + rest[0] + "' after the file");
  serve.logging_prefix = !no_prefix;
  if (serve.guest.timeout) serve.request_timeout = *serve.guest.timeout;
  TAPPET_TRY(check(serve));
  return command;
}

}  // namespace tappet::cli
