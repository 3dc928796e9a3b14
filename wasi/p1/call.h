// One call of a preview1 function: its arguments, and what they refer to in the guest's memory.
#pragma once

#include <sys/uio.h>

#include <span>
#include <string>
#include <vector>

#include "interp/base/bytes.h"
#include "interp/runtime/host_function.h"
#include "interp/runtime/memory.h"
#include "wasi/p1/answer.h"
#include "wasi/p1/dialect.h"

namespace tappet::wasi::p1 {

// Valid as long as the HostCall. Pointers into the guest's memory are never kept across anything
// that can run guest code or grow the memory.
class Call {
 public:
  Call(HostCall& host, const Dialect& dialect);

  HostCall& host() { return host_; }
  const Dialect& dialect() const { return dialect_; }
  uint64_t arg(size_t slot) const { return host_.arg(slot); }
  // Sets the result.
  HostOutcome answer(Answer result);
  HostOutcome answer(const Answered<>& result);

  // Memory. All of these answer kFault for what is out of bounds.
  bool contains(uint64_t at, uint64_t length) const;
  Answered<std::span<uint8_t>> view(uint64_t at, uint64_t length) const;
  template <class T>
  Answered<> store(uint64_t at, T value) const {
    const std::span<uint8_t> out = TAPPET_TRY(view(at, sizeof value));
    store_le<T>(out.data(), value);
    return {};
  }
  // Precondition: contains(at, sizeof(T)).
  template <class T>
  T load(uint64_t at) const {
    return load_le<T>(memory_->base() + at);
  }

  // The text at the pointer in that parameter, of the length in the next. Errors: kNametoolong for
  // what no system takes, kIlseq for what is no UTF-8.
  Answered<std::string> text(size_t slot) const;
  // The buffers of an array of iovec or ciovec, likewise; and the place of the result in the
  // parameter after those can be written. Errors also: kInval for more than systems take at once.
  Answered<std::vector<iovec>> buffers(size_t slot, size_t result_slot) const;

 private:
  HostCall& host_;
  const Dialect& dialect_;
  tappet::Memory* memory_;  // null if there is none
};

// Of all buffers.
uint64_t total_length(Buffers buffers);

}  // namespace tappet::wasi::p1
