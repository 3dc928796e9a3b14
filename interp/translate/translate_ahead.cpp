#include "interp/translate/translate_ahead.h"

#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>

namespace tappet {
namespace {

// Bytes of function bodies that are worth a thread.
constexpr uint64_t kBytesPerThread = 64 * 1024;
// Functions that a thread takes at once.
constexpr uint32_t kAtOnce = 16;

uint64_t body_bytes(const Module& module) {
  uint64_t bytes = 0;
  for (const FunctionDecl& function : module.functions) {
    bytes += function.code_end - function.code_begin;
  }
  return bytes;
}

}  // namespace

void translate_ahead(const ModuleCode& code, uint32_t threads) {
  const Module& module = code.module();
  const auto end = static_cast<uint32_t>(module.functions.size());
  std::atomic<uint32_t> next{module.imported_functions};
  const auto work = [&] {
    for (;;) {
      const uint32_t first = next.fetch_add(kAtOnce, std::memory_order_relaxed);
      if (first >= end) return;
      for (uint32_t i = first; i < std::min(end, first + kAtOnce); ++i) code.translated_entry(i);
    }
  };
  const uint64_t useful = body_bytes(module) / kBytesPerThread + 1;
  uint64_t wanted = std::min<uint64_t>(threads, useful) - 1;
  std::vector<std::jthread> others;
  while (others.size() < wanted) {
    try {
      others.emplace_back(work);
    } catch (const std::system_error&) {
      wanted = others.size();  // the host gives no more
    }
  }
  work();
}

}  // namespace tappet
