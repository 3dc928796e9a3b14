// Every rule about incoming requests: tests/golden/http/request_*.txt, whole, byte by byte, and
// split at every position.
#include <gtest/gtest.h>

#include "tests/unit/net/http/golden.h"
#include "tests/unit/net/http/services.h"
#include "tests/unit/net/http/wire.h"

namespace tappet::http {
namespace {

// Longer inputs are split at every n-th position.
constexpr size_t kMostSplits = 400;

class RequestGolden : public ::testing::TestWithParam<const char*> {
 protected:
  static std::string run(const GoldenCase& golden, size_t split, bool bytewise) {
    net::ManualClock clock;
    auto loop = std::move(net::Loop::create(&clock).value());
    ShowService show(*loop);
    EchoService echo(*loop);
    Service& service = golden.has("echo") ? static_cast<Service&>(echo) : show;
    ServerLimits limits;
    if (golden.has("max-body")) limits.max_body = std::stoull(golden.directives.at("max-body"));
    Wire wire(*loop, service, limits,
              bytewise ? [] { return size_t{1}; } : std::function<size_t()>());
    if (split > 0) wire.send(std::string_view(golden.in).substr(0, split));
    wire.send(std::string_view(golden.in).substr(split));
    if (golden.has("end")) wire.end();
    std::string out = wire.take();
    // Every case says whether the server goes on afterwards.
    if (!wire.ended()) out += "(open)";
    if (wire.reset()) out += "(reset)";
    return out;
  }
};

TEST_P(RequestGolden, AnswersAsWritten) {
  for (const GoldenCase& golden : read_golden(GetParam())) {
    SCOPED_TRACE(golden.file + ":" + std::to_string(golden.line) + ": " + golden.name);
    EXPECT_EQ(escape(run(golden, 0, false)), escape(golden.out));
  }
}

TEST_P(RequestGolden, AnswersTheSameByteByByte) {
  for (const GoldenCase& golden : read_golden(GetParam())) {
    SCOPED_TRACE(golden.file + ":" + std::to_string(golden.line) + ": " + golden.name);
    EXPECT_EQ(escape(run(golden, 0, true)), escape(golden.out));
  }
}

TEST_P(RequestGolden, AnswersTheSameSplitAnywhere) {
  for (const GoldenCase& golden : read_golden(GetParam())) {
    SCOPED_TRACE(golden.file + ":" + std::to_string(golden.line) + ": " + golden.name);
    const size_t step = golden.in.size() / kMostSplits + 1;
    for (size_t split = 1; split < golden.in.size(); split += step) {
      ASSERT_EQ(escape(run(golden, split, false)), escape(golden.out)) << "split at " << split;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Files, RequestGolden,
                         ::testing::Values("request_line.txt", "request_fields.txt",
                                           "request_framing.txt", "request_chunked.txt",
                                           "request_limits.txt", "request_smuggling.txt",
                                           "request_hostile.txt", "connection.txt"),
                         [](const auto& info) {
                           const std::string file = info.param;
                           return file.substr(0, file.find('.'));
                         });

}  // namespace
}  // namespace tappet::http
