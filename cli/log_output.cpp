#include "cli/log_output.h"

#include "net/io/listen.h"

namespace tappet::cli {

LogOutput::LogOutput(net::Loop& loop, net::Fd fd, Note note)
    : loop_(loop), fd_(std::move(fd)), note_(std::move(note)) {}

void LogOutput::write(std::string_view text) {
  if (untold_ > 0 && try_write(note_(untold_))) untold_ = 0;
  if (untold_ == 0 && try_write(text)) return;
  ++dropped_;
  ++untold_;
}

// A failure ends a stream for good, but a full disk may have room again.
bool LogOutput::try_write(std::string_view text) {
  if (!out_) {
    auto copy = net::duplicate(fd_);
    if (!copy.ok()) return false;
    out_.emplace(loop_, std::move(*copy));
  }
  const auto room = out_->check_write();
  if (room.ok() && *room < text.size()) return false;
  const bool written =
      room.ok() && out_->write(Bytes(text.begin(), text.end())).ok() && out_->check_write().ok();
  if (!written) out_.reset();
  return written;
}

void LogOutput::drain(uint64_t longest_stall_ns) {
  if (out_) (void)out_->drain(longest_stall_ns);
}

}  // namespace tappet::cli
