// What becomes of an exchange when the guest that answers it is gone: with everything it still had.
#include "net/http/local_client.h"
#include "tests/unit/canonical-abi/bind/caller.h"
#include "tests/unit/net/http/services.h"
#include "wasi/http/p2/http.h"
#include "wasi/p2/io.h"

namespace tappet::wasi::p2 {
namespace {

using component::ComponentValue;
using component::host_resource_type;
using component::TypeKind;
using component::testing::Caller;
using V = ComponentValue;

class EndTest : public ::testing::Test {
 protected:
  void SetUp() override { guest->environment().set(&context); }
  // A request reaches the guest.
  void ask(http::Method method = http::Method::kGet) {
    http::Request sent;
    sent.method = std::move(method);
    pending.emplace(client.send(std::move(sent), {}));
    settle();
    auto given = handle_arguments(guest->environment(), std::move(*request), slot).value();
    incoming = given[0];
    outparam = given[1];
  }
  void settle() {
    for (int i = 0; i < 8; ++i) loop->turn(net::Loop::Wait::kNone);
  }
  static V lend(const V& v) { return V::handle(TypeKind::kBorrow, v.rep()); }
  V made(std::string_view function, V::List args = {}) {
    return guest->value(function, std::move(args));
  }
  // Of a function that gives a resource or nothing.
  V given(std::string_view function, const V& self) {
    V result = made(function, {lend(self)});
    EXPECT_EQ(result.case_index(), 0U) << function;
    return *result.payload();
  }
  // Writes to a response's body, and answers with it.
  void answer(std::string_view content, uint16_t status = 200) {
    const V response = made("[constructor]outgoing-response", {made("[constructor]fields")});
    (void)made("[method]outgoing-response.set-status-code", {lend(response), V::u16(status)});
    body = given("[method]outgoing-response.body", response);
    stream = given("[method]outgoing-body.write", body);
    auto* out = static_cast<OutputStream*>(guest->resources().get(
        host_resource_type<OutputStream>(), static_cast<uint32_t>(stream.rep())));
    const ByteSpan bytes = as_bytes(content);
    ASSERT_TRUE(out->write(Bytes(bytes.begin(), bytes.end())).ok());
    (void)guest->call("[static]response-outparam.set",
                      {outparam, V::variant(TypeKind::kResult, 0, response)});
  }
  void finish() {
    ASSERT_TRUE(guest->resources()
                    .remove(host_resource_type<OutputStream>(), static_cast<uint32_t>(stream.rep()))
                    .ok());
    EXPECT_EQ(made("[static]outgoing-body.finish", {body, V::none()}).case_index(), 0U);
  }
  // The guest's store goes, and then the host's part.
  void end() {
    guest.reset();
    slot.reset();
    settle();
  }
  // "status content|end".
  std::string outcome() {
    auto response = pending->try_get();
    if (!response) return "...";
    if (!response->ok()) return std::string(response->error().name());
    std::string text = std::to_string((*response)->status) + " ";
    for (;;) {
      auto part = (*response)->body.try_take(SIZE_MAX);
      if (!part) return text + "...";
      if (!part->ok()) return text + "|" + std::string(part->error().name());
      if ((*part)->empty()) return text + "|end";
      text += as_text(**part);
    }
  }

  std::unique_ptr<net::Loop> loop = net::Loop::create().value();
  std::optional<http::Request> request;
  std::shared_ptr<ResponseSlot> slot;
  http::FunctionService service{[this](http::Request r, http::Responder responder) {
    request.emplace(std::move(r));
    slot = std::make_shared<ResponseSlot>(std::move(responder), request->method.kind());
  }};
  http::LocalClient client{*loop, service};
  std::optional<http::PendingResponse> pending;
  HttpContext context;
  std::optional<Caller> guest{http_types()};
  V incoming;
  V outparam;
  V body;
  V stream;
};

TEST_F(EndTest, WithoutAnAnswerIs500) {
  ask();
  end();
  EXPECT_EQ(outcome(), "500 Internal Server Error\n|end");
}

TEST_F(EndTest, WhatWasFinishedIsSentCompletely) {
  ask();
  answer("hello");
  finish();
  end();
  EXPECT_EQ(outcome(), "200 hello|end");
}

TEST_F(EndTest, WhatWasNotFinishedIsCut) {
  ask();
  answer("hel");
  settle();
  end();
  EXPECT_EQ(outcome(), "200 hel|HTTP-protocol-error");
}

TEST_F(EndTest, OfAResponseThatWasNeverSetIs500) {
  ask();
  const V response = made("[constructor]outgoing-response", {made("[constructor]fields")});
  body = given("[method]outgoing-response.body", response);
  stream = given("[method]outgoing-body.write", body);
  end();
  EXPECT_EQ(outcome(), "500 Internal Server Error\n|end");
}

TEST_F(EndTest, ThePeerMayGoFirst) {
  ask();
  answer("hel");
  settle();
  pending.reset();
  settle();
  finish();
  end();
}

TEST_F(EndTest, APeerThatGoesIsNoticedAfterTheAnswer) {
  ask();
  answer("hel");
  settle();
  EXPECT_FALSE(slot->peer_gone());
  pending.reset();
  EXPECT_TRUE(slot->peer_gone());
}

// Nobody reads the content then, and yet the peer is there.
TEST_F(EndTest, APeerThatGetsNoContentHasNotGone) {
  ask(http::Method::kHead);
  answer("hel");
  settle();
  EXPECT_FALSE(slot->peer_gone());
  for (const uint16_t status : {204, 304}) {
    ask();
    answer("hel", status);
    settle();
    EXPECT_FALSE(slot->peer_gone()) << status;
  }
}

// Children, pollables and what they wait for, in whatever order a store lets go of them.
TEST_F(EndTest, LetsGoOfEverythingThatIsStillWaiting) {
  ask();
  answer("hel");
  const V content = given("[method]incoming-request.consume", incoming);
  const V in = given("[method]incoming-body.stream", content);
  auto source = std::static_pointer_cast<InputStream>(
      guest->resources().share(host_resource_type<InputStream>(), static_cast<uint32_t>(in.rep())));
  auto pollable = std::make_shared<Pollable>(source);
  Waker waker([] {});
  EXPECT_TRUE(pollable->ready());  // a request without content is at its end
  pollable->changed().add(waker);
  ASSERT_TRUE(guest->resources()
                  .add_child(host_resource_type<Pollable>(), std::move(pollable),
                             static_cast<uint32_t>(in.rep()))
                  .has_value());
  source.reset();
  end();
  EXPECT_FALSE(waker.registered());
  EXPECT_EQ(outcome(), "200 hel|HTTP-protocol-error");
}

}  // namespace
}  // namespace tappet::wasi::p2
