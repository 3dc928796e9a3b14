#include "wasi/host/line_prefix.h"

#include <gtest/gtest.h>

#include "wasi/host/memory_stream.h"

namespace tappet::wasi {
namespace {

Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }

// Takes as much as the test allows.
class Valve final : public OutputStream {
 public:
  bool ready() override { return room_ > 0 || failed_; }
  StreamResult<size_t> check_write() override {
    if (failed_) return fail(std::exchange(end_, StreamEnd::closed()));
    return room_;
  }
  StreamResult<> write(Bytes bytes) override {
    EXPECT_LE(bytes.size(), room_);
    room_ -= bytes.size();
    text += as_text(bytes);
    return {};
  }
  StreamResult<> flush() override { return ++flushes, StreamResult<>(); }
  void open(size_t room) {
    room_ = room;
    changed_.wake_all();
  }
  void fail_now() {
    failed_ = true;
    end_ = StreamEnd::failed(IoError("broken"));
    changed_.wake_all();
  }

  std::string text;
  int flushes = 0;

 private:
  size_t room_ = 0;
  bool failed_ = false;
  StreamEnd end_;
};

TEST(LinePrefix, StandsBeforeEveryLineOnce) {
  const auto inner = std::make_shared<MemoryOutput>();
  LinePrefix out(inner, {.prefix = [] { return "> "; }});
  ASSERT_TRUE(out.write(bytes("a")).ok());
  ASSERT_TRUE(out.write(bytes("b\n\nc\nd")).ok());
  ASSERT_TRUE(out.write({}).ok());
  ASSERT_TRUE(out.write(bytes("e\n")).ok());
  EXPECT_EQ(inner->text(), "> ab\n> \n> c\n> de\n");
  EXPECT_TRUE(out.check_write().value() > 0);
}

TEST(LinePrefix, KeepsItsPromiseWhenOthersFillTheInnerStream) {
  const auto inner = std::make_shared<Valve>();
  LinePrefix out(inner, {.prefix = [] { return ""; }});
  inner->open(10);
  const size_t promised = out.check_write().value();
  EXPECT_GT(promised, 10u);
  inner->open(0);
  EXPECT_EQ(out.check_write().value(), promised);
  EXPECT_TRUE(out.ready());
  ASSERT_TRUE(out.write(bytes("a\n")).ok());
  EXPECT_EQ(out.check_write().value(), promised - 2);
  ASSERT_TRUE(out.write(Bytes(promised - 2, '\n')).ok());
  EXPECT_EQ(out.check_write().value(), 0u);
  EXPECT_FALSE(out.ready());
  EXPECT_EQ(inner->text, "");
}

TEST(LinePrefix, EscapesWhatATerminalWouldObey) {
  const auto inner = std::make_shared<MemoryOutput>();
  LinePrefix out(inner, {.prefix = [] { return ""; }, .escape_controls = true});
  ASSERT_TRUE(out.write(bytes("\x1b[2J\ttab\r\x7f\xc3\xbc\n")).ok());
  EXPECT_EQ(inner->text(), "\\x1b[2J\ttab\\x0d\\x7f\xc3\xbc\n");
}

// U+009B begins sequences like ESC [ on many terminals.
TEST(LinePrefix, EscapesTheControlCharactersOfUnicode) {
  const auto inner = std::make_shared<MemoryOutput>();
  LinePrefix out(inner, {.prefix = [] { return ""; }, .escape_controls = true});
  for (const char* piece : {"a\xc2", "\x9b", "31m \xc2\xa0\xc2\xc2\x80 \xc2", "\x1b\xc3\x9f\n"}) {
    ASSERT_TRUE(out.write(bytes(piece)).ok());
  }
  EXPECT_EQ(inner->text(), "a\\u009b31m \xc2\xa0\xc2\\u0080 \xc2\\x1b\xc3\x9f\n");
}

TEST(LinePrefix, LinesOfSeveralDoNotMix) {
  const auto inner = std::make_shared<MemoryOutput>();
  LinePrefix one(inner, {.prefix = [] { return "1> "; }});
  {
    LinePrefix two(inner, {.prefix = [] { return "2> "; }});
    ASSERT_TRUE(one.write(bytes("a")).ok());
    ASSERT_TRUE(two.write(bytes("b")).ok());
    ASSERT_TRUE(one.write(bytes("c\nd")).ok());
    EXPECT_EQ(inner->text(), "1> ac\n");
  }
  EXPECT_EQ(inner->text(), "1> ac\n2> b\n");
  ASSERT_TRUE(one.write(bytes("\n")).ok());
  EXPECT_EQ(inner->text(), "1> ac\n2> b\n1> d\n");
}

TEST(LinePrefix, LongLinesAreNotHeld) {
  const auto inner = std::make_shared<MemoryOutput>();
  LinePrefix out(inner, {.prefix = [] { return "> "; }});
  const std::string half(3000, 'x');
  ASSERT_TRUE(out.write(bytes(half)).ok());
  EXPECT_EQ(inner->text(), "");
  ASSERT_TRUE(out.write(bytes(half)).ok());
  EXPECT_EQ(inner->text(), "> " + half + half);
}

TEST(LinePrefix, DrainsIncompleteLines) {
  const auto inner = std::make_shared<MemoryOutput>();
  LinePrefix out(inner, {.prefix = [] { return "> "; }});
  ASSERT_TRUE(out.write(bytes("a")).ok());
  EXPECT_TRUE(out.drain(0));
  EXPECT_EQ(inner->text(), "> a");
}

TEST(LinePrefix, WaitsForTheInnerStream) {
  const auto inner = std::make_shared<Valve>();
  inner->open(5);
  LinePrefix out(inner, {.prefix = [] { return "> "; }});
  ASSERT_TRUE(out.write(bytes("abcdef\n")).ok());
  EXPECT_EQ(inner->text, "> abc");
  EXPECT_EQ(out.check_write().value(), 0U);
  EXPECT_FALSE(out.ready());
  int wakes = 0;
  Waker waker([&] { ++wakes; });
  out.changed().add(waker);
  inner->open(100);
  EXPECT_EQ(wakes, 1);
  EXPECT_TRUE(out.ready());
  EXPECT_EQ(inner->text, "> abcdef\n");
  EXPECT_GT(out.check_write().value(), 0U);
}

TEST(LinePrefix, FlushesAfterEverythingIsPassedOn) {
  const auto inner = std::make_shared<Valve>();
  LinePrefix out(inner, {.prefix = [] { return "> "; }});
  ASSERT_TRUE(out.write(bytes("a\n")).ok());
  ASSERT_TRUE(out.flush().ok());
  EXPECT_EQ(inner->flushes, 0);
  inner->open(10);
  EXPECT_TRUE(out.ready());
  EXPECT_EQ(inner->flushes, 1);
}

TEST(LinePrefix, PassesOnAFailureOnce) {
  const auto inner = std::make_shared<Valve>();
  LinePrefix out(inner, {.prefix = [] { return "> "; }});
  ASSERT_TRUE(out.write(bytes("a\n")).ok());
  EXPECT_FALSE(out.ready());
  inner->fail_now();
  EXPECT_TRUE(out.ready());
  EXPECT_TRUE(out.ready());
  const StreamResult<size_t> failed = out.check_write();
  ASSERT_FALSE(failed.ok());
  ASSERT_NE(failed.error().error, nullptr);
  EXPECT_EQ(failed.error().error->debug_string(), "broken");
  EXPECT_EQ(out.check_write().error().error, nullptr);
  EXPECT_FALSE(out.write(bytes("b")).ok());
  EXPECT_FALSE(out.flush().ok());
  EXPECT_TRUE(out.drain(0));
}

}  // namespace
}  // namespace tappet::wasi
