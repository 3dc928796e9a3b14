#include "net/http/body.h"

#include <gtest/gtest.h>

#include "net/http/message.h"

namespace tappet::http {
namespace {

std::string read(BodyReader& reader, size_t max = SIZE_MAX) {
  auto part = reader.try_take(max);
  if (!part) return "<pending>";
  if (!part->ok()) return "<" + std::string(part->error().name()) + ">";
  return (*part)->empty() ? "<end>" : std::string((*part)->begin(), (*part)->end());
}

size_t write(BodyWriter& writer, std::string_view text) {
  const auto written = writer.try_write(as_bytes(text));
  return written.ok() ? *written : SIZE_MAX;
}

TEST(Body, OfBytesIsThereAndComplete) {
  for (const bool copied : {true, false}) {
    BodyReader reader = copied ? BodyReader("hello") : BodyReader::of_static("hello");
    EXPECT_EQ(reader.remaining(), 5u);
    EXPECT_TRUE(reader.complete());
    EXPECT_EQ(read(reader, 2), "he");
    EXPECT_EQ(reader.remaining(), 3u);
    EXPECT_EQ(read(reader), "llo");
    EXPECT_EQ(read(reader), "<end>");
    EXPECT_TRUE(reader.try_trailers().has_value());
  }
  BodyReader empty;
  EXPECT_EQ(read(empty), "<end>");
  EXPECT_EQ(empty.remaining(), 0u);
}

TEST(Body, MovesWithItsBytes) {
  BodyReader small(std::string_view("ab"));
  BodyReader moved = std::move(small);
  EXPECT_EQ(read(moved), "ab");
  BodyReader assigned;
  assigned = BodyReader("cd");
  EXPECT_EQ(read(assigned), "cd");
}

TEST(Body, CarriesBytesAndACleanEnd) {
  auto [writer, reader] = Body::make();
  EXPECT_EQ(read(reader), "<pending>");
  EXPECT_EQ(reader.remaining(), std::nullopt);
  EXPECT_EQ(write(writer, "hel"), 3u);
  EXPECT_EQ(write(writer, "lo"), 2u);
  EXPECT_EQ(read(reader, 4), "hell");
  EXPECT_FALSE(reader.try_trailers());
  EXPECT_TRUE(writer.finish(Fields{{"x", "1"}}).ok());
  EXPECT_EQ(reader.remaining(), 1u);
  EXPECT_EQ(read(reader), "o");
  EXPECT_EQ(read(reader), "<end>");
  EXPECT_EQ(reader.try_trailers()->value(), (Fields{{"x", "1"}}));
  EXPECT_FALSE(reader.try_trailers()->value());
  EXPECT_FALSE(writer.finish().ok());
  EXPECT_EQ(write(writer, "x"), SIZE_MAX);
}

TEST(Body, HoldsBackTheWriter) {
  auto [writer, reader] = Body::make({.capacity = 4});
  int woken = 0;
  Waker waker([&] { ++woken; });
  EXPECT_EQ(write(writer, "abcdef"), 4u);
  EXPECT_EQ(writer.room(), 0u);
  EXPECT_EQ(write(writer, "ef"), 0u);
  writer.await_writable(waker);
  EXPECT_EQ(read(reader, 1), "a");
  EXPECT_EQ(woken, 1);
  EXPECT_EQ(writer.room(), 1u);
  EXPECT_EQ(write(writer, "ef"), 1u);
}

TEST(Body, WakesItsReader) {
  auto [writer, reader] = Body::make();
  int woken = 0;
  Waker waker([&] { ++woken; });
  reader.await_readable(waker);
  write(writer, "a");
  EXPECT_EQ(woken, 1);
  reader.await_readable(waker);
  (void)writer.finish();
  EXPECT_EQ(woken, 2);
}

TEST(Body, ShowsErrorsBehindWhatCameBefore) {
  auto [writer, reader] = Body::make();
  write(writer, "part");
  writer.abort(ErrorCode::ConnectionTerminated());
  writer.abort(ErrorCode::LoopDetected());
  EXPECT_EQ(reader.remaining(), std::nullopt);
  ASSERT_NE(reader.failure(), nullptr);
  EXPECT_EQ(read(reader), "part");
  EXPECT_EQ(read(reader), "<connection-terminated>");
  EXPECT_EQ(read(reader), "<connection-terminated>");
  EXPECT_FALSE(reader.try_trailers()->ok());
  EXPECT_FALSE(writer.finish().ok());
}

TEST(Body, DroppedUnfinishedIsIncomplete) {
  auto body = Body::make();
  write(body.writer, "part");
  {
    const BodyWriter gone = std::move(body.writer);
  }
  EXPECT_EQ(read(body.reader), "part");
  EXPECT_EQ(read(body.reader), "<HTTP-protocol-error>");
  EXPECT_EQ(body.writer.room(), 0u);
  EXPECT_TRUE(body.writer.reader_gone());
}

TEST(Body, TellsTheWriterThatNobodyReads) {
  auto body = Body::make();
  int woken = 0;
  Waker waker([&] { ++woken; });
  body.writer.await_writable(waker);
  body.reader = BodyReader();
  EXPECT_EQ(woken, 1);
  EXPECT_TRUE(body.writer.reader_gone());
  EXPECT_EQ(body.writer.room(), 0u);
  const auto written = body.writer.try_write(as_bytes("x"));
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error(), ErrorCode::ConnectionTerminated());
  EXPECT_TRUE(body.writer.finish().ok());  // its content was all right
}

TEST(Body, HoldsTheWriterToTheAnnouncedLength) {
  auto exact = Body::make({.length = 3});
  EXPECT_EQ(exact.reader.remaining(), 3u);
  write(exact.writer, "abc");
  EXPECT_EQ(read(exact.reader, 1), "a");
  EXPECT_EQ(exact.reader.remaining(), 2u);
  EXPECT_TRUE(exact.writer.finish().ok());

  auto shorter = Body::make({.length = 3, .of_request = true});
  write(shorter.writer, "ab");
  const auto early = shorter.writer.finish();
  ASSERT_FALSE(early.ok());
  EXPECT_EQ(early.error(), ErrorCode::HttpRequestBodySize(2));
  EXPECT_EQ(read(shorter.reader), "ab");
  EXPECT_EQ(read(shorter.reader), "<HTTP-request-body-size>");

  auto longer = Body::make({.length = 3});
  write(longer.writer, "ab");
  const auto late = longer.writer.try_write(as_bytes("cd"));
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error(), ErrorCode::HttpResponseBodySize(4));
  EXPECT_EQ(longer.writer.finish().error(), ErrorCode::HttpResponseBodySize(4));
  EXPECT_EQ(read(longer.reader), "ab");
  EXPECT_EQ(read(longer.reader), "<HTTP-response-body-size>");
}

TEST(Body, TellsTheWriterOfTheFirstDemand) {
  auto [writer, reader] = Body::make();
  int woken = 0;
  Waker waker([&] { ++woken; });
  writer.await_writable(waker);
  EXPECT_FALSE(writer.demanded());
  ByteSpan parts[2];
  EXPECT_EQ(reader.gather(parts, 10), 0u);
  EXPECT_FALSE(writer.demanded());
  EXPECT_FALSE(reader.try_peek());
  EXPECT_TRUE(writer.demanded());
  EXPECT_EQ(woken, 1);
}

TEST(Body, GivesWholeChunksAwayWithoutACopy) {
  auto [writer, reader] = Body::make();
  Bytes chunk(1000, 'x');
  const uint8_t* memory = chunk.data();
  EXPECT_TRUE(writer.try_push(std::move(chunk)).value());
  const auto taken = reader.try_take(SIZE_MAX);
  EXPECT_EQ((*taken)->data(), memory);
  EXPECT_FALSE(writer.try_push(Bytes(65537)).value());
  EXPECT_TRUE(writer.try_push(Bytes(65536)).value());
  EXPECT_EQ(reader.available(), 65536u);
}

TEST(Body, GathersAcrossChunks) {
  auto [writer, reader] = Body::make();
  for (const char* text : {"one", "two", "three"}) {
    EXPECT_TRUE(writer.try_push(Bytes(text, text + std::strlen(text))).value());
  }
  reader.consume(1);
  ByteSpan parts[8];
  ASSERT_EQ(reader.gather(parts, 7), 3u);
  EXPECT_EQ(as_text(parts[0]), "ne");
  EXPECT_EQ(as_text(parts[1]), "two");
  EXPECT_EQ(as_text(parts[2]), "th");
  EXPECT_EQ(reader.gather(std::span(parts, 1), SIZE_MAX), 1u);
  reader.consume(6);
  EXPECT_EQ(read(reader), "hree");
}

// Any sequence of small and large writes, pushes and reads is a queue.
TEST(Body, IsAQueue) {
  auto [writer, reader] = Body::make({.capacity = 5000});
  std::string expected;
  std::string got;
  uint32_t random = 7;
  uint8_t next = 0;
  for (int i = 0; i < 20000; ++i) {
    random = random * 1664525 + 1013904223;
    const size_t size = (random >> 8) % ((random >> 4) % 8 == 0 ? 3000 : 20);
    Bytes data(size);
    for (uint8_t& byte : data) byte = next++;
    const std::string text(data.begin(), data.end());
    if (random >> 31) {
      const size_t written = *writer.try_write(data);
      expected += text.substr(0, written);
      next = static_cast<uint8_t>(next - (size - written));
    } else if (*writer.try_push(std::move(data))) {
      expected += text;
    } else {
      next = static_cast<uint8_t>(next - size);
    }
    if ((random >> 16) % 3 != 0) continue;
    if (reader.available() == 0) continue;
    got += read(reader, (random >> 12) % 900 + 1);
  }
  ASSERT_TRUE(writer.finish().ok());
  for (std::string part; (part = read(reader)) != "<end>";) got += part;
  EXPECT_GT(got.size(), 100000u);
  EXPECT_TRUE(got == expected);
}

// Content is held on a budget, which gets back what was read.
TEST(Body, SharesABudget) {
  const auto budget = net::make_ref<net::Budget>(net::BudgetLimits{.bytes = 10'000});
  Body one = Body::make({.budget = budget});
  Body other = Body::make({.budget = budget});
  EXPECT_EQ(one.writer.room(), 10'000u);
  EXPECT_EQ(write(one.writer, std::string(9'000, 'x')), 9'000u);
  EXPECT_EQ(other.writer.room(), 2048u);  // a little, always
  EXPECT_EQ(write(other.writer, std::string(3'000, 'x')), 2048u);
  EXPECT_EQ(other.writer.room(), 0u);
  EXPECT_FALSE(*other.writer.try_push(Bytes(1)));
  EXPECT_EQ(budget->bytes(), 11'048u);
  other.reader.consume(1);
  EXPECT_EQ(other.writer.room(), 1u);
  one.reader.consume(8'000);
  EXPECT_EQ(other.writer.room(), 10'000u - 1'000 - 2'047);
  one.reader = BodyReader();
  EXPECT_EQ(budget->bytes(), 2'047u);
  other = Body();
  EXPECT_EQ(budget->bytes(), 0u);
}

TEST(Body, PaysForTrailers) {
  const auto budget = net::make_ref<net::Budget>(net::BudgetLimits{.bytes = 1'000});
  Body body = Body::make({.budget = budget});
  EXPECT_TRUE(body.writer.finish(Fields{{"x", std::string(500, 'x')}}).ok());
  EXPECT_GT(budget->bytes(), 500u);
  EXPECT_EQ(read(body.reader), "<end>");
  EXPECT_TRUE(body.reader.take_trailers());
  EXPECT_EQ(budget->bytes(), 0u);
  Body large = Body::make({.budget = budget});
  EXPECT_TRUE(large.writer.finish(Fields{{"x", std::string(2'000, 'x')}})
                  .error()
                  .is(ErrorCase::kHttpResponseTrailerSectionSize));
  EXPECT_EQ(read(large.reader), "<HTTP-response-trailer-section-size>");
}

}  // namespace
}  // namespace tappet::http
