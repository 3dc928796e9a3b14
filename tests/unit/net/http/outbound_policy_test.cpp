#include "net/http/outbound_policy.h"

#include <gtest/gtest.h>

#include "net/http/client.h"
#include "tests/unit/net/http/spellings.h"
#include "tests/unit/net/io/stream_tools.h"

namespace tappet::http {
namespace {

TEST(HostPatterns, Match) {
  EXPECT_TRUE(host_matches("example.com", "Example.COM"));
  EXPECT_TRUE(host_matches("example.com", "example.com."));
  EXPECT_TRUE(host_matches("*.example.com", "a.b.example.com"));
  EXPECT_TRUE(host_matches("*", "anything"));
  EXPECT_FALSE(host_matches("*.example.com", "example.com"));
  EXPECT_FALSE(host_matches("*.example.com", "badexample.com"));
  EXPECT_FALSE(host_matches("*.example.com", ".example.com"));
  EXPECT_FALSE(host_matches("example.com", "www.example.com"));
}

TEST(OutboundPolicy, PermitsHosts) {
  OutboundPolicy policy;
  EXPECT_TRUE(policy.permits(Origin{true, "anything", 443}));
  EXPECT_TRUE(policy.allow_host("https://*.example.com"));
  EXPECT_TRUE(policy.allow_host("api.test:8080"));
  EXPECT_TRUE(policy.allow_host("[2001:db8::1]:80"));
  EXPECT_TRUE(policy.allow_host("https://other.test:8443"));
  EXPECT_TRUE(policy.allow_host("any.test"));
  EXPECT_TRUE(policy.permits(Origin{true, "a.example.com", 443}));
  EXPECT_FALSE(policy.permits(Origin{true, "a.example.com", 444}));
  EXPECT_TRUE(policy.permits(Origin{true, "other.test", 8443}));
  EXPECT_FALSE(policy.permits(Origin{true, "other.test", 443}));
  EXPECT_TRUE(policy.permits(Origin{true, "any.test", 1}));
  EXPECT_TRUE(policy.permits(Origin{false, "any.test", 65535}));
  EXPECT_FALSE(policy.permits(Origin{false, "a.example.com", 80}));
  EXPECT_TRUE(policy.permits(Origin{false, "API.test.", 8080}));
  EXPECT_FALSE(policy.permits(Origin{false, "api.test", 80}));
  EXPECT_TRUE(policy.permits(Origin{false, "2001:db8::1", 80}));
  EXPECT_TRUE(policy.permits(Origin{false, "2001:0db8:0::1", 80}));
  EXPECT_FALSE(policy.permits(Origin{true, "anything", 443}));
}

TEST(OutboundPolicy, RefusesWhatIsNoPattern) {
  OutboundPolicy policy;
  for (const char* text :
       {"", "ftp://a", "a b", "a/", "a:99999", "*a", "a.*.com", "*.*.com", "::1"}) {
    EXPECT_FALSE(policy.allow_host(text)) << text;
  }
  for (const char* text : {"", "10/8", "private", "10.0.0.0/33"}) {
    EXPECT_FALSE(policy.allow_network(text)) << text;
  }
}

TEST(OutboundPolicy, PermitsNetworks) {
  const auto ip = [](const char* text) { return *net::SocketAddress::from_ip(text, 80); };
  OutboundPolicy policy;
  EXPECT_TRUE(policy.permits(ip("8.8.8.8")));
  EXPECT_FALSE(policy.permits(ip("10.0.0.1")));
  EXPECT_TRUE(policy.allow_network("10.0.0.0/24"));
  EXPECT_TRUE(policy.permits(ip("10.0.0.1")));
  EXPECT_TRUE(policy.permits(ip("::ffff:10.0.0.1")));
  EXPECT_FALSE(policy.permits(ip("10.0.1.1")));
  EXPECT_FALSE(policy.permits(ip("127.0.0.1")));
  EXPECT_TRUE(policy.allow_network("all"));
  EXPECT_TRUE(policy.permits(ip("127.0.0.1")));
}

class PolicyClient : public ::testing::Test {
 protected:
  std::string fetch(const std::string& host) {
    Request request;
    request.scheme = Scheme::kHttp;
    request.authority = host + ":1";
    request.path_with_query = "/";
    auto pending = client_.send(std::move(request), {.connect_timeout_ns = 60 * net::kSecond});
    Poll<Result<Response, ErrorCode>> outcome;
    if (!net::run_until(*loop_, [&] { return (outcome = pending.try_get()).has_value(); })) {
      return "late";
    }
    return outcome->ok() ? "a response" : std::string(outcome->error().name());
  }

  std::unique_ptr<net::Loop> loop_ = std::move(net::Loop::create().value());
  OutboundPolicy policy_;
  int connected_ = 0;
  TcpConnector tcp_{*loop_, {.permits = [this](const Origin&, const net::SocketAddress& address) {
                      const bool permitted = policy_.permits(address);
                      connected_ += permitted;
                      return permitted;
                    }}};
  PolicyConnector connector_{tcp_, policy_};
  HttpClient client_{*loop_, connector_};
};

// However an address is written, it is looked at as what it resolves to.
TEST_F(PolicyClient, KnowsLoopbackAndPrivateAddressesInEverySpelling) {
  for (const Spelling& spelling : kPrivateSpellings) {
    const std::string error = fetch(spelling.host);
    const bool unknown = error == "DNS-error" || error == "DNS-timeout";
    EXPECT_TRUE(error == "destination-IP-prohibited" || (spelling.looked_up && unknown))
        << spelling.host << ": " << error;
    EXPECT_EQ(connected_, 0) << spelling.host;
  }
  EXPECT_EQ(fetch("127.0.0.1"), "destination-IP-prohibited");
  policy_.allow_network("127.0.0.0/8");
  EXPECT_EQ(fetch("0x7f.1"), "connection-refused");
}

TEST_F(PolicyClient, RefusesHostsBeforeTheyAreLookedUp) {
  policy_.allow_host("example.com");
  EXPECT_EQ(fetch("localhost"), "HTTP-request-denied");
  EXPECT_EQ(fetch("absent.invalid"), "HTTP-request-denied");
}

}  // namespace
}  // namespace tappet::http
