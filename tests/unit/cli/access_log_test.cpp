#include "cli/access_log.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace tappet::cli {
namespace {

http::RequestRecord example() {
  http::RequestRecord record;
  record.connection.remote = *net::SocketAddress::from_ip("::ffff:192.0.2.1", 4711);
  record.connection.secure = true;
  record.method = "GET";
  record.target = "/a?b=c";
  record.authority = "example.com";
  record.user_agent = "curl/8";
  record.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  record.began_ns = 5'000'000'000;
  record.ended_ns = 5'001'500'000;
  record.status = 200;
  record.sent = 17;
  record.complete = true;
  return record;
}

// 2026-11-22 04:05:06.789 UTC.
constexpr uint64_t kTime = 1'795'320'306'789'000'000;

TEST(AccessLog, CommonLines) {
  EXPECT_EQ(access_log_line(AccessLogFormat::kCommon, example(), kTime),
            "192.0.2.1 - - [22/Nov/2026:04:05:06 +0000] \"GET /a?b=c HTTP/1.1\" 200 17 \"-\" "
            "\"curl/8\" 0.001500\n");
  http::RequestRecord refused;
  refused.status = 400;
  EXPECT_EQ(access_log_line(AccessLogFormat::kCommon, refused, 0),
            "- - - [01/Jan/1970:00:00:00 +0000] \"-\" 400 0 \"-\" \"-\" 0.000000\n");
}

TEST(AccessLog, JsonLines) {
  const auto line =
      nlohmann::json::parse(access_log_line(AccessLogFormat::kJson, example(), kTime));
  EXPECT_EQ(line["time"], "2026-11-22T04:05:06.789Z");
  EXPECT_EQ(line["client"], "192.0.2.1");
  EXPECT_EQ(line["scheme"], "https");
  EXPECT_EQ(line["target"], "/a?b=c");
  EXPECT_EQ(line["status"], 200);
  EXPECT_EQ(line["response_bytes"], 17);
  EXPECT_EQ(line["duration_ms"], 1.5);
  EXPECT_EQ(line["complete"], true);
  EXPECT_EQ(line["traceparent"], example().traceparent);
  EXPECT_FALSE(line.contains("referer"));
  EXPECT_FALSE(line.contains("fuel"));
  http::RequestRecord metered = example();
  metered.cost = 12345;
  EXPECT_EQ(nlohmann::json::parse(access_log_line(AccessLogFormat::kJson, metered, kTime))["fuel"],
            12345);
}

// Whatever is in them, they are one line, of which the parts stay apart.
TEST(AccessLog, NothingForgesLines) {
  http::RequestRecord record = example();
  record.user_agent = "a\" 200 0\\\r\n\x1b[31m\x80" + std::string(100'000, 'x');
  for (const auto format : {AccessLogFormat::kCommon, AccessLogFormat::kJson}) {
    const std::string line = access_log_line(format, record, kTime);
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    EXPECT_EQ(line.find('\x1b'), std::string::npos);
    EXPECT_NE(line.find("a\\\" 200 0\\\\"), std::string::npos);
    EXPECT_LT(line.size(), 20'000u);
    if (format == AccessLogFormat::kJson) {
      EXPECT_TRUE(nlohmann::json::accept(line)) << line.substr(0, 400);
    }
  }
}

TEST(AccessLog, LinesThatNobodyTakesAreCounted) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const auto loop = std::move(net::Loop::create().value());
  AccessLog log(*loop, net::Fd(ends[1]), AccessLogFormat::kCommon);
  for (int i = 0; i < 5000; ++i) log.write(example());
  EXPECT_GT(log.dropped(), 100u);
  std::string text;
  char buffer[65536];
  for (int i = 0; i < 10; ++i) {
    const ssize_t count = read(ends[0], buffer, sizeof buffer);
    if (count > 0) text.append(buffer, static_cast<size_t>(count));
    loop->turn(net::Loop::Wait::kNone);
    log.write(example());
  }
  EXPECT_NE(text.find("lines were dropped\n"), std::string::npos);
  close(ends[0]);
}

}  // namespace
}  // namespace tappet::cli
