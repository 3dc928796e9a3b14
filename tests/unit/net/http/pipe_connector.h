// A Connector whose connections end in the test's hands.
#pragma once

#include <deque>
#include <memory>

#include "net/http/connector.h"
#include "net/io/memory_pipe.h"

namespace tappet::http {

class PipeConnector final : public Connector {
 public:
  explicit PipeConnector(net::Loop& loop, std::function<size_t()> next_read = nullptr)
      : loop_(loop), next_read_(std::move(next_read)) {}

  std::unique_ptr<Connecting> connect(const Origin& origin,
                                      const ConnectOptions& options) override {
    asked.push_back(options);
    auto pipe = net::MemoryPipe::make(loop_, {.capacity = 64 * 1024, .next_read = next_read_});
    origins.push_back(origin);
    servers.push_back(std::move(pipe.b));
    return std::make_unique<Made>(std::move(pipe.a));
  }
  bool keeps_connections() const override { return keeps; }
  void release(const Origin&, std::unique_ptr<net::ByteStream> stream) override {
    if (keeps) released.push_back(std::move(stream));
  }

  std::vector<Origin> origins;
  std::vector<ConnectOptions> asked;
  std::deque<std::unique_ptr<net::ByteStream>> servers;  // the far ends
  std::vector<std::unique_ptr<net::ByteStream>> released;
  bool keeps = false;

 private:
  struct Made final : Connecting {
    explicit Made(std::unique_ptr<net::ByteStream> stream_in) : stream(std::move(stream_in)) {}
    Poll<Result<std::unique_ptr<net::ByteStream>, ErrorCode>> try_get() override {
      return Result<std::unique_ptr<net::ByteStream>, ErrorCode>(std::move(stream));
    }
    void await_ready(Waker&) override {}
    std::unique_ptr<net::ByteStream> stream;
  };

  net::Loop& loop_;
  std::function<size_t()> next_read_;
};

}  // namespace tappet::http
