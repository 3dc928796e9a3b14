// How requests and their content get to the service.
#include "tests/unit/net/http/server_fixture.h"

namespace tappet::http {
namespace {

class ServerRequest : public ServerFixture {
 protected:
  static std::string post(const std::string& path, const std::string& content) {
    return "POST " + path +
           " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(content.size()) +
           "\r\n\r\n" + content;
  }
  static std::string read(BodyReader& reader) {
    std::string text;
    for (;;) {
      auto part = reader.try_take(SIZE_MAX);
      if (!part) return text + "<pending>";
      if (!part->ok()) return text + "<" + std::string(part->error().name()) + ">";
      if ((*part)->empty()) return text;
      text.append((*part)->begin(), (*part)->end());
    }
  }
  void answer(const std::string& text) {
    take_call().responder.send({200, {}, BodyReader(text)});
    wire().settle();
  }
};

TEST_F(ServerRequest, SmallContentComesWithTheRequest) {
  wire().send(post("/", "hello"));
  ASSERT_EQ(calls_.size(), 1u);
  EXPECT_TRUE(calls_[0].request.body.complete());
  EXPECT_EQ(read(calls_[0].request.body), "hello");
}

TEST_F(ServerRequest, OtherContentStreams) {
  wire().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhe");
  ASSERT_EQ(calls_.size(), 1u);
  BodyReader& body = calls_[0].request.body;
  EXPECT_EQ(body.remaining(), 10u);
  EXPECT_EQ(read(body), "he<pending>");
  wire().send("llo");
  EXPECT_EQ(read(body), "llo<pending>");
  wire().send("world" + std::string(kGet));
  EXPECT_EQ(read(body), "world");
  EXPECT_EQ(calls_.size(), 1u);  // POST is not safe: the next one waits
  answer("1");
  EXPECT_EQ(calls_.size(), 1u);
}

TEST_F(ServerRequest, SafeRequestsRunTogetherAndAreAnsweredInOrder) {
  wire().send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n" +
              post("/3", "x"));
  ASSERT_EQ(calls_.size(), 2u);
  take_call(1).responder.send({200, {}, BodyReader("two")});
  wire().settle();
  EXPECT_EQ(wire().take(), "");
  answer("one");
  EXPECT_EQ(wire().take(), head("200 OK", kDate) + "Content-Length: 3\r\n\r\none" +
                               head("200 OK", kDate) + "Content-Length: 3\r\n\r\ntwo");
  ASSERT_EQ(calls_.size(), 1u);
  EXPECT_EQ(calls_[0].request.path_with_query, "/3");
}

TEST_F(ServerRequest, PipelinesAreBounded) {
  limits_.pipelined = 3;
  std::string many;
  for (int i = 0; i < 20; ++i) many += kGet;
  wire().send(many);
  EXPECT_EQ(calls_.size(), 3u);
  answer("x");
  EXPECT_EQ(calls_.size(), 3u);
  for (int i = 0; i < 19; ++i) answer("x");
  EXPECT_EQ(calls_.size(), 0u);
  EXPECT_EQ(wire().server().requests(), 20u);
}

TEST_F(ServerRequest, ContinueIsSentWhenTheServiceReads) {
  wire().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-Continue\r\n\r\n");
  ASSERT_EQ(calls_.size(), 1u);
  EXPECT_EQ(wire().take(), "");
  EXPECT_EQ(read(calls_[0].request.body), "<pending>");
  wire().settle();
  EXPECT_EQ(wire().take(), "HTTP/1.1 100 Continue\r\n\r\n");
  wire().send("hello");
  EXPECT_EQ(read(calls_[0].request.body), "hello");
  answer("x");
  EXPECT_EQ(wire().take(), head("200 OK", kDate) + "Content-Length: 1\r\n\r\nx");
  EXPECT_FALSE(wire().ended());
}

TEST_F(ServerRequest, ContinueIsNotSentIfTheServiceAnswersUnread) {
  wire().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  answer("no");
  EXPECT_EQ(wire().take(),
            head("200 OK", kDate) + "Content-Length: 2\r\nConnection: close\r\n\r\nno");
  EXPECT_TRUE(wire().ended());
}

TEST_F(ServerRequest, ContinueIsNotSentToClientsThatDoNotWait) {
  wire().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhe");
  EXPECT_EQ(read(calls_[0].request.body), "he<pending>");
  wire().settle();
  EXPECT_EQ(wire().take(), "");
  wire().send("POST / HTTP/1.0\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
}

TEST_F(ServerRequest, ClientsAreHeldBackByASlowService) {
  wire().send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  ASSERT_EQ(calls_.size(), 1u);
  for (int i = 0; i < 300; ++i) wire().send("400\r\n" + std::string(1024, 'x') + "\r\n");
  EXPECT_LE(calls_[0].request.body.available(), 64 * 1024u);
  EXPECT_GT(calls_[0].request.body.available(), 60 * 1024u);
  EXPECT_TRUE(read(calls_[0].request.body).ends_with("<pending>"));
  wire().settle();
  EXPECT_GT(calls_[0].request.body.available(), 60 * 1024u);
}

TEST_F(ServerRequest, AServiceThatAnswersFirstReadsOn) {
  for (const char* request :
       {"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n", "POST / HTTP/1.0\r\nHost: a\r\n"}) {
    Wire client(*loop_, service_, limits_);
    client.send(std::string(request) + "Content-Length: 6\r\n\r\nabc");
    Call call = take_call();
    Body body = Body::make();
    call.responder.send({202, {}, std::move(body.reader)});
    ASSERT_TRUE(body.writer.finish().ok());
    client.settle();
    EXPECT_EQ(client.take().substr(9, 3), "202");
    EXPECT_EQ(read(call.request.body), "abc<pending>");
    client.send("def");
    EXPECT_EQ(read(call.request.body), "def");
    client.settle();
    EXPECT_TRUE(client.ended());
  }
}

TEST_F(ServerRequest, ALittleUnreadContentIsDropped) {
  wire().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n");
  answer("x");  // drops the request and its body
  EXPECT_EQ(wire().take(), head("200 OK", kDate) + "Content-Length: 1\r\n\r\nx");
  wire().send(std::string(1000, 'c') + kGet);
  EXPECT_EQ(calls_.size(), 1u);
  EXPECT_FALSE(wire().ended());
}

TEST_F(ServerRequest, MuchUnreadContentEndsTheConnection) {
  limits_.drain_bytes = 1000;
  wire().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
  answer("x");
  EXPECT_EQ(wire().take(),
            head("200 OK", kDate) + "Content-Length: 1\r\nConnection: close\r\n\r\nx");
  EXPECT_TRUE(wire().ended());
}

TEST_F(ServerRequest, MuchUnreadContentOfUnknownLengthEndsItToo) {
  limits_.drain_bytes = 1000;
  wire().send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  answer("x");
  EXPECT_EQ(wire().take(), head("200 OK", kDate) + "Content-Length: 1\r\n\r\nx");
  wire().send("fff\r\n" + std::string(0xfff, 'x') + "\r\n");
  EXPECT_TRUE(wire().ended());
  EXPECT_FALSE(wire().reset());
}

TEST_F(ServerRequest, ContentMayOutliveTheResponse) {
  wire().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello");
  Call call = take_call();
  call.responder.send({200, {}, BodyReader("early")});
  wire().settle();
  EXPECT_TRUE(wire().take().ends_with("early"));
  wire().send("world" + std::string(kGet));
  EXPECT_EQ(read(call.request.body), "helloworld");
  EXPECT_EQ(calls_.size(), 1u);
}

TEST_F(ServerRequest, MalformedContentIsAnErrorForBothSides) {
  wire().send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n");
  ASSERT_EQ(calls_.size(), 1u);
  wire().send("nonsense\r\n");
  EXPECT_EQ(read(calls_[0].request.body), "hi<HTTP-protocol-error>");
  EXPECT_TRUE(calls_[0].responder.peer_gone());
  answer("too late");
  EXPECT_EQ(wire().take(), error_response_text(400));
  EXPECT_TRUE(wire().ended());
}

TEST_F(ServerRequest, TooMuchContentIsAnErrorForBothSides) {
  limits_.max_body = 10;
  wire().send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n12345678\r\n");
  ASSERT_EQ(calls_.size(), 1u);
  wire().send("3\r\nabc\r\n");
  EXPECT_EQ(read(calls_[0].request.body), "12345678<HTTP-request-body-size>");
  EXPECT_EQ(wire().take(), error_response_text(413));
}

TEST_F(ServerRequest, AnAbortAfterTheHeadIsNoticedByBothEnds) {
  wire().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhe");
  int woken = 0;
  Waker gone([&] { ++woken; });
  calls_[0].responder.await_gone(gone);
  wire().abort();
  EXPECT_EQ(woken, 1);
  EXPECT_TRUE(calls_[0].responder.peer_gone());
  EXPECT_EQ(read(calls_[0].request.body), "he<connection-terminated>");
  EXPECT_EQ(wire().server().connections(), 0u);
  answer("nobody");  // does no harm
}

TEST_F(ServerRequest, AnAbortIsNoticedByTheBodysWriter) {
  wire().send(kGet);
  BodyWriter writer = answer_streaming();
  int woken = 0;
  Waker gone([&] { ++woken; });
  writer.await_writable(gone);
  wire().abort();
  EXPECT_GE(woken, 1);
  EXPECT_TRUE(writer.reader_gone());
}

TEST_F(ServerRequest, TheServersEndIsNoticedByEveryone) {
  wire().send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhe");
  Call call = take_call();
  Wire other(*loop_, service_);
  other.send(kGet);
  BodyWriter writer = answer_streaming();
  wire().destroy_server();
  other.destroy_server();
  wire().settle();
  EXPECT_TRUE(call.responder.peer_gone());
  EXPECT_EQ(read(call.request.body), "he<connection-terminated>");
  EXPECT_TRUE(writer.reader_gone());
  call.responder.send(text_response(200, "nobody"));
}

TEST_F(ServerRequest, HalfAConnectionIsAnswered) {
  wire().send(kGet);
  wire().end();
  EXPECT_FALSE(calls_[0].responder.peer_gone());
  answer("still here");
  EXPECT_EQ(wire().take(),
            head("200 OK", kDate) + "Content-Length: 10\r\nConnection: close\r\n\r\nstill here");
  EXPECT_TRUE(wire().ended());
  EXPECT_FALSE(wire().reset());
}

}  // namespace
}  // namespace tappet::http
