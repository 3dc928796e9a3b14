// Requests of guests as the bytes that a server gets, and what becomes of the bytes it answers.
#include <gtest/gtest.h>

#include "net/http/client.h"
#include "net/http/outbound_policy.h"
#include "net/http/pool_connector.h"
#include "tests/unit/net/http/pipe_connector.h"
#include "tests/unit/net/io/stream_tools.h"
#include "wasi/http/engine/messages.h"

namespace tappet::wasi {
namespace {

using http::ErrorCode;
using http::Method;
using http::Scheme;

Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }

const FieldRules kRules{.max_size = 1000};

GuestFields fields_of(std::initializer_list<http::Field> list) {
  GuestFields fields(kRules);
  for (const http::Field& field : list) {
    EXPECT_TRUE(fields.append(std::string(field.name), bytes(field.value)).ok());
  }
  return fields;
}

// "closed", or the name of the HTTP error behind the failure.
std::string show(const StreamEnd& end) {
  if (end.error == nullptr) return "closed";
  const auto* code = end.error->payload<ErrorCode>();
  return code ? code->to_string() : "?";
}

// The bytes that may be written, or the end.
std::string permit(OutputStream& out) {
  const auto result = out.check_write();
  return result.ok() ? std::to_string(*result) : show(result.error());
}
std::string finish(OutgoingBody& body) {
  const auto result = body.finish({});
  return result.ok() ? "ok" : result.error().to_string();
}
// "none", or an error.
std::string show(const Poll<Result<FutureTrailers::Outcome, Unit>>& polled) {
  if (!polled || !polled->ok()) return "?";
  if (!(*polled)->ok()) return (*polled)->error().to_string();
  return ***polled ? "some" : "none";
}

class OutgoingWireTest : public ::testing::Test {
 protected:
  static std::unique_ptr<OutgoingRequest> request(std::initializer_list<http::Field> fields = {}) {
    auto made = std::make_unique<OutgoingRequest>(fields_of(fields));
    EXPECT_TRUE(made->set_scheme(Scheme::kHttp));
    EXPECT_TRUE(made->set_authority("h:81"));
    EXPECT_TRUE(made->set_path_with_query("/p?q"));
    return made;
  }
  std::shared_ptr<FutureIncomingResponse> start(OutgoingRequest& request) {
    auto future = send(context, request, options);
    EXPECT_TRUE(future.ok());
    settle();
    return std::move(future).value();
  }
  // As a guest does it: the request is gone once it has been sent.
  std::shared_ptr<FutureIncomingResponse> start(std::unique_ptr<OutgoingRequest> request) {
    return start(*request);
  }
  void settle() {
    for (int i = 0; i < 8; ++i) loop->turn(net::Loop::Wait::kNone);
  }
  void pass(uint64_t ns) {
    clock.advance(ns);
    settle();
  }
  net::ByteStream& server() { return *connector.servers.back(); }
  // What the server has received since the last call.
  std::string received() {
    std::string text;
    for (;;) {
      const std::string part = net::read(server());
      if (part == net::kNothingYet || part == net::kEnd || part == net::kBroken) return text;
      text += part;
      settle();
    }
  }
  void reply(std::string_view text) {
    EXPECT_EQ(net::write(server(), text), text.size());
    settle();
  }
  static std::shared_ptr<IncomingResponse> take(FutureIncomingResponse& future) {
    auto outcome = future.get();
    if (!outcome || !outcome->ok() || !(*outcome)->ok()) {
      ADD_FAILURE() << "no response";
      return nullptr;
    }
    return ***outcome;
  }
  static std::string error(FutureIncomingResponse& future) {
    auto outcome = future.get();
    if (!outcome) return "...";
    if (!outcome->ok()) return "taken";
    return (*outcome)->ok() ? "no error" : std::string((*outcome)->error().name());
  }
  // Everything up to the end, "..." for what is yet to come.
  static std::string read_all(InputStream& in) {
    std::string text;
    for (;;) {
      const auto part = in.read(UINT64_MAX);
      if (!part.ok()) return text + "|" + show(part.error());
      if (part->empty()) return text + "...";
      text += as_text(*part);
    }
  }

  net::ManualClock clock;
  std::unique_ptr<net::Loop> loop = std::move(net::Loop::create(&clock).value());
  http::PipeConnector connector{*loop};
  http::HttpClient client{*loop, connector, {}};
  HttpContext context{.client = &client, .fields = kRules};
  OutgoingOptions options;
};

TEST_F(OutgoingWireTest, HeadsNameTheHostFirst) {
  const auto future = start(request({{"X-Case", "kept"}, {"accept", "*/*"}}));
  EXPECT_EQ(connector.origins.back(), (http::Origin{false, "h", 81}));
  EXPECT_EQ(received(),
            "GET /p?q HTTP/1.1\r\nHost: h:81\r\nX-Case: kept\r\naccept: */*\r\n"
            "Connection: close\r\n\r\n");
}

TEST_F(OutgoingWireTest, WithoutASchemeItIsHttps) {
  auto made = request();
  EXPECT_TRUE(made->set_scheme(std::nullopt));
  EXPECT_TRUE(made->set_authority("h"));
  const auto future = start(std::move(made));
  EXPECT_EQ(connector.origins.back(), (http::Origin{true, "h", 443}));
}

TEST_F(OutgoingWireTest, TheGuestIsWhoAsksForTheName) {
  const auto budget = net::make_ref<net::Budget>(net::BudgetLimits{});
  http::PoolConnector pool(*loop, connector);
  http::OutboundPolicy all;
  all.allow_network("all");
  http::PolicyConnector permitted(pool, all);
  http::HttpClient pooled(*loop, permitted, {});
  context.client = &pooled;
  const auto nobody = start(request());
  EXPECT_EQ(connector.asked.back().asker, net::kNobodyInParticular);
  OutgoingRequest asked(GuestFields(kRules, budget));
  EXPECT_TRUE(asked.set_scheme(Scheme::kHttp));
  EXPECT_TRUE(asked.set_authority("h:81"));
  EXPECT_TRUE(asked.set_path_with_query("/"));
  const auto future = start(asked);
  EXPECT_EQ(connector.asked.back().asker, reinterpret_cast<uintptr_t>(budget.get()));
}

// No network is touched: the connector knows at once.
TEST_F(OutgoingWireTest, HttpsFailsWithoutTls) {
  http::TcpConnector tcp(*loop);
  http::HttpClient plain(*loop, tcp, {});
  context.client = &plain;
  auto made = request();
  EXPECT_TRUE(made->set_scheme(Scheme::kHttps));
  const auto future = start(std::move(made));
  EXPECT_EQ(error(*future), "TLS-protocol-error");
}

// A method of the standard is the same method whichever way a guest names it.
TEST_F(OutgoingWireTest, OtherMethodsMayTurnOutToBeKnown) {
  auto made = request();
  EXPECT_TRUE(made->set_method(Method::other("HEAD")));
  EXPECT_EQ(made->method(), Method::other("HEAD"));
  const auto future = start(std::move(made));
  EXPECT_TRUE(received().starts_with("HEAD /p?q HTTP/1.1\r\n"));
  reply("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
  const auto response = take(*future);
  ASSERT_NE(response, nullptr);
  EXPECT_TRUE(response->headers.has("content-length"));
  EXPECT_EQ(read_all(*response->content.consume()->stream()), "|closed");

  made = request();
  EXPECT_TRUE(made->set_method(Method::other("CONNECT")));
  const auto tunnel = start(std::move(made));
  EXPECT_TRUE(received().starts_with("CONNECT h:81 HTTP/1.1\r\n"));

  made = request();
  EXPECT_TRUE(made->set_method(Method::other("head")));
  const auto other = start(std::move(made));
  EXPECT_TRUE(received().starts_with("head /p?q HTTP/1.1\r\n"));
}

TEST_F(OutgoingWireTest, ContentIsWrittenAfterTheHead) {
  auto made = request();
  EXPECT_TRUE(made->set_method(Method::kPost));
  const auto body = made->body();
  const auto future = start(std::move(made));
  EXPECT_TRUE(received().ends_with("Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"));
  EXPECT_TRUE(body->stream()->write(bytes("hello")).ok());
  settle();
  EXPECT_EQ(received(), "5\r\nhello\r\n");
  // What belongs to the head or to the connection has no place behind the content.
  const GuestFields trailers =
      fields_of({{"Sum", "1"}, {"Content-Length", "7"}, {"Set-Cookie", "a"}, {"sum", "2"}});
  EXPECT_TRUE(body->finish(trailers.fields()).ok());
  settle();
  EXPECT_EQ(received(), "0\r\nSum: 1\r\nsum: 2\r\n\r\n");
}

TEST_F(OutgoingWireTest, ContentOfAKnownLengthIsNotChunked) {
  auto made = request({{"Content-Length", "5"}});
  EXPECT_TRUE(made->set_method(Method::kPut));
  const auto body = made->body();
  const auto future = start(std::move(made));
  EXPECT_TRUE(received().ends_with("Content-Length: 5\r\nConnection: close\r\n\r\n"));
  EXPECT_TRUE(body->stream()->write(bytes("hello")).ok());
  EXPECT_TRUE(body->finish({}).ok());
  settle();
  EXPECT_EQ(received(), "hello");
}

TEST_F(OutgoingWireTest, ContentOfTheWrongLengthIsNeverComplete) {
  auto made = request({{"Content-Length", "5"}});
  auto body = made->body();
  auto future = start(std::move(made));
  EXPECT_TRUE(body->stream()->write(bytes("hell")).ok());
  EXPECT_EQ(finish(*body), "HTTP-request-body-size (4)");
  settle();
  EXPECT_TRUE(server().broken());
  EXPECT_EQ(error(*future), "HTTP-request-body-size");

  made = request({{"Content-Length", "5"}});
  body = made->body();
  future = start(std::move(made));
  const auto out = body->stream();
  EXPECT_TRUE(out->write(bytes("hel")).ok());
  const auto over = out->write(bytes("lo!"));
  ASSERT_FALSE(over.ok());
  EXPECT_EQ(show(over.error()), "HTTP-request-body-size (6)");
  EXPECT_EQ(permit(*out), "closed");
  EXPECT_EQ(finish(*body), "HTTP-request-body-size (6)");
  settle();
  EXPECT_TRUE(server().broken());
}

TEST_F(OutgoingWireTest, ALengthWithoutContentIsNotSent) {
  const auto future = start(request({{"Content-Length", "5"}}));
  EXPECT_EQ(error(*future), "HTTP-protocol-error");
  EXPECT_TRUE(connector.origins.empty());
}

TEST_F(OutgoingWireTest, ADroppedBodyNeverLooksComplete) {
  auto made = request();
  auto body = made->body();
  const auto future = start(std::move(made));
  (void)received();
  EXPECT_TRUE(body->stream()->write(bytes("hel")).ok());
  settle();
  EXPECT_EQ(received(), "3\r\nhel\r\n");
  body.reset();
  settle();
  EXPECT_EQ(received(), "");
  EXPECT_TRUE(server().broken());
  EXPECT_EQ(error(*future), "HTTP-protocol-error");
}

// A server that does not read holds the guest back, with a bounded amount of memory in between.
TEST_F(OutgoingWireTest, ASlowServerHoldsTheGuestBack) {
  auto made = request();
  const auto body = made->body();
  const auto future = start(std::move(made));
  const auto out = body->stream();
  size_t written = 0;
  for (size_t permit = 0; (permit = *out->check_write()) > 0 && written < 10'000'000; settle()) {
    ASSERT_TRUE(out->write(Bytes(permit, 'x')).ok());
    written += permit;
  }
  EXPECT_LE(written, size_t{512} * 1024);
  EXPECT_FALSE(out->ready());
  int wakes = 0;
  Waker waker([&] { ++wakes; });
  out->changed().add(waker);
  (void)received();
  EXPECT_EQ(wakes, 1);
  EXPECT_TRUE(out->ready());
  EXPECT_GT(*out->check_write(), 0U);
}

TEST_F(OutgoingWireTest, AnEarlyAnswerClosesTheStream) {
  auto made = request();
  const auto body = made->body();
  const auto future = start(std::move(made));
  const auto out = body->stream();
  reply("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(take(*future)->status, 413);
  EXPECT_TRUE(out->ready());
  EXPECT_EQ(permit(*out), "closed");
  EXPECT_TRUE(body->finish({}).ok());
}

TEST_F(OutgoingWireTest, ResponsesAreStrippedOfWhatFramesThem) {
  const auto future = start(request());
  reply(
      "HTTP/1.1 203 Fine\r\nTransfer-Encoding: chunked\r\nConnection: close, x\r\nA: 1\r\n"
      "Keep-Alive: 5\r\na: 2\r\n\r\n3\r\nabc\r\n0\r\nSum: 9\r\nUpgrade: x\r\n\r\n");
  const auto response = take(*future);
  ASSERT_NE(response, nullptr);
  EXPECT_EQ(response->status, 203);
  EXPECT_EQ(response->headers.fields(), (http::Fields{{"A", "1"}, {"a", "2"}}));
  const auto body = response->content.consume();
  const auto in = body->stream();
  EXPECT_EQ(read_all(*in), "abc|closed");
  FutureTrailers trailers(body->reader(), kRules);
  auto outcome = trailers.get();
  ASSERT_TRUE(outcome && outcome->ok() && (*outcome)->ok() && **outcome);
  EXPECT_EQ((***outcome)->fields(), (http::Fields{{"Sum", "9"}}));
}

// Peers may send more than guests may make.
TEST_F(OutgoingWireTest, LargeHeadsAreReceived) {
  const auto future = start(request());
  const std::string large(5000, 'v');
  reply("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nA: " + large + "\r\n\r\n");
  const auto response = take(*future);
  ASSERT_NE(response, nullptr);
  EXPECT_EQ(response->headers.get("a"), std::vector<Bytes>{bytes(large)});
}

TEST_F(OutgoingWireTest, NonsenseIsAnError) {
  for (const char* nonsense :
       {"HTTP/2.0 200 OK\r\n\r\n", "hello\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "HTTP/1.1 200 OK\r\nA : b\r\n\r\n"}) {
    const auto future = start(request());
    reply(nonsense);
    EXPECT_EQ(error(*future), "HTTP-protocol-error") << nonsense;
  }
  const auto switching = start(request());
  reply("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n");
  EXPECT_EQ(error(*switching), "HTTP-upgrade-failed");
}

TEST_F(OutgoingWireTest, ABrokenConnectionIsAnError) {
  const auto future = start(request());
  server().abort();
  settle();
  EXPECT_EQ(error(*future), "connection-terminated");

  const auto cut = start(request());
  reply("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
  const auto response = take(*cut);
  const auto body = response->content.consume();
  const auto in = body->stream();
  server().shutdown();
  settle();
  EXPECT_EQ(read_all(*in), "hel|HTTP-response-incomplete");
  EXPECT_EQ(read_all(*in), "|closed");
  FutureTrailers trailers(body->reader(), kRules);
  EXPECT_EQ(show(trailers.get()), "HTTP-response-incomplete");
}

TEST_F(OutgoingWireTest, TimeIsShort) {
  options.first_byte_timeout = 2 * net::kSecond;
  options.between_bytes_timeout = 3 * net::kSecond;
  const auto silent = start(request());
  pass(2 * net::kSecond);
  EXPECT_EQ(error(*silent), "connection-read-timeout");

  const auto stuck = start(request());
  reply("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
  const auto response = take(*stuck);
  const auto body = response->content.consume();
  const auto in = body->stream();
  EXPECT_EQ(read_all(*in), "hel...");
  EXPECT_FALSE(in->ready());
  pass(3 * net::kSecond);
  EXPECT_TRUE(in->ready());
  EXPECT_EQ(read_all(*in), "|connection-read-timeout");
}

// The connection is there for as long as something can still come of it.
TEST_F(OutgoingWireTest, WhatIsLeftKeepsTheConnection) {
  auto future = start(request());
  reply("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
  auto response = take(*future);
  future.reset();
  auto body = response->content.consume();
  response.reset();
  auto in = body->stream();
  settle();
  EXPECT_FALSE(server().broken());
  reply("lo");
  EXPECT_EQ(read_all(*in), "hello|closed");

  future = start(request());
  reply("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
  response = take(*future);
  response.reset();
  settle();
  EXPECT_TRUE(server().broken());
  EXPECT_EQ(client.active(), 0U);
}

TEST_F(OutgoingWireTest, DroppingTheFutureAbandonsTheRequest) {
  auto made = request();
  const auto body = made->body();
  auto future = start(std::move(made));
  const auto out = body->stream();
  future.reset();
  settle();
  EXPECT_TRUE(server().broken());
  EXPECT_EQ(permit(*out), "closed");
  EXPECT_EQ(client.active(), 0U);
}

// Sixteen at a time, answered in another order.
TEST_F(OutgoingWireTest, RequestsDoNotWaitForEachOther) {
  std::vector<std::shared_ptr<FutureIncomingResponse>> futures;
  for (int i = 0; i < 16; ++i) {
    auto made = request();
    EXPECT_TRUE(made->set_path_with_query("/" + std::to_string(i)));
    futures.push_back(start(std::move(made)));
  }
  for (size_t i = 16; i-- > 0;) {
    const std::string status = std::to_string(200 + i);
    const std::string text = "HTTP/1.1 " + status + " x\r\nContent-Length: 0\r\n\r\n";
    EXPECT_EQ(net::write(*connector.servers[i], text), text.size());
    settle();
    EXPECT_EQ(take(*futures[i])->status, 200 + i);
    for (size_t later = 0; later < i; ++later) EXPECT_FALSE(futures[later]->ready());
  }
}

}  // namespace
}  // namespace tappet::wasi
