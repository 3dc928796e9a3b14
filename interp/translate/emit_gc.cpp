// Threaded code of instructions on garbage-collected objects.
#include "interp/translate/emitter_impl.h"

namespace tappet::translate {

Handler Emitter::object_handler(const IrInstruction& i) const {
  switch (i.kind) {
    case IrKind::kStructGet:
      return exec::kStructGetHandlers[i.first][at(i.a.cls, i.d.cls)];
    case IrKind::kStructSet:
      return exec::kStructSetHandlers[i.first][at(i.a.cls, i.b.cls)];
    case IrKind::kArrayGet:
      return exec::kArrayGetHandlers[i.first][at(i.a.cls, i.b.cls, i.d.cls)];
    case IrKind::kArraySet:
      return exec::kArraySetHandlers[i.first][at(i.a.cls, i.b.cls, i.x.cls)];
    case IrKind::kArrayLen:
      return exec::kArrayLenHandlers[at(i.a.cls, i.d.cls)];
    case IrKind::kI31Get:
      return exec::kI31GetHandlers[i.flag][at(i.a.cls, i.d.cls)];
    case IrKind::kRefTest:
      return exec::kRefTestHandlers[i.first][i.flag][at(i.a.cls, i.d.cls)];
    default:
      return exec::kRefCastHandlers[i.first][i.flag][at(i.a.cls, i.d.cls)];
  }
}

void Emitter::gc(const IrInstruction& i) {
  handler(lookup(i));
  switch (i.kind) {
    case IrKind::kStructGet:
      return word(pack_high(i.a.slot, i.d.slot, i.immediate));
    case IrKind::kStructSet:
      word(pack_high(i.a.slot, i.b.slot, i.immediate));
      return constant(i.b);
    case IrKind::kArrayGet:
      word(pack(i.a.slot, i.b.slot, i.d.slot));
      return constant(i.b);
    case IrKind::kArraySet:
      word(pack(i.a.slot, i.b.slot, 0, i.x.slot));
      return constant(i.b), constant(i.x);
    case IrKind::kArrayLen:
    case IrKind::kI31Get:
      return word(pack(i.a.slot, 0, i.d.slot));
    default:
      word(pack_high(i.a.slot, i.d.slot, i.immediate));
      if (static_cast<exec::CastTarget>(i.first) == exec::CastTarget::kDefined) word(i.second);
  }
}

}  // namespace tappet::translate
