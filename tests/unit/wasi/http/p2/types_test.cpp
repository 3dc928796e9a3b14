#include "net/http/local_client.h"
#include "tests/unit/net/http/services.h"
#include "tests/unit/wasi/http/p2/fixture.h"
#include "wasi/p2/io.h"
#include "wasi/p2/patience.h"

namespace tappet::wasi::p2 {
namespace {

using component::TypeKind;
using http::ErrorCode;
using testing::V;

class TypesTest : public testing::HttpTest {
 protected:
  V incoming_request(http::BodyReader reader) {
    http::Request message;
    message.body = std::move(reader);
    return hand_in(std::make_shared<IncomingRequest>(std::move(message), context.fields));
  }
  V incoming_body(http::BodyReader reader) {
    const V request = incoming_request(std::move(reader));
    return inner(value("[method]incoming-request.consume", {borrow(request)}));
  }
  V outgoing_body(const V& headers) {
    response = value("[constructor]outgoing-response", {own(headers)});
    return inner(value("[method]outgoing-response.body", {borrow(response)}));
  }
  template <class T>
  T& object(const V& handle) {
    void* found = caller.resources().get(component::host_resource_type<T>(),
                                         static_cast<uint32_t>(handle.rep()));
    EXPECT_NE(found, nullptr);
    return *static_cast<T*>(found);
  }
  V response;
};

TEST_F(TypesTest, ContentIsGivenAwayOnce) {
  const V request = incoming_request(http::BodyReader("x"));
  const V body = inner(value("[method]incoming-request.consume", {borrow(request)}));
  EXPECT_EQ(show("[method]incoming-request.consume", {borrow(request)}), "err");
  (void)value("[method]incoming-body.stream", {borrow(body)});
  EXPECT_EQ(show("[method]incoming-body.stream", {borrow(body)}), "err");

  const V out = outgoing_body(fields());
  EXPECT_EQ(show("[method]outgoing-response.body", {borrow(response)}), "err");
  (void)value("[method]outgoing-body.write", {borrow(out)});
  EXPECT_EQ(show("[method]outgoing-body.write", {borrow(out)}), "err");
}

TEST_F(TypesTest, BodiesOutliveTheirStreams) {
  const V in = incoming_body(http::BodyReader("x"));
  const V from = inner(value("[method]incoming-body.stream", {borrow(in)}));
  EXPECT_FALSE(drop<IncomingBody>(in));
  EXPECT_NE(caller.trap("[static]incoming-body.finish", {own(in)}), "");
  EXPECT_TRUE(drop<InputStream>(from));
  EXPECT_TRUE(drop<IncomingBody>(in));

  const V out = outgoing_body(fields());
  const V to = inner(value("[method]outgoing-body.write", {borrow(out)}));
  EXPECT_FALSE(drop<OutgoingBody>(out));
  EXPECT_NE(caller.trap("[static]outgoing-body.finish", {own(out), V::none()}), "");
  EXPECT_TRUE(drop<OutputStream>(to));
  EXPECT_EQ(show("[static]outgoing-body.finish", {own(out), V::none()}), "ok");
}

TEST_F(TypesTest, MessagesMayGoBeforeTheirBodies) {
  const V out = outgoing_body(fields());
  EXPECT_TRUE(drop<OutgoingResponse>(response));
  EXPECT_EQ(show("[static]outgoing-body.finish", {own(out), V::none()}), "ok");
}

TEST_F(TypesTest, TheWrongLengthIsAnErrorOfTheBodyAndOfItsStream) {
  const V brief = outgoing_body(fields("content-length", "3"));
  EXPECT_EQ(show("[static]outgoing-body.finish", {own(brief), V::none()}),
            "err(HTTP-response-body-size(some(0)))");

  const V out = outgoing_body(fields("content-length", "3"));
  const V to = inner(value("[method]outgoing-body.write", {borrow(out)}));
  const auto written = object<OutputStream>(to).write(Bytes(18));
  const V failure = hand_in(written.error().error);
  EXPECT_EQ(show("http-error-code", {borrow(failure)}), "some(HTTP-response-body-size(some(18)))");
  EXPECT_TRUE(drop<OutputStream>(to));
  EXPECT_EQ(show("[static]outgoing-body.finish", {own(out), V::none()}),
            "err(HTTP-response-body-size(some(18)))");
  const V unrelated = hand_in(std::make_shared<IoError>("cable cut"));
  EXPECT_EQ(show("http-error-code", {borrow(unrelated)}), "none");
}

TEST_F(TypesTest, ContentLengthsThatDifferAllowNoBody) {
  const V headers = fields("content-length", "3");
  EXPECT_EQ(append(headers, "content-length", "4"), "ok");
  const V torn = value("[constructor]outgoing-response", {own(headers)});
  EXPECT_EQ(show("[method]outgoing-response.body", {borrow(torn)}), "err");
}

TEST_F(TypesTest, TrailersComeOnce) {
  http::Body pipe = http::Body::make();
  const V in = incoming_body(std::move(pipe.reader));
  const V future = value("[static]incoming-body.finish", {own(in)});
  EXPECT_EQ(show("[method]future-trailers.get", {borrow(future)}), "none");
  (void)pipe.writer.try_write(as_bytes("unread"));
  (void)pipe.writer.finish(http::Fields{{"Sum", "1"}});
  V taken = value("[method]future-trailers.get", {borrow(future)});
  const V trailers = inner(taken);
  EXPECT_EQ(show("[method]fields.entries", {borrow(trailers)}), "[(\"Sum\", [49])]");
  EXPECT_EQ(append(trailers, "a", "b"), "err(immutable)");
  EXPECT_EQ(show("[method]future-trailers.get", {borrow(future)}), "some(err)");
}

// For guests without pollables.
TEST_F(TypesTest, TrailersTakeALittleWhileNotToCome) {
  const auto loop = net::Loop::create().value();
  Patience patience{*loop, UINT64_MAX};
  caller.environment().set(&patience);
  http::Body pipe = http::Body::make();
  const V in = incoming_body(std::move(pipe.reader));
  const V future = value("[static]incoming-body.finish", {own(in)});
  component::HostReturn call = caller.call("[method]future-trailers.get", {borrow(future)});
  ASSERT_EQ(call.kind(), component::HostReturn::Kind::kPending);
  Waker waker([] {});
  EXPECT_FALSE(call.pending()->poll(caller.environment(), waker));
  (void)pipe.writer.finish(std::nullopt);
  Poll<component::HostReturn> done = call.pending()->poll(caller.environment(), waker);
  ASSERT_TRUE(done);
  EXPECT_EQ(to_string(done->value(), caller.function("[method]future-trailers.get").type->result),
            "some(ok(ok(none)))");
}

TEST_F(TypesTest, TrailersMayBeMissingOrFail) {
  const V none = value("[static]incoming-body.finish", {own(incoming_body({}))});
  EXPECT_EQ(show("[method]future-trailers.get", {borrow(none)}), "some(ok(ok(none)))");
  http::Body pipe = http::Body::make();
  const V failed =
      value("[static]incoming-body.finish", {own(incoming_body(std::move(pipe.reader)))});
  pipe.writer.abort(ErrorCode::HttpResponseIncomplete());
  EXPECT_EQ(show("[method]future-trailers.get", {borrow(failed)}),
            "some(ok(err(HTTP-response-incomplete)))");
}

TEST_F(TypesTest, PollablesHoldTheirFutures) {
  const V future = value("[static]incoming-body.finish", {own(incoming_body({}))});
  const V pollable = value("[method]future-trailers.subscribe", {borrow(future)});
  EXPECT_FALSE(drop<FutureTrailers>(future));
  EXPECT_TRUE(drop<Pollable>(pollable));
  EXPECT_TRUE(drop<FutureTrailers>(future));
}

TEST_F(TypesTest, SettersSayWhatTheyRefuse) {
  const V r = borrow(value("[constructor]outgoing-request", {fields()}));
  EXPECT_EQ(show("[method]outgoing-request.method", {r}), "get");
  EXPECT_EQ(show("[method]outgoing-request.set-method", {r, other(9, "bad\nmethod")}), "err");
  EXPECT_EQ(show("[method]outgoing-request.set-method", {r, other(9, "GET")}), "ok");
  EXPECT_EQ(show("[method]outgoing-request.method", {r}), "other(\"GET\")");
  EXPECT_EQ(show("[method]outgoing-request.set-scheme", {r, V::some(other(2, "a b"))}), "err");
  EXPECT_EQ(show("[method]outgoing-request.scheme", {r}), "none");
  EXPECT_EQ(show("[method]outgoing-request.set-authority", {r, V::some(V::string("h:99999"))}),
            "err");
  EXPECT_EQ(show("[method]outgoing-request.set-authority", {r, V::some(V::string("h:9"))}), "ok");
  EXPECT_EQ(show("[method]outgoing-request.authority", {r}), "some(\"h:9\")");
  EXPECT_EQ(show("[method]outgoing-request.set-path-with-query", {r, V::some(V::string("x"))}),
            "err");
  EXPECT_EQ(show("[method]outgoing-request.set-path-with-query", {r, V::none()}), "ok");
  const V s = borrow(value("[constructor]outgoing-response", {fields()}));
  EXPECT_EQ(show("[method]outgoing-response.set-status-code", {s, V::u16(99)}), "err");
  EXPECT_EQ(show("[method]outgoing-response.status-code", {s}), "200");
  const V o = borrow(value("[constructor]request-options"));
  for (const std::string name : {"connect", "first-byte", "between-bytes"}) {
    const std::string timeout = name + "-timeout";
    EXPECT_EQ(show("[method]request-options." + timeout, {o}), "none");
    EXPECT_EQ(show("[method]request-options.set-" + timeout, {o, V::some(V::u64(7))}), "ok");
    EXPECT_EQ(show("[method]request-options." + timeout, {o}), "some(7)");
  }
}

// A request as a guest gets it, and the outparam to answer it.
class AnswerTest : public TypesTest {
 protected:
  AnswerTest() {
    context.client = &client;
    http::Request message;
    message.authority = "h";
    message.path_with_query = "/p";
    pending.emplace(client.send(std::move(message), {}));
    settle();
    auto arguments =
        handle_arguments(caller.environment(), std::move(*request), std::move(slot)).value();
    incoming = arguments[0];
    out = arguments[1];
  }
  void settle() {
    for (int i = 0; i < 8; ++i) loop->turn(net::Loop::Wait::kNone);
  }
  void set(V outcome) {
    const component::HostReturn returned =
        caller.call("[static]response-outparam.set", {own(out), std::move(outcome)});
    EXPECT_EQ(returned.kind(), component::HostReturn::Kind::kValue);
  }
  uint16_t status() {
    settle();
    auto outcome = pending->try_get();
    return outcome && outcome->ok() ? (*outcome)->status : 0;
  }

  std::unique_ptr<net::Loop> loop = net::Loop::create().value();
  std::optional<http::Request> request;
  std::shared_ptr<ResponseSlot> slot;
  http::FunctionService service{[this](http::Request r, http::Responder responder) {
    request.emplace(std::move(r));
    slot = std::make_shared<ResponseSlot>(std::move(responder));
  }};
  http::LocalClient client{*loop, service};
  std::optional<http::PendingResponse> pending;
  V incoming;
  V out;
};

TEST_F(AnswerTest, ARequestHasItsParts) {
  EXPECT_EQ(show("[method]incoming-request.method", {borrow(incoming)}), "get");
  EXPECT_EQ(show("[method]incoming-request.authority", {borrow(incoming)}), "some(\"h\")");
  EXPECT_EQ(show("[method]incoming-request.path-with-query", {borrow(incoming)}), "some(\"/p\")");
}

TEST_F(AnswerTest, SetReleasesTheResponse) {
  const V made = value("[constructor]outgoing-response", {fields()});
  (void)value("[method]outgoing-response.set-status-code", {borrow(made), V::u16(404)});
  set(ok(own(made)));
  EXPECT_EQ(status(), 404);
  EXPECT_FALSE(drop<OutgoingResponse>(made));
  EXPECT_FALSE(drop<ResponseOutparam>(out));
}

TEST_F(AnswerTest, SetTakesAnError) {
  set(error(V::variant(TypeKind::kVariant, 36)));
  EXPECT_EQ(status(), 500);
}

TEST_F(AnswerTest, SetAfterThePeerHasGoneIsHarmless) {
  pending.reset();
  set(ok(own(value("[constructor]outgoing-response", {fields()}))));
}

TEST_F(AnswerTest, AnOutparamDroppedUnusedIs500) {
  EXPECT_TRUE(drop<ResponseOutparam>(out));
  EXPECT_EQ(status(), 500);
}

TEST_F(AnswerTest, InformsWithInterimStatuses) {
  auto inform = [&](uint16_t code) {
    return show("[method]response-outparam.send-informational",
                {borrow(out), V::u16(code), fields("link", "x")});
  };
  EXPECT_EQ(inform(103), "ok");
  EXPECT_EQ(inform(101), "err(HTTP-protocol-error)");
  EXPECT_EQ(inform(200), "err(HTTP-protocol-error)");
}

class HandleTest : public AnswerTest {
 protected:
  HandleTest() { handler.environment().set(&context); }
  // Moves the request over to the handler's table.
  V hand_over(const V& made) {
    auto taken = caller.resources().remove(component::host_resource_type<OutgoingRequest>(),
                                           static_cast<uint32_t>(made.rep()));
    return V::handle(TypeKind::kOwn,
                     *handler.resources().add(component::host_resource_type<OutgoingRequest>(),
                                              std::move(taken).value()));
  }
  V outgoing() {
    V made = value("[constructor]outgoing-request", {fields()});
    EXPECT_EQ(
        show("[method]outgoing-request.set-authority", {borrow(made), V::some(V::string("h"))}),
        "ok");
    return made;
  }
  component::testing::Caller handler{http_outgoing_handler()};
};

TEST_F(HandleTest, RefusesWhatCannotBeSentAndUsesItUp) {
  const V given = hand_over(outgoing());
  EXPECT_EQ(to_string(handler.value("handle", {given, V::none()}),
                      handler.function("handle").type->result),
            "err(HTTP-protocol-error)");
  EXPECT_EQ(handler.resources().size(), 0U);
}

TEST_F(HandleTest, GivesAFutureOfTheResponse) {
  const V made = outgoing();
  (void)value("[method]outgoing-request.set-path-with-query",
              {borrow(made), V::some(V::string("/"))});
  const V sent = inner(handler.value("handle", {hand_over(made), V::none()}));
  auto taken = handler.resources().remove(component::host_resource_type<FutureIncomingResponse>(),
                                          static_cast<uint32_t>(sent.rep()));
  const V future =
      hand_in(std::static_pointer_cast<FutureIncomingResponse>(std::move(taken).value()));
  EXPECT_EQ(show("[method]future-incoming-response.get", {borrow(future)}), "none");
  settle();
  slot->set(http::text_response(201, "x"));
  V got = value("[method]future-incoming-response.get", {borrow(future)});
  const V arrived = inner(got);
  EXPECT_EQ(show("[method]incoming-response.status", {borrow(arrived)}), "201");
  EXPECT_EQ(show("[method]future-incoming-response.get", {borrow(future)}), "some(err)");
  // The response is on its own now.
  EXPECT_TRUE(drop<FutureIncomingResponse>(future));
  EXPECT_NE(show("[method]incoming-response.consume", {borrow(arrived)}), "err");
  EXPECT_EQ(show("[method]incoming-response.consume", {borrow(arrived)}), "err");
}

}  // namespace
}  // namespace tappet::wasi::p2
