// Threaded code of instructions on garbage-collected objects.
#include "interp/translate/emitter_impl.h"

namespace tappet::translate {

void Emitter::gc(const IrInstruction& i) {
  switch (i.kind) {
    case IrKind::kStructGet:
      handler(exec::kStructGetHandlers[i.first][at(i.a.cls, i.d.cls)]);
      return word(pack_high(i.a.slot, i.d.slot, i.immediate));
    case IrKind::kStructSet:
      handler(exec::kStructSetHandlers[i.first][at(i.a.cls, i.b.cls)]);
      word(pack_high(i.a.slot, i.b.slot, i.immediate));
      return constant(i.b);
    case IrKind::kArrayGet:
      handler(exec::kArrayGetHandlers[i.first][at(i.a.cls, i.b.cls, i.d.cls)]);
      word(pack(i.a.slot, i.b.slot, i.d.slot));
      return constant(i.b);
    case IrKind::kArraySet:
      handler(exec::kArraySetHandlers[i.first][at(i.a.cls, i.b.cls, i.x.cls)]);
      word(pack(i.a.slot, i.b.slot, 0, i.x.slot));
      return constant(i.b), constant(i.x);
    case IrKind::kArrayLen:
      handler(exec::kArrayLenHandlers[at(i.a.cls, i.d.cls)]);
      return word(pack(i.a.slot, 0, i.d.slot));
    case IrKind::kI31Get:
      handler(exec::kI31GetHandlers[i.flag][at(i.a.cls, i.d.cls)]);
      return word(pack(i.a.slot, 0, i.d.slot));
    default:
      return cast(i);
  }
}

void Emitter::cast(const IrInstruction& i) {
  const bool is_test = i.kind == IrKind::kRefTest;
  const exec::Handlers2& handlers =
      (is_test ? exec::kRefTestHandlers : exec::kRefCastHandlers)[i.first][i.flag];
  handler(handlers[at(i.a.cls, i.d.cls)]);
  word(pack_high(i.a.slot, i.d.slot, i.immediate));
  if (static_cast<exec::CastTarget>(i.first) == exec::CastTarget::kDefined) word(i.second);
}

}  // namespace tappet::translate
