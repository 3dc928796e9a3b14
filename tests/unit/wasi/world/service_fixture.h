// A component behind a ComponentService, and a client in the same process.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "net/http/local_client.h"
#include "tests/unit/canonical-abi/support/program.h"
#include "wasi/world/component_service.h"

namespace tappet::wasi {

class ServiceFixture : public ::testing::Test {
 protected:
  // `component`: a fixture, as Program finds it.
  explicit ServiceFixture(const char* component) : program(component) {}

  // The service, as `options` say.
  ComponentService& serve() {
    EXPECT_TRUE(add_to_linker(program.linker()).ok());
    EXPECT_EQ(program.link(), "");
    auto made = ComponentService::create(program.engine(), program.shared_pre(), executor,
                                         {.world =
                                              [this](uint64_t number) {
                                                worlds.push_back(number);
                                                return world;
                                              },
                                          .failed = [this](const RequestFailure& f) { note(f); }},
                                         options);
    EXPECT_TRUE(made.ok()) << made.error().to_string();
    service = std::move(made).value();
    client.emplace(*loop, *service);
    return *service;
  }
  void note(const RequestFailure& failure) {
    failures.push_back(std::to_string(failure.number) + " " + failure.request + ": " +
                       failure.reason);
    frames = failure.trap ? failure.trap->backtrace.size() : 0;
  }

  http::PendingResponse send(std::string path, http::BodyReader body = {}) {
    http::Request request;
    request.scheme = http::Scheme::kHttp;
    request.authority = "localhost";
    request.path_with_query = std::move(path);
    request.body = std::move(body);
    return client->send(std::move(request), {});
  }
  // Turns until `done`; in real time, as guests that compute need it.
  template <class Condition>
  void until(Condition done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!done()) {
      ASSERT_LT(std::chrono::steady_clock::now(), deadline);
      loop->turn(net::Loop::Wait::kNone);
    }
  }
  void until_idle() {
    until([&] { return service->active() == 0; });
  }
  http::Response response(http::PendingResponse& pending) {
    Poll<Result<http::Response, http::ErrorCode>> outcome;
    until([&] { return (outcome = pending.try_get()).has_value(); });
    EXPECT_TRUE(outcome && outcome->ok());
    return outcome && outcome->ok() ? std::move(*outcome).value() : http::Response{};
  }
  // All content, and after it the error's name if there is one.
  std::string read(http::BodyReader& body) {
    std::string text;
    until([&] {
      const auto part = body.try_take(SIZE_MAX);
      if (!part) return false;
      if (!part->ok()) text += "<" + std::string(part->error().name()) + ">";
      if (!part->ok() || (*part)->empty()) return true;
      text += as_text(**part);
      return false;
    });
    return text;
  }
  // "200 content" of a request without a body.
  std::string get(std::string path) {
    http::PendingResponse pending = send(std::move(path));
    http::Response answer = response(pending);
    return std::to_string(answer.status) + " " + read(answer.body);
  }

  net::ManualClock clock;
  std::unique_ptr<net::Loop> loop = std::move(net::Loop::create(&clock).value());
  Executor executor{*loop};
  World world{*loop};
  component::test::Program program;
  ServiceOptions options;
  std::vector<uint64_t> worlds;
  std::vector<std::string> failures;
  size_t frames = 0;
  std::unique_ptr<ComponentService> service;
  std::optional<http::LocalClient> client;
};

}  // namespace tappet::wasi
