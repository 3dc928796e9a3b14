// data/host/streams.wat with elements of the C++ type T, and its host: both ends of every kind.
#pragma once

#include <gtest/gtest.h>

#include "canonical-abi/bind/interface.h"
#include "canonical-abi/bind/stream.h"
#include "tests/unit/canonical-abi/support/program.h"

namespace tappet::component::test {

using Copied = Poll<size_t>;
inline constexpr uint32_t kAt = 0x1000;  // where the guest's elements are

using V = ComponentValue;

struct Thing {
  explicit Thing(uint32_t number) : n(number) { ++alive; }
  ~Thing() { --alive; }
  Thing(const Thing&) = delete;
  Thing& operator=(const Thing&) = delete;
  uint32_t get() const { return n; }

  uint32_t n;
  static inline int alive = 0;
};

// What the guest was given, and what it gave. Goes after its programs.
template <class T>
struct StreamHost {
  StreamReader<T> reader;  // that the guest gave
  StreamReader<T> to_give;
  FutureReader<T> future_reader;
  FutureReader<T> future_to_give;
};

// Results of the guest's built-ins.
inline constexpr uint32_t kBlocked = UINT32_MAX;
constexpr uint64_t copied(uint32_t n, CopyResult result = CopyResult::kCompleted) {
  return static_cast<uint64_t>(result) | uint64_t{n} << 4;
}
constexpr uint64_t event(EventCode code, uint64_t result) {
  return static_cast<uint64_t>(code) << 32 | result;
}

inline Bytes stream_guest(std::string_view element) {
  const Bytes bytes = read_data("host/streams.wat");
  std::string text(bytes.begin(), bytes.end());
  for (size_t at = 0; (at = text.find("ELEMENT", at)) != std::string::npos;) {
    text.replace(at, 7, element);
  }
  return assemble(text);
}

template <class T>
Async<uint64_t> drain(StreamReader<T> stream) {
  return Async<uint64_t>::pending(
      [stream = std::move(stream), n = uint64_t{0}](Waker& waker) mutable -> Poll<uint64_t> {
        for (;;) {
          size_t got = 0;
          if constexpr (StreamReader<T>::kBulk) {
            std::vector<T> piece(100);
            const Poll<size_t> read = stream.try_read(piece, waker);
            if (!read) return kPending;
            got = *read;
          } else {
            const Poll<std::vector<T>> read = stream.try_read(100, waker);
            if (!read) return kPending;
            got = read->size();
          }
          if (got == 0) return n;
          n += got;
        }
      });
}

template <class T>
HostInterfaceDef stream_interface() {
  using Host = StreamHost<T>;
  return HostInterface<Host>("test:host/streams", version("1.0.0"))
      .func("take", {"s"}, [](Host& host, StreamReader<T> s) { host.reader = std::move(s); })
      .func("give", [](Host& host) { return std::move(host.to_give); })
      .func("take-future", {"f"},
            [](Host& host, FutureReader<T> f) { host.future_reader = std::move(f); })
      .func("give-future", [](Host& host) { return std::move(host.future_to_give); })
      .async_func("drain", {"s"}, [](StreamReader<T> s) { return drain(std::move(s)); })
      .template resource<Thing>("thing")
      .constructor({"n"}, [](uint32_t n) { return make_own<Thing>(n); })
      .method("get", &Thing::get);
}

// A waker that counts, and may do something.
struct Wakes {
  int count = 0;
  std::function<void()> then;
  Waker waker{[this] {
    ++count;
    if (then) then();
  }};
};

template <class T>
class StreamProgram : public Program {
 public:
  explicit StreamProgram(std::string_view element) : Program(stream_guest(element)) {
    EXPECT_TRUE(linker().define(stream_interface<T>()).ok());
    prepare();
    store().environment().set(&host);
    std::string failure;
    EXPECT_EQ(instantiate(&failure), Outcome::kReturned) << failure;
  }

  // The guest's calls; those that return a number.
  void run(std::string_view name, std::vector<V> args = {}) { EXPECT_EQ(call(name, args), ""); }
  uint64_t number(std::string_view name, std::vector<V> args = {}) {
    const std::string result = call(name, std::move(args));
    EXPECT_FALSE(result.empty() || result.starts_with("trap")) << name << ": " << result;
    return std::strtoull(result.c_str(), nullptr, 10);
  }
  uint64_t read(uint32_t at, uint32_t n) { return number("read", {V::u32(at), V::u32(n)}); }
  uint64_t write(uint32_t at, uint32_t n) { return number("write", {V::u32(at), V::u32(n)}); }
  uint64_t read_event() { return number("event", {V::u32(0)}); }
  uint64_t write_event() { return number("event", {V::u32(1)}); }
  // Lets the host's jobs run.
  void turn() { EXPECT_EQ(number("turns", {V::u32(3)}), 0U); }

  void poke(uint32_t at, Bytes bytes) { run("poke", {V::u32(at), V::bytes(std::move(bytes))}); }
  void poke(uint32_t at, std::string_view text) { poke(at, Bytes(text.begin(), text.end())); }
  Bytes peek(uint32_t at, uint32_t n) {
    Task task(store(), function("peek"), {V::u32(at), V::u32(n)});
    EXPECT_EQ(task.run(), Outcome::kReturned);
    return task.result().bytes();
  }
  std::string text(uint32_t at, uint32_t n) {
    const Bytes bytes = peek(at, n);
    return {bytes.begin(), bytes.end()};
  }
  uint32_t word(uint32_t at) {
    const Bytes b = peek(at, 4);
    return b[0] | b[1] << 8 | b[2] << 16 | static_cast<uint32_t>(b[3]) << 24;
  }
  // A string in memory, as an element.
  std::string element(uint32_t at) { return text(word(at), word(at + 4)); }
  // Puts strings into memory, as elements from `at` on.
  void poke_strings(uint32_t at, const std::vector<std::string>& strings) {
    uint32_t place = at + 0x800;
    for (const std::string& s : strings) {
      poke(place, s);
      const auto n = static_cast<uint32_t>(s.size());
      poke(at, Bytes{uint8_t(place), uint8_t(place >> 8), uint8_t(place >> 16), 0, uint8_t(n),
                     uint8_t(n >> 8), 0, 0});
      place += n;
      at += 8;
    }
  }

  StreamHost<T> host;
};

}  // namespace tappet::component::test
