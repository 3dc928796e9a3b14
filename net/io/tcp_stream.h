// A connected TCP socket as a ByteStream.
#pragma once

#include "net/io/byte_stream.h"
#include "net/io/liveness.h"
#include "net/io/socket.h"
#include "net/loop/fd_watcher.h"

namespace tappet::net {

// Idle connections hold no buffers: bytes are read into the loop's buffer, and only what the reader
// leaves there is copied (at most 64 KiB, after which reading stops until it is consumed). Writes
// go straight to the kernel, whose send buffer is the only queue.
class TcpStream final : public ByteStream {
 public:
  // Takes over a connected, non-blocking socket.
  TcpStream(Loop& loop, Fd socket);

  Poll<Result<ByteSpan, IoError>> try_peek() override;
  void consume(size_t count) override;
  Result<size_t, IoError> try_write(std::span<const ByteSpan> parts) override;
  void shutdown() override;
  void abort() override;
  bool broken() const override { return error_.has_value(); }

  SocketAddress local() const { return local_address(socket_.get()); }
  SocketAddress remote() const { return remote_address(socket_.get()); }

 private:
  void on_event(int events, bool failed);
  void receive();
  void receive_rest_and_break();
  void break_now(IoError error);
  void wake_everyone();
  void update_watch();

  Loop& loop_;
  Fd socket_;
  ByteSpan view_;  // unread bytes: in the loop's buffer during receive(), else in kept_
  Bytes kept_;     // what the reader left in the loop's buffer
  std::optional<IoError> error_;
  bool peer_ended_ = false;
  bool shut_ = false;
  bool write_blocked_ = false;
  bool watch_errors_ = true;
  Waker break_waker_;
  Liveness liveness_;
  std::optional<FdWatcher> watcher_;  // last: gone before the socket is closed
};

}  // namespace tappet::net
