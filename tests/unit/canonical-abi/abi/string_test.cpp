// Strings: all encodings to UTF-8 and back. What lowering does step by step is compared with
// definitions.py by data/strings.golden.
#include <fstream>
#include <sstream>

#include "canonical-abi/abi/load.h"
#include "canonical-abi/abi/store.h"
#include "tests/unit/canonical-abi/abi/fixture.h"
#include "tests/unit/canonical-abi/abi/golden.h"

namespace tappet::component::test {
namespace {

constexpr uint32_t kTag = 0x8000'0000;

// Each line in a memory of its own, as the golden file's addresses are.
TEST(StringAbi, StoresAsDefinitionsPyDoes) {
  const Bytes golden = read_data("strings.golden");
  std::istringstream lines{std::string(as_text(golden))};
  int count = 0;
  for (std::string src, dst, text, calls, begin, tagged, stored;
       lines >> src >> dst >> text >> calls >> begin >> tagged >> stored; ++count) {
    class Case : public AbiTest {
     public:
      void TestBody() override {}
    } c;
    c.options.string_encoding = encoding_of(dst);
    c.peer_encoding = encoding_of(src);
    ComponentValue value = ComponentValue::string(unhex(text));
    if (src == "tagged") value.set_was_utf16();
    uint64_t ptr = 0;
    uint64_t units = 0;
    EXPECT_EQ(
        c.run([&](LiftLowerContext& cx) { return store_string_into_range(cx, value, ptr, units); }),
        "");
    const std::string what = src + " -> " + dst + ": " + text;
    EXPECT_EQ(c.realloc_calls(), calls) << what;
    EXPECT_EQ(std::to_string(ptr), begin) << what;
    EXPECT_EQ(std::to_string(units), tagged) << what;
    if (stored != "-") {
      EXPECT_EQ(c.bytes_at(ptr, stored.size() / 2), stored) << what;
    }
    // What was stored is loaded as the same.
    ComponentValue v;
    EXPECT_EQ(
        c.run([&](LiftLowerContext& cx) { return load_string_from_range(cx, ptr, units, v); }), "");
    EXPECT_EQ(v.string(), unhex(text)) << what;
  }
  EXPECT_EQ(count, 192);
}

TEST_F(AbiTest, Utf8IsChecked) {
  put(600, {'o', 'k', 0xc3, 0xa9});
  EXPECT_EQ(lifted(*string(), {600, 4}), "\"ok\xc3\xa9\"");
  EXPECT_EQ(lifted(*string(), {600, 3}), "trap: incomplete utf-8 byte sequence from index 2");
  const auto lift = [&](std::initializer_list<int> bytes) {
    put(600, bytes);
    return lifted(*string(), {600, bytes.size()});
  };
  EXPECT_EQ(lift({'a', 0xff}), "trap: invalid utf-8 sequence from index 1");
  EXPECT_EQ(lift({0x80}), "trap: invalid utf-8 sequence from index 0");
  EXPECT_EQ(lift({0xc0, 0x80}), "trap: invalid utf-8 sequence from index 0");        // overlong
  EXPECT_EQ(lift({0xed, 0xa0, 0x80}), "trap: invalid utf-8 sequence from index 0");  // a surrogate
  EXPECT_EQ(lift({0xed, 0xa0}), "trap: invalid utf-8 sequence from index 0");
  EXPECT_EQ(lift({0xe2, 0x98}), "trap: incomplete utf-8 byte sequence from index 0");
  EXPECT_EQ(lift({0xf0, 0x9f, 0x8d}), "trap: incomplete utf-8 byte sequence from index 0");
  EXPECT_EQ(lift({0xf0, 0x9f, 'x'}), "trap: invalid utf-8 sequence from index 0");
  EXPECT_EQ(lift({0xf4, 0x90, 0x80, 0x80}), "trap: invalid utf-8 sequence from index 0");
  EXPECT_EQ(lift({0xf4, 0x90}), "trap: invalid utf-8 sequence from index 0");
}

TEST_F(AbiTest, Utf16IsChecked) {
  options.string_encoding = StringEncoding::kUtf16;
  put(600, {'a', 0, 0x3c, 0xd8, 0x70, 0xdf, 0x03, 0x26});
  EXPECT_EQ(lifted(*string(), {600, 4}), "\"a\xf0\x9f\x8d\xb0\xe2\x98\x83\"");
  EXPECT_EQ(lifted(*string(), {600, 2}), "trap: invalid utf-16: unpaired surrogate");
  EXPECT_EQ(lifted(*string(), {604, 1}), "trap: invalid utf-16: unpaired surrogate");
  put(600, {0x3c, 0xd8, 0x3c, 0xd8});
  EXPECT_EQ(lifted(*string(), {600, 2}), "trap: invalid utf-16: unpaired surrogate");
  EXPECT_EQ(lifted(*string(), {601, 0}), "trap: string pointer not aligned");
}

TEST_F(AbiTest, TheTagTellsLatin1FromUtf16) {
  options.string_encoding = StringEncoding::kLatin1Utf16;
  put(600, {0xe9, 0, 0x41, 0});
  EXPECT_EQ(lifted(*string(), {600, 1}), "\"\xc3\xa9\"");
  EXPECT_EQ(lifted(*string(), {600, kTag | 2}),
            "\"\xc3\xa9"
            "A\"");
  EXPECT_EQ(lifted(*string(), {601, 1}), "trap: string pointer not aligned");
  EXPECT_EQ(lifted(*string(), {601, kTag}), "trap: string pointer not aligned");
}

TEST_F(AbiTest, HostileStringRangesTrap) {
  EXPECT_EQ(lifted(*string(), {65535, 1}), "\"\\u{0}\"");
  for (const auto& [ptr, length] : {std::pair<uint64_t, uint64_t>{65535, 2},
                                    {0xdead'beef, 0},
                                    {0xffff'ffff, 1},
                                    {0, 0x0fff'ffff}}) {
    EXPECT_EQ(lifted(*string(), {ptr, length}),
              "trap: string pointer/length out of bounds of memory");
  }
  EXPECT_EQ(lifted(*string(), {0, 0x1000'0000}), "trap: string size is too large");
  EXPECT_EQ(lifted(*string(), {0, 0xffff'ffff}), "trap: string size is too large");
  peer = Peer::kGuest;
  EXPECT_EQ(lifted(*string(), {65535, 2}), "trap: string content out-of-bounds");
  options.string_encoding = StringEncoding::kUtf16;
  EXPECT_EQ(lifted(*string(), {0, 0x0800'0000}), "trap: string size is too large");
  EXPECT_EQ(lifted(*string(), {65534, 2}), "trap: string content out-of-bounds");
  EXPECT_EQ(lifted(*string(), {1, 0}), "trap: unaligned pointer");
  options.string_encoding = StringEncoding::kLatin1Utf16;
  EXPECT_EQ(lifted(*string(), {0, kTag | 0x0800'0000}), "trap: string size is too large");
  EXPECT_EQ(lifted(*string(), {0, kTag | 0x0000'8001}), "trap: string content out-of-bounds");
}

TEST_F(AbiTest, ReallocMayFailInTheMiddleOfAString) {
  options.string_encoding = StringEncoding::kUtf16;
  use_realloc("realloc_odd");
  EXPECT_EQ(lowered(ComponentValue::string("x"), *string()),
            "trap: realloc return: result not aligned");
  options.string_encoding = StringEncoding::kUtf8;
  use_realloc("realloc_minus_one");
  EXPECT_EQ(lowered(ComponentValue::string(""), *string()),
            "trap: realloc return: beyond end of memory");
  peer = Peer::kGuest;
  EXPECT_EQ(lowered(ComponentValue::string("x"), *string()), "trap: string content out-of-bounds");
}

// A guest that gets a Latin-1 string, then a character beyond: the string is widened in place.
TEST_F(AbiTest, MemoryMayMoveInTheMiddleOfAString) {
  options.string_encoding = StringEncoding::kLatin1Utf16;
  use_realloc("realloc_grow");
  FlatValues flat;
  const std::string text = "caf\xc3\xa9 \xe2\x98\x83";
  ASSERT_EQ(run([&](LiftLowerContext& cx) {
              return lower_flat(cx, ComponentValue::string(text), *string(), flat);
            }),
            "");
  EXPECT_EQ(lifted(*string(), {flat.span()[0], flat.span()[1]}), "\"" + text + "\"");
  EXPECT_EQ(memory->size(), 4U * 65536);
}

TEST_F(AbiTest, HostsStringsAreBounded) {
  const ComponentValue v = ComponentValue::string(std::string(limits::kStringBytes + 1, 'x'));
  EXPECT_EQ(lowered(v, *string()), "trap: string size is too large");
}

}  // namespace
}  // namespace tappet::component::test
