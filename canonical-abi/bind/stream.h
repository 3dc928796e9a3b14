// Streams and futures, as hosts use them (CanonicalABI.md, "Stream State", "Future State";
// Concurrency.md, "Streams and Futures").
//
//   // async func(body: stream<u8>) -> u64
//   Async<uint64_t> count(StreamReader<uint8_t> body) {
//     return Async<uint64_t>::pending(
//         [body = std::move(body), n = uint64_t{0}](Waker& waker) mutable -> Poll<uint64_t> {
//           std::array<uint8_t, 4096> piece;
//           while (Poll<size_t> got = body.try_read(piece, waker)) {
//             if (*got == 0) return n;
//             n += *got;
//           }
//           return kPending;
//         });
//   }
//   // func() -> stream<u8>; `input` has try_read like a StreamReader
//   StreamReader<uint8_t> read_via_stream(Input& input) {
//     return StreamReader<uint8_t>::from(InputSource(input));
//   }
//
// T is anything with a binding but char32_t and what contains a Borrow; Unit stands for no element
// type. An end is an object that moves and belongs to the loop's thread. Destroying it drops the
// end: the other side learns of that. It may outlive the stores of guests at the other end, which
// then counts as dropped; but resources in T belong to a store. A StreamReader or FutureReader can
// be given to a guest, or to another one: values that were not read yet go there without passing
// the host.
//
// Nothing is polled: kPending means that the waker was registered and will be woken when the other
// side has done something. The waker's callback may run within a guest's call; it takes note, or
// reads and writes at once, which saves the guest a wait. One waker per end at a time is enough;
// a wake-up may be spurious.
//
// Numbers ("bulk") go between the host's span and the guest's memory directly, in one copy, and
// only while both sides are there: nothing is buffered, a slow reader keeps the writer waiting.
// Other values are lifted and lowered on behalf of the guest's store, when a call of it is run or
// finished (Task): a writer has a queue, and a reader asks for as many as it has room for. Between
// two ends that the host has there are at most 16 KiB of numbers.
//
// Traps: an ill-formed string or a full table as for host functions; a future whose writable end
// the host has dropped without a value, for a guest that reads it; values that are not numbers
// between guests of different stores.
#pragma once

#include "canonical-abi/bind/stream_ends.h"

namespace tappet::component {

// The writable end of a future is gone, and no value will come.
struct Dropped {
  bool operator==(const Dropped&) const = default;
};

namespace detail {

// stream<T> or future<T>, with the types it consists of, as the host names it.
struct AsyncType {
  std::shared_ptr<const TypeArena> arena;
  std::vector<HostResourceDef> resources;
  const ValType* type = nullptr;

  TypeScope scope() const { return {nullptr, resources}; }
  std::shared_ptr<SharedCopy> make() const { return std::make_shared<SharedCopy>(*type, scope()); }
};

template <class T, TypeKind kKind>
const ValType* async_type(TypeBuilder& builder) {
  static_assert(kKind != TypeKind::kStream || !std::same_as<T, char32_t>,
                "there are no streams of char");
  const Labelled element{"", payload_type_of<T>(builder)};
  return builder.compose(kKind, {&element, 1});
}

// Made once: for ends that no interface's declaration is at hand for.
template <class T, TypeKind kKind>
const AsyncType& host_async_type() {
  static const AsyncType kType = [] {
    TypeBuilder builder;
    AsyncType made;
    made.type = async_type<T, kKind>(builder);
    made.resources = builder.take_resources();
    made.arena = builder.take_arena();
    return made;
  }();
  return kType;
}

// The end that a value has, if it is of the type; null after conversion.fail().
std::shared_ptr<ReadableEnd> take_readable(Call& conversion, ComponentValue& value,
                                           const AsyncType& type, const void* element);

// What StreamReader and FutureReader have in common. The end that copies is made when it is first
// asked: before that, and when it is given away, a readable end is what it is as a value.
template <class T, bool kIsStream>
class Reader {
 public:
  using End = ReaderEnd<T, kIsStream>;
  static constexpr TypeKind kKind = kIsStream ? TypeKind::kStream : TypeKind::kFuture;

  Reader() = default;
  explicit Reader(std::shared_ptr<ReadableEnd> value) : value_(std::move(value)) {}
  Reader(Reader&& other) noexcept = default;
  Reader& operator=(Reader other) noexcept {
    std::swap(value_, other.value_);
    std::swap(end_, other.end_);
    return *this;
  }
  Reader(const Reader&) = delete;

  bool empty() const { return value_ == nullptr; }
  // The writable end is gone. What it has written may still be there.
  bool is_over() const { return value_->shared()->dropped(); }
  // Null, with some values read that nobody has taken.
  std::shared_ptr<ReadableEnd> take() {
    if (end_ != nullptr && !end_->holds_nothing()) return nullptr;
    end_.reset();
    return std::move(value_);
  }
  End& end() {
    if (end_ == nullptr) end_ = std::make_unique<End>(*value_->shared());
    return *end_;
  }

 private:
  std::shared_ptr<ReadableEnd> value_;
  std::unique_ptr<End> end_;  // goes first
};

template <class T, bool kIsStream>
class Writer {
 public:
  using End = WriterEnd<T, kIsStream>;

  Writer() = default;
  Writer(std::shared_ptr<SharedCopy> shared, size_t capacity)
      : shared_(std::move(shared)), end_(std::make_unique<End>(*shared_, capacity)) {}
  Writer(Writer&& other) noexcept = default;
  Writer& operator=(Writer other) noexcept {
    std::swap(shared_, other.shared_);
    std::swap(end_, other.end_);
    return *this;
  }
  Writer(const Writer&) = delete;
  ~Writer() { drop(); }

  // What is on its way still arrives.
  void drop() {
    const std::shared_ptr<SharedCopy> shared = std::move(shared_);
    if (shared == nullptr) return;
    if (!end_->holds_nothing() && !shared->dropped()) {
      end_->close();
      shared->own(std::move(end_));
      return;
    }
    end_.reset();
    shared->drop();
  }
  bool empty() const { return shared_ == nullptr; }
  bool is_dropped() const { return shared_->dropped(); }
  End& end() { return *end_; }

 private:
  std::shared_ptr<SharedCopy> shared_;
  std::unique_ptr<End> end_;  // goes first
};

// The readable end of a stream or future whose values come from a source.
template <class T, bool kIsStream>
std::shared_ptr<ReadableEnd> readable_from(
    size_t capacity, std::shared_ptr<Source<T, WriterEnd<T, kIsStream>::kBulk>> source) {
  auto shared = host_async_type<T, Reader<T, kIsStream>::kKind>().make();
  shared->own(std::make_unique<WriterEnd<T, kIsStream>>(*shared, capacity, std::move(source)));
  return std::make_shared<ReadableEnd>(std::move(shared));
}

template <class T, bool kBulk, class S>
class SourceOf;
template <class T, class S>
class SourceOf<T, true, S> final : public Source<T, true> {
 public:
  explicit SourceOf(S source) : source_(std::move(source)) {}
  Poll<size_t> try_read(std::span<T> into, Waker& waker) override {
    return source_.try_read(into, waker);
  }

 private:
  S source_;
};
template <class T, class S>
class SourceOf<T, false, S> final : public Source<T, false> {
 public:
  explicit SourceOf(S source) : source_(std::move(source)) {}
  Poll<std::vector<T>> try_read(size_t most, Waker& waker) override {
    return source_.try_read(most, waker);
  }

 private:
  S source_;
};

// A function that is polled for the value of a future.
template <class T, class F>
class FutureSource final : public Source<T, false> {
 public:
  explicit FutureSource(F poll) : poll_(std::move(poll)) {}
  Poll<std::vector<T>> try_read(size_t most, Waker& waker) override {
    std::vector<T> values;
    if (most == 0) return values;
    Poll<T> value = poll_(waker);
    if (!value) return kPending;
    values.push_back(*std::move(value));
    return values;
  }

 private:
  F poll_;
};

}  // namespace detail

// How many values that are not numbers wait in a host's writable end at most, if nothing else was
// said.
inline constexpr size_t kStreamCapacity = 16;

// stream<T>: reads what a guest, or the host, writes.
template <class T>
class StreamReader {
 public:
  static constexpr bool kBulk = detail::ReaderEnd<T, true>::kBulk;

  StreamReader() = default;  // only to be assigned to
  // A stream whose values come from `source`, which lives as long as somebody reads. It has a
  // try_read() like this class: asked when a reader wants values, within the guest's read or when
  // its waker was woken. It must not run guests.
  template <class S>
  static StreamReader from(S source, size_t capacity = kStreamCapacity) {
    return StreamReader(detail::readable_from<T, true>(
        capacity, std::make_shared<detail::SourceOf<T, kBulk, S>>(std::move(source))));
  }

  // Moves up to into.size() values to where `into` begins: how many; 0 at the end of the stream.
  // With an empty `into`, 0 as soon as values, or the end, can be read (Concurrency.md, "Stream
  // Readiness"); as there, it may turn out otherwise.
  Poll<size_t> try_read(std::span<T> into, Waker& waker)
    requires kBulk
  {
    return reader_.end().try_read(into, waker);
  }
  // The same for up to `most` values. Once it was kPending, values are taken from the guest even if
  // it is not called again; those that are not read are lost with the reader.
  Poll<std::vector<T>> try_read(size_t most, Waker& waker)
    requires(!kBulk)
  {
    return reader_.end().try_read(most, waker);
  }
  // Whether the writable end was dropped. There may be values left.
  bool is_over() const { return reader_.is_over(); }
  bool empty() const { return reader_.empty(); }

  // As a value, for calls of a guest's functions; and back, if it is a stream<T>. Errors: kUsage.
  ComponentValue to_value() &&;
  static Result<StreamReader> from_value(ComponentValue& value);

 private:
  friend struct Binding<StreamReader>;
  template <class U>
  friend auto make_stream(size_t capacity);
  explicit StreamReader(std::shared_ptr<ReadableEnd> value) : reader_(std::move(value)) {}

  detail::Reader<T, true> reader_;
};

// The other end of a stream that the host has made.
template <class T>
class StreamWriter {
 public:
  static constexpr bool kBulk = detail::WriterEnd<T, true>::kBulk;
  using Item = std::conditional_t<kBulk, const T, T>;

  StreamWriter() = default;  // only to be assigned to

  // Writes from where `items` begins, and moves from what it takes: how many; 0 if the readable end
  // was dropped. With empty `items`, 0 as soon as something would be taken, or was dropped.
  Poll<size_t> try_write(std::span<Item> items, Waker& waker) {
    return writer_.end().try_write(items, waker);
  }
  // What was taken and has not reached the reader: it will not (stream.cancel-write).
  std::vector<T> take_back() { return writer_.end().take_back(); }
  bool is_dropped() const { return writer_.is_dropped(); }
  bool empty() const { return writer_.empty(); }

 private:
  template <class U>
  friend auto make_stream(size_t capacity);
  StreamWriter(std::shared_ptr<SharedCopy> shared, size_t capacity)
      : writer_(std::move(shared), capacity) {}

  detail::Writer<T, true> writer_;
};

// future<T>
template <class T>
class FutureReader {
 public:
  FutureReader() = default;  // only to be assigned to
  // A future whose value `poll`, a Poll<T>(Waker&), gives. It is called when somebody reads.
  template <class F>
  static FutureReader from(F poll) {
    return FutureReader(detail::readable_from<T, false>(
        1, std::make_shared<detail::FutureSource<T, F>>(std::move(poll))));
  }

  // The value, once; or Dropped. Guests cannot drop the writable end of a future without having
  // written; their stores can be destroyed.
  Poll<Result<T, Dropped>> try_read(Waker& waker) {
    Poll<std::vector<T>> values = reader_.end().try_read(1, waker);
    if (!values) return kPending;
    if (values->empty()) return Result<T, Dropped>(fail(Dropped()));
    return Result<T, Dropped>(static_cast<T>(std::move(values->front())));
  }
  bool is_over() const { return reader_.is_over(); }
  bool empty() const { return reader_.empty(); }

  ComponentValue to_value() &&;
  static Result<FutureReader> from_value(ComponentValue& value);

 private:
  friend struct Binding<FutureReader>;
  template <class U>
  friend auto make_future();
  explicit FutureReader(std::shared_ptr<ReadableEnd> value) : reader_(std::move(value)) {}

  detail::Reader<T, false> reader_;
};

// The other end of a future that the host has made. Dropping it without having written is the
// host's mistake: a guest that reads the future traps. Use FutureReader::from, or write in time.
template <class T>
class FutureWriter {
 public:
  FutureWriter() = default;  // only to be assigned to

  void write(T value) && {
    Waker nobody([] {});
    writer_.end().try_write(std::span(&value, 1), nobody);
    writer_.drop();
  }
  // Nobody will read the value.
  bool is_dropped() const { return writer_.is_dropped(); }
  // Waits for that.
  Poll<Unit> try_dropped(Waker& waker) {
    if (is_dropped()) return Unit();
    writer_.end().wait(waker);
    return kPending;
  }
  bool empty() const { return writer_.empty(); }

 private:
  template <class U>
  friend auto make_future();
  explicit FutureWriter(std::shared_ptr<SharedCopy> shared) : writer_(std::move(shared), 1) {}

  detail::Writer<T, false> writer_;
};

// Both ends, as {writer, reader}.
template <class T>
auto make_stream(size_t capacity = kStreamCapacity) {
  struct Ends {
    StreamWriter<T> writer;
    StreamReader<T> reader;
  };
  auto shared = detail::host_async_type<T, TypeKind::kStream>().make();
  StreamReader<T> reader(std::make_shared<ReadableEnd>(shared));
  return Ends{StreamWriter<T>(std::move(shared), capacity), std::move(reader)};
}
template <class T>
auto make_future() {
  struct Ends {
    FutureWriter<T> writer;
    FutureReader<T> reader;
  };
  auto shared = detail::host_async_type<T, TypeKind::kFuture>().make();
  FutureReader<T> reader(std::make_shared<ReadableEnd>(shared));
  return Ends{FutureWriter<T>(std::move(shared)), std::move(reader)};
}

namespace detail {

template <class Readable, class T, TypeKind kKind>
struct ReadableBinding {
  static const ValType* type(TypeBuilder& builder) { return async_type<T, kKind>(builder); }
  static std::shared_ptr<ReadableEnd> take(Call& call, ComponentValue& v) {
    return take_readable(call, v, host_async_type<T, kKind>(), HostEnvironment::key<T>());
  }
  static ComponentValue give(Call& call, std::shared_ptr<ReadableEnd> end) {
    if (end == nullptr) call.fail("the host gave a stream or future that it does not have");
    return ComponentValue::shared(kKind, std::move(end));
  }
};

}  // namespace detail

template <class T>
struct Binding<StreamReader<T>> : detail::ReadableBinding<StreamReader<T>, T, TypeKind::kStream> {
  static StreamReader<T> lift(Call& call, ComponentValue& v) {
    return StreamReader<T>(Binding::take(call, v));
  }
  static ComponentValue lower(Call& call, StreamReader<T> stream) {
    return Binding::give(call, stream.reader_.take());
  }
};

template <class T>
struct Binding<FutureReader<T>> : detail::ReadableBinding<FutureReader<T>, T, TypeKind::kFuture> {
  static FutureReader<T> lift(Call& call, ComponentValue& v) {
    return FutureReader<T>(Binding::take(call, v));
  }
  static ComponentValue lower(Call& call, FutureReader<T> future) {
    return Binding::give(call, future.reader_.take());
  }
};

namespace detail {

template <class Readable>
ComponentValue value_of(Readable readable) {
  HostEnvironment none;
  Call call(none);
  return Binding<Readable>::lower(call, std::move(readable));
}
template <class Readable>
Result<Readable> readable_of(ComponentValue& value) {
  HostEnvironment none;
  Call call(none);
  Readable readable = Binding<Readable>::lift(call, value);
  if (!call.ok()) return fail(ErrorKind::kUsage, std::move(call.trap().message()));
  return readable;
}

}  // namespace detail

template <class T>
ComponentValue StreamReader<T>::to_value() && {
  return detail::value_of(std::move(*this));
}
template <class T>
Result<StreamReader<T>> StreamReader<T>::from_value(ComponentValue& value) {
  return detail::readable_of<StreamReader<T>>(value);
}
template <class T>
ComponentValue FutureReader<T>::to_value() && {
  return detail::value_of(std::move(*this));
}
template <class T>
Result<FutureReader<T>> FutureReader<T>::from_value(ComponentValue& value) {
  return detail::readable_of<FutureReader<T>>(value);
}

}  // namespace tappet::component
