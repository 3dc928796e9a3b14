// Server and client over real sockets on the loopback interface.
#include <dirent.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "net/http/client.h"
#include "net/http/server.h"
#include "net/io/tcp_connect.h"
#include "tests/unit/net/http/services.h"
#include "tests/unit/net/io/stream_tools.h"

namespace tappet::http {
namespace {

using net::kMillisecond;
using net::kSecond;
using net::run_until;

int open_descriptors() {
  int count = 0;
  DIR* directory = opendir("/proc/self/fd");
  while (readdir(directory) != nullptr) ++count;
  closedir(directory);
  return count;
}

class NetworkTest : public ::testing::Test {
 protected:
  void serve(Service& service, const ServerLimits& limits = {}) {
    server_ = std::make_unique<Server>(*loop_, service, limits);
    auto address = server_->listen(*net::SocketAddress::from_ip("127.0.0.1", 0));
    ASSERT_TRUE(address.ok()) << address.error().to_string();
    address_ = *address;
  }
  Request request(Method method = Method::kGet) {
    Request made;
    made.method = std::move(method);
    made.scheme = Scheme::kHttp;
    made.authority = address_.to_string();
    made.path_with_query = "/";
    return made;
  }
  Result<Response, ErrorCode> finish(PendingResponse& pending) {
    Poll<Result<Response, ErrorCode>> response;
    EXPECT_TRUE(run_until(*loop_, [&] { return (response = pending.try_get()).has_value(); }));
    if (!response) return fail(ErrorCode::InternalError("no response"));
    return std::move(*response);
  }
  ErrorCode error(Request made, const RequestOptions& options = {}) {
    auto pending = client_.send(std::move(made), options);
    auto response = finish(pending);
    return response.ok() ? ErrorCode::InternalError("no error") : response.error();
  }
  std::unique_ptr<net::TcpStream> connect() {
    net::TcpConnect attempt(*loop_, address_, 5 * kSecond);
    std::unique_ptr<net::TcpStream> stream;
    EXPECT_TRUE(run_until(*loop_, [&] {
      auto outcome = attempt.try_get();
      if (outcome && outcome->ok()) stream = std::move(outcome->value());
      return stream != nullptr;
    }));
    return stream;
  }
  std::string read_until(net::ByteStream& stream, std::string_view end) {
    std::string text;
    run_until(*loop_, [&] {
      const std::string part = net::read(stream);
      if (part != net::kNothingYet) text += part;
      return text.ends_with(end) || text.ends_with(net::kEnd) || text.ends_with(net::kBroken);
    });
    return text;
  }

  std::unique_ptr<net::Loop> loop_ = std::move(net::Loop::create().value());
  ShowService show_{*loop_};
  EchoService echo_{*loop_};
  std::vector<Responder> held_;
  net::SocketAddress address_;
  std::unique_ptr<Server> server_;
  TcpConnector connector_{*loop_};
  HttpClient client_{*loop_, connector_};
};

TEST_F(NetworkTest, EchoesAMegabyteWithTrailers) {
  serve(echo_);
  std::string data(1 << 20, '\0');
  for (size_t i = 0; i < data.size(); ++i) data[i] = static_cast<char>(i ^ (i >> 9));
  for (const bool announced : {false, true}) {
    BodyOptions options;
    if (announced) options.length = data.size();
    Body body = Body::make(options);
    Request upload = request(Method::kPost);
    upload.body = std::move(body.reader);
    auto pending = client_.send(std::move(upload), {});
    size_t sent = 0;
    std::string got;
    std::optional<Response> response;
    Poll<Result<std::optional<Fields>, ErrorCode>> trailers;
    ASSERT_TRUE(run_until(*loop_, [&] {
      while (sent < data.size()) {
        const size_t part =
            body.writer.try_write(as_bytes(std::string_view(data).substr(sent, 5000))).value();
        if (part == 0) break;
        sent += part;
        if (sent == data.size()) (void)body.writer.finish(Fields{{"X-Sum", "42"}});
      }
      if (!response) {
        auto outcome = pending.try_get();
        if (outcome) response = std::move(outcome->value());
        if (!response) return false;
      }
      for (;;) {
        auto bytes = response->body.try_take(SIZE_MAX);
        if (!bytes || !bytes->ok() || (*bytes)->empty()) break;
        got.append((*bytes)->begin(), (*bytes)->end());
      }
      return (trailers = response->body.try_trailers()).has_value();
    }));
    EXPECT_TRUE(got == data);
    ASSERT_TRUE(trailers->ok());
    // There is no place for trailers behind content with a length.
    EXPECT_EQ((*trailers)->has_value(), !announced);
  }
}

TEST_F(NetworkTest, AThousandConnectionsLeaveNothingBehind) {
  serve(show_);
  auto batch = [&] {
    std::vector<PendingResponse> pending;
    for (int i = 0; i < 50; ++i) pending.push_back(client_.send(request(), {}));
    for (PendingResponse& one : pending) {
      auto response = finish(one);
      ASSERT_TRUE(response.ok()) << response.error().to_string();
      EXPECT_EQ(response->status, 200);
    }
    EXPECT_TRUE(run_until(*loop_, [&] { return server_->connections() == 0; }));
  };
  batch();
  const int before = open_descriptors();
  for (int i = 0; i < 19; ++i) batch();
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_EQ(server_->requests(), 1000u);
}

TEST_F(NetworkTest, AcceptsNoMoreThanAllowed) {
  ServerLimits limits;
  limits.max_connections = 2;
  serve(show_, limits);
  std::vector<std::unique_ptr<net::TcpStream>> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(connect());
  for (int i = 0; i < 20; ++i) loop_->turn(net::Loop::Wait::kNone);
  EXPECT_EQ(server_->connections(), 2u);
  net::write(*clients.back(), "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  clients.erase(clients.begin(), clients.begin() + 4);
  EXPECT_TRUE(read_until(*clients.back(), "Host: a\n").starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_F(NetworkTest, AClientThatClosesIsNoticedWithinASecond) {
  std::optional<Responder> held;
  FunctionService service(
      [&](Request, Responder responder) { held.emplace(std::move(responder)); });
  serve(service);
  for (const bool reset : {true, false}) {
    held.reset();
    auto stream = connect();
    net::write(*stream, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    ASSERT_TRUE(run_until(*loop_, [&] { return held.has_value(); }));
    EXPECT_EQ(held->connection().remote, stream->local());
    const uint64_t start = loop_->now();
    if (reset) stream->abort();
    stream.reset();
    ASSERT_TRUE(run_until(*loop_, [&] { return held->peer_gone(); }));
    // Not by running into one of the limits.
    EXPECT_LT(loop_->now() - start, 10 * kSecond);
    EXPECT_TRUE(run_until(*loop_, [&] { return server_->connections() == 0; }));
  }
}

TEST_F(NetworkTest, AClientThatClosesWithinALargeUploadIsNoticed) {
  std::optional<Responder> held;
  std::optional<BodyReader> body;
  FunctionService service([&](Request made, Responder responder) {
    held.emplace(std::move(responder)), body.emplace(std::move(made.body));
  });
  serve(service);
  auto stream = connect();
  net::write(*stream, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n");
  ASSERT_TRUE(run_until(*loop_, [&] { return held.has_value(); }));
  while (net::write(*stream, std::string(100000, 'x')) > 0) {
    for (int i = 0; i < 5; ++i) loop_->turn(net::Loop::Wait::kNone);
  }
  EXPECT_FALSE(held->peer_gone());  // nobody reads, the connection is stuck
  stream->abort();
  EXPECT_TRUE(run_until(*loop_, [&] { return held->peer_gone(); }));
}

TEST_F(NetworkTest, ErrorResponsesArriveAlthoughMoreWasSent) {
  serve(show_);
  auto stream = connect();
  const std::string flood(200000, 'x');
  net::write(*stream, "BAD\r\n\r\n" + flood);
  EXPECT_TRUE(read_until(*stream, "Bad Request\n").starts_with("HTTP/1.1 400 Bad Request\r\n"));
}

TEST_F(NetworkTest, AbortsReachTheOtherSide) {
  std::optional<BodyWriter> writer;
  FunctionService service([&](Request, Responder responder) {
    Body body = Body::make();
    writer.emplace(std::move(body.writer));
    responder.send({200, {}, std::move(body.reader)});
  });
  serve(service);
  auto pending = client_.send(request(), {});
  auto response = finish(pending);
  ASSERT_TRUE(response.ok());
  (void)writer->try_write(as_bytes("hello"));
  ASSERT_TRUE(run_until(*loop_, [&] { return response->body.available() == 5; }));
  writer->abort(ErrorCode::InternalError());
  ASSERT_TRUE(run_until(*loop_, [&] { return response->body.failure() != nullptr; }));
  EXPECT_EQ(*response->body.failure(), ErrorCode::HttpResponseIncomplete());

  auto again = client_.send(request(), {});
  response = finish(again);
  ASSERT_TRUE(response.ok());
  response = Response();  // drops the body
  EXPECT_TRUE(run_until(*loop_, [&] { return writer->reader_gone(); }));
}

TEST_F(NetworkTest, ConnectionsFailWithTheRightCodes) {
  serve(show_);
  server_.reset();
  for (int i = 0; i < 3; ++i) loop_->turn(net::Loop::Wait::kNone);
  EXPECT_EQ(error(request()), ErrorCode::ConnectionRefused());

  Request unknown = request();
  unknown.authority = "no-such-host.invalid";
  const ErrorCode dns = error(std::move(unknown));
  EXPECT_TRUE(dns.is(ErrorCase::kDnsError) || dns.is(ErrorCase::kDnsTimeout)) << dns.to_string();
  Request long_name = request();
  long_name.authority = std::string(300, 'a');
  EXPECT_EQ(error(std::move(long_name)), ErrorCode::DnsError({"invalid dns name", std::nullopt}));

  Request secure = request();
  secure.scheme = Scheme::kHttps;
  const ErrorCode tls = error(std::move(secure));
  EXPECT_EQ(tls, ErrorCode::TlsProtocolError());
  EXPECT_EQ(tls.to_string(), "TLS-protocol-error: this client has no TLS");
}

TEST_F(NetworkTest, OnlyPermittedAddressesAreConnectedTo) {
  serve(show_);
  std::vector<std::string> asked;
  TcpConnectorOptions options;
  options.permits = [&](const Origin& origin, const net::SocketAddress& address) {
    asked.push_back(origin.host + "=" + address.ip_text());
    return false;
  };
  TcpConnector connector(*loop_, options);
  HttpClient client(*loop_, connector);
  for (const char* host : {"127.0.0.1", "[::ffff:127.0.0.1]", "localhost"}) {
    Request made = request();
    made.authority = std::string(host) + ":" + std::to_string(address_.port());
    auto pending = client.send(std::move(made), {});
    const auto response = finish(pending);
    ASSERT_FALSE(response.ok());
    EXPECT_EQ(response.error(), ErrorCode::DestinationIpProhibited());
  }
  ASSERT_GE(asked.size(), 3u);
  EXPECT_EQ(asked[0], "127.0.0.1=127.0.0.1");
  EXPECT_EQ(asked[1], "::ffff:127.0.0.1=127.0.0.1");
  EXPECT_EQ(server_->connections(), 0u);
}

TEST_F(NetworkTest, ASilentServerTimesOut) {
  FunctionService service(
      [this](Request, Responder responder) { held_.push_back(std::move(responder)); });
  serve(service);
  EXPECT_EQ(error(request(), {.first_byte_timeout_ns = 20 * kMillisecond}),
            ErrorCode::ConnectionReadTimeout());
  EXPECT_TRUE(run_until(*loop_, [&] { return held_[0].peer_gone(); }));
}

}  // namespace
}  // namespace tappet::http
