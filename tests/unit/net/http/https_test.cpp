// Server and client with TLS over real sockets on the loopback interface.
#include <gtest/gtest.h>

#include "net/http/client.h"
#include "net/http/server.h"
#include "net/http/tls_connector.h"
#include "net/io/memory_pipe.h"
#include "net/tls/tls_stream.h"
#include "tests/unit/net/http/services.h"
#include "tests/unit/net/io/stream_tools.h"
#include "tests/unit/net/tls/certificates.h"

namespace tappet::http {
namespace {

using net::kMillisecond;
using net::kSecond;
using net::run_until;

class HttpsTest : public ::testing::Test {
 protected:
  void serve(const net::TlsServerOptions& options, Service& service, bool secure = true) {
    server_ = std::make_unique<Server>(*loop_, service);
    server_->set_tls(net::TlsContext::server(options).value());
    auto listener =
        net::TcpListener::listen(*loop_, *net::SocketAddress::from_ip("127.0.0.1", 0)).value();
    address_ = listener->address();
    server_->listen(std::move(listener), secure);
  }
  // The error's name or, if there is none, the status and the body's text.
  std::string fetch(const std::string& host, const RequestOptions& options = {}) {
    Request request;
    request.authority = host + ":" + std::to_string(address_.port());
    request.path_with_query = "/";
    auto pending = client_.send(std::move(request), options);
    Poll<Result<Response, ErrorCode>> outcome;
    if (!run_until(*loop_, [&] { return (outcome = pending.try_get()).has_value(); }))
      return "late";
    if (!outcome->ok()) {
      detail_ = outcome->error().to_string();
      return std::string(outcome->error().name());
    }
    Response response = std::move(outcome->value());
    std::string text = std::to_string(response.status);
    run_until(*loop_, [&] {
      for (;;) {
        auto part = response.body.try_take(SIZE_MAX);
        if (!part) return false;
        if (!part->ok()) return text += " then " + std::string(part->error().name()), true;
        if ((*part)->empty()) return true;
        text += " " + std::string(as_text(**part));
      }
    });
    return text;
  }

  static net::Authority& authority() {
    static net::Authority made;
    return made;
  }

  std::unique_ptr<net::Loop> loop_ = std::move(net::Loop::create().value());
  ShowService show_{*loop_};
  net::SocketAddress address_;
  std::unique_ptr<Server> server_;
  net::TlsClientOptions trust_{.system_roots = false, .ca_files = {authority().ca_file()}};
  TcpConnector plain_{*loop_};
  TlsConnector connector_{
      *loop_, plain_, [this](const Origin&) { return net::TlsContext::client(trust_).value(); }};
  HttpClient client_{*loop_, connector_};
  std::string detail_;
};

TEST_F(HttpsTest, ServesAndFetches) {
  const std::string file = authority().issue({.names = {"localhost"}, .ips = {"127.0.0.1"}});
  serve({.identity = {file}}, show_);
  const std::string port = std::to_string(address_.port());
  const std::string got = fetch("127.0.0.1");
  EXPECT_EQ(got.substr(0, got.find('\n')), "200 GET https 127.0.0.1:" + port + " /");
}

TEST_F(HttpsTest, ErrorsHaveTheirNames) {
  serve({.identity = {authority().issue({.names = {"example.com"}})}}, show_);
  EXPECT_EQ(fetch("127.0.0.1"), "TLS-certificate-error");
  EXPECT_EQ(detail_, "TLS-certificate-error: IP address mismatch");

  const net::TlsServerOptions good{
      .identity = {authority().issue({.names = {}, .ips = {"127.0.0.1"}})}};
  net::TlsServerOptions strict = good;
  strict.client_ca_file = authority().ca_file();
  serve(strict, show_);
  EXPECT_EQ(fetch("127.0.0.1"), "TLS-alert-received");
  EXPECT_EQ(detail_, "TLS-alert-received (certificate required, 116): certificate required");
  trust_.identity.cert_file = authority().issue({.names = {"me"}});
  EXPECT_EQ(fetch("127.0.0.1").substr(0, 3), "200");

  serve(good, show_, false);
  EXPECT_EQ(fetch("127.0.0.1"), "TLS-protocol-error");

  trust_.protocols = {"h2"};
  serve(good, show_);
  EXPECT_EQ(fetch("127.0.0.1"), "TLS-alert-received");

  server_.reset();
  EXPECT_EQ(fetch("127.0.0.1"), "connection-refused");
}

TEST_F(HttpsTest, TheHandshakeBelongsToTheConnectTimeout) {
  auto listener =
      net::TcpListener::listen(*loop_, *net::SocketAddress::from_ip("127.0.0.1", 0)).value();
  address_ = listener->address();  // accepts, and says nothing
  EXPECT_EQ(fetch("127.0.0.1", {.connect_timeout_ns = 50 * kMillisecond}), "connection-timeout");
}

TEST_F(HttpsTest, ANewContextIsForNewConnections) {
  serve({.identity = {authority().issue({.ips = {"127.0.0.1"}})}}, show_);
  EXPECT_EQ(fetch("127.0.0.1").substr(0, 3), "200");
  net::Authority other;
  server_->set_tls(
      net::TlsContext::server({.identity = {other.issue({.ips = {"127.0.0.1"}})}}).value());
  EXPECT_EQ(fetch("127.0.0.1"), "TLS-certificate-error");
  trust_.ca_files = {other.ca_file()};
  EXPECT_EQ(fetch("127.0.0.1").substr(0, 3), "200");
}

TEST_F(HttpsTest, AnEndWithoutGoodbyeIsNoEndOfContent) {
  BodyWriter writer;
  net::Timer cut(*loop_, [&] { writer = BodyWriter(); });  // unfinished
  FunctionService service([&](Request, Responder responder) {
    Body body = Body::make({});
    Response response;
    response.body = std::move(body.reader);
    responder.send(std::move(response));
    EXPECT_TRUE(body.writer.try_write(as_bytes("half")).ok());
    writer = std::move(body.writer);
    cut.set_after(50 * kMillisecond);
  });
  serve({.identity = {authority().issue({.ips = {"127.0.0.1"}})}}, service);
  EXPECT_EQ(fetch("127.0.0.1"), "200 half then HTTP-response-incomplete");
}

// A server behind TLS over a pipe that takes little, on a manual clock.
class HttpsOverASlowWay : public ::testing::Test {
 protected:
  static constexpr size_t kContent = 48 * 1024;

  void SetUp() override {
    static net::Authority authority;
    auto pipe = net::MemoryPipe::make(*loop_, {.capacity = 16 * 1024});
    server_.serve(
        *net::TlsStream::accept(
            *loop_,
            net::TlsContext::server({.identity = {authority.issue({.names = {"a"}})}}).value(),
            std::move(pipe.b), kSecond),
        {});
    client_ = *net::TlsStream::connect(
        *loop_,
        net::TlsContext::client({.system_roots = false, .ca_files = {authority.ca_file()}}).value(),
        std::move(pipe.a), "a", kSecond);
    settle();
    net::write(*client_, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  }
  void settle() {
    for (int i = 0; i < 30; ++i) loop_->turn(net::Loop::Wait::kNone);
  }
  void pass(uint64_t ns) {
    settle();
    clock_.advance(ns);
    settle();
  }
  // The content, and "<end>" if it ended well.
  std::string read_all() {
    std::string text;
    for (int i = 0; i < 1000; ++i) {
      const std::string part = net::read(*client_);
      if (part == net::kNothingYet) {
        settle();
        continue;
      }
      text += part;
      if (part == net::kEnd || part == net::kBroken) break;
    }
    return text.substr(std::min(text.size(), text.find("\r\n\r\n") + 4));
  }

  net::ManualClock clock_{net::SystemClock().wall_ns()};
  std::unique_ptr<net::Loop> loop_ = std::move(net::Loop::create(&clock_).value());
  FunctionService service_{[](Request, Responder responder) {
    const std::string content(kContent, 'x');
    responder.send({200, {}, BodyReader(Bytes(content.begin(), content.end()))});
  }};
  ServerLimits limits_;
  Server server_{*loop_, service_, limits_};
  std::unique_ptr<net::TlsStream> client_;
};

TEST_F(HttpsOverASlowWay, AllIsSentBeforeTheConnectionCloses) {
  pass(2 * limits_.linger_ns);
  EXPECT_EQ(read_all(), std::string(kContent, 'x') + net::kEnd);
  pass(2 * limits_.linger_ns);
  EXPECT_EQ(server_.connections(), 0u);
}

TEST_F(HttpsOverASlowWay, AllIsSentToAClientThatHasEndedItsDirection) {
  client_->shutdown();
  settle();
  EXPECT_EQ(read_all(), std::string(kContent, 'x') + net::kEnd);
  settle();
  EXPECT_EQ(server_.connections(), 0u);
}

TEST_F(HttpsOverASlowWay, AClientThatTakesNothingIsCut) {
  pass(limits_.write_stall_ns / 2);
  EXPECT_EQ(server_.connections(), 1u);
  net::read(*client_);
  pass(limits_.write_stall_ns / 2 + kSecond);
  EXPECT_EQ(server_.connections(), 1u);
  pass(limits_.write_stall_ns + kSecond);
  EXPECT_EQ(server_.connections(), 0u);
}

}  // namespace
}  // namespace tappet::http
