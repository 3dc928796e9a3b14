// Requests as guests get them from bytes, and their answers as the bytes that a client gets.
#include <gtest/gtest.h>

#include "tests/unit/net/http/server_fixture.h"
#include "wasi/http/engine/response_slot.h"

namespace tappet::wasi {
namespace {

using http::ErrorCode;
using http::kDate;
using http::kGet;

constexpr const char* kPost = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";

Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }

const FieldRules kRules{.max_size = 1000};

GuestFields fields_of(std::initializer_list<http::Field> list) {
  GuestFields fields(kRules);
  for (const http::Field& field : list) {
    EXPECT_TRUE(fields.append(std::string(field.name), bytes(field.value)).ok());
  }
  return fields;
}

class IncomingWireTest : public http::ServerFixture {
 protected:
  // A guest's part of an exchange that the client begins with these bytes.
  struct Guest {
    IncomingRequest request;
    std::shared_ptr<ResponseSlot> slot;
    std::shared_ptr<OutgoingBody> body = nullptr;
    std::shared_ptr<OutputStream> out = nullptr;
  };

  Guest receive(std::string_view head) {
    wire().send(head);
    Call call = take_call();
    const http::Method::Kind method = call.request.method.kind();
    return {IncomingRequest(std::move(call.request), kRules),
            std::make_shared<ResponseSlot>(std::move(call.responder), method)};
  }
  // Sets the response and leaves its body open.
  void answer(Guest& guest, std::initializer_list<http::Field> fields = {}, uint16_t status = 200) {
    OutgoingResponse response(fields_of(fields));
    EXPECT_TRUE(response.set_status(status));
    guest.body = response.body();
    ASSERT_NE(guest.body, nullptr);
    guest.out = guest.body->stream();
    guest.slot->set(response.finish(), response.writer());
    wire().settle();
  }
  std::string write(Guest& guest, std::string_view text) {
    EXPECT_TRUE(guest.out->write(bytes(text)).ok());
    wire().settle();
    return wire().take();
  }
  std::string finish(Guest& guest, std::optional<http::Fields> trailers = std::nullopt) {
    guest.out.reset();
    EXPECT_TRUE(guest.body->finish(std::move(trailers)).ok());
    wire().settle();
    return wire().take();
  }
};

TEST_F(IncomingWireTest, RequestsShowWhatIsNotTheHosts) {
  const Guest guest = receive(
      "PURGE /x?y HTTP/1.1\r\nHost: h:8\r\nConnection: close, te\r\nKeep-Alive: 1\r\n"
      "Proxy-Authorization: secret\r\nTransfer-Encoding: chunked\r\nX-One: 1\r\nx-one: 2\r\n\r\n");
  EXPECT_EQ(guest.request.method.text(), "PURGE");
  EXPECT_EQ(guest.request.scheme, http::Scheme::kHttp);
  EXPECT_EQ(guest.request.authority, "h:8");
  EXPECT_EQ(guest.request.path_with_query, "/x?y");
  EXPECT_EQ(guest.request.headers.fields(), (http::Fields{{"X-One", "1"}, {"x-one", "2"}}));
}

TEST_F(IncomingWireTest, TheTargetsAuthorityCountsMoreThanHost) {
  const Guest guest = receive("GET http://other/p HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_EQ(guest.request.authority, "other");
  EXPECT_EQ(guest.request.path_with_query, "/p");
}

TEST_F(IncomingWireTest, TunnelsHaveNoPath) {
  const Guest guest = receive("CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n");
  EXPECT_EQ(guest.request.method, http::Method::kConnect);
  EXPECT_EQ(guest.request.authority, "h:1");
  EXPECT_EQ(guest.request.path_with_query, std::nullopt);
}

TEST_F(IncomingWireTest, ContentComesWithItsTrailers) {
  Guest guest = receive("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  const auto body = guest.request.content.consume();
  const auto in = body->stream();
  EXPECT_FALSE(in->ready());
  wire().send("5\r\nhello\r\n0\r\nSum: 1\r\nHost: evil\r\n\r\n");
  EXPECT_TRUE(in->ready());
  EXPECT_EQ(as_text(*in->read(UINT64_MAX)), "hello");
  FutureTrailers trailers(body->reader(), kRules);
  auto outcome = trailers.get();
  ASSERT_TRUE(outcome && outcome->ok() && (*outcome)->ok() && **outcome);
  EXPECT_EQ((***outcome)->fields(), (http::Fields{{"Sum", "1"}}));
}

TEST_F(IncomingWireTest, ContentIsAskedForWhenItIsRead) {
  Guest guest = receive(
      "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
      "Expect: 100-continue\r\n\r\n");
  EXPECT_EQ(wire().take(), "");
  const auto body = guest.request.content.consume();
  const auto in = body->stream();
  wire().settle();
  EXPECT_EQ(wire().take(), "");
  EXPECT_FALSE(in->ready());
  wire().settle();
  EXPECT_EQ(wire().take(), "HTTP/1.1 100 Continue\r\n\r\n");
  wire().send("hi");
  EXPECT_EQ(as_text(*in->read(UINT64_MAX)), "hi");
}

TEST_F(IncomingWireTest, ContentThatIsCutIsAnError) {
  Guest guest = receive(kPost);
  const auto body = guest.request.content.consume();
  const auto in = body->stream();
  wire().send("he");
  EXPECT_EQ(as_text(*in->read(UINT64_MAX)), "he");
  wire().abort();
  EXPECT_TRUE(in->ready());
  const auto end = in->read(UINT64_MAX);
  ASSERT_FALSE(end.ok());
  ASSERT_NE(end.error().error, nullptr);
  EXPECT_NE(end.error().error->payload<ErrorCode>(), nullptr);
  const auto again = in->read(UINT64_MAX);
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().error, nullptr);
}

TEST_F(IncomingWireTest, TheHeadIsSentWhenItIsSet) {
  Guest guest = receive(kGet);
  answer(guest, {{"X-Case", "kept"}, {"x", "1"}, {"x", "2"}}, 203);
  EXPECT_EQ(wire().take(),
            head("203 Non-Authoritative Information", "X-Case: kept\r\nx: 1\r\nx: 2\r\n") + kDate +
                "Transfer-Encoding: chunked\r\n\r\n");
  EXPECT_EQ(write(guest, "hello"), "5\r\nhello\r\n");
  EXPECT_EQ(finish(guest, http::Fields{{"Sum", "1"}}), "0\r\nSum: 1\r\n\r\n");
  EXPECT_FALSE(wire().ended());
}

// The head, the content and its end are one answer when the guest has made them before set().
TEST_F(IncomingWireTest, ContentThatIsThereIsNotChunked) {
  Guest guest = receive(kGet);
  OutgoingResponse response(fields_of({}));
  guest.body = response.body();
  guest.out = guest.body->stream();
  EXPECT_TRUE(guest.out->write(bytes("hello")).ok());
  EXPECT_TRUE(guest.body->finish({}).ok());
  guest.slot->set(response.finish(), response.writer());
  wire().settle();
  EXPECT_EQ(wire().take(), head("200 OK") + kDate + "Content-Length: 5\r\n\r\nhello");
}

TEST_F(IncomingWireTest, AnswersWithoutABodyAreEmpty) {
  const Guest guest = receive(kGet);
  guest.slot->set(OutgoingResponse(fields_of({})).finish());
  wire().settle();
  EXPECT_EQ(wire().take(), head("200 OK") + kDate + "Content-Length: 0\r\n\r\n");
}

// The client must see that something is missing, and the connection cannot be used again.
TEST_F(IncomingWireTest, ADroppedBodyIsCut) {
  Guest guest = receive(kGet);
  answer(guest);
  (void)wire().take();
  EXPECT_EQ(write(guest, "hel"), "3\r\nhel\r\n");
  guest.out.reset();
  guest.body.reset();
  wire().settle();
  EXPECT_EQ(wire().take(), "");
  EXPECT_TRUE(wire().ended());
}

TEST_F(IncomingWireTest, ABodyOfTheWrongLengthIsCut) {
  Guest guest = receive(kGet);
  answer(guest, {{"Content-Length", "5"}});
  EXPECT_EQ(wire().take(), head("200 OK") + kDate + "Content-Length: 5\r\n\r\n");
  EXPECT_EQ(write(guest, "hel"), "hel");
  const auto finished = guest.body->finish({});
  ASSERT_FALSE(finished.ok());
  EXPECT_EQ(finished.error(), ErrorCode::HttpResponseBodySize(3));
  wire().settle();
  EXPECT_EQ(wire().take(), "");
  EXPECT_TRUE(wire().ended());
}

// Of content that is too long nothing beyond its length is sent, where the next response would be.
TEST_F(IncomingWireTest, ABodyThatIsTooLongIsCut) {
  Guest guest = receive(kGet);
  answer(guest, {{"Content-Length", "5"}});
  (void)wire().take();
  EXPECT_EQ(write(guest, "hel"), "hel");
  EXPECT_FALSE(guest.out->write(bytes("lo!")).ok());
  wire().settle();
  EXPECT_EQ(wire().take(), "");
  EXPECT_TRUE(wire().ended());
}

TEST_F(IncomingWireTest, ALengthWithoutContentIsAnswersToHeadOnly) {
  const Guest guest = receive(kGet);
  guest.slot->set(OutgoingResponse(fields_of({{"Content-Length", "5"}})).finish());
  wire().settle();
  EXPECT_TRUE(wire().take().starts_with("HTTP/1.1 500 "));
  const Guest of_head = receive("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  of_head.slot->set(OutgoingResponse(fields_of({{"Content-Length", "5"}})).finish());
  wire().settle();
  EXPECT_EQ(wire().take(), head("200 OK") + kDate + "Content-Length: 5\r\n\r\n");
}

TEST_F(IncomingWireTest, InterimResponsesComeFirst) {
  Guest guest = receive(kGet);
  EXPECT_TRUE(guest.slot->inform(103, {{"Link", "</x>"}}));
  wire().settle();
  EXPECT_EQ(wire().take(), "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n");
  answer(guest, {}, 204);
  EXPECT_EQ(wire().take(), head("204 No Content") + kDate + "\r\n");
}

TEST_F(IncomingWireTest, AnErrorIs500AndTheConnectionStays) {
  const Guest guest = receive(kGet);
  guest.slot->set(ErrorCode::InternalError("secret"));
  wire().settle();
  const std::string answered = wire().take();
  EXPECT_TRUE(answered.starts_with("HTTP/1.1 500 Internal Server Error\r\n"));
  EXPECT_EQ(answered.find("secret"), std::string::npos);
  EXPECT_FALSE(wire().ended());
  EXPECT_NE(receive(kGet).slot, nullptr);
}

TEST_F(IncomingWireTest, AClientThatLeftIsNoticedInEveryPhase) {
  Guest guest = receive(kGet);
  Waker gone([] {});
  guest.slot->await_gone(gone);
  answer(guest);
  (void)write(guest, "hel");
  EXPECT_FALSE(guest.slot->peer_gone());
  wire().abort();
  EXPECT_TRUE(guest.slot->peer_gone());
  EXPECT_TRUE(guest.out->ready());
  const auto permit = guest.out->check_write();
  ASSERT_FALSE(permit.ok());
  EXPECT_EQ(permit.error().error, nullptr);
  // For the guest's end that is nothing to fail over.
  EXPECT_TRUE(guest.body->finish({}).ok());
}

TEST_F(IncomingWireTest, AClientThatLeftBeforeTheAnswerIsNoticed) {
  Guest guest = receive(kGet);
  wire().abort();
  EXPECT_TRUE(guest.slot->peer_gone());
  answer(guest);
  EXPECT_TRUE(guest.slot->answered());
  EXPECT_FALSE(guest.out->check_write().ok());
}

// A client that does not read holds the guest back.
TEST_F(IncomingWireTest, ASlowClientHoldsTheGuestBack) {
  Guest guest = receive(kGet);
  answer(guest);
  wire().read_no_more();
  size_t written = 0;
  for (size_t permit = 0; (permit = *guest.out->check_write()) > 0 && written < 10'000'000;) {
    ASSERT_TRUE(guest.out->write(Bytes(permit, 'x')).ok());
    wire().settle();
    written += permit;
  }
  EXPECT_LE(written, size_t{512} * 1024);
  EXPECT_FALSE(guest.out->ready());
  wire().read_on();
  EXPECT_TRUE(guest.out->ready());
}

}  // namespace
}  // namespace tappet::wasi
