#include "wasi/http/engine/messages.h"

#include <gtest/gtest.h>

#include "net/http/local_client.h"
#include "tests/unit/net/http/services.h"

namespace tappet::wasi {
namespace {

using http::ErrorCode;
using http::Method;
using http::Scheme;

const FieldRules kRules{.max_size = 1000};

GuestFields fields_of(std::initializer_list<http::Field> list) {
  GuestFields fields(kRules);
  for (const http::Field& field : list) {
    const ByteSpan value = as_bytes(field.value);
    EXPECT_TRUE(fields.append(std::string(field.name), Bytes(value.begin(), value.end())).ok());
  }
  return fields;
}

TEST(OutgoingRequestSetters, RefuseWhatCannotBeSent) {
  OutgoingRequest r(fields_of({}));
  EXPECT_TRUE(r.set_method(Method::other("PURGE")));
  EXPECT_FALSE(r.set_method(Method::other("bad\nmethod")));
  EXPECT_FALSE(r.set_method(Method::other("")));
  EXPECT_EQ(r.method(), Method::other("PURGE"));

  EXPECT_TRUE(r.set_scheme(Scheme::other("ws+x.1-")));
  for (const char* bad : {"", "1ws", "w s", "ws:", "w\n"}) {
    EXPECT_FALSE(r.set_scheme(Scheme::other(bad))) << bad;
  }
  EXPECT_EQ(r.scheme(), Scheme::other("ws+x.1-"));
  EXPECT_TRUE(r.set_scheme(std::nullopt));

  for (const char* good : {"example.com", "example.com:0", "a:65535", "[::]", "[::]:443"}) {
    EXPECT_TRUE(r.set_authority(good)) << good;
  }
  for (const char* bad :
       {"", "example.com:", ":abc", "a:65536", "a b", "a\r\n", "[::", "a/b", "u@h"}) {
    EXPECT_FALSE(r.set_authority(bad)) << bad;
  }
  EXPECT_EQ(r.authority(), "[::]:443");

  for (const char* good : {"/", "/a?b=c&d", "//x", "/%20", "*"}) {
    EXPECT_TRUE(r.set_path_with_query(good)) << good;
  }
  for (const char* bad : {"a", "/a b", "/#x", "/\r\n", "/\x80", "/\x7f"}) {
    EXPECT_FALSE(r.set_path_with_query(bad)) << bad;
  }
  EXPECT_EQ(r.path_with_query(), "*");
  EXPECT_TRUE(r.set_path_with_query(std::nullopt));
}

TEST(OutgoingResponseSetters, TakeStatusCodes) {
  OutgoingResponse r(fields_of({}));
  EXPECT_EQ(r.status(), 200);
  for (const uint16_t bad : {0, 99, 1000, 65535}) EXPECT_FALSE(r.set_status(bad)) << bad;
  for (const uint16_t good : {100, 404, 999}) EXPECT_TRUE(r.set_status(good)) << good;
  EXPECT_EQ(r.status(), 999);
}

TEST(OutgoingMessages, GiveTheirBodiesOnce) {
  OutgoingRequest request(fields_of({}));
  EXPECT_NE(request.body(), nullptr);
  EXPECT_EQ(request.body(), nullptr);
  OutgoingResponse response(fields_of({}));
  EXPECT_NE(response.body(), nullptr);
  EXPECT_EQ(response.body(), nullptr);
}

TEST(OutgoingMessages, TakeLengthsFromTheirHeaders) {
  OutgoingRequest request(fields_of({{"Content-Length", "3"}, {"content-length", "3"}}));
  EXPECT_EQ(request.body()->finish({}).error(), ErrorCode::HttpRequestBodySize(0));
  OutgoingResponse response(fields_of({{"Content-Length", "3"}}));
  EXPECT_EQ(response.body()->finish({}).error(), ErrorCode::HttpResponseBodySize(0));
  OutgoingResponse torn(fields_of({{"Content-Length", "3"}, {"content-length", "4"}}));
  EXPECT_EQ(torn.body(), nullptr);
}

TEST(OutgoingMessages, HoldSoMuchOfTheirBodies) {
  OutgoingResponse response(fields_of({}));
  const BodyLimits limits{.chunk_size = 10, .buffer_chunks = 3};
  const auto body = response.body(limits);
  const auto out = body->stream();
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(*out->check_write(), 10U);
    EXPECT_TRUE(out->write(Bytes(10)).ok());
  }
  EXPECT_EQ(*out->check_write(), 0U);
  EXPECT_EQ((BodyLimits{.chunk_size = 2, .buffer_chunks = SIZE_MAX}.capacity()), SIZE_MAX);
}

TEST(OutgoingMessages, WithoutABodyAreEmpty) {
  OutgoingResponse response(fields_of({{"a", "b"}}));
  EXPECT_TRUE(response.set_status(404));
  const http::Response message = response.finish();
  EXPECT_EQ(message.status, 404);
  EXPECT_EQ(message.fields, (http::Fields{{"a", "b"}}));
  EXPECT_TRUE(message.body.complete());
  EXPECT_EQ(message.body.available(), 0U);
}

TEST(OutgoingMessages, KeepTheirHeaders) {
  OutgoingRequest request(fields_of({{"a", "b"}}));
  EXPECT_TRUE(request.headers.has("A"));
  GuestFields seen = request.headers.freeze();
  const auto appended = seen.append("c", {});
  ASSERT_FALSE(appended.ok());
  EXPECT_EQ(appended.error(), FieldsError::kImmutable);
}

// What finish() comes to: the request's line, or the error.
std::string finish(OutgoingRequest& request) {
  auto done = request.finish();
  if (!done.ok()) return std::string(done.error().name());
  return std::string(done->method.text()) + " " + std::string(done->scheme->text()) + " " +
         done->authority.value_or("-") + " " + done->path_with_query.value_or("-");
}

TEST(OutgoingRequests, NeedAnAuthorityAndAPath) {
  OutgoingRequest nothing(fields_of({}));
  EXPECT_EQ(finish(nothing), "HTTP-request-URI-invalid");
  OutgoingRequest no_path(fields_of({}));
  no_path.set_authority("a");
  EXPECT_EQ(finish(no_path), "HTTP-protocol-error");
  OutgoingRequest full(fields_of({}));
  full.set_authority("a:1");
  full.set_path_with_query("/b?c");
  EXPECT_EQ(finish(full), "GET https a:1 /b?c");
  OutgoingRequest connect(fields_of({}));
  connect.set_method(Method::kConnect);
  connect.set_scheme(Scheme::kHttp);
  connect.set_authority("a:1");
  EXPECT_EQ(finish(connect), "CONNECT http a:1 -");
}

TEST(OutgoingRequests, AreOfHttp) {
  OutgoingRequest request(fields_of({}));
  request.set_authority("a");
  request.set_path_with_query("/");
  request.set_scheme(Scheme::other("ws"));
  EXPECT_EQ(finish(request), "HTTP-protocol-error");
}

TEST(OutgoingOptionsOf, RequestsReplaceTheDefaults) {
  OutgoingOptions options;
  constexpr uint64_t kTenMinutes = 600 * net::kSecond;
  EXPECT_EQ(options.finish().connect_timeout_ns, kTenMinutes);
  EXPECT_EQ(options.finish().first_byte_timeout_ns, kTenMinutes);
  EXPECT_EQ(options.finish().between_bytes_timeout_ns, kTenMinutes);
  options.first_byte_timeout = 7;
  EXPECT_EQ(options.finish().first_byte_timeout_ns, 7U);
  EXPECT_EQ(options.finish().connect_timeout_ns, http::RequestOptions().connect_timeout_ns);
}

TEST(IncomingMessages, GiveTheirBodiesOnce) {
  http::Request message;
  message.fields = {{"Host", "h"}, {"A", "b"}};
  IncomingRequest request(std::move(message), kRules);
  EXPECT_FALSE(request.headers.has("host"));
  EXPECT_TRUE(request.headers.has("a"));
  EXPECT_NE(request.content.consume(), nullptr);
  EXPECT_EQ(request.content.consume(), nullptr);
  IncomingResponse response(http::text_response(418, "tea"), kRules);
  EXPECT_EQ(response.status, 418);
  const auto body = response.content.consume();
  EXPECT_EQ(as_text(*body->stream()->read(9)), "tea");
  EXPECT_EQ(response.content.consume(), nullptr);
}

class SendTest : public ::testing::Test {
 protected:
  void settle() {
    for (int i = 0; i < 8; ++i) loop->turn(net::Loop::Wait::kNone);
  }
  auto sent() {
    OutgoingRequest request(fields_of({{"a", "b"}}));
    request.set_authority("h");
    request.set_path_with_query("/p");
    return std::move(send(context, request, options)).value();
  }
  static std::string show(const Poll<Result<FutureIncomingResponse::Outcome, Unit>>& polled) {
    if (!polled) return "...";
    if (!polled->ok()) return "taken";
    if (!(*polled)->ok()) return (*polled)->error().to_string();
    return std::to_string((***polled)->status) + " " +
           std::string(as_text(*(***polled)->content.consume()->stream()->read(999)));
  }

  net::ManualClock clock;
  std::unique_ptr<net::Loop> loop = std::move(net::Loop::create(&clock).value());
  std::optional<http::Responder> held;
  http::FunctionService service{
      [this](http::Request, http::Responder responder) { held.emplace(std::move(responder)); }};
  http::LocalClient client{*loop, service};
  HttpContext context{.client = &client};
  OutgoingOptions options;
  int wakes = 0;
  Waker waker{[this] { ++wakes; }};
};

TEST_F(SendTest, TheResponseIsTakenOnce) {
  const auto future = sent();
  EXPECT_EQ(show(future->get()), "...");
  EXPECT_FALSE(future->ready());
  future->changed().add(waker);
  settle();
  held->send(http::text_response(201, "made"));
  EXPECT_EQ(wakes, 1);
  EXPECT_TRUE(future->ready());
  EXPECT_EQ(show(future->get()), "201 made");
  EXPECT_EQ(show(future->get()), "taken");
  EXPECT_TRUE(future->ready());
}

TEST_F(SendTest, TheRequestArrivesAsItWasMade) {
  http::ShowService show_service(*loop);
  http::LocalClient to_show(*loop, show_service);
  context.client = &to_show;
  const auto future = sent();
  settle();
  EXPECT_EQ(show(future->get()), "200 GET https h /p\na: b\n");
}

TEST_F(SendTest, TimesOut) {
  options.first_byte_timeout = 5;
  const auto future = sent();
  settle();
  EXPECT_FALSE(future->ready());
  clock.advance(5);
  settle();
  EXPECT_EQ(show(future->get()), "connection-read-timeout");
  EXPECT_EQ(show(future->get()), "taken");
}

TEST_F(SendTest, DroppingTheFutureCancels) {
  auto future = sent();
  settle();
  EXPECT_FALSE(held->peer_gone());
  future.reset();
  EXPECT_TRUE(held->peer_gone());
}

TEST_F(SendTest, AnUnfinishedBodyFailsItsReader) {
  OutgoingRequest request(fields_of({}));
  request.set_authority("h");
  request.set_path_with_query("/");
  auto body = request.body();
  http::EchoService echo(*loop);
  http::LocalClient to_echo(*loop, echo);
  context.client = &to_echo;
  const auto future = std::move(send(context, request, options)).value();
  settle();
  auto response = std::move(*future->get()).value().value();
  const auto in = response->content.consume()->stream();
  EXPECT_TRUE(body->stream()->write(Bytes{'a'}).ok());
  body.reset();
  settle();
  EXPECT_EQ(as_text(*in->read(9)), "a");
  const auto end = in->read(9);
  ASSERT_NE(end.error().error, nullptr);
  EXPECT_EQ(*end.error().error->payload<ErrorCode>(), ErrorCode::HttpProtocolError());
}

TEST_F(SendTest, WithoutAClientIsDenied) {
  context.client = nullptr;
  const auto future = sent();
  EXPECT_TRUE(future->ready());
  EXPECT_EQ(show(future->get()), "HTTP-request-denied");
  EXPECT_EQ(show(future->get()), "taken");
}

// Everything that a guest can have the host keep for a request that it never sends.
TEST(Budget, PaysForAllOfARequest) {
  const auto budget = net::make_ref<net::Budget>(net::BudgetLimits{.bytes = 10'000});
  {
    OutgoingRequest request{GuestFields(kRules, budget)};
    EXPECT_TRUE(request.set_path_with_query("/" + std::string(5'999, 'x')));
    EXPECT_FALSE(request.set_authority(std::string(5'000, 'x')));
    EXPECT_EQ(request.authority(), std::nullopt);
    const auto body = request.body();
    const auto out = body->stream();
    EXPECT_LE(*out->check_write(), 4'000U);
    OutgoingRequest other{GuestFields(kRules, budget)};
    const auto other_body = other.body();
    const auto stream = other_body->stream();
    EXPECT_GT(*stream->check_write(), 3'000U);
    EXPECT_TRUE(out->write(Bytes(*out->check_write())).ok());
    // The other had been told of room that is used up now.
    EXPECT_FALSE(stream->write(Bytes(3'000)).ok());
    EXPECT_GT(budget->bytes(), 9'000U);
  }
  EXPECT_EQ(budget->bytes(), 0U);
}

}  // namespace
}  // namespace tappet::wasi
