// Where wasi:http and net/http could disagree.
#include <gtest/gtest.h>

#include "net/http/local_client.h"
#include "tests/unit/net/http/services.h"
#include "wasi/http/engine/messages.h"

namespace tappet::wasi {
namespace {

using http::ErrorCode;
using http::Method;

Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }

const FieldRules kRules{.max_size = 1000};

GuestFields fields_of(std::initializer_list<http::Field> list) {
  GuestFields fields(kRules);
  for (const http::Field& field : list) {
    EXPECT_TRUE(fields.append(std::string(field.name), bytes(field.value)).ok());
  }
  return fields;
}

// Received fields may be larger than what guests may make of them: that is no reason to trap a
// guest that makes them smaller.
TEST(FieldsBeyondTheLimit, MayShrinkButNotGrow) {
  const auto received = GuestFields::received({{"a", std::string(2000, 'x')}, {"b", "1"}}, kRules);
  GuestFields fields = received.clone();
  EXPECT_TRUE(fields.set("b", {}).ok());
  EXPECT_EQ(fields.append("b", {}).error(), FieldsError::kTooLarge);
  EXPECT_TRUE(fields.set("a", {bytes("small")}).ok());
  EXPECT_TRUE(fields.append("b", {}).ok());
  EXPECT_EQ(received.entries().size(), 2U);
}

TEST(FieldsBeyondTheLimit, AreAsTheyWereWhenAChangeIsRefused) {
  GuestFields fields = fields_of({{"a", "1"}, {"b", "2"}});
  EXPECT_EQ(fields.set("a", {Bytes(2000, 'x')}).error(), FieldsError::kTooLarge);
  EXPECT_EQ(fields.fields(), (http::Fields{{"a", "1"}, {"b", "2"}}));
}

// What the host knows beyond the error's case is for its own log.
TEST(StreamFailures, TellGuestsNoDetails) {
  const ErrorCode error = ErrorCode::HttpRequestBodySize(18).with_detail("10.0.0.7:80");
  const StreamEnd end = stream_failure(error);
  EXPECT_EQ(end.error->debug_string(), "HTTP-request-body-size (18)");
  ASSERT_NE(end.error->payload<ErrorCode>(), nullptr);
  EXPECT_EQ(*end.error->payload<ErrorCode>(), error);
}

// "none" is an empty path with an empty query; the other ways to have an empty path are strings.
TEST(EmptyPaths, AreSentAsTheRoot) {
  for (const auto& [given, sent] : std::initializer_list<std::pair<std::string, std::string>>{
           {"", "/"}, {"?", "/?"}, {"?a=/b", "/?a=/b"}, {"/x", "/x"}, {"*", "*"}}) {
    OutgoingRequest request(fields_of({}));
    request.set_authority("h");
    EXPECT_TRUE(request.set_path_with_query(given)) << given;
    EXPECT_EQ(request.path_with_query(), given);
    EXPECT_EQ(request.finish()->path_with_query, sent);
  }
  OutgoingRequest request(fields_of({}));
  for (const char* bad : {"?#", "? ", "?\r\n", "?\x80", "**"}) {
    EXPECT_FALSE(request.set_path_with_query(bad)) << bad;
  }
}

class ExchangeTest : public ::testing::Test {
 protected:
  void settle() {
    for (int i = 0; i < 8; ++i) loop->turn(net::Loop::Wait::kNone);
  }

  net::ManualClock clock;
  std::unique_ptr<net::Loop> loop = std::move(net::Loop::create(&clock).value());
};

// The engine takes lengths that are said twice for one; so must what sends the message.
TEST_F(ExchangeTest, ALengthThatIsSaidTwiceIsSaidOnce) {
  http::FunctionService twice([](http::Request, http::Responder responder) {
    OutgoingResponse response(fields_of({{"Content-Length", "2"}, {"content-length", "02"}}));
    const auto body = response.body();
    ASSERT_NE(body, nullptr);
    EXPECT_TRUE(body->stream()->write(bytes("ab")).ok());
    EXPECT_TRUE(body->finish({}).ok());
    responder.send(response.finish());
  });
  http::LocalClient client(*loop, twice);
  auto pending = client.send({}, {});
  settle();
  auto response = pending.try_get();
  ASSERT_TRUE(response && response->ok());
  EXPECT_EQ((*response)->status, 200);
  EXPECT_EQ(as_text(**(*response)->body.try_peek()), "ab");
}

// A guest that writes a byte at a time costs the host little more than one that writes blocks.
TEST_F(ExchangeTest, ManySmallWritesTakeLittleMemory) {
  OutgoingResponse response(fields_of({}));
  const auto body = response.body();
  const auto out = body->stream();
  size_t written = 0;
  for (; *out->check_write() > 0; ++written) {
    ASSERT_TRUE(out->write(Bytes(1, static_cast<uint8_t>(written))).ok());
  }
  http::Response message = response.finish();
  EXPECT_EQ(message.body.available(), written);
  std::vector<ByteSpan> pieces(written);
  EXPECT_LT(message.body.gather(pieces, SIZE_MAX), 64U);
  for (size_t i = 0; i < written; ++i) {
    ASSERT_EQ((**message.body.try_peek())[0], static_cast<uint8_t>(i));
    message.body.consume(1);
  }
  EXPECT_TRUE(out->ready());
}

}  // namespace
}  // namespace tappet::wasi
