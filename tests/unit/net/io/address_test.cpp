#include <gtest/gtest.h>

#include <thread>

#include "net/io/resolver.h"
#include "net/io/socket_address.h"
#include "tests/unit/net/io/stream_tools.h"

namespace tappet::net {
namespace {

TEST(SocketAddress, ParsesWhatItPrints) {
  for (const char* text : {"127.0.0.1:80", "0.0.0.0:0", "[::1]:65535", "[2001:db8::7]:8080"}) {
    const auto address = SocketAddress::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->to_string(), text);
  }
}

TEST(SocketAddress, RefusesEverythingElse) {
  const std::string with_nul("127.0.0.1\0.example", 18);
  for (const std::string& text :
       {std::string(""), std::string("localhost:80"), std::string("1.2.3.4"),
        std::string("1.2.3.4:"), std::string("1.2.3.4:65536"), std::string("1.2.3.4:-1"),
        std::string("::1:80"), std::string("[127.0.0.1]:80"), std::string("[::1]"),
        std::string("1.2.3:80"), std::string("01.2.3.4567:80"), with_nul + ":80",
        std::string(1000, '1') + ":80"}) {
    EXPECT_FALSE(SocketAddress::parse(text)) << text;
  }
}

TEST(SocketAddress, UnmapsMappedAddressesOnly) {
  EXPECT_EQ(SocketAddress::parse("[::ffff:10.0.0.1]:7")->unmapped().to_string(), "10.0.0.1:7");
  EXPECT_EQ(SocketAddress::parse("[::1]:7")->unmapped().to_string(), "[::1]:7");
  EXPECT_EQ(SocketAddress::parse("10.0.0.1:7")->unmapped().to_string(), "10.0.0.1:7");
  EXPECT_EQ(SocketAddress::parse("10.0.0.1:7")->ip().size(), 4u);
}

class ResolverTest : public ::testing::Test {
 protected:
  Result<std::vector<SocketAddress>, IoError> resolve(std::string_view host) {
    Resolver resolver(*loop_);
    return finish(*resolver.resolve(host, 80));
  }
  Result<std::vector<SocketAddress>, IoError> finish(Resolution& resolution) {
    Poll<Result<std::vector<SocketAddress>, IoError>> outcome;
    EXPECT_TRUE(run_until(*loop_, [&] { return (outcome = resolution.try_get()).has_value(); }));
    return *outcome;
  }
  static constexpr Asker kGreedy = 1;
  static constexpr Asker kOther = 2;
  std::unique_ptr<Loop> loop_ = std::move(Loop::create().value());
};

TEST_F(ResolverTest, ResolvesNamesAndPassesAddressesThrough) {
  const auto localhost = resolve("localhost");
  ASSERT_TRUE(localhost.ok()) << localhost.error().to_string();
  EXPECT_EQ(localhost->front().port(), 80);
  EXPECT_EQ(resolve("127.0.0.9")->front().to_string(), "127.0.0.9:80");
  EXPECT_EQ(resolve("::1")->front().to_string(), "[::1]:80");
}

TEST_F(ResolverTest, RefusesNamesThatWouldBeCut) {
  // libuv copies into 256 bytes and the C library stops at NUL: both would resolve another name.
  const std::string nul("localhost\0.example.com", 22);
  for (const std::string& host : {std::string(), nul, "localhost" + std::string(250, '.')}) {
    const auto outcome = resolve(host);
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(outcome.error().kind, IoErrorKind::kNameUnknown);
    EXPECT_EQ(outcome.error().code, 0);
  }
}

TEST_F(ResolverTest, LimitsWaitingLookups) {
  Resolver resolver(*loop_, {.concurrent = 1, .waiting = 2, .timeout_ns = 60 * kSecond});
  std::vector<std::unique_ptr<Resolution>> lookups;
  for (int i = 0; i < 4; ++i) lookups.push_back(resolver.resolve("localhost", 1));
  const auto refused = lookups.back()->try_get();
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->error().kind, IoErrorKind::kResources);
  lookups.erase(lookups.begin());  // loses interest in one under way
  EXPECT_TRUE(finish(*lookups[0]).ok());
  EXPECT_TRUE(finish(*lookups[1]).ok());
}

// Who asks for many names delays another by one of them.
TEST_F(ResolverTest, AskersTakeTurns) {
  Resolver resolver(*loop_, {.concurrent = 1});
  std::vector<std::unique_ptr<Resolution>> many;
  for (int i = 0; i < 5; ++i) many.push_back(resolver.resolve("localhost", 1, kGreedy));
  const auto one = resolver.resolve("localhost", 1, kOther);
  int answers = 0;
  Waker answered([&] {
    for (const auto& lookup : many) answers += lookup->try_get().has_value() ? 1 : 0;
  });
  one->ready().add(answered);
  EXPECT_TRUE(finish(*one).ok());
  EXPECT_EQ(answers, 1);
  for (const auto& lookup : many) EXPECT_TRUE(finish(*lookup).ok());
}

// Also if nobody wants the answer any more: the C library goes on all the same.
TEST_F(ResolverTest, AnAskerDoesNotHaveAllThreads) {
  Resolver resolver(*loop_, {.concurrent = 2});
  (void)resolver.resolve("localhost", 1, kGreedy);
  const auto second = resolver.resolve("localhost", 1, kGreedy);
  // Whatever runs is answered in one turn then; and nothing that the turn begins.
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  loop_->turn(Loop::Wait::kForEvent);
  EXPECT_FALSE(second->try_get());
  EXPECT_TRUE(finish(*resolver.resolve("localhost", 1, kOther)).ok());
  EXPECT_TRUE(finish(*second).ok());
}

TEST_F(ResolverTest, LookupsThatAreGivenUpLeaveNothing) {
  Resolver resolver(*loop_, {.concurrent = 0, .waiting = 2});
  for (int i = 0; i < 9; ++i) {
    const auto first = resolver.resolve("localhost", 1, kGreedy);
    const auto second = resolver.resolve("localhost", 1);
    EXPECT_FALSE(first->try_get());
    EXPECT_FALSE(second->try_get());
  }
}

TEST_F(ResolverTest, TimesOut) {
  Resolver resolver(*loop_, {.concurrent = 0, .waiting = 1, .timeout_ns = 5 * kMillisecond});
  const auto outcome = finish(*resolver.resolve("localhost", 1));
  ASSERT_FALSE(outcome.ok());
  EXPECT_EQ(outcome.error().kind, IoErrorKind::kTimedOut);
}

TEST_F(ResolverTest, MayGoBeforeItsResolutions) {
  auto resolver = std::make_unique<Resolver>(*loop_, ResolverLimits{.concurrent = 0});
  const auto waiting = resolver->resolve("localhost", 1);
  auto other = resolver->resolve("localhost", 1);
  Waker canceled([&] { other.reset(); });
  waiting->ready().add(canceled);
  resolver.reset();
  EXPECT_FALSE(finish(*waiting).ok());
  EXPECT_FALSE(other);
}

}  // namespace
}  // namespace tappet::net
