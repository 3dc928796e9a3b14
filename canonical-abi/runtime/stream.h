// Streams and futures, and error contexts (CanonicalABI.md, "Buffer State", "Stream State", "Future
// State").
#pragma once

#include <memory>
#include <string>

#include "canonical-abi/runtime/component_instance.h"
#include "canonical-abi/runtime/waitable.h"

namespace tappet::component {

class HostEnd;
struct Origin;

enum class CopyResult : uint8_t { kCompleted, kDropped, kCancelled };
enum class CopyState : uint8_t { kIdle, kCopying, kCancellingCopy, kDone };

// One side of a copy: where values come from or go to, and who is told (Buffer, OnCopy and
// OnCopyDone of definitions.py).
class CopySide {
 public:
  // Of Buffer::MAX_LENGTH elements at most.
  static constexpr uint32_t kMaxLength = (1u << 28) - 1;

  virtual ~CopySide() = default;
  // Null: the host's.
  virtual ComponentInstance* inst() const = 0;
  virtual uint32_t remain() const = 0;
  virtual bool is_zero_length() const = 0;
  // Of the strings that read() gives.
  virtual StringEncoding string_encoding() const { return StringEncoding::kUtf8; }
  // The next n <= remain() elements as a list, which write() may take apart. Of streams and futures
  // without element type, only n counts. False: trapped.
  virtual bool read(HostCall& call, uint32_t n, ComponentValue& values) = 0;
  virtual bool write(HostCall& call, uint32_t n, ComponentValue& values) = 0;
  // Of the host's: in which store the other side is, before each read and write.
  virtual void meet(HostEnvironment& /*environment*/) {}
  // If elements lie in a memory, as n * elem_size bytes: where, after which they are done. Null:
  // they do not.
  virtual uint8_t* advance(uint32_t n) = 0;
  // Something was copied, and there may be more until SharedCopy::reset_pending.
  virtual void on_copy() = 0;
  virtual void on_copy_done(CopyResult result) = 0;
};

// What two ends share: SharedStreamImpl and SharedFutureImpl of definitions.py.
//
// The host may have either end (HostEnd, ReadableEnd), or it may be in another store. A guest's
// copy that waits for such an end waits for the host: that is no deadlock.
class SharedCopy {
 public:
  // `type`: the stream or future type. It lives as long as there may be a writable end.
  SharedCopy(const ValType& type, const TypeScope& scope);
  ~SharedCopy();
  SharedCopy(const SharedCopy&) = delete;
  SharedCopy& operator=(const SharedCopy&) = delete;

  bool is_stream() const { return is_stream_; }
  bool dropped() const { return dropped_; }
  // Whether it has the element type of that stream or future type. One that is over has any: there
  // is nothing to copy any more.
  bool has_type(const ValType& type, const TypeScope& scope) const {
    return dropped_ || same_type(element_, scope_, type.element, scope);
  }
  // read and write. False: trapped.
  bool copy(HostCall& call, CopySide& side, bool reads);
  void cancel() { reset_and_notify_pending(CopyResult::kCancelled); }
  // An end is gone. A guest's read of a future that was not written is a trap, now or later: only
  // hosts, and stores that are destroyed, drop such a writable end.
  void drop();
  // How the strings were encoded that are being copied.
  StringEncoding source_encoding() const { return source_encoding_; }
  void reset_pending() { set_pending(nullptr, false); }
  // An end in a guest's table goes away without notice, with its store.
  void forget(const CopySide& side);
  // Where an end is; null if in no table.
  void set_store(bool readable, const ComponentStore* store);

  // --- For the host's ends

  // What waits, and whether it reads.
  CopySide* pending() const { return pending_; }
  // The host's end, if it has one that it copies with.
  HostEnd* host_end(bool readable) const { return host_ends_[readable ? 1 : 0]; }
  void set_host_end(bool readable, HostEnd* end);
  // A writable end that goes on without the host: to the end of its source, or of what it holds.
  void own(std::unique_ptr<HostEnd> end);
  // A host's side begins to wait. Precondition: nothing does.
  void post(CopySide& side, bool reads) { set_pending(&side, reads); }
  // The host has copied something from or to the pending side.
  void copied();
  // The pending side, which asked for readiness, learns of it.
  void complete() { reset_and_notify_pending(CopyResult::kCompleted); }
  // Whom to tell that a guest's copy can go on. May be null.
  const std::shared_ptr<Origin>& origin() const { return origin_; }

 private:
  class NeverWritten;

  void set_pending(CopySide* side, bool reads);
  void count_wait();
  void lose();
  bool copy_stream(HostCall& call, CopySide& side, bool reads);
  bool copy_future(HostCall& call, CopySide& side, bool reads);
  bool transfer(HostCall& call, CopySide& side, bool reads, uint32_t n);
  bool check_instances(HostCall& call, const CopySide& side);
  void reset_and_notify_pending(CopyResult result);

  const bool is_stream_;
  bool dropped_ = false;
  bool pending_reads_ = false;
  bool told_ = false;  // the pending side: of a part that was copied
  const ValType* const element_;
  const TypeScope scope_;
  CopySide* pending_ = nullptr;
  StringEncoding source_encoding_ = StringEncoding::kUtf8;
  HostEnd* host_ends_[2] = {};            // writable, readable
  const ComponentStore* stores_[2] = {};  // of the ends that are in tables, likewise
  std::unique_ptr<HostEnd> owned_;
  Scheduler* waiting_in_ = nullptr;  // where the pending side waits for the host
  std::shared_ptr<Origin> origin_;   // of that wait
  std::unique_ptr<GuestThread> never_written_;
};

// A readable end between two component instances: what a value of a stream or future type holds. If
// nobody takes it, the end is dropped.
class ReadableEnd {
 public:
  explicit ReadableEnd(std::shared_ptr<SharedCopy> shared) : shared_(std::move(shared)) {}
  ~ReadableEnd() {
    if (shared_) shared_->drop();
  }
  ReadableEnd(const ReadableEnd&) = delete;
  ReadableEnd& operator=(const ReadableEnd&) = delete;
  // Null if somebody has.
  std::shared_ptr<SharedCopy> take() { return std::move(shared_); }
  // Null likewise.
  SharedCopy* shared() const { return shared_.get(); }

 private:
  std::shared_ptr<SharedCopy> shared_;
};

// An end in a guest's table: CopyEnd of definitions.py, with the buffer of the copy under way.
class CopyEnd final : public Waitable, public CopySide {
 public:
  CopyEnd(Kind kind, ComponentInstance& inst, std::shared_ptr<SharedCopy> shared,
          const ValType& type);
  ~CopyEnd() override;

  static Kind kind_of(bool is_stream, bool readable);
  bool is_stream() const { return shared_->is_stream(); }
  bool is_readable() const {
    return kind() == Kind::kReadableStreamEnd || kind() == Kind::kReadableFutureEnd;
  }
  const char* noun() const { return is_stream() ? "stream" : "future"; }
  // Whether it is an end of such a stream or future.
  bool has_type(const ValType& type);
  CopyState state() const { return state_; }
  bool copying() const {
    return state_ == CopyState::kCopying || state_ == CopyState::kCancellingCopy;
  }
  const std::shared_ptr<SharedCopy>& shared() const { return shared_; }
  // It moves to where no table is.
  std::shared_ptr<SharedCopy> take();

  // Begins a copy. `i` is its index, for the event. False: trapped.
  bool copy(HostCall& call, uint32_t i, const LiftLowerOptions& opts, uint64_t ptr,
            uint32_t length);
  void cancel();
  void drop() { shared_->drop(); }

  ComponentInstance* inst() const override { return &inst_; }
  uint32_t remain() const override { return length_ - progress_; }
  bool is_zero_length() const override { return length_ == 0; }
  StringEncoding string_encoding() const override { return opts_->string_encoding; }
  bool read(HostCall& call, uint32_t n, ComponentValue& values) override;
  bool write(HostCall& call, uint32_t n, ComponentValue& values) override;
  uint8_t* advance(uint32_t n) override;
  void on_copy() override { notify(CopyResult::kCompleted, true); }
  void on_copy_done(CopyResult result) override { notify(result, false); }

 private:
  EventTuple event() override;
  void notify(CopyResult result, bool reclaims);
  uint32_t elem_size() const;

  ComponentInstance& inst_;
  std::shared_ptr<SharedCopy> shared_;
  const ValType* type_;  // of the stream or future, as its component names it
  CopyState state_ = CopyState::kIdle;
  CopyResult result_ = CopyResult::kCompleted;
  bool reclaims_ = false;
  uint32_t index_ = 0;
  const LiftLowerOptions* opts_ = nullptr;  // of a canonical definition
  uint64_t ptr_ = 0;
  uint32_t length_ = 0;
  uint32_t progress_ = 0;
};

class ErrorContextHandle final : public HandleObject {
 public:
  explicit ErrorContextHandle(std::shared_ptr<const std::string> debug_message)
      : HandleObject(Kind::kErrorContext), debug_message(std::move(debug_message)) {}
  const std::shared_ptr<const std::string> debug_message;
};

// What is kept of the message of a context that a guest makes: 4 KiB, less a part of a character.
// The specification lets the host change it (CanonicalABI.md, `canon error-context.new`).
// Precondition: well-formed UTF-8.
std::string_view kept_message(std::string_view message);

// lift_stream, lift_future, lift_error_context and their like. False: trapped.
bool lift_async_value(HostCall& call, ComponentInstance& inst, uint32_t i, const ValType& t,
                      ComponentValue::Shared& v);
bool lower_async_value(HostCall& call, ComponentInstance& inst, Peer peer,
                       const ComponentValue::Shared& v, const ValType& t, uint32_t& i);
bool lift_error_context(HostCall& call, ComponentInstance& inst, uint32_t i,
                        ComponentValue::Shared& v);
bool lower_error_context(HostCall& call, ComponentInstance& inst, const ComponentValue::Shared& v,
                         uint32_t& i);

}  // namespace tappet::component
