// The parts of `tappet serve` that need no component.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/client_stack.h"
#include "cli/options.h"
#include "cli/serve_admin.h"
#include "cli/serve_listen.h"
#include "net/http/local_client.h"

namespace tappet::cli {
namespace {

using ::testing::HasSubstr;

Result<Command> parse(std::vector<std::string> words) {
  words.insert(words.begin(), "serve");
  return parse_command_line(std::move(words));
}
std::string error(const std::vector<std::string>& words) {
  const auto command = parse(words);
  return command.ok() ? "no error" : command.error().message;
}

TEST(ServeOptions, AreUnderstood) {
  const auto command = parse({"--addr",
                              "127.0.0.1:1",
                              "--addr=unix:/x",
                              "--max-body",
                              "1M",
                              "--max-header",
                              "8K",
                              "--workers",
                              "3",
                              "--idle-timeout",
                              "250ms",
                              "-H",
                              "x-a: 1",
                              "--header",
                              "x-b:2",
                              "--client-cert",
                              "*.a=cert.pem,key.pem",
                              "--access-log",
                              "json",
                              "--max-instance-reuse-count=128",
                              "--max-instance-concurrent-reuse-count",
                              "16",
                              "--idle-instance-timeout",
                              "5s",
                              "a.wasm"});
  ASSERT_TRUE(command.ok()) << command.error().message;
  const ServeOptions& serve = command->serve;
  EXPECT_EQ(serve.addrs, (std::vector<std::string>{"127.0.0.1:1", "unix:/x"}));
  EXPECT_EQ(serve.limits.max_body, 1u << 20);
  EXPECT_EQ(serve.limits.parse.header_bytes, 8u << 10);
  EXPECT_EQ(serve.limits.idle_timeout_ns, 250 * net::kMillisecond);
  EXPECT_EQ(serve.workers, 3u);
  ASSERT_EQ(serve.headers.size(), 2u);
  EXPECT_EQ(serve.headers[1].first, "x-b");
  EXPECT_EQ(serve.headers[1].second, "2");
  ASSERT_EQ(serve.guest.outgoing.client_identities.size(), 1u);
  EXPECT_EQ(serve.guest.outgoing.client_identities[0].identity.key_file, "key.pem");
  EXPECT_EQ(serve.access_log, AccessLogFormat::kJson);
  EXPECT_EQ(serve.requests_per_instance, 128u);
  EXPECT_EQ(serve.idle_instance_timeout, std::chrono::seconds(5));
}

TEST(ServeOptions, EachRequestHasAFreshInstanceUnlessOptionsSayOtherwise) {
  const auto command = parse({"a.wasm"});
  ASSERT_TRUE(command.ok());
  EXPECT_EQ(command->serve.requests_per_instance, 1u);
  EXPECT_EQ(command->serve.idle_instance_timeout, std::chrono::seconds(1));
  EXPECT_THAT(error({"--max-instance-reuse-count", "0", "a.wasm"}),
              HasSubstr("--max-instance-reuse-count: '0'"));
  EXPECT_THAT(error({"--max-instance-concurrent-reuse-count", "0", "a.wasm"}),
              HasSubstr("--max-instance-concurrent-reuse-count: '0'"));
}

TEST(ServeOptions, ErrorsNameTheOption) {
  EXPECT_THAT(error({"--max-body", "lots", "a.wasm"}), HasSubstr("--max-body: 'lots'"));
  EXPECT_THAT(error({"--workers", "0", "a.wasm"}), HasSubstr("--workers: '0'"));
  EXPECT_THAT(error({"-H", "no colon", "a.wasm"}), HasSubstr("--header: 'no colon'"));
  EXPECT_THAT(error({"--tls-key", "k", "a.wasm"}), HasSubstr("--tls-key goes with --tls-cert"));
  EXPECT_THAT(error({"--tls-client-ca", "c", "a.wasm"}), HasSubstr("goes with --tls-cert"));
  EXPECT_THAT(error({"--max-connections-per-client", "0", "a.wasm"}), HasSubstr("'0'"));
  EXPECT_THAT(error({"--client-cert", "c.pem", "a.wasm"}), HasSubstr("HOSTS=CERT"));
  EXPECT_THAT(error({"--access-log", "xml", "a.wasm"}), HasSubstr("neither common nor json"));
  EXPECT_THAT(error({"--adr", "1.2.3.4:5", "a.wasm"}), HasSubstr("(did you mean --addr?)"));
  EXPECT_THAT(error({"--max-conections=5", "a.wasm"}),
              HasSubstr("(did you mean --max-connections?)"));
}

TEST(ServeListen, SaysWhatIsWrongWithAnAddress) {
  const auto attempt = [](const std::string& address) {
    const auto socket = open_listening_socket("--addr", address, false, 1);
    return socket.ok() ? "no error" : socket.error().message;
  };
  EXPECT_EQ(attempt("127.0.0.1:0"), "no error");
  EXPECT_EQ(attempt("http://127.0.0.1:0/"), "no error");
  EXPECT_THAT(attempt("localhost:80"), HasSubstr("--addr wants IP:PORT"));
  EXPECT_THAT(attempt("https://127.0.0.1:0"), HasSubstr("wants --tls-cert"));
  EXPECT_THAT(attempt("unix:/absent/socket"), HasSubstr("cannot listen on unix:/absent/socket: "));
}

TEST(ServeListen, SpreadsAPortOverWorkers) {
  const auto socket = open_listening_socket("--addr", "127.0.0.1:0", false, 3);
  ASSERT_TRUE(socket.ok());
  ASSERT_EQ(socket->fds.size(), 3u);
  for (const net::Fd& fd : socket->fds) {
    EXPECT_EQ("http://" + net::local_address(fd.get()).to_string() + "/", socket->url);
  }
}

class AdminTest : public ::testing::Test {
 protected:
  std::string get(const std::string& path, http::Method method = http::Method::kGet) {
    http::Request request;
    request.method = std::move(method);
    request.scheme = http::Scheme::kHttp;
    request.authority = "a";
    request.path_with_query = path;
    auto pending = client_.send(std::move(request), {});
    loop_->turn(net::Loop::Wait::kNone);
    auto outcome = pending.try_get();
    if (!outcome || !outcome->ok()) return "no response";
    http::Response response = std::move(outcome->value());
    auto body = response.body.try_take(SIZE_MAX);
    return std::to_string(response.status) + " " + std::string(as_text(body->value()));
  }

  std::unique_ptr<net::Loop> loop_ = std::move(net::Loop::create().value());
  ServeMetrics metrics_{2};
  AdminService service_{metrics_};
  http::LocalClient client_{*loop_, service_};
};

TEST_F(AdminTest, TellsHowItIs) {
  EXPECT_EQ(get("/healthz"), "200 ok\n");
  EXPECT_EQ(get("/readyz"), "503 not ready\n");
  metrics_.ready = true;
  EXPECT_EQ(get("/readyz?x"), "200 ready\n");
  EXPECT_EQ(get("/other").substr(0, 3), "404");
  EXPECT_EQ(get("/metrics", http::Method::kPost).substr(0, 3), "405");
}

TEST_F(AdminTest, CountsOverAllWorkers) {
  http::RequestRecord record;
  record.status = 200;
  record.complete = true;
  record.ended_ns = 3 * net::kMillisecond;
  for (const auto& worker : metrics_.workers) {
    worker->in_flight += 1;
    worker->ended(record);
  }
  record.status = 503;
  record.ended_ns = 20 * net::kSecond;
  metrics_.workers[0]->in_flight += 2;
  metrics_.workers[0]->ended(record);
  const std::string text = get("/metrics");
  for (const char* line :
       {"tappet_http_requests_total{class=\"2xx\"} 2\n",
        "tappet_http_requests_total{class=\"5xx\"} 1\n", "tappet_http_requests_in_flight 1\n",
        "tappet_http_request_duration_seconds_bucket{le=\"0.0025\"} 0\n",
        "tappet_http_request_duration_seconds_bucket{le=\"0.005\"} 2\n",
        "tappet_http_request_duration_seconds_bucket{le=\"10\"} 2\n",
        "tappet_http_request_duration_seconds_bucket{le=\"+Inf\"} 3\n",
        "tappet_http_request_duration_seconds_sum 20.006\n",
        "tappet_http_request_duration_seconds_count 3\n"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

}  // namespace
}  // namespace tappet::cli
