// A server on a manual clock whose service leaves everything to the test.
#pragma once

#include <gtest/gtest.h>

#include "tests/unit/net/http/golden.h"
#include "tests/unit/net/http/services.h"
#include "tests/unit/net/http/wire.h"

namespace tappet::http {

inline constexpr const char* kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
inline constexpr const char* kDate = "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n";

class ServerFixture : public ::testing::Test {
 protected:
  struct Call {
    Request request;
    Responder responder;
  };

  Wire& wire() {
    if (!wire_) wire_ = std::make_unique<Wire>(*loop_, service_, limits_);
    return *wire_;
  }
  Call take_call(size_t index = 0) {
    Call call = std::move(calls_.at(index));
    calls_.erase(calls_.begin() + static_cast<ptrdiff_t>(index));
    return call;
  }
  // A request came; it is answered with a body that is written later.
  BodyWriter answer_streaming(Response response = {}, BodyOptions options = {}) {
    Body body = Body::make(options);
    response.body = std::move(body.reader);
    take_call().responder.send(std::move(response));
    wire().settle();
    return std::move(body.writer);
  }
  void write(BodyWriter& writer, std::string_view text) {
    EXPECT_EQ(writer.try_write(as_bytes(text)).value(), text.size());
    wire().settle();
  }
  void pass(uint64_t ns) {
    clock_.advance(ns);
    wire().settle();
  }
  static std::string head(const std::string& status, const std::string& fields = "") {
    return "HTTP/1.1 " + status + "\r\n" + fields;
  }

  net::ManualClock clock_;
  std::unique_ptr<net::Loop> loop_ = std::move(net::Loop::create(&clock_).value());
  std::vector<Call> calls_;
  FunctionService service_{[this](Request request, Responder responder) {
    calls_.push_back({std::move(request), std::move(responder)});
  }};
  ServerLimits limits_;

 private:
  std::unique_ptr<Wire> wire_;
};

}  // namespace tappet::http
