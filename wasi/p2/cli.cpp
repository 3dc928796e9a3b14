#include "wasi/p2/cli.h"

#include "wasi/host/environment.h"
#include "wasi/host/stdio.h"
#include "wasi/p2/version.h"

namespace tappet::wasi::p2 {

// That a standard stream is a terminal. There is nothing to be done with it so far.
struct TerminalInput {};
struct TerminalOutput {};

namespace {

using component::Exit;
using component::HostInterface;
using component::HostInterfaceDef;
using component::make_own;
using component::Own;

template <class Terminal>
std::optional<Own<Terminal>> terminal_if(bool is_terminal) {
  if (!is_terminal) return std::nullopt;
  return make_own<Terminal>();
}

}  // namespace

HostInterfaceDef cli_environment() {
  return HostInterface<Environment>("wasi:cli/environment", kVersion)
      .func("get-environment", [](const Environment& e) { return e.variables(); })
      .func("get-arguments", [](const Environment& e) { return std::vector(e.arguments()); })
      .func("initial-cwd",
            [](const Environment& e) { return std::optional(e.working_directory()); });
}

HostInterfaceDef cli_exit() {
  return HostInterface<>("wasi:cli/exit", kVersion)
      .func("exit", {"status"},
            [](const Result<Unit, Unit>& status) { return Exit{status.ok() ? 0 : 1}; })
      .func("exit-with-code", {"status-code"}, [](uint8_t code) { return Exit{code}; });
}

// Handles share the stream: dropping one closes nothing.
HostInterfaceDef cli_stdin() {
  return HostInterface<Stdio>("wasi:cli/stdin", kVersion)
      .resource<InputStream>("input-stream")
      .func("get-stdin", [](const Stdio& stdio) { return Own<InputStream>(stdio.in); });
}

HostInterfaceDef cli_stdout() {
  return HostInterface<Stdio>("wasi:cli/stdout", kVersion)
      .resource<OutputStream>("output-stream")
      .func("get-stdout", [](const Stdio& stdio) { return Own<OutputStream>(stdio.out); });
}

HostInterfaceDef cli_stderr() {
  return HostInterface<Stdio>("wasi:cli/stderr", kVersion)
      .resource<OutputStream>("output-stream")
      .func("get-stderr", [](const Stdio& stdio) { return Own<OutputStream>(stdio.err); });
}

HostInterfaceDef terminal_input() {
  return HostInterface<>("wasi:cli/terminal-input", kVersion)
      .resource<TerminalInput>("terminal-input");
}

HostInterfaceDef terminal_output() {
  return HostInterface<>("wasi:cli/terminal-output", kVersion)
      .resource<TerminalOutput>("terminal-output");
}

HostInterfaceDef terminal_stdin() {
  return HostInterface<Stdio>("wasi:cli/terminal-stdin", kVersion)
      .resource<TerminalInput>("terminal-input")
      .func("get-terminal-stdin",
            [](const Stdio& stdio) { return terminal_if<TerminalInput>(stdio.in_is_terminal); });
}

HostInterfaceDef terminal_stdout() {
  return HostInterface<Stdio>("wasi:cli/terminal-stdout", kVersion)
      .resource<TerminalOutput>("terminal-output")
      .func("get-terminal-stdout",
            [](const Stdio& stdio) { return terminal_if<TerminalOutput>(stdio.out_is_terminal); });
}

HostInterfaceDef terminal_stderr() {
  return HostInterface<Stdio>("wasi:cli/terminal-stderr", kVersion)
      .resource<TerminalOutput>("terminal-output")
      .func("get-terminal-stderr",
            [](const Stdio& stdio) { return terminal_if<TerminalOutput>(stdio.err_is_terminal); });
}

}  // namespace tappet::wasi::p2
