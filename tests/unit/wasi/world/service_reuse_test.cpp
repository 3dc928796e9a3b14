// Instances that answer several requests: when they do, when not, and what is left of the former
// one.
#include "tests/unit/wasi/world/service_fixture.h"

namespace tappet::wasi {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using component::test::Program;

constexpr const char* kService = "../../../wasi-http/guest/service.wasm";

// Takes requests and never answers.
class SilentService final : public http::Service {
 public:
  void handle(http::Request&&, http::Responder responder) override {
    responders.push_back(std::move(responder));
  }
  std::vector<http::Responder> responders;
};

class ServiceReuse : public ServiceFixture {
 protected:
  ServiceReuse() : ServiceFixture(kService) { options.requests_per_instance = 100; }

  // The answers of the instance that is used next, this one included.
  std::string count() { return get("/count"); }
  // Answers once, then asks for that path: the instance must not have been used again.
  void expect_dropped_after(const std::string& path, const char* answer) {
    clock.advance(options.idle_timeout_ns);
    until([&] { return service->instances().idle == 0; });
    EXPECT_EQ(count(), "200 1");
    EXPECT_EQ(get(path), answer);
    until_idle();
    EXPECT_EQ(service->instances().idle, 0U);
    EXPECT_EQ(count(), "200 1");
  }
  // Asks for that path with content that does not end.
  void keep(const char* path) {
    body = http::Body::make();
    (void)body.writer.try_write(as_bytes(std::string_view("some")));
    http::PendingResponse pending = send(path, std::move(body.reader));
    http::Response answer = response(pending);
    EXPECT_EQ(read(answer.body), "kept");
    until_idle();
    EXPECT_EQ(service->instances().idle, 1U);
  }

  http::Body body;
};

TEST_F(ServiceReuse, AnInstanceAnswersSoManyRequests) {
  options.requests_per_instance = 3;
  serve();
  std::vector<std::string> counts;
  for (int i = 0; i < 7; ++i) counts.push_back(count());
  EXPECT_THAT(counts, ElementsAre("200 1", "200 2", "200 3", "200 1", "200 2", "200 3", "200 1"));
  until_idle();
  EXPECT_THAT(worlds, ElementsAre(1, 2, 3));
  EXPECT_THAT(failures, IsEmpty());
  EXPECT_EQ(service->instances().made, 3U);
  EXPECT_EQ(service->instances().reused, 4U);
  EXPECT_EQ(service->instances().idle, 1U);
}

TEST_F(ServiceReuse, AnInstanceNeverAnswersTwoAtATime) {
  serve();
  http::PendingResponse first = send("/sleep");
  http::PendingResponse second = send("/sleep");
  until([&] { return service->active() == 2 && worlds.size() == 2; });
  EXPECT_EQ(count(), "200 1");
  until([&] { return service->active() == 2; });
  EXPECT_EQ(count(), "200 2");
  EXPECT_THAT(worlds, ElementsAre(1, 2, 3));
}

TEST_F(ServiceReuse, OneThatHasAnsweredAndGoesOnIsBusy) {
  serve();
  EXPECT_EQ(count(), "200 1");
  EXPECT_EQ(get("/linger/1000"), "200 lingers");
  EXPECT_EQ(service->active(), 1U);
  EXPECT_EQ(count(), "200 1");
  clock.advance(net::kSecond);
  until_idle();
  EXPECT_EQ(worlds.size(), 2U);
}

TEST_F(ServiceReuse, TheOneUsedLastIsUsedNext) {
  serve();
  http::PendingResponse first = send("/linger/1000");
  http::PendingResponse second = send("/linger/2000");
  EXPECT_EQ(response(first).status, 200);
  EXPECT_EQ(response(second).status, 200);
  clock.advance(net::kSecond);
  until([&] { return service->active() == 1; });
  clock.advance(net::kSecond / 2);
  EXPECT_EQ(count(), "200 1");
  clock.advance(net::kSecond / 2);
  until_idle();
  EXPECT_EQ(service->instances().idle, 2U);
  EXPECT_EQ(count(), "200 1");
  EXPECT_EQ(count(), "200 2");
}

TEST_F(ServiceReuse, IdleOnesGoInTime) {
  serve();
  EXPECT_EQ(count(), "200 1");
  until_idle();
  clock.advance(net::kSecond - 1);
  EXPECT_EQ(count(), "200 2");
  until_idle();
  clock.advance(net::kSecond - 1);
  loop->turn(net::Loop::Wait::kNone);
  EXPECT_EQ(service->instances().idle, 1U);
  clock.advance(1);
  until([&] { return service->instances().idle == 0; });
  EXPECT_EQ(count(), "200 1");
}

TEST_F(ServiceReuse, OneThatTrapsIsDropped) {
  serve();
  expect_dropped_after("/trap_before_set", "500 Internal Server Error\n");
  expect_dropped_after("/trap_after_set/whole", "200 four");
  EXPECT_EQ(failures.size(), 2U);
}

TEST_F(ServiceReuse, OneThatFailsInAnotherWayIsDropped) {
  serve();
  expect_dropped_after("/return_before_set", "500 Internal Server Error\n");
  expect_dropped_after("/dropped_outparam", "500 Internal Server Error\n");
  expect_dropped_after("/set_error", "500 Internal Server Error\n");
  EXPECT_THAT(failures, ElementsAre(::testing::StartsWith("2 GET /return_before_set: "),
                                    ::testing::StartsWith("5 GET /dropped_outparam: "),
                                    ::testing::StartsWith("8 GET /set_error: ")));
}

TEST_F(ServiceReuse, OneThatExitsIsDropped) {
  serve();
  expect_dropped_after("/exit_after", "200 ");
  EXPECT_THAT(failures, IsEmpty());
}

TEST_F(ServiceReuse, OneThatLeavesItsAnswerUnfinishedIsDropped) {
  serve();
  expect_dropped_after("/unfinished", "200 half<HTTP-protocol-error>");
  EXPECT_THAT(failures, IsEmpty());
}

TEST_F(ServiceReuse, OneThatTimesOutIsDropped) {
  options.request_timeout_ns = 100 * net::kMillisecond;
  serve();
  EXPECT_EQ(count(), "200 1");
  http::PendingResponse slow = send("/sleep");
  until([&] { return service->active() == 1; });
  clock.advance(100 * net::kMillisecond);
  EXPECT_EQ(response(slow).status, 500);
  until_idle();
  EXPECT_EQ(count(), "200 1");
  // The deadline is the request's.
  clock.advance(99 * net::kMillisecond);
  EXPECT_EQ(count(), "200 2");
  until_idle();
  EXPECT_THAT(failures, ElementsAre("2 GET /sleep: guest timed out"));
}

TEST_F(ServiceReuse, OneWhoseClientLeavesIsDropped) {
  serve();
  EXPECT_EQ(count(), "200 1");
  std::optional<http::PendingResponse> pending(send("/sleep"));
  until([&] { return service->active() == 1; });
  pending.reset();
  until_idle();
  EXPECT_EQ(service->instances().idle, 0U);
  EXPECT_EQ(count(), "200 1");
}

TEST_F(ServiceReuse, InstancesOfAReplacedComponentAreDropped) {
  serve();
  EXPECT_EQ(count(), "200 1");
  EXPECT_EQ(get("/linger/1000"), "200 lingers");
  EXPECT_EQ(count(), "200 1");
  until([&] { return service->instances().idle == 1; });
  Program other(kService);
  ASSERT_TRUE(add_to_linker(other.linker()).ok());
  ASSERT_EQ(other.link(), "");
  ASSERT_TRUE(service->replace(other.shared_pre()).ok());
  EXPECT_EQ(service->instances().idle, 0U);
  clock.advance(net::kSecond);
  until_idle();
  EXPECT_EQ(service->instances().idle, 0U);
  EXPECT_EQ(count(), "200 1");
  EXPECT_EQ(count(), "200 2");
}

TEST_F(ServiceReuse, ARetiredServiceKeepsNone) {
  serve();
  EXPECT_EQ(count(), "200 1");
  until_idle();
  EXPECT_EQ(service->instances().idle, 1U);
  service->retire();
  EXPECT_EQ(service->instances().idle, 0U);
  EXPECT_EQ(count(), "200 1");
  EXPECT_EQ(count(), "200 1");
  until_idle();
  EXPECT_EQ(service->instances().idle, 0U);
}

TEST_F(ServiceReuse, RequestsThatWaitGetTheInstance) {
  options.max_instances = 1;
  serve();
  std::vector<http::PendingResponse> pending;
  for (int i = 0; i < 5; ++i) pending.push_back(send("/count"));
  std::vector<std::string> counts;
  for (http::PendingResponse& each : pending) {
    http::Response answer = response(each);
    counts.push_back(read(answer.body));
  }
  EXPECT_THAT(counts, ::testing::UnorderedElementsAre("1", "2", "3", "4", "5"));
  EXPECT_THAT(worlds, ElementsAre(1));
}

// Every request leaves several resources.
TEST_F(ServiceReuse, OneThatLeaksIsReplacedInTime) {
  options.limits.resources = 20;
  serve();
  for (int i = 0; i < 100; ++i) EXPECT_EQ(get("/fields"), "200 ");
  EXPECT_THAT(failures, IsEmpty());
  EXPECT_GT(worlds.size(), 4U);
  EXPECT_LT(worlds.size(), 50U);
}

TEST_F(ServiceReuse, ContentThatIsKeptEndsWithItsRequest) {
  serve();
  keep("/keep_stream");
  EXPECT_TRUE(body.writer.reader_gone());
  EXPECT_EQ(get("/read_stream"), "200 error connection-terminated\n");
  keep("/keep_request");
  EXPECT_TRUE(body.writer.reader_gone());
  EXPECT_EQ(get("/consume_request"), "200 error connection-terminated\n");
  keep("/keep_trailers");
  EXPECT_TRUE(body.writer.reader_gone());
  EXPECT_EQ(get("/get_trailers"), "200 error connection-terminated\n");
  EXPECT_EQ(worlds.size(), 1U);
}

TEST_F(ServiceReuse, RequestsThatItSentEndWithItsRequest) {
  SilentService silent;
  http::LocalClient upstream(*loop, silent);
  world.http->client = &upstream;
  serve();
  http::Request request;
  request.scheme = http::Scheme::kHttp;
  request.authority = "localhost";
  request.path_with_query = "/keep_future/100";
  ASSERT_TRUE(request.fields.append("upstream", "upstream.example").ok());
  http::PendingResponse pending = client->send(std::move(request), {});
  until([&] { return silent.responders.size() == 1; });
  EXPECT_FALSE(silent.responders[0].peer_gone());
  clock.advance(100 * net::kMillisecond);
  http::Response answer = response(pending);
  EXPECT_EQ(read(answer.body), "kept");
  until([&] { return silent.responders[0].peer_gone(); });
  EXPECT_EQ(get("/get_future"), "200 error connection-terminated\n");
  EXPECT_EQ(worlds.size(), 1U);
}

}  // namespace
}  // namespace tappet::wasi
