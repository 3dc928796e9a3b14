// Vectors as two slots, low half first, and as instructions.
#pragma once

#include "tests/unit/interp/support/guest.h"

namespace tappet::test {

using Slots = std::vector<uint64_t>;

inline Slots results(Store& store, Function& function, const Slots& args) {
  Thread thread(store);
  thread.start(function, args);
  const Outcome outcome = run(thread);
  EXPECT_EQ(outcome, Outcome::kReturned) << thread.trap().to_string();
  return {thread.results().begin(), thread.results().end()};
}
inline Slots results(Guest& guest, std::string_view name, const Slots& args = {}) {
  return results(*guest.store, guest.function(name), args);
}

inline Bytes vector(uint64_t low, uint64_t high) {
  Bytes bytes(16);
  store_le(bytes.data(), low);
  store_le(bytes.data() + 8, high);
  return code("v128.const", Raw{bytes});
}

// A memory argument without alignment; memory 0 is not named.
inline Bytes memory_argument(uint32_t memory, uint64_t offset) {
  return memory == 0 ? leb(0) + leb(offset) : leb(0x40) + leb(memory) + leb(offset);
}

}  // namespace tappet::test
