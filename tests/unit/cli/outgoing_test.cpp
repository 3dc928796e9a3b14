// Where guests of `tappet serve` may connect to unless options say otherwise.
#include <gtest/gtest.h>

#include "cli/client_stack.h"
#include "net/io/tcp_listener.h"
#include "tests/unit/net/http/spellings.h"
#include "tests/unit/net/io/stream_tools.h"

namespace tappet::cli {
namespace {

class OutgoingTest : public ::testing::Test {
 protected:
  void allow(const OutgoingOptions& options) {
    auto made = Outgoing::create(options, Outgoing::Private::kRefused);
    ASSERT_TRUE(made.ok()) << made.error().message;
    outgoing_ = std::move(*made);
    client_ = std::make_unique<ClientStack>(*loop_, *outgoing_);
  }
  // The error-code that a guest gets.
  std::string fetch(const std::string& host, bool secure) {
    http::Request request;
    request.scheme = secure ? http::Scheme::kHttps : http::Scheme::kHttp;
    request.authority = host + ":" + std::to_string(listener_->address().port());
    request.path_with_query = "/";
    auto pending = client_->client().send(std::move(request), {});
    Poll<Result<http::Response, http::ErrorCode>> outcome;
    for (int i = 0; i < 3 && !outcome; ++i) {
      net::run_until(*loop_, [&] { return (outcome = pending.try_get()).has_value(); });
    }
    if (!outcome) return "nothing";
    return outcome->ok() ? "a response" : std::string(outcome->error().name());
  }
  bool connected() { return listener_->try_accept().has_value(); }

  std::unique_ptr<net::Loop> loop_ = std::move(net::Loop::create().value());
  // On every address of this machine, both families.
  std::unique_ptr<net::TcpListener> listener_ =
      std::move(net::TcpListener::listen(*loop_, *net::SocketAddress::from_ip("::", 0)).value());
  std::unique_ptr<Outgoing> outgoing_;
  std::unique_ptr<ClientStack> client_;
};

TEST_F(OutgoingTest, NothingButTheInternetIsInReach) {
  allow({});
  for (const http::Spelling& spelling : http::kPrivateSpellings) {
    for (const bool secure : {false, true}) {
      const std::string error = fetch(spelling.host, secure);
      const bool unknown = error == "DNS-error" || error == "DNS-timeout";
      EXPECT_TRUE(error == "destination-IP-prohibited" || (spelling.looked_up && unknown))
          << spelling.host << ": " << error;
      EXPECT_FALSE(connected()) << spelling.host;
    }
  }
}

TEST_F(OutgoingTest, AllowedNetworksAreInReachInEverySpelling) {
  OutgoingOptions options;
  options.allow_networks = {"127.0.0.0/8"};
  allow(options);
  for (const char* host : {"127.0.0.1", "0x7f.1", "[::ffff:127.0.0.1]", "017700000001"}) {
    http::Request request;
    request.scheme = http::Scheme::kHttp;
    request.authority = host + (":" + std::to_string(listener_->address().port()));
    request.path_with_query = "/";
    const auto pending = client_->client().send(std::move(request), {});
    EXPECT_TRUE(net::run_until(*loop_, [&] { return connected(); })) << host;
  }
  EXPECT_EQ(fetch("[::1]", false), "destination-IP-prohibited");
}

TEST_F(OutgoingTest, OtherHostsThanThoseAllowedAreDenied) {
  OutgoingOptions options;
  options.allow_hosts = {"example.com"};
  allow(options);
  for (const char* host : {"localhost", "127.0.0.1", "absent.invalid", "www.example.com"}) {
    EXPECT_EQ(fetch(host, false), "HTTP-request-denied") << host;
  }
}

}  // namespace
}  // namespace tappet::cli
