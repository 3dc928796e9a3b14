// The host's ends of streams and futures of a C++ type, as stream.h's classes use them.
//
// Elements that are the same bytes in C++ and in a guest's memory ("bulk") are copied between these
// directly, whenever both sides are there: an end holds none of them, unless the host has both
// ends. Others are lifted and lowered on a fiber of the guest's store; a writer has a queue of what
// waits for that, and a reader one of what has come.
#pragma once

#include <algorithm>
#include <bit>
#include <cstring>
#include <deque>

#include "canonical-abi/bind/binding.h"
#include "canonical-abi/runtime/host_end.h"

namespace tappet::component::detail {

template <class T>
inline constexpr bool is_bulk =
    std::same_as<T, Unit> ||
    (std::is_arithmetic_v<T> && !std::same_as<T, bool> && !is_character<T> &&
     (sizeof(T) == 1 || std::endian::native == std::endian::little));

// Bytes between two ends that the host has.
inline constexpr size_t kPairBytes = size_t{16} << 10;

template <class T>
void copy_bytes(T* to, const void* from, size_t n) {
  if constexpr (!std::same_as<T, Unit>) std::memcpy(to, from, n * sizeof(T));
}

// What a writable end takes elements from. Given nothing to fill, it says when there is something.
template <class T, bool kBulk>
class Source {
 public:
  virtual ~Source() = default;
  virtual Poll<size_t> try_read(std::span<T> into, Waker& waker) = 0;  // 0: the end
};
template <class T>
class Source<T, false> {
 public:
  virtual ~Source() = default;
  virtual Poll<std::vector<T>> try_read(size_t most, Waker& waker) = 0;  // none: the end
};

template <class T>
std::vector<T> take_front(std::deque<T>& queue, size_t n) {
  const auto end = queue.begin() + static_cast<ptrdiff_t>(n);
  std::vector<T> items(std::move_iterator(queue.begin()), std::move_iterator(end));
  queue.erase(queue.begin(), end);
  return items;
}

// False: trapped.
inline bool trap_unless_ok(HostCall& call, Call& conversion) {
  if (conversion.ok()) return true;
  call.trap(std::move(conversion.trap().message()));
  return false;
}

template <class T, bool kIsStream>
class WriterEnd final : public HostEnd {
 public:
  static constexpr bool kBulk = kIsStream && is_bulk<T>;
  using Item = std::conditional_t<kBulk, const T, T>;
  using From = Source<T, kBulk>;

  // `capacity`: of the queue; with a source, how many elements it is asked for at once.
  WriterEnd(SharedCopy& shared, size_t capacity, std::shared_ptr<From> source = nullptr)
      : HostEnd(shared, false, HostEnvironment::key<T>()),
        capacity_(capacity),
        source_(std::move(source)) {}

  Poll<size_t> try_write(std::span<Item> items, Waker& waker) {
    if (shared().dropped()) return 0;
    if (items.empty() && is_wanted()) return 0;
    size_t n = 0;
    if constexpr (kBulk) n = copy_to_guest(items);
    const size_t queued = std::min(items.size() - n, room());
    wants_ = n + queued == 0 && !items.empty();
    if (n + queued == 0) {
      if (wants_ && guest() != nullptr && guest()->is_zero_length()) shared().complete();
      add_waiter(waker);
      return kPending;
    }
    for (Item& item : items.subspan(n, queued)) queue_.push_back(std::move(item));
    if (queued != 0) deliver();
    return n + queued;
  }
  bool holds_nothing() const { return queue_.empty(); }
  // The end drops once its queue is empty.
  void close() { closing_ = true; }
  // What the other side has not got yet.
  std::vector<T> take_back() {
    unpost();
    return take_front(queue_, queue_.size());
  }
  void wait(Waker& waker) { add_waiter(waker); }

  // For a host that reads at the other end.
  Poll<size_t> give(std::span<T> into, Waker& waker)
    requires kBulk
  {
    if (queue_.empty()) return source_ != nullptr ? read_source(into, waker) : kPending;
    const size_t n = std::min(into.size(), queue_.size());
    std::copy_n(queue_.begin(), n, into.begin());
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<ptrdiff_t>(n));
    taken();
    return n;
  }
  Poll<std::vector<T>> give(size_t most, Waker& waker)
    requires(!kBulk)
  {
    if (queue_.empty()) return source_ != nullptr ? read_source(most, waker) : kPending;
    std::vector<T> items = take_front(queue_, std::min(most, queue_.size()));
    taken();
    return items;
  }
  bool has_source() const { return source_ != nullptr; }

  uint32_t remain() const override { return static_cast<uint32_t>(queue_.size()); }
  bool read(HostCall& call, uint32_t n, ComponentValue& values) override {
    Call conversion(environment());
    std::vector<T> items = take_front(queue_, n);
    if constexpr (!std::same_as<T, Unit>) {
      values = Binding<std::vector<T>>::lower(conversion, std::move(items));
    }
    return trap_unless_ok(call, conversion);
  }
  void on_copy() override { taken(); }
  void on_copy_done(CopyResult) override {}

  bool on_pending(HostCall& call) override {
    if (!queue_.empty() || source_ != nullptr) return step(call);
    if (wants_ && guest()->is_zero_length()) {
      shared().complete();
    } else {
      wake();
    }
    return true;
  }
  void on_change() override {
    if (shared().dropped()) {
      queue_.clear();
      source_.reset();
    }
    wake();
  }

 private:
  // Whether something that was written now would be taken.
  bool is_wanted() const {
    return room() != 0 ||
           (kBulk && guest() != nullptr && (guest()->remain() != 0 || guest()->is_zero_length()));
  }
  size_t room() const {
    size_t most = capacity_;
    if constexpr (kBulk) most = host() != nullptr ? kPairBytes / sizeof(T) : 0;
    return most - std::min(most, queue_.size());
  }
  size_t copy_to_guest(std::span<Item> items)
    requires kBulk
  {
    CopySide* const to = guest();
    const size_t n = to == nullptr ? 0 : std::min<size_t>(to->remain(), items.size());
    if (n == 0 || !queue_.empty()) return 0;
    copy_bytes(reinterpret_cast<T*>(to->advance(static_cast<uint32_t>(n))), items.data(), n);
    shared().copied();
    return n;
  }
  void deliver() {
    if (host() != nullptr) {
      host()->on_change();
    } else if (guest() != nullptr) {
      schedule();
    } else if (shared().pending() == nullptr) {
      shared().post(*this, false);
    }
  }
  void unpost() {
    if (shared().pending() == this) shared().reset_pending();
  }
  // Elements have left the queue.
  void taken() {
    if (queue_.empty()) {
      unpost();
      if (closing_) shared().drop();
    }
    wake();
  }

  bool step(HostCall& call) override {
    if (!queue_.empty()) {
      while (!queue_.empty() && guest() != nullptr) {
        if (!shared().copy(call, *this, false)) return false;
      }
      taken();
      return true;
    }
    return source_ == nullptr || guest() == nullptr || pump(call);
  }
  // From the source to the guest.
  bool pump(HostCall& call) {
    CopySide& to = *guest();
    if constexpr (kBulk) {
      if (to.is_zero_length() || to.remain() == 0) return answer_readiness();
      const std::span<T> into(reinterpret_cast<T*>(to.advance(0)), to.remain());
      const Poll<size_t> n = read_source(into, waker_);
      if (!n || *n == 0) return true;
      to.advance(static_cast<uint32_t>(*n));
      shared().copied();
      return true;
    } else {
      if (to.is_zero_length() || to.remain() == 0) return answer_readiness();
      Poll<std::vector<T>> items = read_source(std::min<size_t>(to.remain(), capacity_), waker_);
      if (!items || items->empty()) return true;
      for (auto&& item : *items) queue_.push_back(static_cast<T>(std::move(item)));
      return step(call);
    }
  }
  bool answer_readiness() {
    const std::shared_ptr<From> source = source_;
    if (guest()->is_zero_length() && source->try_read({}, waker_)) shared().complete();
    return true;
  }
  template <class Into>
  auto read_source(Into into, Waker& waker) {
    const std::shared_ptr<From> source = source_;
    auto got = source->try_read(into, waker);
    if (!got) return got;
    bool over = !kIsStream;
    if constexpr (kBulk) {
      *got = std::min(*got, into.size());
      over = *got == 0 && !into.empty();
    } else if constexpr (kIsStream) {
      over = got->empty() && into != 0;
    }
    if (over) {
      source_.reset();
      closing_ = true;
      if (kIsStream || got_nothing(got)) shared().drop();
    }
    return got;
  }
  template <class Got>
  static bool got_nothing(const Got& got) {
    if constexpr (kBulk) return *got == 0;
    if constexpr (!kBulk) return got->empty();
  }
  void source_changed() {
    if (guest() != nullptr) {
      schedule();
    } else if (host() != nullptr) {
      host()->on_change();
    }
  }

  const size_t capacity_;
  bool wants_ = false;  // has something to write, and nobody takes it
  bool closing_ = false;
  std::deque<T> queue_;
  std::shared_ptr<From> source_;
  Waker waker_{[this] { source_changed(); }};
};

template <class T, bool kIsStream>
class ReaderEnd final : public HostEnd {
 public:
  static constexpr bool kBulk = kIsStream && is_bulk<T>;
  using Writer = WriterEnd<T, kIsStream>;

  explicit ReaderEnd(SharedCopy& shared) : HostEnd(shared, true, HostEnvironment::key<T>()) {}

  Poll<size_t> try_read(std::span<T> into, Waker& waker)
    requires kBulk
  {
    if (Writer* const writer = host_writer()) {
      if (Poll<size_t> n = writer->give(into, waker)) return n;
      if (writer->has_source()) return kPending;
    }
    if (CopySide* const from = guest()) {
      const size_t n = std::min<size_t>(from->remain(), into.size());
      if (from->remain() != 0 && n == 0) return 0;
      if (n != 0) return copy_from_guest(*from, into.first(n));
      if (from->is_zero_length()) shared().complete();
    }
    if (shared().dropped()) return 0;
    return wait(waker);
  }

  Poll<std::vector<T>> try_read(size_t most, Waker& waker)
    requires(!kBulk)
  {
    if (Writer* const writer = host_writer()) {
      if (Poll<std::vector<T>> items = writer->give(most, waker)) return items;
      if (writer->has_source()) return kPending;
    }
    if (!queue_.empty()) return take_front(queue_, std::min(most, queue_.size()));
    if (shared().dropped()) return std::vector<T>();
    if (most == 0) {
      if (guest() != nullptr && guest()->remain() != 0) return std::vector<T>();
      if (guest() != nullptr && guest()->is_zero_length()) shared().complete();
      return wait(waker);
    }
    want_ = static_cast<uint32_t>(std::min<size_t>(most, kMaxLength));
    if (guest() != nullptr) {
      schedule();
    } else if (shared().pending() == nullptr) {
      shared().post(*this, true);
    }
    return wait(waker);
  }
  bool holds_nothing() const { return queue_.empty(); }

  uint32_t remain() const override { return want_; }
  bool write(HostCall& call, uint32_t n, ComponentValue& values) override {
    Call conversion(environment());
    if constexpr (std::same_as<T, Unit>) {
      queue_.resize(queue_.size() + n);
    } else {
      std::vector<T> items = Binding<std::vector<T>>::lift(conversion, values);
      for (auto&& item : items) queue_.push_back(static_cast<T>(std::move(item)));
    }
    want_ -= n;
    return trap_unless_ok(call, conversion);
  }
  void on_copy() override {
    if (shared().pending() == this) shared().reset_pending();
    got();
  }
  void on_copy_done(CopyResult) override { got(); }

  bool on_pending(HostCall&) override {
    if (interested_ && guest()->is_zero_length()) {
      shared().complete();
    } else {
      wake();
    }
    return true;
  }

 private:
  Writer* host_writer() const { return static_cast<Writer*>(host()); }
  std::nullopt_t wait(Waker& waker) {
    interested_ = true;
    add_waiter(waker);
    return kPending;
  }
  size_t copy_from_guest(CopySide& from, std::span<T> into)
    requires kBulk
  {
    interested_ = false;
    copy_bytes(into.data(), from.advance(static_cast<uint32_t>(into.size())), into.size());
    shared().copied();
    return into.size();
  }
  void got() {
    want_ = 0;
    interested_ = false;
    wake();
  }
  bool step(HostCall& call) override {
    return want_ == 0 || guest() == nullptr || shared().copy(call, *this, true);
  }

  uint32_t want_ = 0;
  bool interested_ = false;  // asked, and was told to wait
  std::deque<T> queue_;
};

}  // namespace tappet::component::detail
