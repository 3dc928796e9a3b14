// Traps (core spec 4.1): a guest that did something undefined, or was stopped. A trap is not an
// error of the host's caller; it is an outcome of running.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tappet {

enum class TrapKind : uint8_t {
  kNone,  // no trap
#define TRAP(name, message) k##name,
#include "interp/runtime/trap.def"
#undef TRAP
};

std::string_view to_string(TrapKind kind);

// One line of a wasm backtrace, innermost first.
struct StackFrame {
  std::string module;    // from the name section; may be empty
  std::string function;  // from the name section, else the export name; may be empty
  uint32_t function_index = 0;
  uint64_t offset = 0;  // of the instruction, in the file; 0 if unknown
};

struct Trap {
  TrapKind kind = TrapKind::kNone;
  std::string message;    // to_string(kind), or what a host function said
  int32_t exit_code = 0;  // kExit: what the guest asked for
  std::vector<StackFrame> backtrace;

  // "wasm trap: <message>" and the backtrace, several lines, no final newline.
  std::string to_string() const;
};

}  // namespace tappet
