// Every rule about incoming responses: tests/golden/http/response*.txt, whole, byte by byte, and
// split at every position.
#include <gtest/gtest.h>

#include "net/http/client.h"
#include "tests/unit/net/http/golden.h"
#include "tests/unit/net/http/pipe_connector.h"

namespace tappet::http {
namespace {

constexpr size_t kMostSplits = 400;

class ResponseGolden : public ::testing::TestWithParam<const char*> {
 protected:
  static Request request(const GoldenCase& golden) {
    Request request;
    request.method =
        Method::from_token(golden.has("method") ? golden.directives.at("method") : "GET");
    request.scheme = Scheme::kHttp;
    request.authority = "a:80";
    request.path_with_query = "/";
    return request;
  }

  // What a user of the client sees.
  static std::string run(const GoldenCase& golden, size_t split, bool bytewise) {
    net::ManualClock clock;
    auto loop = std::move(net::Loop::create(&clock).value());
    PipeConnector connector(*loop, bytewise ? [] { return size_t{1}; } : std::function<size_t()>());
    HttpClient client(*loop, connector);
    auto pending = client.send(request(golden), {});
    std::string seen;
    auto turn = [&] {
      const int turns = bytewise ? static_cast<int>(golden.in.size()) + 8 : 8;
      for (int i = 0; i < turns; ++i) loop->turn(net::Loop::Wait::kNone);
    };
    turn();
    auto send = [&](std::string_view bytes) {
      while (!bytes.empty()) {
        const ByteSpan parts[] = {as_bytes(bytes)};
        const auto accepted = connector.servers[0]->try_write(parts);
        if (!accepted.ok() || *accepted == 0) break;
        bytes.remove_prefix(*accepted);
        turn();
      }
      turn();
    };
    if (split > 0) send(std::string_view(golden.in).substr(0, split));
    send(std::string_view(golden.in).substr(split));
    if (golden.has("end")) connector.servers[0]->shutdown();
    if (golden.has("reset")) connector.servers[0]->abort();
    turn();
    auto response = pending.try_get();
    if (!response) return "pending\n";
    if (!response->ok()) return error_line(response->error());
    return describe(std::move(response->value()));
  }

  // Without the detail, which is llhttp's for some errors.
  static std::string error_line(const ErrorCode& error) {
    const std::string text = error.to_string();
    return "error " + text.substr(0, text.find(": ")) + "\n";
  }

  static std::string describe(Response response) {
    std::string text = std::to_string(response.status) + "\n";
    auto line = [](const Field& field) {
      return std::string(field.name) + ": " + std::string(field.value) + "\n";
    };
    for (size_t i = 0; i < response.fields.size(); ++i) text += line(response.fields[i]);
    std::string content;
    std::string end;
    for (;;) {
      auto part = response.body.try_take(SIZE_MAX);
      if (!part) end = "pending\n";
      if (part && !part->ok()) end = error_line(part->error());
      if (!part || !part->ok() || (*part)->empty()) break;
      content.append((*part)->begin(), (*part)->end());
    }
    if (!content.empty()) text += "[" + content + "]\n";
    auto trailers = response.body.try_trailers();
    if (trailers && trailers->ok() && trailers->value()) {
      for (size_t i = 0; i < (**trailers)->size(); ++i) text += "+ " + line((***trailers)[i]);
    }
    return text + end;
  }

  const std::vector<GoldenCase> cases_ = read_golden(GetParam());
};

TEST_P(ResponseGolden, IsSeenAsWritten) {
  for (const GoldenCase& golden : cases_) {
    SCOPED_TRACE(golden.file + ":" + std::to_string(golden.line) + ": " + golden.name);
    EXPECT_EQ(escape(run(golden, 0, false)), escape(golden.out));
  }
}

TEST_P(ResponseGolden, IsSeenTheSameByteByByte) {
  for (const GoldenCase& golden : cases_) {
    SCOPED_TRACE(golden.file + ":" + std::to_string(golden.line) + ": " + golden.name);
    EXPECT_EQ(escape(run(golden, 0, true)), escape(golden.out));
  }
}

TEST_P(ResponseGolden, IsSeenTheSameSplitAnywhere) {
  for (const GoldenCase& golden : cases_) {
    SCOPED_TRACE(golden.file + ":" + std::to_string(golden.line) + ": " + golden.name);
    const size_t step = golden.in.size() / kMostSplits + 1;
    for (size_t split = 1; split < golden.in.size(); split += step) {
      ASSERT_EQ(escape(run(golden, split, false)), escape(golden.out)) << "split at " << split;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Files, ResponseGolden,
                         ::testing::Values("response.txt", "response_hostile.txt"),
                         [](const auto& info) {
                           const std::string file = info.param;
                           return file.substr(0, file.find('.'));
                         });

}  // namespace
}  // namespace tappet::http
