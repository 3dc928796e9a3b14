#include "cli/access_log.h"

#include <fmt/format.h>

#include <ctime>

namespace tappet::cli {
namespace {

// Of one text that a client has sent.
constexpr size_t kMostText = 2048;

// As in a quoted string of both formats: nothing ends the line or the quotes.
std::string quoted(std::string_view text, bool json) {
  std::string out = "\"";
  for (const char c : text.substr(0, kMostText)) {
    const auto byte = static_cast<uint8_t>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte >= 0x7f) {
      out += fmt::format(fmt::runtime(json ? "\\u{:04x}" : "\\x{:02x}"), byte);
    } else {
      out += c;
    }
  }
  return out + "\"";
}

std::string quoted_or_dash(std::string_view text) {
  return text.empty() ? "\"-\"" : quoted(text, false);
}

// Of clients on sockets in the file system there is none.
std::string client(const http::RequestRecord& record) {
  const net::SocketAddress& remote = record.connection.remote;
  return remote.port() == 0 ? "-" : remote.unmapped().ip_text();
}

std::string format_time(const char* format, uint64_t wall_ns) {
  const auto time = static_cast<std::time_t>(wall_ns / net::kSecond);
  std::tm parts{};
  ::gmtime_r(&time, &parts);
  char text[64];
  const size_t size = std::strftime(text, sizeof text, format, &parts);
  return {text, size};
}

std::string common_line(const http::RequestRecord& record, uint64_t wall_ns) {
  const std::string request =
      record.method.empty()
          ? "-"
          : fmt::format("{} {} HTTP/1.{}", record.method, record.target, record.minor_version);
  const double seconds = static_cast<double>(record.ended_ns - record.began_ns) / 1e9;
  return fmt::format("{} - - [{}] {} {} {} {} {} {:.6f}\n", client(record),
                     format_time("%d/%b/%Y:%H:%M:%S +0000", wall_ns), quoted(request, false),
                     record.status == 0 ? "499" : std::to_string(record.status), record.sent,
                     quoted_or_dash(record.referer), quoted_or_dash(record.user_agent), seconds);
}

std::string json_line(const http::RequestRecord& record, uint64_t wall_ns) {
  const auto text = [](std::string_view value) { return quoted(value, true); };
  std::string line = fmt::format(
      "{{\"time\":\"{}.{:03}Z\",\"client\":{},\"scheme\":\"{}\",\"method\":{},\"authority\":{},"
      "\"target\":{},\"protocol\":\"HTTP/1.{}\",\"status\":{},\"request_bytes\":{},"
      "\"response_bytes\":{},\"complete\":{},\"duration_ms\":{:.3f}",
      format_time("%Y-%m-%dT%H:%M:%S", wall_ns), wall_ns % net::kSecond / net::kMillisecond,
      text(client(record)), record.connection.secure ? "https" : "http", text(record.method),
      text(record.authority), text(record.target), record.minor_version, record.status,
      record.received, record.sent, record.complete,
      static_cast<double>(record.ended_ns - record.began_ns) / 1e6);
  if (record.cost) line += fmt::format(",\"fuel\":{}", *record.cost);
  if (!record.referer.empty()) line += ",\"referer\":" + text(record.referer);
  if (!record.user_agent.empty()) line += ",\"user_agent\":" + text(record.user_agent);
  if (!record.traceparent.empty()) line += ",\"traceparent\":" + text(record.traceparent);
  return line + "}\n";
}

}  // namespace

std::string access_log_line(AccessLogFormat format, const http::RequestRecord& record,
                            uint64_t wall_ns) {
  return format == AccessLogFormat::kJson ? json_line(record, wall_ns)
                                          : common_line(record, wall_ns);
}

AccessLog::AccessLog(net::Loop& loop, net::Fd fd, AccessLogFormat format)
    : loop_(loop), format_(format), out_(loop, std::move(fd), [format](uint64_t lines) {
        return format == AccessLogFormat::kJson ? fmt::format("{{\"dropped_lines\":{}}}\n", lines)
                                                : fmt::format("# {} lines were dropped\n", lines);
      }) {}

void AccessLog::write(const http::RequestRecord& record) {
  out_.write(access_log_line(format_, record, loop_.clock().wall_ns()));
}

}  // namespace tappet::cli
