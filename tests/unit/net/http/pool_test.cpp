// Connections that are used again, and what happens when their server has gone.
#include "net/http/pool_connector.h"

#include <gtest/gtest.h>

#include "net/http/client.h"
#include "tests/unit/net/http/pipe_connector.h"
#include "tests/unit/net/io/stream_tools.h"

namespace tappet::http {
namespace {

using net::kSecond;

constexpr const char* kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

class PoolTest : public ::testing::Test {
 protected:
  void settle() {
    for (int i = 0; i < 10; ++i) loop_->turn(net::Loop::Wait::kNone);
  }
  PendingResponse send(Method method = Method::kGet, const std::string& host = "a",
                       BodyReader body = {}) {
    Request request;
    request.method = std::move(method);
    request.scheme = Scheme::kHttp;
    request.authority = host;
    request.path_with_query = "/";
    request.body = std::move(body);
    auto pending = client_.send(std::move(request), {});
    settle();
    return pending;
  }
  std::string reply(size_t server, std::string_view text = kOk) {
    const std::string request = net::read(*inner_.servers.at(server));
    net::write(*inner_.servers.at(server), text);
    settle();
    return request;
  }
  // The status, or the error's name.
  std::string outcome(PendingResponse& pending) {
    auto response = pending.try_get();
    if (!response) return "pending";
    if (!response->ok()) return std::string(response->error().name());
    (void)response->value().body.try_take(SIZE_MAX);
    settle();
    return std::to_string(response->value().status);
  }
  // A request that leaves an idle connection.
  void warm_up(const std::string& host = "a") {
    auto pending = send(Method::kGet, host);
    reply(inner_.servers.size() - 1);
    EXPECT_EQ(outcome(pending), "200");
    EXPECT_GE(pool_.idle(), 1u);
  }
  size_t connections() const { return inner_.origins.size(); }

  net::ManualClock clock_;
  std::unique_ptr<net::Loop> loop_ = std::move(net::Loop::create(&clock_).value());
  PipeConnector inner_{*loop_};
  PoolConnector pool_{*loop_, inner_, {.idle_per_origin = 2, .idle = 3}};
  HttpClient client_{*loop_, pool_};
};

TEST_F(PoolTest, UsesConnectionsAgain) {
  for (int i = 0; i < 5; ++i) {
    auto pending = send();
    EXPECT_EQ(reply(0), "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(outcome(pending), "200");
  }
  EXPECT_EQ(connections(), 1u);
  auto other = send(Method::kGet, "b");
  EXPECT_EQ(connections(), 2u);
}

TEST_F(PoolTest, OneRequestAtATime) {
  auto first = send();
  auto second = send();
  EXPECT_EQ(connections(), 2u);
  reply(0);
  reply(1);
  EXPECT_EQ(outcome(first), "200");
  EXPECT_EQ(outcome(second), "200");
  EXPECT_EQ(pool_.idle(), 2u);
}

TEST_F(PoolTest, KeepsNoMoreThanItMay) {
  std::vector<PendingResponse> pending;
  for (const char* host : {"a", "a", "a", "b", "b", "c"})
    pending.push_back(send(Method::kGet, host));
  for (size_t i = 0; i < pending.size(); ++i) reply(i);
  settle();
  EXPECT_EQ(pool_.idle(), 3u);
  clock_.advance(30 * kSecond);
  settle();
  EXPECT_EQ(pool_.idle(), 0u);
  for (const auto& server : inner_.servers) EXPECT_EQ(net::read(*server), net::read(*server));
}

TEST_F(PoolTest, DropsWhatEndsOrSpeaksUnasked) {
  warm_up();
  inner_.servers[0]->shutdown();
  settle();
  EXPECT_EQ(pool_.idle(), 0u);
  warm_up();
  net::write(*inner_.servers[1], "HTTP/1.1 408 Request Timeout\r\n\r\n");
  settle();
  EXPECT_EQ(pool_.idle(), 0u);
  warm_up();
  inner_.servers[2]->abort();
  settle();
  EXPECT_EQ(pool_.idle(), 0u);
  EXPECT_EQ(connections(), 3u);
}

TEST_F(PoolTest, ResponsesThatEndTheConnectionDoSo) {
  auto pending = send();
  reply(0, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
  EXPECT_EQ(outcome(pending), "200");
  EXPECT_EQ(pool_.idle(), 0u);
  pending = send();
  reply(1, std::string(kOk) + "and more");
  EXPECT_EQ(outcome(pending), "200");
  EXPECT_EQ(pool_.idle(), 0u);
}

// The server ends the connection while the request is on its way.
TEST_F(PoolTest, RepeatsWhatMayBeRepeated) {
  for (const Method::Kind method : {Method::kGet, Method::kDelete}) {
    for (const bool reset : {false, true}) {
      warm_up();
      const size_t before = connections();
      auto pending = send(method);
      EXPECT_EQ(connections(), before);
      if (reset) {
        inner_.servers.back()->abort();
      } else {
        inner_.servers.back()->shutdown();
      }
      settle();
      EXPECT_EQ(connections(), before + 1);
      EXPECT_EQ(inner_.asked.back().reuse, Reuse::kNever);
      reply(inner_.servers.size() - 1);
      EXPECT_EQ(outcome(pending), "200");
      inner_.servers.back()->shutdown();
      settle();
    }
  }
}

TEST_F(PoolTest, RepeatsOnceAndOnlyBeforeTheResponse) {
  warm_up();
  auto pending = send();
  inner_.servers[0]->shutdown();
  settle();
  inner_.servers[1]->shutdown();
  settle();
  EXPECT_EQ(connections(), 2u);
  EXPECT_EQ(outcome(pending), "connection-terminated");

  warm_up();
  pending = send();
  net::write(*inner_.servers.back(), "HTTP/1.1 2");
  settle();
  inner_.servers.back()->shutdown();
  settle();
  EXPECT_EQ(connections(), 3u);
  EXPECT_NE(outcome(pending), "200");
}

TEST_F(PoolTest, WhatMayNotBeRepeatedGetsAConnectionThatIsAlive) {
  warm_up();
  auto pending = send(Method::kPost, "a", BodyReader("x"));
  EXPECT_EQ(connections(), 1u);
  reply(0);
  EXPECT_EQ(outcome(pending), "200");
  clock_.advance(3 * kSecond);
  settle();
  pending = send(Method::kPost, "a", BodyReader("x"));
  EXPECT_EQ(connections(), 2u);
  inner_.servers[1]->shutdown();
  settle();
  EXPECT_EQ(connections(), 2u);
  EXPECT_EQ(outcome(pending), "connection-terminated");
}

}  // namespace
}  // namespace tappet::http
