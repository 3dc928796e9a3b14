#include "wasi/http/engine/body.h"

#include <gtest/gtest.h>

namespace tappet::wasi {
namespace {

const FieldRules kRules{.max_size = 1000};

using http::ErrorCode;

Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }

// "closed", or the HTTP error behind the failure.
std::string show(const StreamEnd& end) {
  if (end.error == nullptr) return "closed";
  const auto* code = end.error->payload<ErrorCode>();
  return code ? std::string(code->to_string()) : "?";
}
std::string read(InputStream& in, uint64_t limit = UINT64_MAX) {
  const auto result = in.read(limit);
  return result.ok() ? std::string(as_text(*result)) : show(result.error());
}
std::string write(OutputStream& out, std::string_view text) {
  const auto result = out.write(bytes(text));
  return result.ok() ? "ok" : show(result.error());
}
std::string finish(OutgoingBody& body, std::optional<http::Fields> trailers = std::nullopt) {
  const auto result = body.finish(std::move(trailers));
  return result.ok() ? "ok" : result.error().to_string();
}
std::string show(const Poll<Result<FutureTrailers::Outcome, Unit>>& polled) {
  if (!polled) return "...";
  if (!polled->ok()) return "taken";
  const FutureTrailers::Outcome& outcome = **polled;
  if (!outcome.ok()) return outcome.error().to_string();
  if (!*outcome) return "none";
  std::string text;
  for (const auto& [name, value] : (**outcome).entries()) {
    text += name + ": " + std::string(as_text(value)) + ";";
  }
  return text;
}

class IncomingBodyTest : public ::testing::Test {
 protected:
  http::Body pipe = http::Body::make({.capacity = 8});
  http::BodyWriter& writer = pipe.writer;
  IncomingBody body{std::move(pipe.reader)};
  int wakes = 0;
  Waker waker{[this] { ++wakes; }};
};

TEST_F(IncomingBodyTest, IsStreamedOnce) {
  EXPECT_NE(body.stream(), nullptr);
  EXPECT_EQ(body.stream(), nullptr);
}

TEST_F(IncomingBodyTest, ReadsWhatIsThereUpToTheEnd) {
  const auto in = body.stream();
  EXPECT_EQ(read(*in), "");
  EXPECT_FALSE(in->ready());
  in->changed().add(waker);
  (void)writer.try_write(as_bytes("abcdef"));
  EXPECT_EQ(wakes, 1);
  EXPECT_TRUE(in->ready());
  EXPECT_EQ(read(*in, 0), "");
  EXPECT_EQ(read(*in, 2), "ab");
  EXPECT_EQ(read(*in), "cdef");
  (void)writer.finish();
  EXPECT_TRUE(in->ready());
  EXPECT_EQ(read(*in), "closed");
  EXPECT_EQ(read(*in), "closed");
}

TEST_F(IncomingBodyTest, TellsAnErrorOnceAndAfterWhatCameBefore) {
  const auto in = body.stream();
  (void)writer.try_write(as_bytes("ab"));
  writer.abort(ErrorCode::ConnectionReadTimeout());
  EXPECT_EQ(read(*in), "ab");
  EXPECT_TRUE(in->ready());
  EXPECT_EQ(read(*in), "connection-read-timeout");
  EXPECT_EQ(read(*in), "closed");
}

TEST_F(IncomingBodyTest, TrailersFollowWhateverWasRead) {
  FutureTrailers trailers(body.reader(), kRules);
  EXPECT_EQ(show(trailers.get()), "...");
  trailers.changed().add(waker);
  // More than fits at a time: the rest is read and dropped.
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(*writer.try_write(as_bytes("12345678")), 8U);
    EXPECT_EQ(show(trailers.get()), "...");
  }
  EXPECT_GT(wakes, 0);
  (void)writer.finish(http::Fields{{"Sum", "1"}, {"Connection", "close"}});
  EXPECT_TRUE(trailers.ready());
  EXPECT_EQ(show(trailers.get()), "Sum: 1;");
  EXPECT_EQ(show(trailers.get()), "taken");
  EXPECT_TRUE(trailers.ready());
}

TEST_F(IncomingBodyTest, TrailersMayBeMissing) {
  (void)writer.try_write(as_bytes("unread"));
  (void)writer.finish();
  FutureTrailers trailers(body.reader(), kRules);
  EXPECT_EQ(show(trailers.get()), "none");
  FutureTrailers of_literal(std::make_shared<http::BodyReader>("text"), kRules);
  EXPECT_EQ(show(of_literal.get()), "none");
}

TEST_F(IncomingBodyTest, TrailersAreMissingForAReason) {
  FutureTrailers trailers(body.reader(), kRules);
  EXPECT_FALSE(trailers.ready());
  (void)writer.try_write(as_bytes("ab"));
  writer.abort(ErrorCode::ConnectionTerminated());
  EXPECT_EQ(show(trailers.get()), "connection-terminated");
  EXPECT_EQ(show(trailers.get()), "taken");
}

class OutgoingBodyTest : public ::testing::Test {
 protected:
  void make(std::optional<uint64_t> length, bool of_request = false) {
    http::Body pipe = http::Body::make({.capacity = 8, .length = length, .of_request = of_request});
    body.emplace(std::move(pipe.writer));
    reader = std::move(pipe.reader);
    out = body->stream();
  }
  // What the receiver sees after `content`.
  std::string end_after(std::string_view content) {
    std::string text;
    auto part = reader.try_take(SIZE_MAX);
    for (; part && part->ok() && !(*part)->empty(); part = reader.try_take(SIZE_MAX)) {
      text += as_text(**part);
    }
    EXPECT_EQ(text, content);
    if (!part) return "...";
    return part->ok() ? "end" : part->error().to_string();
  }

  std::optional<OutgoingBody> body;
  http::BodyReader reader;
  std::shared_ptr<OutputStream> out;
  int wakes = 0;
  Waker waker{[this] { ++wakes; }};
};

TEST_F(OutgoingBodyTest, IsStreamedOnce) {
  make({});
  EXPECT_NE(out, nullptr);
  EXPECT_EQ(body->stream(), nullptr);
}

TEST_F(OutgoingBodyTest, WaitsForTheReader) {
  make({});
  EXPECT_EQ(*out->check_write(), 8U);
  EXPECT_EQ(write(*out, "12345678"), "ok");
  EXPECT_EQ(*out->check_write(), 0U);
  EXPECT_FALSE(out->ready());
  EXPECT_TRUE(out->flush().ok());
  out->changed().add(waker);
  EXPECT_EQ(end_after("12345678"), "...");
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(*out->check_write(), 8U);
  EXPECT_EQ(finish(*body, http::Fields{{"Sum", "1"}}), "ok");
  EXPECT_EQ(end_after(""), "end");
  EXPECT_EQ(reader.try_trailers()->value(), (http::Fields{{"Sum", "1"}}));
}

TEST_F(OutgoingBodyTest, IsClosedWhenTheReaderIsGone) {
  make({});
  EXPECT_EQ(write(*out, "12345678"), "ok");
  EXPECT_FALSE(out->ready());
  out->changed().add(waker);
  reader = http::BodyReader();
  EXPECT_EQ(wakes, 1);
  EXPECT_TRUE(out->ready());
  EXPECT_EQ(show(out->check_write().error()), "closed");
  EXPECT_EQ(write(*out, "1"), "closed");
  EXPECT_EQ(show(out->flush().error()), "closed");
}

TEST_F(OutgoingBodyTest, MeetsItsLengthExactly) {
  make(3);
  EXPECT_EQ(write(*out, "ab"), "ok");
  EXPECT_EQ(write(*out, ""), "ok");
  EXPECT_EQ(write(*out, "c"), "ok");
  EXPECT_EQ(finish(*body), "ok");
  EXPECT_EQ(end_after("abc"), "end");
}

TEST_F(OutgoingBodyTest, TooShortIsTheWrongSize) {
  for (const bool of_request : {false, true}) {
    const std::string error =
        of_request ? "HTTP-request-body-size (2)" : "HTTP-response-body-size (2)";
    make(3, of_request);
    EXPECT_EQ(write(*out, "ab"), "ok");
    EXPECT_EQ(finish(*body), error);
    EXPECT_EQ(end_after("ab"), error);
  }
}

TEST_F(OutgoingBodyTest, TooLongIsTheWrongSizeAndToldOnce) {
  for (const bool of_request : {false, true}) {
    const std::string error =
        of_request ? "HTTP-request-body-size (4)" : "HTTP-response-body-size (4)";
    make(3, of_request);
    EXPECT_EQ(write(*out, "ab"), "ok");
    EXPECT_EQ(write(*out, "cd"), error);
    EXPECT_EQ(write(*out, "e"), "closed");
    EXPECT_TRUE(out->ready());
    EXPECT_EQ(finish(*body), error);
    EXPECT_EQ(end_after("ab"), error);
  }
}

TEST_F(OutgoingBodyTest, DroppedUnfinishedIsIncomplete) {
  make({});
  EXPECT_EQ(write(*out, "ab"), "ok");
  body.reset();
  EXPECT_EQ(end_after("ab"), "HTTP-protocol-error: the body was not finished");
  EXPECT_EQ(write(*out, "c"), "closed");
}

TEST_F(OutgoingBodyTest, DroppedAfterItsEndIsComplete) {
  make({});
  EXPECT_EQ(finish(*body), "ok");
  body.reset();
  EXPECT_EQ(end_after(""), "end");
}

}  // namespace
}  // namespace tappet::wasi
