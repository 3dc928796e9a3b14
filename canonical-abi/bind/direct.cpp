#include "canonical-abi/bind/direct.h"

#include <fmt/format.h>

#include "interp/base/utf8.h"

namespace tappet::component {

bool DirectCall::cannot_leave() {
  call_.trap("cannot leave component instance");
  return false;
}

std::string DirectCall::load_string(uint64_t ptr, uint64_t tagged_code_units) {
  std::string text;
  if (!trapped_) require(load_string_from_range(cx_, ptr, tagged_code_units, text));
  return text;
}

Bytes DirectCall::load_bytes(const ValType& t, uint64_t ptr, uint64_t length) {
  Bytes bytes;
  load_list(t, ptr, length, 1, [&](uint32_t count) { bytes.assign(at(ptr), at(ptr) + count); });
  return bytes;
}

std::optional<uint64_t> DirectCall::lift_handle(const ValType& t, uint32_t i) {
  uint64_t rep = 0;
  if (trapped_ || !require(t.kind == TypeKind::kOwn ? handles_.lift_own(cx_, i, t, rep)
                                                    : handles_.lift_borrow(cx_, i, t, rep))) {
    return std::nullopt;
  }
  return rep;
}

void DirectCall::store_string(std::string_view text, uint64_t ptr) {
  if (!is_utf8(as_bytes(text))) fail(std::string(kIllFormedString));
  uint64_t begin = 0;
  uint64_t units = 0;
  if (!ok() || !require(store_string_into_range(cx_, text, false, begin, units))) return;
  store_int(cx_, begin, ptr, cx_.ptr_size());
  store_int(cx_, units, ptr + cx_.ptr_size(), cx_.ptr_size());
}

bool DirectCall::store_list(const ValType& t, uint64_t length, uint64_t ptr, uint64_t& begin) {
  if (!ok() || !require(allocate_list(cx_, length, t, begin))) return false;
  store_int(cx_, begin, ptr, cx_.ptr_size());
  store_int(cx_, length, ptr + cx_.ptr_size(), cx_.ptr_size());
  return true;
}

void DirectCall::store_bytes(const ValType& t, ByteSpan bytes, uint64_t ptr) {
  uint64_t begin = 0;
  if (!store_list(t, bytes.size(), ptr, begin) || bytes.empty()) return;
  std::memcpy(cx_.memory() + begin, bytes.data(), bytes.size());
}

uint32_t DirectCall::lower_own(const ValType& t, uint64_t rep) {
  uint32_t i = 0;
  if (ok()) require(handles_.lower_own(cx_, rep, t, i));
  return i;
}

bool DirectCall::fits(const ValType& t, const ComponentValue& v) {
  if (!ok()) return false;
  const Result<> fits = check_value(v, t);
  if (!fits.ok()) fail(misfit(fits.error()));
  return fits.ok();
}

void DirectCall::store_value(const ValType& t, const ComponentValue& v, uint64_t ptr) {
  if (fits(t, v)) require(store(cx_, v, t, ptr));
}

uint64_t DirectCall::lower_value(const ValType& t, const ComponentValue& v) {
  FlatValues flat;
  return fits(t, v) && require(lower_flat(cx_, v, t, flat)) ? flat.span()[0] : 0;
}

}  // namespace tappet::component
