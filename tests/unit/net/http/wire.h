// A server on one end of a MemoryPipe, and raw bytes on the other.
#pragma once

#include <memory>
#include <string>

#include "net/http/server.h"
#include "net/io/memory_pipe.h"

namespace tappet::http {

class Wire {
 public:
  // The clock stands still at the epoch; `next_read` tears what the server reads.
  Wire(net::Loop& loop, Service& service, const ServerLimits& limits = {},
       std::function<size_t()> next_read = nullptr)
      : loop_(loop), server_(std::make_unique<Server>(loop, service, limits)) {
    auto pipe = net::MemoryPipe::make(loop, {.capacity = 64 * 1024, .next_read = next_read});
    client_ = std::move(pipe.a);
    server_->serve(std::move(pipe.b), {});
  }

  // Sends everything, turning the loop while the server does not take it; stops when it will not.
  void send(std::string_view bytes) {
    while (!bytes.empty() && !ended_) {
      const ByteSpan parts[] = {as_bytes(bytes)};
      const auto accepted = client_->try_write(parts);
      if (!accepted.ok()) return;
      bytes.remove_prefix(*accepted);
      const size_t before = received_.size();
      settle();
      if (*accepted == 0 && received_.size() == before) return;
    }
    settle();
  }
  void end() {
    client_->shutdown();
    settle();
  }
  void abort() {
    client_->abort();
    settle();
  }

  // Turns the loop until nothing moves any more.
  void settle() {
    for (int quiet = 0; quiet < 4; ++quiet) {
      loop_.turn(net::Loop::Wait::kNone);
      if (receive()) quiet = 0;
    }
  }

  // What the server has sent since the last call.
  std::string take() { return std::exchange(received_, {}); }
  // Sent and settled.
  std::string exchange(std::string_view bytes) {
    send(bytes);
    return take();
  }
  // The server has ended its direction, in order or with a reset.
  bool ended() const { return ended_; }
  bool reset() const { return reset_; }
  Server& server() { return *server_; }
  void destroy_server() { server_.reset(); }
  void read_no_more() { reading_ = false; }
  void read_on() {
    reading_ = true;
    settle();
  }

 private:
  bool receive() {
    if (!reading_) return false;
    bool moved = false;
    while (!ended_) {
      const auto peeked = client_->try_peek();
      if (!peeked) break;
      moved = true;
      if (!peeked->ok()) reset_ = true;
      if (!peeked->ok() || (*peeked)->empty()) {
        ended_ = true;
        break;
      }
      received_ += as_text(**peeked);
      client_->consume((*peeked)->size());
    }
    return moved;
  }

  net::Loop& loop_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<net::ByteStream> client_;
  std::string received_;
  bool reading_ = true;
  bool ended_ = false;
  bool reset_ = false;
};

}  // namespace tappet::http
