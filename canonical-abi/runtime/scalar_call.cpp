#include "canonical-abi/runtime/scalar_call.h"

#include <algorithm>

#include "canonical-abi/runtime/component_store.h"
#include "interp/base/utf8.h"

namespace tappet::component {

bool ScalarConversion::Step::apply(uint64_t* values) const {
  uint64_t& v = values[slot];
  switch (kind) {
    case Kind::kMask:
      v &= operand;
      return true;
    case Kind::kSign8:
      v = static_cast<uint32_t>(static_cast<int8_t>(v));
      return true;
    case Kind::kSign16:
      v = static_cast<uint32_t>(static_cast<int16_t>(v));
      return true;
    case Kind::kBool:
      v = static_cast<uint32_t>(v) != 0;
      return true;
    case Kind::kFloat32:
      v = canonicalize_nan32(static_cast<uint32_t>(v));
      return true;
    case Kind::kFloat64:
      v = canonicalize_nan64(v);
      return true;
    case Kind::kChar:
      return is_scalar_value(static_cast<uint32_t>(v));
    case Kind::kCase:
      return static_cast<uint32_t>(v) < operand;
  }
  return false;
}

bool ScalarConversion::apply_steps(uint64_t* values) const {
  return std::all_of(steps_.begin(), steps_.end(), [&](const Step& s) { return s.apply(values); });
}

void ScalarConversion::push(Kind kind, uint32_t operand) {
  total_ &= kind != Kind::kChar && kind != Kind::kCase;
  steps_.push_back({kind, slots_++, operand});
}

// As deep as types nest, which is bounded.
bool ScalarConversion::add_items(std::span<const Labelled> items) {
  return std::all_of(items.begin(), items.end(), [&](const Labelled& i) { return add(*i.type); });
}

bool ScalarConversion::add(const ValType& t) {
  switch (t.kind) {
    case TypeKind::kU32:
    case TypeKind::kS32:
    case TypeKind::kU64:
    case TypeKind::kS64:
      ++slots_;
      return true;
    case TypeKind::kBool:
      return push(Kind::kBool), true;
    case TypeKind::kU8:
      return push(Kind::kMask, UINT8_MAX), true;
    case TypeKind::kU16:
      return push(Kind::kMask, UINT16_MAX), true;
    case TypeKind::kS8:
      return push(Kind::kSign8), true;
    case TypeKind::kS16:
      return push(Kind::kSign16), true;
    case TypeKind::kF32:
      return push(Kind::kFloat32), true;
    case TypeKind::kF64:
      return push(Kind::kFloat64), true;
    case TypeKind::kChar:
      return push(Kind::kChar), true;
    case TypeKind::kFlags:
      return push(Kind::kMask, static_cast<uint32_t>((uint64_t{1} << t.items.size()) - 1)), true;
    case TypeKind::kEnum:
      return push(Kind::kCase, static_cast<uint32_t>(t.items.size())), true;
    case TypeKind::kRecord:
    case TypeKind::kTuple:
      return add_items(t.items);
    default:
      return false;
  }
}

std::unique_ptr<ScalarCall> ScalarCall::make(const CanonFunction& lowered, Scheduler& scheduler) {
  const FuncInst& callee = *lowered.callee;
  const Signature& signature = *lowered.signature;
  // With no level entered, a second call could enter the callee meanwhile.
  if (callee.is_host() || callee.type->is_async || callee.opts.is_async || lowered.opts.is_async ||
      callee.opts.post_return != nullptr || callee.core->is_host() || !lowered.may_call ||
      lowered.levels == 0 || signature.params.in_memory || signature.results.in_memory) {
    return nullptr;
  }
  const auto add = [](const ValueTypes& types, ScalarConversion& conversion) {
    return std::all_of(types.types.begin(), types.types.end(),
                       [&](const Labelled& t) { return conversion.add(*t.type); });
  };
  ScalarConversion params;
  ScalarConversion results;
  if (!add(signature.params, params) || !add(signature.results, results) || !results.total()) {
    return nullptr;
  }
  return std::unique_ptr<ScalarCall>(
      new ScalarCall(lowered, scheduler, std::move(params), std::move(results)));
}

bool ScalarCall::enter(uint64_t* args) {
  if (!caller_.may_leave || !callee_.threads.has_free() || !params_.apply(args)) return false;
  if (levels_ == 1) {  // as a rule, and worth a tenth of the call
    if (!callee_.may_enter) return false;
    callee_.may_enter = false;
  } else {
    if (!callee_.may_enter_from(levels_)) return false;
    callee_.enter_from(levels_);
  }
  around = scheduler_.begin_scalar_call(*this);
  return true;
}

uint64_t ScalarCall::leave(uint64_t result) {
  results_.apply(&result);
  scheduler_.end_scalar_call(std::exchange(around, nullptr));
  if (levels_ == 1) {
    callee_.may_enter = true;
  } else {
    callee_.leave_to(levels_);
  }
  return result;
}

}  // namespace tappet::component
