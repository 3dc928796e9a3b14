#include "interp/runtime/trap.h"

#include <fmt/format.h>

namespace tappet {

std::string_view to_string(TrapKind kind) {
  constexpr std::string_view kMessages[] = {
      "no trap",
#define TRAP(name, message) message,
#include "interp/runtime/trap.def"
#undef TRAP
  };
  return kMessages[static_cast<size_t>(kind)];
}

std::string Trap::to_string() const {
  std::string text = "wasm trap: " + message;
  if (!backtrace.empty()) text += "\nwasm backtrace (innermost first):";
  int line = 0;
  for (const StackFrame& frame : backtrace) {
    const std::string name = frame.function.empty()
                                 ? fmt::format("<wasm function {}>", frame.function_index)
                                 : frame.function;
    text += fmt::format("\n  {:>3}: {:#8x} - {}{}{}", line++, frame.offset, frame.module,
                        frame.module.empty() ? "" : "!", name);
  }
  return text;
}

}  // namespace tappet
