// What functions of preview1 answer: an errno.
#pragma once

#include <cstdint>

#include "interp/base/result.h"
#include "wasi/host/errno.h"

namespace tappet::wasi::p1 {

enum Answer : uint16_t {
#define P1_ERRNO(name, host) name,
#include "wasi/p1/errno.def"
#undef P1_ERRNO
};

// Why a function did not do what it was called for: the guest's fault, or what the system says.
struct Refusal {
  Refusal(Answer why) : answer(why) {}  // NOLINT: implicit on purpose
  Refusal(Errno error);                 // NOLINT: implicit on purpose

  Answer answer;
};

template <class T = Unit>
using Answered = Result<T, Refusal>;

}  // namespace tappet::wasi::p1
