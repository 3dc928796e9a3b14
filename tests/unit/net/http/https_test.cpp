// Server and client with TLS over real sockets on the loopback interface.
#include <gtest/gtest.h>

#include "net/http/client.h"
#include "net/http/server.h"
#include "net/http/tls_connector.h"
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

}  // namespace
}  // namespace tappet::http
