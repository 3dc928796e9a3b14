#include "wasi/p1/answer.h"

#include <cerrno>

namespace tappet::wasi::p1 {
namespace {

struct Row {
  Answer answer;
  int host;
};
constexpr Row kRows[] = {
#define P1_ERRNO(name, host) {name, host},
#include "wasi/p1/errno.def"
#undef P1_ERRNO
};

Answer to_answer(int host) {
  for (const Row& row : kRows) {
    if (row.host == host && host != 0) return row.answer;
  }
  return kIo;
}

}  // namespace

Refusal::Refusal(Errno error) : answer(to_answer(error.code)) {}

}  // namespace tappet::wasi::p1
