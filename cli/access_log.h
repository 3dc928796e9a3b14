// A line for each request.
#pragma once

#include <string>

#include "cli/log_output.h"
#include "cli/options.h"
#include "net/http/observer.h"

namespace tappet::cli {

// The line, with its end. Common: the Common Log Format with referer and user agent, and the time
// that the request took at the end. JSON has the fuel too, where that is counted. Whatever clients
// send, it is one line, of bounded length.
std::string access_log_line(AccessLogFormat format, const http::RequestRecord& record,
                            uint64_t wall_ns);

// Loop thread only.
class AccessLog {
 public:
  // Takes over the descriptor.
  AccessLog(net::Loop& loop, net::Fd fd, AccessLogFormat format);

  void write(const http::RequestRecord& record);
  uint64_t dropped() const { return out_.dropped(); }
  // As of LogOutput.
  void drain(uint64_t longest_stall_ns) { out_.drain(longest_stall_ns); }

 private:
  net::Loop& loop_;
  const AccessLogFormat format_;
  LogOutput out_;
};

}  // namespace tappet::cli
