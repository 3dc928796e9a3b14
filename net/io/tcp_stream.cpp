// The state decides what to watch (update_watch), events change the state, wakers look at it.
#include "net/io/tcp_stream.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>

namespace tappet::net {
namespace {

constexpr size_t kMaxParts = 64;
// What is still read after the peer has reset the connection: its last words, not its last flood.
constexpr size_t kLastWords = 256 * 1024;

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

}  // namespace

TcpStream::TcpStream(Loop& loop, Fd socket)
    : loop_(loop),
      socket_(std::move(socket)),
      break_waker_([this] { wake_everyone(); }),
      watcher_(std::in_place, loop, socket_.get(),
               [this](int events, bool failed) { on_event(events, failed); }) {
  if (watcher_->error() != 0) {
    error_ = io_error_from_uv(watcher_->error());
  } else {
    update_watch();
  }
}

Poll<Result<ByteSpan, IoError>> TcpStream::try_peek() {
  using Peeked = Result<ByteSpan, IoError>;
  if (!view_.empty()) return Peeked(view_);
  if (error_) return Peeked(fail(*error_));
  if (peer_ended_) return Peeked(ByteSpan());
  return kPending;
}

void TcpStream::consume(size_t count) {
  view_ = view_.subspan(count);
  if (!view_.empty() || kept_.empty()) return;
  kept_ = Bytes();
  update_watch();
}

Result<size_t, IoError> TcpStream::try_write(std::span<const ByteSpan> parts) {
  if (error_) return fail(*error_);
  if (shut_) return fail(io_error_from_errno(EPIPE));
  iovec vectors[kMaxParts];
  size_t used = 0;
  size_t wanted = 0;
  for (const ByteSpan& part : parts) {
    wanted += part.size();
    if (part.empty() || used == kMaxParts) continue;
    vectors[used++] = {const_cast<uint8_t*>(part.data()), part.size()};
  }
  if (wanted == 0) return size_t{0};
  msghdr message{};
  message.msg_iov = vectors;
  message.msg_iovlen = used;
  const ssize_t sent = ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0 && !would_block(errno)) {
    IoError error = io_error_from_errno(errno);
    receive_rest_and_break();
    loop_.soon().add(break_waker_);
    return fail(std::move(error));
  }
  const size_t accepted = sent < 0 ? 0 : static_cast<size_t>(sent);
  write_blocked_ = accepted < wanted;
  if (write_blocked_) update_watch();
  return accepted;
}

void TcpStream::shutdown() {
  if (shut_ || error_) return;
  shut_ = true;
  ::shutdown(socket_.get(), SHUT_WR);
  update_watch();
}

void TcpStream::abort() {
  if (!socket_) return;
  reset_on_close(socket_.get());
  watcher_.reset();
  socket_.reset();
  view_ = {};
  kept_ = Bytes();
  if (error_) return;
  error_ = io_error_from_errno(EPIPE);
  loop_.soon().add(break_waker_);
}

void TcpStream::on_event(int events, bool failed) {
  const Liveness::Watch alive(liveness_);
  if (failed) {
    receive_rest_and_break();
    wake_everyone();
    return;
  }
  if ((events & FdWatcher::kWritable) != 0 && write_blocked_) {
    write_blocked_ = false;
    writable_.wake_all();
    if (!alive) return;
  }
  if ((events & FdWatcher::kReadable) != 0 && view_.empty()) {
    receive();
    if (!alive) return;
  }
  if ((events & FdWatcher::kErrors) != 0) {
    // Not failed, so both directions have ended in order: nothing more is to be learned this way.
    watch_errors_ = false;
  }
  update_watch();
}

void TcpStream::receive() {
  const auto buffer = loop_.read_buffer();
  const ssize_t count = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count < 0) {
    if (would_block(errno)) return;
    break_now(io_error_from_errno(errno));
    wake_everyone();
    return;
  }
  const Liveness::Watch alive(liveness_);
  if (count == 0) {
    peer_ended_ = true;
    readable_.wake_all();
    return;
  }
  view_ = buffer.first(static_cast<size_t>(count));
  readable_.wake_all();
  if (!alive || view_.empty() || error_) return;
  kept_.assign(view_.begin(), view_.end());
  view_ = kept_;
}

// A peer that answers and then resets (because it did not read all of ours) has still answered.
void TcpStream::receive_rest_and_break() {
  Bytes rest(view_.begin(), view_.end());
  int error = 0;
  while (error == 0 && rest.size() < kLastWords && !peer_ended_) {
    const auto buffer = loop_.read_buffer();
    const ssize_t count = ::recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count < 0) {
      error = errno;
    } else if (count == 0) {
      break;
    } else {
      rest.insert(rest.end(), buffer.begin(), buffer.begin() + count);
    }
  }
  if (error == 0 || would_block(error)) error = pending_socket_error(socket_.get());
  kept_ = std::move(rest);
  view_ = kept_;
  break_now(io_error_from_errno(error != 0 ? error : ECONNRESET));
}

void TcpStream::break_now(IoError error) {
  error_ = std::move(error);
  if (watcher_) watcher_->watch(FdWatcher::kNothing);
}

void TcpStream::wake_everyone() {
  const Liveness::Watch alive(liveness_);
  readable_.wake_all();
  if (alive) writable_.wake_all();
  if (alive) closed_.wake_all();
}

void TcpStream::update_watch() {
  if (error_ || !watcher_) return;
  int events = FdWatcher::kNothing;
  if (!peer_ended_ && view_.empty()) {
    events = FdWatcher::kReadable;
  } else if (watch_errors_ && !(peer_ended_ && shut_)) {
    events = FdWatcher::kErrors;
  }
  if (write_blocked_) events |= FdWatcher::kWritable;
  watcher_->watch(events);
}

}  // namespace tappet::net
