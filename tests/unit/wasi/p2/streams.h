// Streams that a test controls.
#pragma once

#include <deque>
#include <optional>

#include "wasi/host/stream.h"

namespace tappet::wasi::testing {

class ScriptedInput final : public InputStream {
 public:
  void arrive(std::string_view text) {
    const ByteSpan bytes = as_bytes(text);
    waiting.insert(waiting.end(), bytes.begin(), bytes.end());
    changed_.wake_all();
  }
  void finish(StreamEnd how) {
    end = std::move(how);
    changed_.wake_all();
  }
  bool ready() override { return !waiting.empty() || end.has_value(); }
  StreamResult<Bytes> read(uint64_t limit) override {
    if (waiting.empty() && end) return fail(std::exchange(*end, StreamEnd::closed()));
    Bytes taken;
    for (; !waiting.empty() && taken.size() < limit; waiting.pop_front()) {
      taken.push_back(waiting.front());
    }
    return taken;
  }

  std::deque<uint8_t> waiting;
  std::optional<StreamEnd> end;
};

// Accepts `room` bytes until it is given more.
class ScriptedOutput final : public OutputStream {
 public:
  void make_room(size_t bytes) {
    room = bytes;
    changed_.wake_all();
  }
  void finish(StreamEnd how) {
    end = std::move(how);
    changed_.wake_all();
  }
  bool ready() override { return room > 0 || end.has_value(); }
  StreamResult<size_t> check_write() override {
    if (end) return fail(std::exchange(*end, StreamEnd::closed()));
    return room;
  }
  StreamResult<> write(Bytes bytes) override {
    room -= bytes.size();
    text.append(as_text(bytes));
    return {};
  }
  StreamResult<> flush() override {
    ++flushes;
    if (flush_takes_time) room = 0;
    return {};
  }

  size_t room = 0;
  std::optional<StreamEnd> end;
  std::string text;
  int flushes = 0;
  bool flush_takes_time = false;
};

}  // namespace tappet::wasi::testing
