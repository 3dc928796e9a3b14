#include "net/io/memory_pipe.h"

#include <uv.h>

#include <algorithm>

namespace tappet::net {
namespace {

// One direction. Both ends hold it; it outlives the end that is destroyed first.
struct Direction : RefCounted {
  ByteSpan unread() const { return as_bytes(bytes).subspan(start); }
  void drop(size_t count) {
    start += count;
    if (start < bytes.size() / 2) return;
    bytes.erase(0, start);
    start = 0;
  }

  std::string bytes;
  size_t start = 0;          // what is before it has been read
  bool ended = false;        // the writer has shut it
  bool reader_gone = false;  // destroyed
  bool cut = false;          // aborted by either end, or the writer destroyed without shutdown
};

class End final : public ByteStream {
 public:
  End(Loop& loop, Ref<Direction> in, Ref<Direction> out,
      const std::shared_ptr<MemoryPipeOptions>& options)
      : loop_(loop), in_(std::move(in)), out_(std::move(out)), options_(options), notice_([this] {
          deliver();
        }) {}

  ~End() override {
    in_->reader_gone = true;
    if (!out_->ended && !out_->cut) out_->ended = true;
    notify_peer();
    if (peer_ != nullptr) peer_->peer_ = nullptr;
  }

  static void connect(End& a, End& b) { a.peer_ = &b, b.peer_ = &a; }

  Poll<Result<ByteSpan, IoError>> try_peek() override {
    using Peeked = Result<ByteSpan, IoError>;
    if (in_->cut) return Peeked(fail(io_error_from_uv(UV_ECONNRESET)));
    if (const ByteSpan unread = in_->unread(); !unread.empty()) {
      if (shown_ == 0) shown_ = options_->next_read ? options_->next_read() : SIZE_MAX;
      shown_ = std::clamp<size_t>(shown_, 1, unread.size());
      return Peeked(unread.first(shown_));
    }
    if (in_->ended) return Peeked(ByteSpan());
    return kPending;
  }

  void consume(size_t count) override {
    in_->drop(count);
    shown_ -= std::min(shown_, count);
    if (!in_->unread().empty()) notice();
    notify_peer();
  }

  Result<size_t, IoError> try_write(std::span<const ByteSpan> parts) override {
    if (in_->cut || out_->cut) return fail(io_error_from_uv(UV_ECONNRESET));
    if (out_->ended || out_->reader_gone) return fail(io_error_from_uv(UV_EPIPE));
    size_t accepted = 0;
    for (const ByteSpan& part : parts) {
      const size_t room = options_->capacity - std::min(options_->capacity, out_->unread().size());
      const size_t count = std::min(room, part.size());
      out_->bytes.append(as_text(part.first(count)));
      accepted += count;
    }
    if (accepted > 0) notify_peer();
    return accepted;
  }

  void shutdown() override {
    out_->ended = true;
    notify_peer();
  }

  void abort() override {
    in_->cut = out_->cut = true;
    notice();
    notify_peer();
  }

  bool broken() const override { return in_->cut || out_->cut; }

 private:
  void notice() { loop_.soon().add(notice_); }
  void notify_peer() {
    if (peer_ != nullptr) peer_->notice();
  }
  // Any of the lists' wakers may destroy this end; the other lists are gone with it then.
  void deliver() {
    const Ref<Direction> in = in_;
    readable_.wake_all();
    if (in->reader_gone) return;
    writable_.wake_all();
    if (in->reader_gone || !broken()) return;
    closed_.wake_all();
  }

  Loop& loop_;
  Ref<Direction> in_;
  Ref<Direction> out_;
  std::shared_ptr<MemoryPipeOptions> options_;
  size_t shown_ = 0;
  End* peer_ = nullptr;
  Waker notice_;
};

}  // namespace

MemoryPipe MemoryPipe::make(Loop& loop, MemoryPipeOptions options) {
  const auto shared = std::make_shared<MemoryPipeOptions>(std::move(options));
  const auto forth = make_ref<Direction>();
  const auto back = make_ref<Direction>();
  auto a = std::make_unique<End>(loop, back, forth, shared);
  auto b = std::make_unique<End>(loop, forth, back, shared);
  End::connect(*a, *b);
  return {std::move(a), std::move(b)};
}

}  // namespace tappet::net
