// TLS between two ends of a memory pipe, which tears the records apart.
#include "net/tls/tls_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "net/io/memory_pipe.h"
#include "tests/unit/net/io/stream_tools.h"
#include "tests/unit/net/tls/certificates.h"

namespace tappet::net {
namespace {

using ::testing::HasSubstr;

class TlsStreamTest : public ::testing::Test {
 protected:
  void connect(const std::string& host = "example.com", MemoryPipeOptions options = {}) {
    auto pipe = MemoryPipe::make(*loop_, std::move(options));
    connect_over(std::move(pipe), host);
  }
  void connect_over(MemoryPipe pipe, const std::string& host) {
    transport_ = pipe.a.get();
    if (!server_context_) server_context_ = TlsContext::server(server_options_).value();
    if (!client_context_) client_context_ = TlsContext::client(client_options_).value();
    client_ = *TlsStream::connect(*loop_, client_context_, std::move(pipe.a), host, kSecond);
    server_ = *TlsStream::accept(*loop_, server_context_, std::move(pipe.b), kSecond);
    settle();
  }
  void settle() {
    for (int i = 0; i < 30; ++i) loop_->turn(Loop::Wait::kNone);
  }
  static std::string state(const TlsStream& stream) {
    const auto outcome = stream.try_handshake();
    if (!outcome) return "pending";
    return outcome->ok() ? "good" : describe(outcome->error());
  }
  static std::string describe(const IoError& error) {
    switch (error.kind) {
      case IoErrorKind::kTlsProtocol:
        return "protocol: " + error.detail;
      case IoErrorKind::kTlsCertificate:
        return "certificate: " + error.detail;
      case IoErrorKind::kTlsAlert:
        return "alert " + std::to_string(error.code) + ": " + error.detail;
      default:
        return error.to_string();
    }
  }
  static std::string read_error(ByteStream& stream) {
    const auto peeked = stream.try_peek();
    if (!peeked) return "pending";
    return peeked->ok() ? "bytes" : describe(peeked->error());
  }
  std::string transfer(ByteStream& from, ByteStream& to, const std::string& text) {
    std::string got;
    size_t sent = 0;
    run_until(*loop_, [&] {
      sent += write(from, std::string_view(text).substr(sent));
      for (std::string part; (part = read(to)) != kNothingYet;) got += part;
      return got.size() >= text.size();
    });
    return got;
  }

  static Authority& authority() {
    static Authority made;
    return made;
  }
  static const std::string& certificate() {
    static const std::string made = authority().issue(
        {.names = {"example.com", "*.example.net"}, .ips = {"192.0.2.1", "2001:db8::1"}});
    return made;
  }

  ManualClock clock_{SystemClock().wall_ns()};
  std::unique_ptr<Loop> loop_ = std::move(Loop::create(&clock_).value());
  TlsServerOptions server_options_{.identity = {certificate(), {}}};
  TlsClientOptions client_options_{.system_roots = false, .ca_files = {authority().ca_file()}};
  std::shared_ptr<const TlsContext> server_context_;
  std::shared_ptr<const TlsContext> client_context_;
  ByteStream* transport_ = nullptr;
  std::unique_ptr<TlsStream> client_;
  std::unique_ptr<TlsStream> server_;
};

TEST_F(TlsStreamTest, CarriesBytesBothWays) {
  connect();
  EXPECT_EQ(state(*client_), "good");
  EXPECT_EQ(state(*server_), "good");
  EXPECT_EQ(client_->version(), "TLSv1.3");
  EXPECT_EQ(client_->protocol(), "http/1.1");
  EXPECT_EQ(server_->protocol(), "http/1.1");
  EXPECT_EQ(transfer(*client_, *server_, "ping"), "ping");
  EXPECT_EQ(transfer(*server_, *client_, "pong"), "pong");
  EXPECT_EQ(read(*client_), kNothingYet);
}

TEST_F(TlsStreamTest, SurvivesTransportsThatTearAndStall) {
  std::string text(300'000, '\0');
  for (size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 31 ^ i >> 8);
  for (const size_t piece : {size_t{1}, size_t{7}, size_t{1000}, size_t{100'000}}) {
    connect("example.com", {.capacity = piece < 1000 ? size_t{333} : size_t{5000},
                            .next_read = [piece] { return piece; }});
    const std::string part = text.substr(0, piece < 1000 ? 20'000 : text.size());
    EXPECT_EQ(transfer(*client_, *server_, part), part);
    EXPECT_EQ(transfer(*server_, *client_, part), part);
  }
}

TEST_F(TlsStreamTest, JoinsSmallPartsAndAcceptsNoMoreThanItMayHold) {
  connect();
  const ByteSpan parts[] = {as_bytes("a"), ByteSpan(), as_bytes("bc"), as_bytes("def")};
  EXPECT_EQ(client_->try_write(parts).value(), 6u);
  settle();
  EXPECT_EQ(read(*server_), "abcdef");
  const std::string much(1 << 20, 'x');
  const size_t accepted = write(*client_, much);
  EXPECT_LT(accepted, 200'000u);
  EXPECT_GT(accepted, 64'000u);
  // It is sent without further calls on the writer.
  size_t got = 0;
  ASSERT_TRUE(run_until(*loop_, [&] {
    for (std::string part; (part = read(*server_)) != kNothingYet;) got += part.size();
    return got == accepted;
  }));
}

TEST_F(TlsStreamTest, BothMayWriteBeforeTheyRead) {
  connect();
  const std::string much(1 << 20, 'x');
  size_t sent[2] = {};
  for (int i = 0; i < 20; ++i) {
    sent[0] += write(*client_, much);
    sent[1] += write(*server_, much);
    settle();
  }
  EXPECT_EQ(write(*client_, much), 0u);
  EXPECT_EQ(write(*server_, much), 0u);
  size_t got[2] = {};
  EXPECT_TRUE(run_until(*loop_, [&] {
    for (std::string part; (part = read(*server_)) != kNothingYet;) got[0] += part.size();
    for (std::string part; (part = read(*client_)) != kNothingYet;) got[1] += part.size();
    return got[0] == sent[0] && got[1] == sent[1];
  }));
}

TEST_F(TlsStreamTest, ChecksNamesAndAddresses) {
  for (const char* host : {"example.com", "EXAMPLE.com", "example.com.", "a.example.net",
                           "192.0.2.1", "2001:db8::1", "2001:db8:0::1"}) {
    connect(host);
    EXPECT_EQ(state(*client_), "good") << host;
  }
  for (const char* host :
       {"example.org", "www.example.com", "example.net", "a.b.example.net", "xexample.com"}) {
    connect(host);
    EXPECT_EQ(state(*client_), "certificate: hostname mismatch") << host;
    EXPECT_THAT(read_error(*server_), HasSubstr("alert")) << host;
  }
  for (const char* host : {"192.0.2.2", "::1", "2001:db8::2"}) {
    connect(host);
    EXPECT_EQ(state(*client_), "certificate: IP address mismatch") << host;
  }
}

TEST_F(TlsStreamTest, DistrustsStrangersAndTheExpired) {
  client_options_.ca_files.clear();
  connect();
  EXPECT_THAT(state(*client_), HasSubstr("certificate: "));
  EXPECT_TRUE(client_->broken());

  client_context_.reset(), server_context_.reset();
  client_options_.ca_files = {authority().ca_file()};
  server_options_.identity.cert_file =
      authority().issue({.names = {"example.com"}, .valid_days = -1});
  connect();
  EXPECT_EQ(state(*client_), "certificate: certificate has expired");
}

TEST_F(TlsStreamTest, RefusesOldVersionsAndOtherProtocols) {
  client_options_.protocols = {"h2"};
  connect();
  EXPECT_EQ(state(*client_), "alert 120: no application protocol");

  client_options_.protocols = {};
  client_context_ = TlsContext::client(client_options_).value();
  connect();
  EXPECT_EQ(state(*client_), "good");
  EXPECT_EQ(client_->protocol(), "");

  client_context_ = TlsContext::client(client_options_).value();
  SSL_CTX_set_security_level(client_context_->raw(), 0);
  SSL_CTX_set_min_proto_version(client_context_->raw(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(client_context_->raw(), TLS1_1_VERSION);
  connect();
  EXPECT_EQ(state(*client_), "alert 70: protocol version");

  SSL_CTX_set_max_proto_version(client_context_->raw(), TLS1_2_VERSION);
  connect();
  EXPECT_EQ(client_->version(), "TLSv1.2");
  EXPECT_EQ(transfer(*client_, *server_, "ping"), "ping");
}

TEST_F(TlsStreamTest, ShowsAClientCertificateToThoseWhoAsk) {
  server_options_.client_ca_file = authority().ca_file();
  connect();
  settle();
  // In TLS 1.3 the client is done before the server has looked at its certificate.
  EXPECT_EQ(read_error(*client_), "alert 116: certificate required");
  EXPECT_THAT(state(*server_), HasSubstr("protocol: "));

  client_options_.identity.cert_file = authority().issue({.names = {"me"}});
  client_context_.reset();
  connect();
  EXPECT_EQ(state(*server_), "good");
  EXPECT_EQ(transfer(*server_, *client_, "welcome"), "welcome");
}

TEST_F(TlsStreamTest, EndsEachDirectionByItself) {
  connect();
  EXPECT_EQ(write(*client_, "last words"), 10u);
  client_->shutdown();
  settle();
  EXPECT_EQ(read(*server_), "last words");
  EXPECT_EQ(read(*server_), kEnd);
  EXPECT_EQ(read(*server_), kEnd);
  EXPECT_EQ(write(*client_, "more"), SIZE_MAX);
  EXPECT_EQ(transfer(*server_, *client_, "answer"), "answer");
  server_->shutdown();
  settle();
  EXPECT_EQ(read(*client_), kEnd);
}

TEST_F(TlsStreamTest, AnEndWithoutGoodbyeIsAnError) {
  connect();
  EXPECT_EQ(write(*client_, "half"), 4u);
  transport_->shutdown();
  settle();
  EXPECT_EQ(read(*server_), "half");
  EXPECT_EQ(read_error(*server_), "the connection ended without close_notify");

  connect();
  client_.reset();  // says goodbye
  settle();
  EXPECT_EQ(read(*server_), kEnd);
}

TEST_F(TlsStreamTest, AbortIsFelt) {
  connect();
  int closed = 0;
  Waker on_closed([&] { ++closed; });
  server_->closed().add(on_closed);
  client_->abort();
  EXPECT_TRUE(client_->broken());
  settle();
  EXPECT_EQ(closed, 1);
  EXPECT_TRUE(server_->broken());
  EXPECT_EQ(read(*server_), kBroken);
  EXPECT_EQ(write(*client_, "x"), SIZE_MAX);
}

TEST_F(TlsStreamTest, HandshakesEndInTime) {
  auto pipe = MemoryPipe::make(*loop_);
  server_context_ = TlsContext::server(server_options_).value();
  server_ = *TlsStream::accept(*loop_, server_context_, std::move(pipe.b), kSecond);
  int woken = 0;
  Waker waker([&] { ++woken; });
  server_->readable().add(waker);
  clock_.advance(kSecond - 1);
  settle();
  EXPECT_EQ(state(*server_), "pending");
  EXPECT_EQ(write(*server_, "x"), 0u);
  clock_.advance(2);
  settle();
  EXPECT_EQ(state(*server_), "the TLS handshake took too long");
  EXPECT_EQ(woken, 1);
}

TEST_F(TlsStreamTest, StrangersAreNotUnderstood) {
  for (const char* words : {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", "\x16\x03\x01\xff\xff garbage",
                            "\x80\x2e\x01\x03\x01"}) {
    auto pipe = MemoryPipe::make(*loop_);
    server_context_ = TlsContext::server(server_options_).value();
    server_ = *TlsStream::accept(*loop_, server_context_, std::move(pipe.b), kSecond);
    write(*pipe.a, words);
    settle();
    pipe.a->shutdown();
    settle();
    EXPECT_TRUE(server_->broken()) << words;
    EXPECT_FALSE(server_->try_handshake()->ok());
  }
}

TEST_F(TlsStreamTest, APeerThatLeavesDuringTheHandshakeIsGone) {
  auto pipe = MemoryPipe::make(*loop_);
  client_context_ = TlsContext::client(client_options_).value();
  client_ = *TlsStream::connect(*loop_, client_context_, std::move(pipe.a), "a", kSecond);
  pipe.b.reset();
  settle();
  EXPECT_EQ(state(*client_), "the connection ended during the TLS handshake");
}

TEST_F(TlsStreamTest, NobodyRenegotiates) {
  client_context_ = TlsContext::client(client_options_).value();
  SSL_CTX_set_max_proto_version(client_context_->raw(), TLS1_2_VERSION);
  SSL_CTX_clear_options(client_context_->raw(), SSL_OP_NO_RENEGOTIATION);
  connect();
  EXPECT_EQ(SSL_CTX_get_options(server_context_->raw()) & SSL_OP_NO_RENEGOTIATION,
            SSL_OP_NO_RENEGOTIATION);
}

TEST_F(TlsStreamTest, AWakerMayDestroyTheStream) {
  connect();
  Waker waker([&] { server_.reset(); });
  EXPECT_EQ(read(*server_), kNothingYet);
  server_->readable().add(waker);
  EXPECT_EQ(write(*client_, "x"), 1u);
  settle();
  EXPECT_FALSE(server_);

  auto pipe = MemoryPipe::make(*loop_);
  server_ = *TlsStream::accept(*loop_, server_context_, std::move(pipe.b), kSecond);
  server_->writable().add(waker);
  write(*pipe.a, "nonsense, nonsense");
  settle();
  EXPECT_FALSE(server_);
}

TEST_F(TlsStreamTest, TornHandshakesWorkByteForByte) {
  connect("example.com", {.capacity = 64 * 1024, .next_read = [] { return size_t{1}; }});
  ASSERT_TRUE(run_until(*loop_, [&] { return state(*server_) != "pending"; }));
  EXPECT_EQ(state(*client_), "good");
  EXPECT_EQ(transfer(*client_, *server_, "ping"), "ping");
}

}  // namespace
}  // namespace tappet::net
