// How responses get onto the wire.
#include "tests/unit/net/http/server_fixture.h"

namespace tappet::http {
namespace {

class ServerAnswer : public ServerFixture {};

TEST_F(ServerAnswer, ARespondersEndIsA500) {
  wire().send(kGet);
  calls_.clear();
  wire().settle();
  const std::string out = wire().take();
  EXPECT_TRUE(out.starts_with("HTTP/1.1 500 Internal Server Error\r\n"));
  EXPECT_TRUE(out.ends_with("\r\n\r\nInternal Server Error\n"));
  EXPECT_FALSE(wire().ended());
}

TEST_F(ServerAnswer, WhatCannotBeSentIsA500) {
  auto answer = [&](Response response) {
    wire().send(kGet);
    take_call().responder.send(std::move(response));
    wire().settle();
    return wire().take().substr(9, 3);
  };
  for (const uint16_t status : {0, 99, 100, 101, 199, 1000}) {
    EXPECT_EQ(answer({status, {}, {}}), "500") << status;
  }
  EXPECT_EQ(answer({200, {{"Content-Length", "3"}}, BodyReader("four")}), "500");
  EXPECT_EQ(answer({200, {{"Content-Length", "5"}}, BodyReader("four")}), "500");
  EXPECT_EQ(answer({200, {{"Content-Length", "+4"}}, BodyReader("four")}), "500");
  EXPECT_EQ(answer({200, {{"Content-Length", "4"}, {"content-length", "4"}}, BodyReader("four")}),
            "500");
  Body excess = Body::make();
  ASSERT_TRUE(excess.writer.try_write(as_bytes("four")).ok());
  EXPECT_EQ(answer({200, {{"Content-Length", "0"}}, std::move(excess.reader)}), "500");
  Body failed = Body::make();
  failed.writer.abort(ErrorCode::InternalError());
  EXPECT_EQ(answer({200, {}, std::move(failed.reader)}), "500");
  EXPECT_EQ(answer({999, {}, {}}), "999");
}

TEST_F(ServerAnswer, FramingIsNotTheServicesBusiness) {
  wire().send(kGet);
  take_call().responder.send({200,
                              {{"Transfer-Encoding", "chunked"},
                               {"Connection", "close"},
                               {"Keep-Alive", "x"},
                               {"Upgrade", "y"},
                               {"proxy-connection", "z"},
                               {"content-length", "2"},
                               {"Date", "yesterday"},
                               {"X", "\xff"}},
                              BodyReader("hi")});
  wire().settle();
  EXPECT_EQ(wire().take(),
            "HTTP/1.1 200 OK\r\nDate: yesterday\r\nX: \xff\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_FALSE(wire().ended());
}

TEST_F(ServerAnswer, StreamsInChunksWhenTheLengthIsOpen) {
  wire().send(kGet);
  BodyWriter writer = answer_streaming();
  EXPECT_EQ(wire().take(), head("200 OK", kDate) + "Transfer-Encoding: chunked\r\n\r\n");
  write(writer, "hello");
  EXPECT_EQ(wire().take(), "5\r\nhello\r\n");
  write(writer, std::string(300, 'x'));
  EXPECT_EQ(wire().take(), "12c\r\n" + std::string(300, 'x') + "\r\n");
  EXPECT_TRUE(writer.finish(Fields{{"X-Sum", "1"}, {"Content-Length", "9"}, {"Host", "b"}}).ok());
  wire().settle();
  EXPECT_EQ(wire().take(), "0\r\nX-Sum: 1\r\n\r\n");
  EXPECT_FALSE(wire().ended());
  wire().send(kGet);
  EXPECT_EQ(calls_.size(), 1u);
}

TEST_F(ServerAnswer, ABodyThatIsFinishedInTimeHasALength) {
  wire().send(kGet);
  Body body = Body::make();
  (void)body.writer.try_write(as_bytes("hello"));
  (void)body.writer.finish();
  take_call().responder.send({200, {}, std::move(body.reader)});
  wire().settle();
  EXPECT_EQ(wire().take(), head("200 OK", kDate) + "Content-Length: 5\r\n\r\nhello");
}

TEST_F(ServerAnswer, AnAbortedBodyNeverLooksComplete) {
  wire().send(kGet);
  BodyWriter writer = answer_streaming();
  write(writer, "hello");
  writer.abort(ErrorCode::InternalError());
  wire().settle();
  EXPECT_TRUE(wire().take().ends_with("5\r\nhello\r\n"));
  EXPECT_TRUE(wire().ended());
}

TEST_F(ServerAnswer, ATooShortBodyNeverLooksComplete) {
  wire().send(kGet);
  BodyWriter writer = answer_streaming({200, {{"Content-Length", "5"}}, {}});
  write(writer, "hell");
  EXPECT_TRUE(writer.finish().ok());  // the pipe itself knows of no length
  wire().settle();
  EXPECT_TRUE(wire().take().ends_with("Content-Length: 5\r\n\r\nhell"));
  EXPECT_TRUE(wire().ended());
}

TEST_F(ServerAnswer, ATooLongBodyNeverLooksComplete) {
  wire().send(kGet);
  BodyWriter writer = answer_streaming({200, {{"Content-Length", "5"}}, {}});
  write(writer, "hello");
  EXPECT_TRUE(wire().take().ends_with("Content-Length: 5\r\n\r\nhell"));  // the last byte waits
  write(writer, "!");
  EXPECT_EQ(wire().take(), "");
  EXPECT_TRUE(wire().ended());
  EXPECT_TRUE(writer.reader_gone());
}

TEST_F(ServerAnswer, AnAnnouncedBodyIsHeldToItsLength) {
  wire().send(kGet);
  BodyWriter writer = answer_streaming({}, {.length = 5});
  write(writer, "hell");
  EXPECT_EQ(writer.try_write(as_bytes("o!")).error(), ErrorCode::HttpResponseBodySize(6));
  wire().settle();
  EXPECT_TRUE(wire().take().ends_with("Content-Length: 5\r\n\r\nhell"));
  EXPECT_TRUE(wire().ended());
}

TEST_F(ServerAnswer, AnExactBodyIsComplete) {
  wire().send(kGet);
  BodyWriter writer = answer_streaming({200, {{"Content-Length", "5"}}, {}});
  write(writer, "hello");
  EXPECT_TRUE(writer.finish().ok());
  wire().settle();
  EXPECT_TRUE(wire().take().ends_with("Content-Length: 5\r\n\r\nhello"));
  EXPECT_FALSE(wire().ended());
}

TEST_F(ServerAnswer, OldClientsGetTheBodyUntilTheEnd) {
  wire().send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  BodyWriter writer = answer_streaming();
  write(writer, "hello");
  EXPECT_EQ(wire().take(), head("200 OK", kDate) + "Connection: close\r\n\r\nhello");
  (void)writer.finish(Fields{{"X", "trailers are lost"}});
  wire().settle();
  EXPECT_EQ(wire().take(), "");
  EXPECT_TRUE(wire().ended());
  EXPECT_FALSE(wire().reset());
}

TEST_F(ServerAnswer, OldClientsGetAResetIfItFails) {
  wire().send("GET / HTTP/1.0\r\n\r\n");
  BodyWriter writer = answer_streaming();
  write(writer, "hello");
  {
    const BodyWriter dropped = std::move(writer);
  }
  wire().settle();
  EXPECT_TRUE(wire().reset());
}

TEST_F(ServerAnswer, SomeResponsesHaveNoContent) {
  auto answer = [&](const char* method, Response response) {
    wire().send(std::string(method) + " / HTTP/1.1\r\nHost: a\r\n\r\n");
    take_call().responder.send(std::move(response));
    wire().settle();
    return wire().take();
  };
  EXPECT_EQ(answer("HEAD", {200, {}, BodyReader("hello")}),
            head("200 OK", kDate) + "Content-Length: 5\r\n\r\n");
  EXPECT_EQ(answer("HEAD", {200, {{"Content-Length", "77"}}, {}}),
            head("200 OK", kDate) + "Content-Length: 77\r\n\r\n");
  EXPECT_EQ(answer("GET", {204, {{"Content-Length", "5"}}, BodyReader("hello")}),
            head("204 No Content", kDate) + "\r\n");
  EXPECT_EQ(answer("GET", {304, {{"Content-Length", "5"}}, BodyReader("hello")}),
            head("304 Not Modified", kDate) + "Content-Length: 5\r\n\r\n");
  EXPECT_EQ(answer("GET", {200, {}, {}}), head("200 OK", kDate) + "Content-Length: 0\r\n\r\n");
  EXPECT_FALSE(wire().ended());
}

TEST_F(ServerAnswer, TheWriterOfAnUnwantedBodyIsTold) {
  wire().send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  const BodyWriter writer = answer_streaming();
  EXPECT_TRUE(writer.reader_gone());
  EXPECT_EQ(wire().take(), head("200 OK", kDate) + "\r\n");
}

TEST_F(ServerAnswer, InterimResponsesComeFirst) {
  wire().send(kGet);
  calls_[0].responder.send_informational(103, Fields{{"Link", "</a>"}, {"Content-Length", "5"}});
  wire().settle();
  EXPECT_EQ(wire().take(), "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n");
  for (const uint16_t status : {101, 200, 99, 0})
    calls_[0].responder.send_informational(status, {});
  calls_[0].responder.send_informational(102, {});
  take_call().responder.send(text_response(200, "x"));
  wire().settle();
  EXPECT_TRUE(wire().take().starts_with("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\n"));

  wire().send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  calls_[0].responder.send_informational(103, {});
  wire().settle();
  EXPECT_EQ(wire().take(), "");
}

TEST_F(ServerAnswer, LargeBodiesAreHeldBackByASlowClient) {
  wire().send(kGet);
  BodyWriter writer = answer_streaming();
  wire().read_no_more();
  uint64_t written = 0;
  for (int i = 0; i < 100; ++i) {
    const size_t part = *writer.try_write(Bytes(10000, 'x'));
    written += part;
    wire().settle();
  }
  EXPECT_LT(written, 64 * 1024 * 2 + 20000u);  // one pipe's worth and one body's
  EXPECT_EQ(writer.room(), 0u);
  wire().read_on();
  EXPECT_GT(writer.room(), 0u);
}

}  // namespace
}  // namespace tappet::http
