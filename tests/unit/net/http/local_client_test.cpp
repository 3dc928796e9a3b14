#include "net/http/local_client.h"

#include <gtest/gtest.h>

#include "tests/unit/net/http/services.h"

namespace tappet::http {
namespace {

class LocalClientTest : public ::testing::Test {
 protected:
  void settle() {
    for (int i = 0; i < 8; ++i) loop_->turn(net::Loop::Wait::kNone);
  }
  PendingResponse send(Service& service, Request request) {
    PendingResponse pending = LocalClient(*loop_, service).send(std::move(request), {});
    settle();
    return pending;
  }

  net::ManualClock clock_;
  std::unique_ptr<net::Loop> loop_ = std::move(net::Loop::create(&clock_).value());
};

TEST_F(LocalClientTest, CallsTheServiceWithoutSockets) {
  EchoService echo(*loop_);
  Body body = Body::make();
  Request request;
  request.body = std::move(body.reader);
  auto pending = send(echo, std::move(request));
  auto response = pending.try_get();
  ASSERT_TRUE(response && response->ok());
  (void)body.writer.try_write(as_bytes("hello"));
  settle();
  EXPECT_EQ(as_text(**(*response)->body.try_peek()), "hello");
  (*response)->body.consume(5);
  (void)body.writer.finish(Fields{{"X", "1"}});
  settle();
  EXPECT_EQ((*response)->body.try_trailers()->value(), (Fields{{"X", "1"}}));
}

TEST_F(LocalClientTest, HoldsServicesToTheRules) {
  auto answer = [&](Method method, const std::function<void(Responder)>& act) {
    FunctionService service([&](Request, Responder responder) { act(std::move(responder)); });
    Request request;
    request.method = std::move(method);
    auto pending = send(service, std::move(request));
    return std::move(*pending.try_get());
  };
  EXPECT_EQ(answer(Method::kGet, [](Responder) {})->status, 500);
  EXPECT_FALSE(answer(Method::kGet, [](Responder r) { r.send({100, {}, {}}); }).ok());
  EXPECT_FALSE(answer(Method::kGet, [](Responder r) {
                 r.send({200, {{"Content-Length", "1"}}, BodyReader("ab")});
               }).ok());
  auto head = answer(Method::kHead, [](Responder r) { r.send(text_response(200, "ab")); });
  EXPECT_EQ(head->body.available(), 0u);
}

TEST_F(LocalClientTest, CancelsAndTimesOut) {
  std::optional<Responder> held;
  FunctionService service(
      [&](Request, Responder responder) { held.emplace(std::move(responder)); });
  int gone = 0;
  Waker waker([&] { ++gone; });
  {
    auto pending = send(service, {});
    held->await_gone(waker);
  }
  EXPECT_EQ(gone, 1);
  EXPECT_TRUE(held->peer_gone());
  held->send(text_response(200, "nobody"));

  held.reset();
  auto pending = send(service, {});
  clock_.advance(RequestOptions().first_byte_timeout_ns);
  settle();
  auto outcome = pending.try_get();
  ASSERT_TRUE(outcome && !outcome->ok());
  EXPECT_EQ(outcome->error(), ErrorCode::ConnectionReadTimeout());
  EXPECT_TRUE(held->peer_gone());
}

TEST_F(LocalClientTest, ARequestDroppedAtOnceIsNotSent) {
  FunctionService service([](Request, Responder) { FAIL(); });
  LocalClient client(*loop_, service);
  {
    auto pending = client.send({}, {});
  }
  settle();
}

}  // namespace
}  // namespace tappet::http
