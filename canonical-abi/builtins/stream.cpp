// Futures have the same functions as streams: the type tells them apart.
#include "canonical-abi/builtins/stream.h"

#include <fmt/format.h>

#include "canonical-abi/abi/load.h"
#include "canonical-abi/abi/store.h"
#include "canonical-abi/builtins/builtin.h"
#include "canonical-abi/runtime/stream.h"

namespace tappet::component {
namespace {

bool is_stream(const CanonFunction& self) { return self.value->kind == TypeKind::kStream; }

// Null: trapped.
CopyEnd* get_end(CanonFunction& self, HostCall& call, bool readable) {
  auto* const e = static_cast<CopyEnd*>(
      get_object(call, *self.inst, arg32(call, 0), CopyEnd::kind_of(is_stream(self), readable)));
  if (e == nullptr || e->has_type(*self.value)) return e;
  call.trap(fmt::format("handle index {} used with the wrong type", arg32(call, 0)));
  return nullptr;
}

// Why an end that is not idle cannot begin a copy.
std::string not_idle(const CopyEnd& e) {
  if (e.copying()) {
    return "cannot have concurrent operations active on a future/stream";
  }
  const char* why = "after previous read succeeded";
  if (e.is_stream()) {
    why = e.is_readable() ? "after being notified that the writable end dropped"
                          : "after being notified that the readable end dropped";
  } else if (!e.is_readable()) {
    why = "after previous write succeeded or readable end dropped";
  }
  return fmt::format("cannot {} {} {}", e.is_readable() ? "read from" : "write to", e.noun(), why);
}

// What became of a copy.
HostOutcome take_event(HostCall& call, Waitable& e) {
  return return_value(call, e.get_pending_event().p2);
}

// `e` is the first argument.
HostOutcome finish_copy(CanonFunction& self, HostCall& call, CopyEnd& e, bool is_async) {
  if (e.has_pending_event()) return take_event(call, e);
  if (is_async) return return_value(call, UINT32_MAX);  // BLOCKED
  Scheduler& scheduler = scheduler_of(self);
  SyncWait wait(
      std::static_pointer_cast<Waitable>(*self.inst->handles.shared_object(arg32(call, 0))),
      scheduler.current());
  return scheduler.wait_until(
      call, WaitFor::kEvent, static_cast<Waitable*>(&e), false,
      [wait = std::move(wait)](HostCall& c, bool) mutable { return take_event(c, *wait.over()); });
}

HostOutcome copy(CanonFunction& self, HostCall& call, bool reads) {
  if (!check_may_leave(self, call)) return HostOutcome::kTrap;
  const bool is_async = self.opts.is_async;
  CopyEnd* const e = unless_blocked(self, call, !is_async, get_end(self, call, reads));
  if (e == nullptr) return HostOutcome::kTrap;
  if (e->state() != CopyState::kIdle) return call.trap(not_idle(*e));
  if (e->in_waitable_set() && !is_async) return call.trap(kInWaitableSet);
  const bool wide = self.opts.width == AddressType::kI64;
  const uint64_t ptr = wide ? call.arg(1) : arg32(call, 1);
  uint64_t n = 1;
  if (is_stream(self)) n = wide ? call.arg(2) : arg32(call, 2);
  const auto length = static_cast<uint32_t>(std::min<uint64_t>(n, UINT32_MAX));
  if (!e->copy(call, arg32(call, 0), self.opts, ptr, length)) return HostOutcome::kTrap;
  return finish_copy(self, call, *e, is_async);
}

HostOutcome cancel_copy(CanonFunction& self, HostCall& call, bool reads) {
  if (!check_may_leave(self, call)) return HostOutcome::kTrap;
  CopyEnd* const e = unless_blocked(self, call, !self.flag, get_end(self, call, reads));
  if (e == nullptr) return HostOutcome::kTrap;
  if (e->state() != CopyState::kCopying || e->has_sync_waiter()) {
    return call.trap(fmt::format("{} {} cancelled when no {} is pending", e->noun(),
                                 reads ? "read" : "write", reads ? "read" : "write"));
  }
  if (e->in_waitable_set() && !self.flag) return call.trap(kInWaitableSet);
  e->cancel();
  return finish_copy(self, call, *e, self.flag);
}

}  // namespace

HostOutcome canon_stream_new(CanonFunction& self, HostCall& call) {
  if (!check_may_leave(self, call)) return HostOutcome::kTrap;
  const auto shared = std::make_shared<SharedCopy>(*self.value, TypeScope{self.inst});
  uint32_t ends[2] = {};
  for (const bool readable : {true, false}) {
    auto end = std::make_shared<CopyEnd>(CopyEnd::kind_of(is_stream(self), readable), *self.inst,
                                         shared, *self.value);
    if (!add_object(call, *self.inst, std::move(end), ends[readable ? 0 : 1])) {
      return HostOutcome::kTrap;
    }
  }
  return return_value(call, ends[0] | uint64_t{ends[1]} << 32);
}

HostOutcome canon_stream_read(CanonFunction& self, HostCall& call) {
  return copy(self, call, true);
}

HostOutcome canon_stream_write(CanonFunction& self, HostCall& call) {
  return copy(self, call, false);
}

HostOutcome canon_stream_cancel_read(CanonFunction& self, HostCall& call) {
  return cancel_copy(self, call, true);
}

HostOutcome canon_stream_cancel_write(CanonFunction& self, HostCall& call) {
  return cancel_copy(self, call, false);
}

HostOutcome canon_stream_drop_readable(CanonFunction& self, HostCall& call) {
  if (!check_may_leave(self, call)) return HostOutcome::kTrap;
  CopyEnd* const e = get_end(self, call, true);
  if (e == nullptr) return HostOutcome::kTrap;
  if (e->copying()) return call.trap(fmt::format("cannot remove busy {}", e->noun()));
  e->drop();
  self.inst->handles.remove(arg32(call, 0));
  return HostOutcome::kReturn;
}

HostOutcome canon_stream_drop_writable(CanonFunction& self, HostCall& call) {
  if (!check_may_leave(self, call)) return HostOutcome::kTrap;
  CopyEnd* const e = get_end(self, call, false);
  if (e == nullptr) return HostOutcome::kTrap;
  if (e->copying()) return call.trap(fmt::format("cannot drop busy {}", e->noun()));
  if (!e->is_stream() && e->state() != CopyState::kDone) {
    return call.trap("cannot drop future write end without first writing a value");
  }
  e->drop();
  self.inst->handles.remove(arg32(call, 0));
  return HostOutcome::kReturn;
}

HostOutcome canon_error_context_new(CanonFunction& self, HostCall& call) {
  if (!check_may_leave(self, call)) return HostOutcome::kTrap;
  InstanceHandles handles(call, *self.inst, nullptr, nullptr);
  LiftLowerContext cx(call, self.opts, handles, Peer::kHost);
  const bool wide = self.opts.width == AddressType::kI64;
  std::string message;
  if (!load_string_from_range(cx, wide ? call.arg(0) : arg32(call, 0),
                              wide ? call.arg(1) : arg32(call, 1), message)) {
    return HostOutcome::kTrap;
  }
  auto context = std::make_shared<ErrorContextHandle>(
      std::make_shared<const std::string>(kept_message(message)));
  uint32_t i = 0;
  if (!add_object(call, *self.inst, std::move(context), i)) return HostOutcome::kTrap;
  return return_value(call, i);
}

HostOutcome canon_error_context_debug_message(CanonFunction& self, HostCall& call) {
  if (!check_may_leave(self, call)) return HostOutcome::kTrap;
  const auto* const context = static_cast<ErrorContextHandle*>(
      get_object(call, *self.inst, arg32(call, 0), HandleObject::Kind::kErrorContext));
  if (context == nullptr) return HostOutcome::kTrap;
  InstanceHandles handles(call, *self.inst, nullptr, nullptr);
  LiftLowerContext cx(call, self.opts, handles, Peer::kHost);
  const ValType& t = *primitive(TypeKind::kString);
  const uint64_t ptr = self.opts.width == AddressType::kI64 ? call.arg(1) : arg32(call, 1);
  if (!cx.check_range(ptr, elem_size(t, cx.width()), alignment(t, cx.width()), "debug message") ||
      !store(cx, ComponentValue::string(*context->debug_message), t, ptr)) {
    return HostOutcome::kTrap;
  }
  return HostOutcome::kReturn;
}

HostOutcome canon_error_context_drop(CanonFunction& self, HostCall& call) {
  if (!check_may_leave(self, call)) return HostOutcome::kTrap;
  const uint32_t i = arg32(call, 0);
  if (get_object(call, *self.inst, i, HandleObject::Kind::kErrorContext) == nullptr) {
    return HostOutcome::kTrap;
  }
  self.inst->handles.remove(i);
  return HostOutcome::kReturn;
}

}  // namespace tappet::component
