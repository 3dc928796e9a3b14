#include "canonical-abi/runtime/stream.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "canonical-abi/abi/load.h"
#include "canonical-abi/abi/store.h"
#include "canonical-abi/runtime/component_store.h"
#include "canonical-abi/runtime/host_end.h"

namespace tappet::component {
namespace {

constexpr uint32_t kPiece = 1u << 16;  // elements
constexpr auto kNeverWritten = "the writable end of a future was dropped without writing a value";

bool is_integer(TypeKind kind) { return kind >= TypeKind::kS8 && kind <= TypeKind::kU64; }

bool none_or_number_type(const ValType* t) {
  return t == nullptr || is_integer(t->kind) || t->kind == TypeKind::kF32 ||
         t->kind == TypeKind::kF64;
}

// The values of a copy travel as a list.
ValType list_of(const ValType& element) {
  ValType list;
  list.kind = TypeKind::kList;
  list.element = &element;
  return list;
}

}  // namespace

// --- Shared state

// Ends the program of a guest that waits for a value that will never come.
class SharedCopy::NeverWritten final : public GuestThread {
 public:
  explicit NeverWritten(ComponentInstance& inst) : GuestThread(&inst, nullptr) {}
  HostOutcome begin(HostCall& call) override { return call.trap(kNeverWritten); }
};

SharedCopy::SharedCopy(const ValType& type, const TypeScope& scope)
    : is_stream_(type.kind == TypeKind::kStream), element_(type.element), scope_(scope) {}

SharedCopy::~SharedCopy() { owned_.reset(); }

bool SharedCopy::copy(HostCall& call, CopySide& side, bool reads) {
  if (dropped_) {
    if (reads && !is_stream_) return call.trap(kNeverWritten), false;
    side.on_copy_done(CopyResult::kDropped);
    return true;
  }
  if (pending_ == nullptr) {
    set_pending(&side, reads);
    HostEnd* const host = host_end(!reads);
    return host == nullptr || host->on_pending(call);
  }
  if (!check_instances(call, side)) return false;
  return is_stream_ ? copy_stream(call, side, reads) : copy_future(call, side, reads);
}

bool SharedCopy::check_instances(HostCall& call, const CopySide& side) {
  const ComponentInstance* const a = side.inst();
  const ComponentInstance* const b = pending_->inst();
  if (a == nullptr || b == nullptr || none_or_number_type(element_)) return true;
  // realloc would run in the one store on a fiber of the other.
  if (&a->store != &b->store) {
    return call.trap("cannot copy values that are not numbers between stores"), false;
  }
  if (a != b) return true;
  call.trap(fmt::format("cannot read from and write to intra-component {} with non-numeric payload",
                        is_stream_ ? "stream" : "future"));
  return false;
}

bool SharedCopy::copy_stream(HostCall& call, CopySide& side, bool reads) {
  if (pending_->remain() > 0) {
    if (side.remain() > 0) {
      if (!transfer(call, side, reads, std::min(side.remain(), pending_->remain()))) return false;
      copied();
    }
    side.on_copy_done(CopyResult::kCompleted);
  } else if (!reads && side.is_zero_length() && pending_->is_zero_length()) {
    side.on_copy_done(CopyResult::kCompleted);
  } else {
    reset_and_notify_pending(CopyResult::kCompleted);
    set_pending(&side, reads);
  }
  return true;
}

bool SharedCopy::copy_future(HostCall& call, CopySide& side, bool reads) {
  if (!transfer(call, side, reads, 1)) return false;
  reset_and_notify_pending(CopyResult::kCompleted);
  side.on_copy_done(CopyResult::kCompleted);
  return true;
}

bool SharedCopy::transfer(HostCall& call, CopySide& side, bool reads, uint32_t n) {
  CopySide& from = reads ? *pending_ : side;
  CopySide& to = reads ? side : *pending_;
  if (element_ != nullptr && is_integer(element_->kind) && from.inst() != nullptr &&
      to.inst() != nullptr) {
    const uint8_t* const source = from.advance(n);
    std::memmove(to.advance(n), source, size_t{n} * row(element_->kind).size);
    return true;
  }
  source_encoding_ = from.string_encoding();
  if (from.inst() == nullptr) from.meet(to.inst()->store.environment());
  if (to.inst() == nullptr) to.meet(from.inst()->store.environment());
  // In pieces, so that lifted values never take much memory.
  while (n > 0) {
    const uint32_t piece = std::min(n, kPiece);
    ComponentValue values;
    if (!from.read(call, piece, values) || !to.write(call, piece, values)) return false;
    n -= piece;
  }
  return true;
}

void SharedCopy::reset_and_notify_pending(CopyResult result) {
  CopySide* const pending = pending_;
  set_pending(nullptr, false);
  pending->on_copy_done(result);
}

void SharedCopy::drop() {
  if (std::exchange(dropped_, true)) return;
  if (pending_ != nullptr && !is_stream_ && pending_reads_ && pending_->inst() != nullptr) {
    lose();
  } else if (pending_ != nullptr) {
    reset_and_notify_pending(CopyResult::kDropped);
  }
  for (const bool readable : {false, true}) {
    if (HostEnd* const end = host_end(readable)) end->on_change();
  }
}

// Everything of the store that is destroyed goes without notice.
void SharedCopy::forget(const CopySide& side) {
  const ComponentInstance* const other = pending_ != nullptr ? pending_->inst() : nullptr;
  if (other != nullptr && &other->store == &side.inst()->store) reset_pending();
  drop();
}

// --- The host

void SharedCopy::set_pending(CopySide* side, bool reads) {
  HostEnd* const host = pending_ != nullptr ? host_end(!pending_reads_) : nullptr;
  pending_ = side;
  pending_reads_ = reads;
  told_ = false;
  never_written_.reset();
  if (host != nullptr) host->forget_job();
  count_wait();
}

void SharedCopy::set_host_end(bool readable, HostEnd* end) { host_ends_[readable ? 1 : 0] = end; }

void SharedCopy::set_store(bool readable, const ComponentStore* store) {
  stores_[readable ? 1 : 0] = store;
  count_wait();
}

void SharedCopy::own(std::unique_ptr<HostEnd> end) { owned_ = std::move(end); }

void SharedCopy::copied() {
  told_ = true;
  count_wait();
  pending_->on_copy();
}

// Counts the pending side among what waits for the host, or no longer.
void SharedCopy::count_wait() {
  ComponentInstance* const inst = pending_ != nullptr && !told_ ? pending_->inst() : nullptr;
  const bool waits = inst != nullptr && stores_[pending_reads_ ? 0 : 1] != &inst->store;
  Scheduler* const scheduler = waits ? &inst->store.scheduler() : nullptr;
  if (scheduler == waiting_in_) return;
  if (waiting_in_ != nullptr) waiting_in_->end_host_wait();
  waiting_in_ = scheduler;
  origin_ = nullptr;
  if (scheduler == nullptr) return;
  scheduler->begin_host_wait();
  origin_ = scheduler->origin();
}

// The guest that reads is told as soon as its store runs.
void SharedCopy::lose() {
  ComponentInstance& inst = *pending_->inst();
  never_written_ = std::make_unique<NeverWritten>(inst);
  inst.store.scheduler().start_host_job(*never_written_, origin_);
}

// --- Ends in tables

CopyEnd::CopyEnd(Kind kind, ComponentInstance& inst, std::shared_ptr<SharedCopy> shared,
                 const ValType& type)
    : Waitable(kind, inst.store.scheduler()),
      inst_(inst),
      shared_(std::move(shared)),
      type_(&type) {
  shared_->set_store(is_readable(), &inst.store);
}

CopyEnd::~CopyEnd() {
  if (shared_ == nullptr) return;
  shared_->forget(*this);
  shared_->set_store(is_readable(), nullptr);
}

std::shared_ptr<SharedCopy> CopyEnd::take() {
  shared_->set_store(is_readable(), nullptr);
  return std::move(shared_);
}

HandleObject::Kind CopyEnd::kind_of(bool is_stream, bool readable) {
  if (is_stream) return readable ? Kind::kReadableStreamEnd : Kind::kWritableStreamEnd;
  return readable ? Kind::kReadableFutureEnd : Kind::kWritableFutureEnd;
}

// It is asked with the same type again and again.
bool CopyEnd::has_type(const ValType& type) {
  if (!inst_.same_type(type_, &type)) return false;
  type_ = &type;
  return true;
}

uint32_t CopyEnd::elem_size() const { return component::elem_size(*type_->element, opts_->width); }

bool CopyEnd::copy(HostCall& call, uint32_t i, const LiftLowerOptions& opts, uint64_t ptr,
                   uint32_t length) {
  const ValType* const element = type_->element;
  const char* const verb = is_readable() ? "read" : "write";
  if (length > kMaxLength) {
    return call.trap(fmt::format("{} {} count is too large", noun(), verb)), false;
  }
  if (element != nullptr && length > 0) {
    if (!is_aligned(ptr, alignment(*element, opts.width))) {
      return call.trap(fmt::format("{} pointer not aligned", verb)), false;
    }
    const uint64_t bytes = uint64_t{length} * component::elem_size(*element, opts.width);
    if (opts.memory == nullptr || !opts.memory->contains(ptr, bytes)) {
      return call.trap(fmt::format("{} pointer out of bounds of memory", verb)), false;
    }
  }
  index_ = i;
  opts_ = &opts;
  ptr_ = ptr;
  length_ = length;
  progress_ = 0;
  state_ = CopyState::kCopying;
  return shared_->copy(call, *this, is_readable());
}

void CopyEnd::cancel() {
  state_ = CopyState::kCancellingCopy;
  // What was copied so far is reported all the same.
  if (!has_pending_event() || reclaims_) shared_->cancel();
}

bool CopyEnd::read(HostCall& call, uint32_t n, ComponentValue& values) {
  if (type_->element != nullptr) {
    InstanceHandles handles(call, inst_, nullptr, nullptr);
    LiftLowerContext cx(call, *opts_, handles, Peer::kGuest);
    if (!load_list_from_valid_range(cx, ptr_, n, list_of(*type_->element), values)) return false;
    ptr_ += uint64_t{n} * elem_size();
  }
  progress_ += n;
  return true;
}

bool CopyEnd::write(HostCall& call, uint32_t n, ComponentValue& values) {
  if (type_->element != nullptr) {
    InstanceHandles handles(call, inst_, nullptr, nullptr);
    LiftLowerContext cx(call, *opts_, handles, Peer::kGuest, shared_->source_encoding());
    if (!store_list_into_valid_range(cx, values, list_of(*type_->element), ptr_)) return false;
    ptr_ += uint64_t{n} * elem_size();
  }
  progress_ += n;
  return true;
}

uint8_t* CopyEnd::advance(uint32_t n) {
  progress_ += n;
  if (type_->element == nullptr) return nullptr;
  uint8_t* const at = opts_->memory->base() + ptr_;
  ptr_ += uint64_t{n} * elem_size();
  return at;
}

void CopyEnd::notify(CopyResult result, bool reclaims) {
  result_ = result;
  reclaims_ = reclaims;
  set_pending_event();
}

// stream_event and future_event.
EventTuple CopyEnd::event() {
  if (reclaims_) shared_->reset_pending();
  const bool over =
      result_ == CopyResult::kDropped || (!is_stream() && result_ == CopyResult::kCompleted);
  state_ = over ? CopyState::kDone : CopyState::kIdle;
  const auto result = static_cast<uint32_t>(result_);
  if (!is_stream()) {
    return {is_readable() ? EventCode::kFutureRead : EventCode::kFutureWrite, index_, result};
  }
  return {is_readable() ? EventCode::kStreamRead : EventCode::kStreamWrite, index_,
          result | progress_ << 4};
}

// --- Lifting and lowering

bool lift_async_value(HostCall& call, ComponentInstance& inst, uint32_t i, const ValType& t,
                      ComponentValue::Shared& v) {
  const bool is_stream = t.kind == TypeKind::kStream;
  auto* const e =
      static_cast<CopyEnd*>(get_object(call, inst, i, CopyEnd::kind_of(is_stream, true)));
  if (e == nullptr) return false;
  const auto refuse = [&](std::string_view why) {
    call.trap(fmt::format("cannot lift {} {}", e->noun(), why));
    return false;
  };
  if (!e->has_type(t)) return refuse("of another type");
  if (e->state() == CopyState::kDone) {
    return refuse(is_stream ? "after being notified that the writable end dropped"
                            : "after previous read succeeded");
  }
  if (e->state() != CopyState::kIdle) return refuse("while it's being read");
  if (e->in_waitable_set()) return refuse("while it's in a waitable set");
  v = std::make_shared<ReadableEnd>(e->take());
  inst.handles.remove(i);
  return true;
}

// What guests give each other is of the type that it should be: the linker has looked.
bool lower_async_value(HostCall& call, ComponentInstance& inst, Peer peer,
                       const ComponentValue::Shared& v, const ValType& t, uint32_t& i) {
  auto* const end = static_cast<ReadableEnd*>(v.get());
  std::shared_ptr<SharedCopy> shared = end != nullptr ? end->take() : nullptr;
  const bool is_stream = t.kind == TypeKind::kStream;
  if (shared == nullptr || shared->is_stream() != is_stream) {
    return call.trap("the host gave a stream or future that it does not have"), false;
  }
  if (peer == Peer::kHost && !shared->has_type(t, {&inst})) {
    return call.trap("the host gave a stream or future of another type"), false;
  }
  return add_object(
      call, inst,
      std::make_shared<CopyEnd>(CopyEnd::kind_of(is_stream, true), inst, std::move(shared), t), i);
}

std::string_view kept_message(std::string_view message) {
  constexpr size_t kMost = 4096;
  if (message.size() <= kMost) return message;
  size_t size = kMost;
  while (size > 0 && (static_cast<uint8_t>(message[size]) & 0xc0) == 0x80) --size;
  return message.substr(0, size);
}

bool lift_error_context(HostCall& call, ComponentInstance& inst, uint32_t i,
                        ComponentValue::Shared& v) {
  const HandleObject* const found = get_object(call, inst, i, HandleObject::Kind::kErrorContext);
  if (found == nullptr) return false;
  v = std::const_pointer_cast<std::string>(
      static_cast<const ErrorContextHandle*>(found)->debug_message);
  return true;
}

bool lower_error_context(HostCall& call, ComponentInstance& inst, const ComponentValue::Shared& v,
                         uint32_t& i) {
  return add_object(
      call, inst,
      std::make_shared<ErrorContextHandle>(std::static_pointer_cast<const std::string>(v)), i);
}

}  // namespace tappet::component
