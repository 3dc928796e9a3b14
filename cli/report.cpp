#include "cli/report.h"

#include <fmt/format.h>

#include <cstdio>

#include "interp/base/printable.h"

namespace tappet::cli {
namespace {

// Of a function's name with its module's: mangled ones are long, hostile ones longer.
constexpr size_t kMostName = 512;

std::string frame_line(size_t number, const StackFrame& frame) {
  const std::string name = frame.function.empty()
                               ? fmt::format("<wasm function {}>", frame.function_index)
                               : frame.function;
  const std::string module = frame.module.empty() ? "" : frame.module + "!";
  return fmt::format("  {:>3}: {:#8x} - {}\n", number, frame.offset,
                     printable(module + name, kMostName));
}

}  // namespace

std::string to_line(std::string_view subject, std::string_view message) {
  std::string text = "tappet: ";
  if (!subject.empty()) text += without_controls(subject) + ": ";
  return text + without_controls(message) + "\n";
}

std::string to_lines(std::string_view subject, const Trap& trap) {
  std::string text = to_line(subject, "wasm trap: " + trap.message);
  if (!trap.backtrace.empty()) text += "wasm backtrace (innermost first):\n";
  for (size_t i = 0; i < trap.backtrace.size(); ++i) text += frame_line(i, trap.backtrace[i]);
  return text;
}

std::string to_line(std::string_view file, const Error& error) {
  switch (error.position.kind) {
    case Position::Kind::kNone:
      return to_line(file, error.message);
    case Position::Kind::kByteOffset:
      return to_line(file, fmt::format("{} at offset {:#x}", error.message, error.position.offset));
    case Position::Kind::kLineColumn:
      return to_line(file, fmt::format("{} at line {}, column {}", error.message,
                                       error.position.line, error.position.column));
  }
  return {};
}

void write_error(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
  std::fflush(stderr);
}

void announce(std::string_view text) { write_error(std::string(text) + "\n"); }

void warn(std::string_view file, std::string_view message) { write_error(to_line(file, message)); }

int report(std::string_view file, const Error& error) {
  write_error(to_line(file, error));
  return error.kind == ErrorKind::kUsage ? kUsage : kFailure;
}

int report(std::string_view file, const Trap& trap) {
  if (trap.kind == TrapKind::kExit) {
    // What does not fit into a process's status must not look like success.
    if (trap.exit_code >= 0 && trap.exit_code <= 255) return trap.exit_code;
    write_error(to_line(file, fmt::format("exit code {} is out of range", trap.exit_code)));
    return kFailure;
  }
  write_error(to_lines(file, trap));
  return kTrapped;
}

int report(std::string_view file, const InstantiateError& error) {
  if (const auto* const trap = std::get_if<Trap>(&error)) return report(file, *trap);
  return report(file, std::get<Error>(error));
}

int print(std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (written && std::fflush(stdout) == 0) return kSuccess;
  return report({}, make_error(ErrorKind::kIo, "cannot write to standard output"));
}

}  // namespace tappet::cli
