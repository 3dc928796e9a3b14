// The two directions of a TCP connection as streams. Their errors carry a SocketError.
#pragma once

#include "wasi/host/buffered_output.h"
#include "wasi/host/socket.h"

namespace tappet::wasi {

class SocketInput final : public InputStream {
 public:
  explicit SocketInput(std::shared_ptr<Socket> socket) : socket_(std::move(socket)) {}

  bool ready() override;
  StreamResult<Bytes> read(uint64_t limit) override;
  // Discards what has come and what is to come.
  void shut_down();

 private:
  std::shared_ptr<Socket> socket_;
  bool ended_ = false;
  Waker readable_{[this] { changed_.wake_all(); }};
};

class SocketOutput final : public BufferedOutput {
 public:
  explicit SocketOutput(std::shared_ptr<Socket> socket) : socket_(std::move(socket)) {}
  // If something is still buffered, the peer gets a reset: what it has must not look complete.
  ~SocketOutput() override;

  // Takes nothing more. The peer learns of the end when it has got what is buffered.
  void shut_down();

 private:
  ssize_t write_some(ByteSpan bytes) override;
  void arm() override { socket_->wait(WaitFor::kWrite, writable_); }
  std::optional<IoError> failure(int error) const override;
  void emptied() override;

  std::shared_ptr<Socket> socket_;
  bool shut_down_ = false;
  Waker writable_{[this] { writable(); }};
};

}  // namespace tappet::wasi
