#include "canonical-abi/builtins/builtins.h"

#include "canonical-abi/builtins/resource.h"
#include "canonical-abi/builtins/stream.h"
#include "canonical-abi/builtins/task.h"
#include "canonical-abi/builtins/thread.h"
#include "canonical-abi/builtins/waitable.h"
#include "canonical-abi/runtime/canon_lower.h"

namespace tappet::component {
namespace {

struct Builtin {
  CanonKind kind;
  CanonFunction::Body body;
};

constexpr Builtin kBuiltins[] = {
    {CanonKind::kLower, canon_lower},
    {CanonKind::kResourceNew, canon_resource_new},
    {CanonKind::kResourceDrop, canon_resource_drop},
    {CanonKind::kResourceRep, canon_resource_rep},
    {CanonKind::kTaskCancel, canon_task_cancel},
    {CanonKind::kSubtaskCancel, canon_subtask_cancel},
    {CanonKind::kTaskReturn, canon_task_return},
    {CanonKind::kContextGet, canon_context_get},
    {CanonKind::kContextSet, canon_context_set},
    {CanonKind::kThreadYield, canon_thread_yield},
    {CanonKind::kSubtaskDrop, canon_subtask_drop},
    {CanonKind::kStreamNew, canon_stream_new},
    {CanonKind::kStreamRead, canon_stream_read},
    {CanonKind::kStreamWrite, canon_stream_write},
    {CanonKind::kStreamCancelRead, canon_stream_cancel_read},
    {CanonKind::kStreamCancelWrite, canon_stream_cancel_write},
    {CanonKind::kStreamDropReadable, canon_stream_drop_readable},
    {CanonKind::kStreamDropWritable, canon_stream_drop_writable},
    {CanonKind::kFutureNew, canon_stream_new},
    {CanonKind::kFutureRead, canon_stream_read},
    {CanonKind::kFutureWrite, canon_stream_write},
    {CanonKind::kFutureCancelRead, canon_stream_cancel_read},
    {CanonKind::kFutureCancelWrite, canon_stream_cancel_write},
    {CanonKind::kFutureDropReadable, canon_stream_drop_readable},
    {CanonKind::kFutureDropWritable, canon_stream_drop_writable},
    {CanonKind::kErrorContextNew, canon_error_context_new},
    {CanonKind::kErrorContextMessage, canon_error_context_debug_message},
    {CanonKind::kErrorContextDrop, canon_error_context_drop},
    {CanonKind::kWaitableSetNew, canon_waitable_set_new},
    {CanonKind::kWaitableSetWait, canon_waitable_set_wait},
    {CanonKind::kWaitableSetPoll, canon_waitable_set_poll},
    {CanonKind::kWaitableSetDrop, canon_waitable_set_drop},
    {CanonKind::kWaitableJoin, canon_waitable_join},
    {CanonKind::kBackpressureInc, canon_backpressure_inc},
    {CanonKind::kBackpressureDec, canon_backpressure_dec},
    {CanonKind::kThreadIndex, canon_thread_index},
    {CanonKind::kThreadNewIndirect, canon_thread_new_indirect},
    {CanonKind::kThreadResumeLater, canon_thread_resume_later},
    {CanonKind::kThreadSuspend, canon_thread_suspend},
    {CanonKind::kThreadSuspendResume, canon_thread_suspend_then_resume},
    {CanonKind::kThreadYieldResume, canon_thread_yield_then_resume},
    {CanonKind::kThreadSuspendPromote, canon_thread_suspend_then_promote},
    {CanonKind::kThreadYieldPromote, canon_thread_yield_then_promote},
};

}  // namespace

CanonFunction::Body find_builtin(CanonKind kind) {
  for (const Builtin& builtin : kBuiltins) {
    if (builtin.kind == kind) return builtin.body;
  }
  return nullptr;
}

}  // namespace tappet::component
