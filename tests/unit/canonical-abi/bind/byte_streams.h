// A guest with a stream of bytes, its host, and something to feed a stream with.
#pragma once

#include "tests/unit/canonical-abi/bind/stream_program.h"

namespace tappet::component::test {

class ByteStreams : public ::testing::Test {
 protected:
  // The host reads at most n bytes.
  std::string read(size_t n) {
    std::string text(n, '\0');
    const Copied got =
        p.host.reader.try_read({reinterpret_cast<uint8_t*>(text.data()), n}, wakes.waker);
    if (!got) return "pending";
    return text.substr(0, *got);
  }
  Copied write(std::string_view text) { return writer.try_write(as_bytes(text), wakes.waker); }
  // The guest makes a stream, and gives it to the host.
  void host_reads() {
    p.run("new");
    p.run("take");
  }
  void host_writes() {
    auto ends = make_stream<uint8_t>();
    writer = std::move(ends.writer);
    p.host.to_give = std::move(ends.reader);
    p.run("give");
  }

  StreamProgram<uint8_t> p{"u8"};
  StreamWriter<uint8_t> writer;
  Wakes wakes;
};

// Something that others fill.
struct Pipe {
  std::string text;
  bool over = false;
  WakeList changed;
  int reads = 0;

  Copied try_read(std::span<uint8_t> into, Waker& waker) {
    ++reads;
    if (text.empty() && !over) return changed.add(waker), kPending;
    const size_t n = std::min(into.size(), text.size());
    std::copy_n(text.begin(), n, into.begin());
    text.erase(0, n);
    return n;
  }
  void put(std::string_view more) {
    text += more;
    changed.wake_all();
  }
  void end() {
    over = true;
    changed.wake_all();
  }
};
struct PipeSource {
  std::shared_ptr<Pipe> pipe;
  Copied try_read(std::span<uint8_t> into, Waker& waker) { return pipe->try_read(into, waker); }
};

class ByteSources : public ByteStreams {
 protected:
  ByteSources() { p.host.to_give = StreamReader<uint8_t>::from(PipeSource{pipe}); }
  std::shared_ptr<Pipe> pipe = std::make_shared<Pipe>();
};

}  // namespace tappet::component::test
