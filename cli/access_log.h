// A line for each request.
#pragma once

#include <string>

#include "cli/options.h"
#include "net/http/observer.h"
#include "wasi/host/fd_stream.h"

namespace tappet::cli {

// The line, with its end. Common: the Common Log Format with referer and user agent, and the time
// that the request took at the end. JSON has the fuel too, where that is counted. Whatever clients
// send, it is one line, of bounded length.
std::string access_log_line(AccessLogFormat format, const http::RequestRecord& record,
                            uint64_t wall_ns);

// Writes without ever waiting: where the other side does not take the lines, they are dropped, and
// the next one that fits is preceded by a line that counts them. Loop thread only.
class AccessLog {
 public:
  // Takes over the descriptor.
  AccessLog(net::Loop& loop, net::Fd fd, AccessLogFormat format)
      : loop_(loop), format_(format), out_(loop, std::move(fd)) {}

  void write(const http::RequestRecord& record);
  uint64_t dropped() const { return dropped_; }

 private:
  bool write_line(std::string_view line);

  net::Loop& loop_;
  const AccessLogFormat format_;
  wasi::FdOutput out_;
  uint64_t dropped_ = 0;
  uint64_t untold_ = 0;
};

}  // namespace tappet::cli
