// Guests of several stores that share memories, and modules with all atomic instructions.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

#include "interp/opcodes/opcode.h"
#include "interp/runtime/shared_memory.h"
#include "tests/unit/interp/support/linked.h"

namespace tappet::test {

inline FeatureSet with_threads() {
  FeatureSet features = FeatureSet::defaults();
  features.set(Feature::kThreads);
  return features;
}

// A store that may use shared memories.
struct Guests : Linked {
  explicit Guests(MemoryStrategy strategy = best_memory_strategy(), StoreLimits limits = {})
      : Linked(limits, with_threads(), strategy) {}

  // Gives modules of this store the memory "host"."memory".
  void share(Memory& memory) {
    auto made = store->add_memory(memory.shared());
    ASSERT_TRUE(made.ok()) << made.error().to_string();
    hosts["memory"] = *made;
  }
};

inline const char* wasm_type(char letter, const char* address) {
  if (letter == 'a') return address;
  return letter == 'l' ? "i64" : "i32";
}

// One export per instruction that accesses memory, by its mnemonic.
inline std::string all_accesses(std::string_view memories, const char* address,
                                std::string_view memarg) {
  std::string text = fmt::format("(module {}", memories);
  for (const OpcodeRow& op : kOpcodes) {
    if (op.feature != Feature::kThreads || op.access_bytes == 0) continue;
    std::string params, operands;
    for (size_t i = 0; i < op.signature.params.size(); ++i) {
      params += fmt::format(" {}", wasm_type(op.signature.params[i], address));
      operands += fmt::format(" (local.get {})", i);
    }
    const bool has_result = !op.signature.results.empty();
    text += fmt::format(
        "(func (export \"{0}\") (param{1}) {2} ({0} {3}{4}))", op.mnemonic, params,
        has_result ? fmt::format("(result {})", wasm_type(op.signature.results[0], address)) : "",
        memarg, operands);
  }
  return text + ")";
}

}  // namespace tappet::test
