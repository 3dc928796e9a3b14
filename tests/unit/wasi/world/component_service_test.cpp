#include "wasi/world/component_service.h"

#include "tests/unit/wasi/world/service_fixture.h"

namespace tappet::wasi {
namespace {

using component::test::Program;

class ComponentServiceTest : public ServiceFixture {
 protected:
  ComponentServiceTest() : ServiceFixture("../../wasi/world/data/hello.wasm") {}
};

constexpr const char* kError = "500 Internal Server Error\n";

TEST_F(ComponentServiceTest, AFreshInstanceAnswersEachRequest) {
  serve();
  EXPECT_EQ(get("/"), "200 Hello from C\n");
  EXPECT_EQ(get("/"), "200 Hello from C\n");
  until_idle();
  EXPECT_THAT(worlds, ::testing::ElementsAre(1, 2));
  EXPECT_THAT(failures, ::testing::IsEmpty());
}

TEST_F(ComponentServiceTest, ContentGoesThroughBothWays) {
  serve();
  std::string content;
  while (content.size() < 300'000) content += std::to_string(content.size()) + " ";
  http::Body body = http::Body::make();
  http::PendingResponse pending = send("/echo", std::move(body.reader));
  http::Response answer = response(pending);
  EXPECT_EQ(answer.status, 200);
  std::string back;
  size_t sent = 0;
  until([&] {
    const ByteSpan rest = as_bytes(content).subspan(sent);
    if (!rest.empty()) sent += *body.writer.try_write(rest);
    if (sent == content.size() && !body.writer.over()) (void)body.writer.finish();
    const auto part = answer.body.try_take(SIZE_MAX);
    if (part) back += as_text(**part);
    return part && (*part)->empty();
  });
  EXPECT_EQ(back, content);
  until_idle();
  EXPECT_THAT(failures, ::testing::IsEmpty());
}

TEST_F(ComponentServiceTest, ATrapIs500AndReportedWithItsBacktrace) {
  serve();
  EXPECT_EQ(get("/trap"), kError);
  EXPECT_THAT(failures, ::testing::ElementsAre("1 GET /trap: unreachable"));
  EXPECT_GT(frames, 0U);
  EXPECT_EQ(get("/"), "200 Hello from C\n");
}

TEST_F(ComponentServiceTest, NoAnswerIs500) {
  serve();
  EXPECT_EQ(get("/silent"), kError);
  EXPECT_THAT(failures, ::testing::ElementsAre(
                            "1 GET /silent: the guest never invoked `response-outparam::set`"));
  EXPECT_EQ(frames, 0U);
}

TEST_F(ComponentServiceTest, ATrapAfterTheAnswerCutsTheContent) {
  serve();
  EXPECT_EQ(get("/partial"), "200 half an ans<HTTP-protocol-error>");
  until_idle();
  EXPECT_EQ(failures.size(), 1U);
  EXPECT_GT(frames, 0U);
}

TEST_F(ComponentServiceTest, OneThatSpinsDelaysNobodyAndTimesOut) {
  options.request_timeout_ns = 100 * net::kMillisecond;
  serve();
  http::PendingResponse spinning = send("/spin");
  until([&] { return service->active() == 1; });
  EXPECT_EQ(get("/"), "200 Hello from C\n");
  EXPECT_EQ(service->active(), 1U);
  EXPECT_THAT(failures, ::testing::IsEmpty());
  clock.advance(100 * net::kMillisecond);
  EXPECT_EQ(response(spinning).status, 500);
  until_idle();
  EXPECT_THAT(failures, ::testing::ElementsAre("1 GET /spin: guest timed out"));
}

TEST_F(ComponentServiceTest, OneThatWaitsTimesOut) {
  options.request_timeout_ns = 100 * net::kMillisecond;
  serve();
  http::Body body = http::Body::make();
  http::PendingResponse pending = send("/echo", std::move(body.reader));
  http::Response answer = response(pending);
  clock.advance(100 * net::kMillisecond);
  EXPECT_EQ(read(answer.body), "<HTTP-protocol-error>");
  until_idle();
  EXPECT_THAT(failures, ::testing::ElementsAre("1 GET /echo: guest timed out"));
}

TEST_F(ComponentServiceTest, AClientThatLeavesEndsItsGuest) {
  serve();
  std::optional<http::PendingResponse> pending(send("/spin"));
  until([&] { return service->active() == 1; });
  pending.reset();
  until_idle();
  EXPECT_THAT(failures, ::testing::IsEmpty());
}

TEST_F(ComponentServiceTest, RequestsWaitForAnInstance) {
  options.max_instances = 1;
  serve();
  http::Body body = http::Body::make();
  http::PendingResponse first = send("/echo", std::move(body.reader));
  http::Response echo = response(first);
  http::PendingResponse second = send("/");
  std::optional<http::PendingResponse> leaving(send("/trap"));
  until([&] { return service->waiting() == 2; });
  EXPECT_EQ(service->active(), 1U);
  leaving.reset();
  EXPECT_FALSE(second.try_get());
  (void)body.writer.finish();
  EXPECT_EQ(response(second).status, 200);
  until_idle();
  EXPECT_EQ(service->waiting(), 0U);
  // Nobody waited for the third one any more.
  EXPECT_EQ(worlds.size(), 2U);
}

TEST_F(ComponentServiceTest, ClientsThatLeaveDoNotFillTheQueue) {
  options.max_instances = 1;
  serve();
  http::Body body = http::Body::make();
  http::PendingResponse first = send("/echo", std::move(body.reader));
  http::Response echo = response(first);
  http::PendingResponse second = send("/");
  until([&] { return service->waiting() == 1; });
  for (int i = 0; i < 1000; ++i) {
    const http::PendingResponse leaving = send("/");
    loop->turn(net::Loop::Wait::kNone);
  }
  EXPECT_LT(service->waiting(), 100U);
  (void)body.writer.finish();
  EXPECT_EQ(response(second).status, 200);
  until_idle();
  EXPECT_EQ(service->waiting(), 0U);
  EXPECT_EQ(worlds.size(), 2U);
}

TEST_F(ComponentServiceTest, RequestsDoNotWaitForEver) {
  options.max_instances = 1;
  options.request_timeout_ns = 100 * net::kMillisecond;
  serve();
  http::PendingResponse first = send("/spin");
  until([&] { return service->active() == 1; });
  http::PendingResponse second = send("/");
  until([&] { return service->waiting() == 1; });
  clock.advance(150 * net::kMillisecond);
  EXPECT_EQ(response(first).status, 500);
  EXPECT_EQ(response(second).status, 503);
  EXPECT_EQ(service->active(), 0U);
  EXPECT_EQ(worlds.size(), 1U);
}

TEST_F(ComponentServiceTest, WaitingCountsTowardsTheTimeout) {
  options.max_instances = 1;
  options.request_timeout_ns = 100 * net::kMillisecond;
  serve();
  http::PendingResponse first = send("/spin");
  until([&] { return service->active() == 1; });
  clock.advance(50 * net::kMillisecond);
  http::PendingResponse second = send("/spin");
  until([&] { return service->waiting() == 1; });
  clock.advance(50 * net::kMillisecond);
  EXPECT_EQ(response(first).status, 500);
  until([&] { return worlds.size() == 2; });
  clock.advance(50 * net::kMillisecond);
  EXPECT_EQ(response(second).status, 500);
  until_idle();
}

TEST_F(ComponentServiceTest, AnInstanceThatCannotBeMadeIs500) {
  options.limits.core.memory_bytes = 65536;
  serve();
  EXPECT_EQ(get("/"), kError);
  until_idle();
  EXPECT_EQ(failures.size(), 1U);
}

TEST_F(ComponentServiceTest, AStoreWithoutRoomForTheRequestIs500) {
  options.limits.resources = 1;
  serve();
  EXPECT_EQ(get("/"), kError);
  EXPECT_THAT(failures, ::testing::ElementsAre("1 GET /: resource table has no free keys"));
}

TEST_F(ComponentServiceTest, DestroyingItCancelsWhatIsGoingOn) {
  options.max_instances = 1;
  serve();
  http::PendingResponse running = send("/spin");
  until([&] { return service->active() == 1; });
  http::PendingResponse waiting = send("/");
  until([&] { return service->waiting() == 1; });
  service.reset();
  EXPECT_EQ(response(running).status, 500);
  EXPECT_EQ(response(waiting).status, 500);
}

TEST_F(ComponentServiceTest, NeedsAnIncomingHandler) {
  Program other("../../wasi/world/data/everything.wasm");
  ASSERT_TRUE(add_to_linker(other.linker()).ok());
  ASSERT_EQ(other.link(), "");
  const auto made =
      ComponentService::create(other.engine(), other.shared_pre(), executor, {}, options);
  ASSERT_FALSE(made.ok());
  EXPECT_THAT(made.error().message, ::testing::HasSubstr("wasi:http/incoming-handler"));
}

}  // namespace
}  // namespace tappet::wasi
