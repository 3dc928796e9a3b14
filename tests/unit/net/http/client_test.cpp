// The client against a far end that the test plays.
#include "net/http/client.h"

#include <gtest/gtest.h>

#include "tests/unit/net/http/pipe_connector.h"
#include "tests/unit/net/io/stream_tools.h"

namespace tappet::http {
namespace {

using net::kMillisecond;
using net::kSecond;

class ClientTest : public ::testing::Test {
 protected:
  static Request get(const std::string& path = "/") {
    Request request;
    request.scheme = Scheme::kHttp;
    request.authority = "example.com";
    request.path_with_query = path;
    return request;
  }
  static Request post(BodyReader body) {
    Request request = get();
    request.method = Method::kPost;
    request.body = std::move(body);
    return request;
  }

  PendingResponse send(Request request, const RequestOptions& options = {}) {
    PendingResponse pending = client_->send(std::move(request), options);
    settle();
    return pending;
  }
  void settle() {
    for (int i = 0; i < 8; ++i) loop_->turn(net::Loop::Wait::kNone);
  }
  void pass(uint64_t ns) {
    clock_.advance(ns);
    settle();
  }
  // What the far end has received.
  std::string received() {
    std::string text;
    for (;;) {
      const std::string part = net::read(*connector_.servers.back());
      if (part == net::kNothingYet || part == net::kEnd || part == net::kBroken) return text;
      text += part;
      settle();
    }
  }
  void reply(std::string_view text) {
    EXPECT_EQ(net::write(*connector_.servers.back(), text), text.size());
    settle();
  }
  bool far_end_reset() { return connector_.servers.back()->broken(); }
  static ErrorCode error_of(PendingResponse& pending) {
    auto response = pending.try_get();
    if (!response) return ErrorCode::InternalError("pending");
    if (response->ok()) return ErrorCode::InternalError("no error");
    return response->error();
  }
  static Response response_of(PendingResponse& pending) {
    auto response = pending.try_get();
    EXPECT_TRUE(response && response->ok());
    return response && response->ok() ? std::move(response->value()) : Response();
  }

  net::ManualClock clock_;
  std::unique_ptr<net::Loop> loop_ = std::move(net::Loop::create(&clock_).value());
  PipeConnector connector_{*loop_};
  ClientLimits limits_;
  std::unique_ptr<HttpClient> client_ = std::make_unique<HttpClient>(*loop_, connector_, limits_);
};

TEST_F(ClientTest, WritesRequests) {
  Request request = get("/a?b");
  request.fields = {{"Accept", "*/*"},
                    {"host", "evil"},
                    {"Connection", "keep-alive"},
                    {"Transfer-Encoding", "gzip"}};
  auto pending = send(std::move(request));
  EXPECT_EQ(received(),
            "GET /a?b HTTP/1.1\r\nHost: example.com\r\nAccept: */*\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(connector_.origins[0], (Origin{false, "example.com", 80}));
}

TEST_F(ClientTest, KnowsWhereToConnect) {
  Request request = get();
  request.scheme.reset();
  request.authority = "[::1]";
  auto pending = send(std::move(request));
  EXPECT_EQ(connector_.origins[0], (Origin{true, "::1", 443}));
  EXPECT_TRUE(received().starts_with("GET / HTTP/1.1\r\nHost: [::1]\r\n"));
  request = get();
  request.method = Method::kConnect;
  request.authority = "a:99";
  request.path_with_query.reset();
  auto connect = send(std::move(request));
  EXPECT_EQ(connector_.origins[1], (Origin{false, "a", 99}));
  EXPECT_TRUE(received().starts_with("CONNECT a:99 HTTP/1.1\r\nHost: a:99\r\n"));
}

// RFC 9110 section 9.3.6.
TEST_F(ClientTest, NothingFollowsATunnelOnItsConnection) {
  connector_.keeps = true;
  for (const char* length : {"Content-Length: 0\r\n", "Transfer-Encoding: chunked\r\n"}) {
    Request request = get();
    request.method = Method::kConnect;
    request.authority = "a:99";
    request.path_with_query.reset();
    auto pending = send(std::move(request));
    reply(std::string("HTTP/1.1 200 OK\r\n") + length + "\r\n0\r\n\r\n");
    EXPECT_EQ(response_of(pending).status, 200);
  }
  EXPECT_TRUE(connector_.released.empty());
}

TEST_F(ClientTest, LosesNoContentThatExceedsItsLength) {
  for (const char* length : {"0", "2"}) {
    Body body = Body::make();
    ASSERT_TRUE(body.writer.try_write(as_bytes("four")).ok());
    Request request = post(std::move(body.reader));
    request.fields = {{"Content-Length", length}};
    auto pending = send(std::move(request));
    EXPECT_EQ(error_of(pending).name(), "HTTP-protocol-error") << length;
    EXPECT_TRUE(connector_.servers.empty());
  }
  // What comes later is refused.
  Body body = Body::make();
  Request request = post(std::move(body.reader));
  request.fields = {{"Content-Length", "0"}};
  auto pending = send(std::move(request));
  EXPECT_TRUE(received().ends_with("Content-Length: 0\r\nConnection: close\r\n\r\n"));
  EXPECT_FALSE(body.writer.try_write(as_bytes("four")).ok());
}

TEST_F(ClientTest, WritesContent) {
  auto known = send(post(BodyReader("hello")));
  EXPECT_TRUE(received().ends_with("Content-Length: 5\r\nConnection: close\r\n\r\nhello"));
  auto empty = send(post(BodyReader()));
  EXPECT_TRUE(received().ends_with("Content-Length: 0\r\nConnection: close\r\n\r\n"));

  Body body = Body::make();
  auto open = send(post(std::move(body.reader)));
  EXPECT_TRUE(received().ends_with("Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"));
  (void)body.writer.try_write(as_bytes("hello"));
  settle();
  EXPECT_EQ(received(), "5\r\nhello\r\n");
  (void)body.writer.finish(Fields{{"X", "1"}});
  settle();
  EXPECT_EQ(received(), "0\r\nX: 1\r\n\r\n");

  Body announced = Body::make({.length = 3, .of_request = true});
  auto exact = send(post(std::move(announced.reader)));
  EXPECT_TRUE(received().ends_with("Content-Length: 3\r\nConnection: close\r\n\r\n"));
}

TEST_F(ClientTest, RefusesWhatCannotBeSent) {
  auto error = [&](const std::function<void(Request&)>& spoil) {
    Request request = get();
    spoil(request);
    auto pending = client_->send(std::move(request), {});
    return error_of(pending);
  };
  EXPECT_EQ(error([](Request& r) { r.method = Method::other("bad\nmethod"); }),
            ErrorCode::HttpRequestMethodInvalid());
  for (const char* authority : {"", "a:", "a:99999", "u@a", "a/b", "a\r\nb"}) {
    EXPECT_EQ(error([&](Request& r) { r.authority = authority; }),
              ErrorCode::HttpRequestUriInvalid());
  }
  EXPECT_EQ(error([](Request& r) { r.authority.reset(); }), ErrorCode::HttpRequestUriInvalid());
  EXPECT_EQ(error([](Request& r) { r.method = Method::kConnect, r.authority = "a"; }),
            ErrorCode::HttpRequestUriInvalid());
  EXPECT_EQ(error([](Request& r) { r.path_with_query.reset(); }),
            ErrorCode::HttpRequestUriInvalid());
  for (const char* path : {"", "a", "/a b", "/\r\n", "*", "/#x"}) {
    EXPECT_EQ(error([&](Request& r) { r.path_with_query = path; }),
              ErrorCode::HttpRequestUriInvalid());
  }
  EXPECT_EQ(error([](Request& r) { r.scheme = Scheme::other("ws"); }),
            ErrorCode::HttpProtocolError());
  EXPECT_EQ(error([](Request& r) { r.fields = {{"Content-Length", "3"}}; }),
            ErrorCode::HttpProtocolError());
  settle();
  EXPECT_TRUE(connector_.origins.empty());
}

TEST_F(ClientTest, StreamsResponses) {
  auto pending = send(get());
  int woken = 0;
  Waker ready([&] { ++woken; });
  pending.await_ready(ready);
  reply("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(woken, 1);
  Response response = response_of(pending);
  EXPECT_FALSE(response.body.try_peek());
  Waker more([&] { ++woken; });
  response.body.await_readable(more);
  reply("5\r\nhello\r\n");
  EXPECT_EQ(woken, 2);
  EXPECT_EQ(as_text(**response.body.try_peek()), "hello");
  EXPECT_EQ(client_->active(), 1u);
  reply("0\r\n\r\n");
  EXPECT_EQ(client_->active(), 0u);
}

TEST_F(ClientTest, HoldsTheServerBack) {
  auto pending = send(get());
  reply("HTTP/1.1 200 OK\r\n\r\n");
  Response response = response_of(pending);
  size_t sent = 0;
  for (int i = 0; i < 100; ++i) {
    const size_t part = net::write(*connector_.servers.back(), std::string(10000, 'x'));
    sent += part;
    settle();
  }
  EXPECT_LE(sent, 3 * 64 * 1024u);
  EXPECT_LE(response.body.available(), limits_.body_buffer);
  response.body.consume(response.body.available());
  settle();
  EXPECT_EQ(response.body.available(), limits_.body_buffer);
}

TEST_F(ClientTest, TimesOutInEveryPhase) {
  const RequestOptions options{.connect_timeout_ns = kSecond,
                               .first_byte_timeout_ns = 2 * kSecond,
                               .between_bytes_timeout_ns = 3 * kSecond};
  auto silent = send(get(), options);
  pass(2 * kSecond);
  EXPECT_EQ(error_of(silent), ErrorCode::ConnectionReadTimeout());
  EXPECT_TRUE(far_end_reset());

  auto slow = send(get(), options);
  reply("HTTP/1.1 2");
  pass(2 * kSecond);
  EXPECT_EQ(error_of(slow), ErrorCode::HttpResponseTimeout());

  auto stuck = send(get(), options);
  reply("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe");
  Response response = response_of(stuck);
  for (int i = 0; i < 3; ++i) {
    pass(2 * kSecond);
    reply("l");
  }
  EXPECT_EQ(response.body.available(), 5u);

  auto cut = send(get(), options);
  reply("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe");
  response = response_of(cut);
  pass(3 * kSecond);
  ASSERT_NE(response.body.failure(), nullptr);
  EXPECT_EQ(*response.body.failure(), ErrorCode::ConnectionReadTimeout());

  auto unread = send(get(), options);
  reply("HTTP/1.1 200 OK\r\nContent-Length: 65537\r\n\r\n");
  reply(std::string(65536, 'x'));
  response = response_of(unread);
  pass(3600 * kSecond);  // the reader's own time
  EXPECT_EQ(response.body.failure(), nullptr);
}

TEST_F(ClientTest, AServerThatDoesNotReadIsGivenUp) {
  Body body = Body::make();
  auto pending = send(post(std::move(body.reader)), {.first_byte_timeout_ns = net::kNever});
  while (body.writer.room() > 0) {
    (void)body.writer.try_write(Bytes(10000, 'x'));
    settle();
  }
  pass(limits_.write_stall_ns);
  EXPECT_EQ(error_of(pending), ErrorCode::ConnectionWriteTimeout());
  EXPECT_TRUE(body.writer.reader_gone());
}

TEST_F(ClientTest, DroppingTheResponseCancels) {
  Body body = Body::make();
  {
    auto pending = send(post(std::move(body.reader)));
    EXPECT_EQ(client_->active(), 1u);
  }
  settle();
  EXPECT_TRUE(far_end_reset());
  EXPECT_TRUE(body.writer.reader_gone());
  EXPECT_EQ(client_->active(), 0u);
}

TEST_F(ClientTest, DroppingTheResponsesBodyCancels) {
  auto pending = send(get());
  reply("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe");
  {
    const Response response = response_of(pending);
  }
  settle();
  EXPECT_TRUE(far_end_reset());
}

TEST_F(ClientTest, AnAbortedRequestNeverLooksComplete) {
  Body body = Body::make();
  auto pending = send(post(std::move(body.reader)));
  (void)body.writer.try_write(as_bytes("hello"));
  settle();
  body.writer.abort(ErrorCode::InternalError("oh"));
  settle();
  EXPECT_TRUE(far_end_reset());
  EXPECT_EQ(error_of(pending), ErrorCode::InternalError("oh"));
}

TEST_F(ClientTest, ARequestThatMissesItsLengthIsNeverComplete) {
  Body body = Body::make({.length = 5, .of_request = true});
  auto pending = send(post(std::move(body.reader)));
  (void)body.writer.try_write(as_bytes("hell"));
  EXPECT_EQ(body.writer.finish().error(), ErrorCode::HttpRequestBodySize(4));
  settle();
  EXPECT_TRUE(far_end_reset());
  EXPECT_EQ(error_of(pending), ErrorCode::HttpRequestBodySize(4));
}

TEST_F(ClientTest, AnEarlyResponseEndsTheUpload) {
  Body body = Body::make();
  auto pending = send(post(std::move(body.reader)));
  reply("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(response_of(pending).status, 413);
  EXPECT_TRUE(body.writer.reader_gone());
}

TEST_F(ClientTest, TheClientsEndIsNoticed) {
  auto pending = send(get());
  auto streaming = send(get());
  reply("HTTP/1.1 200 OK\r\n\r\n");
  Response response = response_of(streaming);
  client_.reset();
  EXPECT_EQ(error_of(pending), ErrorCode::ConnectionTerminated());
  EXPECT_EQ(*response.body.failure(), ErrorCode::ConnectionTerminated());
}

TEST_F(ClientTest, LimitsItsRequests) {
  limits_.max_requests = 1;
  client_ = std::make_unique<HttpClient>(*loop_, connector_, limits_);
  auto first = send(get());
  auto second = send(get());
  EXPECT_EQ(error_of(second), ErrorCode::ConnectionLimitReached());
}

TEST_F(ClientTest, GivesGoodConnectionsBack) {
  connector_.keeps = true;
  auto good = send(get());
  EXPECT_EQ(received(), "GET / HTTP/1.1\r\nHost: example.com\r\n\r\n");
  reply("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_EQ(connector_.released.size(), 1u);
  for (const char* bad : {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi",
                          "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi",
                          "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi and more"}) {
    auto pending = send(get());
    reply(bad);
    EXPECT_EQ(response_of(pending).status, 200);
  }
  EXPECT_EQ(connector_.released.size(), 1u);
}

TEST_F(ClientTest, ARequestUnderWayTakesASocketOfItsBudget) {
  const auto all = net::make_ref<net::Budget>(net::BudgetLimits{.sockets = 2});
  RequestOptions options;
  options.budget = net::make_ref<net::Budget>(net::BudgetLimits{.sockets = 1}, all);
  auto first = send(get(), options);
  auto second = send(get(), options);
  EXPECT_EQ(error_of(second), ErrorCode::ConnectionLimitReached());
  EXPECT_EQ(connector_.origins.size(), 1u);
  // Others have budgets of their own, and one together.
  RequestOptions others;
  others.budget = net::make_ref<net::Budget>(net::BudgetLimits{.sockets = 5}, all);
  {
    auto third = send(get(), others);
    auto fourth = send(get(), others);
    EXPECT_EQ(error_of(fourth), ErrorCode::ConnectionLimitReached());
    EXPECT_FALSE(third.try_get());
  }
  settle();
  EXPECT_EQ(all->sockets(), 1u);
  connector_.servers.pop_back();
  reply("HTTP/1.1 204 No Content\r\n\r\n");
  // Complete, though nobody has looked.
  EXPECT_EQ(all->sockets(), 0u);
  auto fifth = send(get(), options);
  EXPECT_FALSE(fifth.try_get());
  EXPECT_EQ(response_of(first).status, 204);
}

TEST_F(ClientTest, WhatIsHeldOfResponsesIsChargedToTheRequest) {
  RequestOptions options;
  options.budget = net::make_ref<net::Budget>(net::BudgetLimits{.bytes = 8'000});
  const std::string head = "HTTP/1.1 200 OK\r\nX: " + std::string(3'000, 'x') + "\r\n";
  std::vector<PendingResponse> unread;
  unread.push_back(send(get(), options));
  reply(head + "Content-Length: 3\r\n\r\nabc");
  EXPECT_GT(options.budget->bytes(), 3'000u);
  unread.push_back(send(get(), options));
  reply(head + "Content-Length: 3\r\n\r\nabc");
  auto refused = send(get(), options);
  reply(head + "Content-Length: 3\r\n\r\nabc");
  EXPECT_TRUE(error_of(refused).is(ErrorCase::kHttpResponseHeaderSectionSize));
  {
    // Content comes as slowly as it is read.
    auto slow = send(get(), options);
    reply("HTTP/1.1 200 OK\r\nContent-Length: 6000\r\n\r\n" + std::string(6'000, 'x'));
    Response response = response_of(slow);
    size_t size = 0;
    while (size < 6'000) {
      const size_t part = response.body.available();
      ASSERT_GT(part, 0u);
      EXPECT_LE(part, 2048u);
      response.body.consume(part);
      size += part;
      settle();
    }
  }
  unread.clear();
  settle();
  EXPECT_EQ(options.budget->bytes(), 0u);
}

}  // namespace
}  // namespace tappet::http
