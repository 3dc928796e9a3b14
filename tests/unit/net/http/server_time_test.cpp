// Deadlines, and the ends of connections.
#include "tests/unit/net/http/server_fixture.h"

namespace tappet::http {
namespace {

using net::kMillisecond;
using net::kSecond;

class ServerTime : public ServerFixture {
 protected:
  // An old date is not of interest here.
  std::string error(int status) {
    std::string text = error_response_text(status);
    return text.substr(0, text.find("\r\n"));
  }
  std::string status_line() {
    const std::string text = wire().take();
    return text.substr(0, text.find("\r\n"));
  }
};

TEST_F(ServerTime, AConnectionWithoutARequestIsClosedSilently) {
  wire().settle();
  pass(limits_.header_timeout_ns - kMillisecond);
  EXPECT_FALSE(wire().ended());
  pass(kMillisecond);
  EXPECT_TRUE(wire().ended());
  EXPECT_EQ(wire().take(), "");
}

TEST_F(ServerTime, ASlowHeadIsA408) {
  wire().send("GET / HT");
  for (int i = 0; i < 9; ++i) {
    pass(kSecond);
    wire().send("X");  // a drop now and then does not help
  }
  EXPECT_FALSE(wire().ended());
  pass(kSecond);
  EXPECT_EQ(status_line(), error(408));
  EXPECT_TRUE(wire().ended());
}

TEST_F(ServerTime, EveryHeadHasItsOwnTime) {
  for (int i = 0; i < 5; ++i) {
    wire().send("GET / HTTP/1.1\r\n");
    pass(8 * kSecond);
    wire().send("Host: a\r\n\r\n");
    take_call().responder.send(text_response(200, "x"));
    wire().settle();
    EXPECT_EQ(status_line(), "HTTP/1.1 200 OK");
  }
}

TEST_F(ServerTime, AnIdleConnectionIsClosedSilently) {
  wire().send(kGet);
  take_call().responder.send(text_response(200, "x"));
  wire().settle();
  wire().take();
  pass(limits_.idle_timeout_ns - kMillisecond);
  EXPECT_FALSE(wire().ended());
  wire().send(kGet);     // starts anew
  pass(3600 * kSecond);  // the service may take its time
  EXPECT_FALSE(wire().ended());
  take_call().responder.send(text_response(200, "x"));
  wire().settle();
  wire().take();
  pass(limits_.idle_timeout_ns);
  EXPECT_TRUE(wire().ended());
  EXPECT_EQ(wire().take(), "");
}

TEST_F(ServerTime, ATricklingBodyIsA408) {
  wire().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
  for (int second = 0; second < 10; ++second) {
    wire().send(std::string(300, 'x'));
    pass(kSecond);
  }
  EXPECT_FALSE(wire().ended());  // 300 B/s is enough
  for (int second = 0; second < 10; ++second) {
    EXPECT_FALSE(wire().ended());
    wire().send(std::string(200, 'x'));
    pass(kSecond);
  }
  EXPECT_EQ(status_line(), error(408));
  EXPECT_TRUE(wire().ended());
  EXPECT_TRUE(calls_[0].responder.peer_gone());
  EXPECT_EQ(*calls_[0].request.body.failure(), ErrorCode::ConnectionReadTimeout());
}

TEST_F(ServerTime, ABodyThatTheServiceDoesNotReadIsNotTheClientsFault) {
  wire().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
  wire().send(std::string(90000, 'x'));
  pass(3600 * kSecond);
  EXPECT_FALSE(wire().ended());
  EXPECT_FALSE(calls_[0].responder.peer_gone());
}

// Nor after the answer: what the client has sent is not lost to a service that takes its time, and
// once the service lets go of it the connection has its deadlines again.
TEST_F(ServerTime, NorIsABodyThatTheServiceReadsLongAfterItsAnswer) {
  for (const char* request :
       {"POST / HTTP/1.1\r\nHost: a\r\n", "HEAD / HTTP/1.1\r\nHost: a\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n", "POST / HTTP/1.0\r\nHost: a\r\n"}) {
    Wire client(*loop_, service_, limits_);
    client.send(std::string(request) + "Content-Length: 100000\r\n\r\n");
    client.send(std::string(90000, 'x'));
    Call call = take_call();
    call.responder.send({202, {}, {}});
    for (int hour = 0; hour < 3; ++hour) {
      client.settle();
      clock_.advance(3600 * kSecond);
    }
    client.settle();
    EXPECT_EQ(client.take().substr(9, 3), "202");
    EXPECT_FALSE(client.ended()) << request;
    EXPECT_EQ(call.request.body.failure(), nullptr) << request;
    call.request.body = BodyReader();
    for (int window = 0; window < 3; ++window) {
      client.settle();
      clock_.advance(limits_.body_rate_window_ns);
    }
    client.settle();
    EXPECT_TRUE(client.ended()) << request;
  }
}

TEST_F(ServerTime, ReadingNowAndThenDoesNotGiveTheClientMoreTime) {
  limits_.body_buffer = 16;
  wire().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
  for (int second = 0; second < 9; ++second) {
    wire().send(std::string(16, 'x'));  // full: the client is not waited for
    pass(kSecond / 2);
    (void)calls_[0].request.body.try_take(SIZE_MAX);
    wire().settle();
    pass(kSecond);
  }
  EXPECT_FALSE(wire().ended());
  pass(kSecond);
  EXPECT_EQ(status_line(), error(408));
}

TEST_F(ServerTime, AClientThatDoesNotReadIsCutOff) {
  wire().send(kGet);
  BodyWriter writer = answer_streaming();
  wire().read_no_more();
  while (writer.room() > 0) {
    (void)writer.try_write(Bytes(10000, 'x'));
    wire().settle();
  }
  pass(limits_.write_stall_ns - kMillisecond);
  EXPECT_FALSE(writer.reader_gone());
  pass(kMillisecond);
  EXPECT_TRUE(writer.reader_gone());
  wire().read_on();
  EXPECT_TRUE(wire().reset());
}

TEST_F(ServerTime, ASlowClientIsNot) {
  wire().send(kGet);
  BodyWriter writer = answer_streaming();
  wire().read_no_more();
  for (int i = 0; i < 20; ++i) {
    while (writer.room() > 0) {
      (void)writer.try_write(Bytes(10000, 'x'));
      wire().settle();
    }
    pass(limits_.write_stall_ns / 2);
    wire().read_on();
    wire().read_no_more();
  }
  EXPECT_FALSE(writer.reader_gone());
}

TEST_F(ServerTime, LingeringEnds) {
  wire().send("BAD\r\n\r\n");
  EXPECT_EQ(status_line(), error(400));
  EXPECT_EQ(wire().server().connections(), 1u);
  wire().send(std::string(1000, 'x'));
  EXPECT_EQ(wire().server().connections(), 1u);
  pass(limits_.linger_ns);
  EXPECT_EQ(wire().server().connections(), 0u);
}

TEST_F(ServerTime, LingeringEndsWithTheClient) {
  wire().send("BAD\r\n\r\n");
  wire().end();
  EXPECT_EQ(wire().server().connections(), 0u);
}

TEST_F(ServerTime, ASilentHalfCloserIsAskedWhetherItIsThere) {
  wire().send(kGet);
  wire().end();
  EXPECT_EQ(wire().take(), "");
  pass(limits_.half_close_probe_ns);
  EXPECT_EQ(wire().take(), "HTTP/1.1 100 Continue\r\n\r\n");
  pass(10 * kSecond);
  EXPECT_EQ(wire().take(), "");  // once
  take_call().responder.send(text_response(200, "x"));
  wire().settle();
  EXPECT_EQ(status_line(), "HTTP/1.1 200 OK");
}

TEST_F(ServerTime, OldClientsAreNotAsked) {
  wire().send("GET / HTTP/1.0\r\n\r\n");
  wire().end();
  pass(10 * kSecond);
  EXPECT_EQ(wire().take(), "");
}

TEST_F(ServerTime, DrainingLetsRequestsFinish) {
  Server& server = wire().server();
  wire().send(kGet);
  server.drain();
  wire().settle();
  EXPECT_FALSE(wire().ended());
  take_call().responder.send({200, {}, BodyReader("x")});
  wire().settle();
  EXPECT_EQ(wire().take(),
            head("200 OK", kDate) + "Content-Length: 1\r\nConnection: close\r\n\r\nx");
  EXPECT_TRUE(wire().ended());
  wire().end();
  EXPECT_EQ(server.connections(), 0u);
}

TEST_F(ServerTime, DrainingSaysSoToClientsWhoseContentIsStillComing) {
  wire().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nhe");
  wire().server().drain();
  wire().settle();
  Call call = take_call();
  call.responder.send({200, {}, BodyReader("x")});
  wire().settle();
  EXPECT_EQ(wire().take(),
            head("200 OK", kDate) + "Content-Length: 1\r\nConnection: close\r\n\r\nx");
  wire().send("re");
  EXPECT_EQ(call.request.body.available(), 4u);
  EXPECT_TRUE(call.request.body.complete());
  wire().settle();
  EXPECT_TRUE(wire().ended());
}

TEST_F(ServerTime, DrainingClosesIdleConnectionsAfterALastLook) {
  wire().send(kGet);
  take_call().responder.send({});
  wire().settle();
  wire().server().drain();
  pass(limits_.drain_grace_ns / 2);
  EXPECT_FALSE(wire().ended());
  pass(limits_.drain_grace_ns);
  EXPECT_TRUE(wire().ended());
}

TEST_F(ServerTime, DrainingAnswersARequestThatAnIdleConnectionHasGotJustNow) {
  wire().send(kGet);
  take_call().responder.send({});
  wire().settle();
  (void)wire().take();
  wire().server().drain();
  wire().send(kGet);
  pass(limits_.drain_grace_ns * 2);
  take_call().responder.send({});
  wire().settle();
  EXPECT_EQ(wire().take(),
            head("200 OK", kDate) + "Content-Length: 0\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(wire().ended());
}

// The response's head did not say that it is the last.
TEST_F(ServerTime, DrainingAnswersARequestBehindAResponseThatHasBegun) {
  wire().send(kGet);
  BodyWriter writer = answer_streaming();
  wire().server().drain();
  write(writer, "x");
  pass(limits_.drain_grace_ns * 2);
  ASSERT_TRUE(writer.finish().ok());
  wire().settle();
  EXPECT_FALSE(wire().ended());
  (void)wire().take();
  wire().send(kGet);
  ASSERT_EQ(calls_.size(), 1u);
  take_call().responder.send({});
  wire().settle();
  EXPECT_EQ(wire().take(),
            head("200 OK", kDate) + "Content-Length: 0\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(wire().ended());
}

TEST_F(ServerTime, DrainingAnswersAFirstRequestThatIsOnItsWay) {
  wire().settle();
  Wire silent(*loop_, service_);
  silent.settle();
  wire().server().drain();
  silent.server().drain();
  pass(limits_.drain_grace_ns / 2);
  silent.settle();
  EXPECT_FALSE(silent.ended());
  wire().send(kGet);
  pass(limits_.drain_grace_ns);
  silent.settle();
  EXPECT_TRUE(silent.ended());
  EXPECT_FALSE(wire().ended());
  take_call().responder.send({});
  wire().settle();
  EXPECT_EQ(status_line(), "HTTP/1.1 200 OK");
  EXPECT_TRUE(wire().ended());
}

TEST_F(ServerTime, DrainingLetsContentAndHeadsUnderWayFinish) {
  wire().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe");
  Wire other(*loop_, service_);
  other.send("GET / HTTP");
  wire().server().drain();
  other.server().drain();
  wire().send("llo" + std::string(kGet));
  other.send("/1.1\r\nHost: a\r\n\r\n");
  ASSERT_EQ(calls_.size(), 2u);
  EXPECT_TRUE(calls_[0].request.body.complete());
  for (int i = 0; i < 2; ++i) take_call().responder.send(text_response(200, "x"));
  wire().settle();
  other.settle();
  EXPECT_EQ(status_line(), "HTTP/1.1 200 OK");
  EXPECT_TRUE(wire().ended());
  EXPECT_TRUE(other.take().starts_with("HTTP/1.1 200 OK"));
  EXPECT_TRUE(other.ended());
}

}  // namespace
}  // namespace tappet::http
