// What the program says when something goes wrong, and with which code it ends.
#pragma once

#include <string>
#include <string_view>

#include "interp/base/result.h"
#include "interp/runtime/instantiate.h"
#include "interp/runtime/trap.h"

namespace tappet::cli {

// A guest's own exit code is passed on as it is.
enum ExitCode : int {
  kSuccess = 0,
  kFailure = 1,  // a file could not be loaded or linked, or a command failed without saying how
  kUsage = 2,
  kTrapped = 134,  // what a shell shows for abort()
};

// "tappet: FILE: <reason> at offset 0x1f": one line, whatever is in the message or the name.
// Without a file name, "tappet: <reason>".
std::string to_line(std::string_view file, const Error& error);

// "tappet: SUBJECT: <reason>", with its end.
std::string to_line(std::string_view subject, std::string_view message);
// A trap and its backtrace, one line per frame.
std::string to_lines(std::string_view subject, const Trap& trap);

// Writes to standard error as it is. That nobody takes it is no error.
void write_error(std::string_view text);
// What supervisors and scripts read: on standard error, as a line of its own.
void announce(std::string_view text);
// One line on standard error.
void warn(std::string_view file, std::string_view message);

// Each writes to standard error and returns the exit code.
int report(std::string_view file, const Error& error);
// A trap with its backtrace, one line per frame; for kExit nothing is written.
int report(std::string_view file, const Trap& trap);
int report(std::string_view file, const InstantiateError& error);

// Writes to standard output at once. kSuccess, or kFailure after saying that it failed.
int print(std::string_view text);

}  // namespace tappet::cli
