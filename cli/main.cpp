// The tappet command.
#include <fcntl.h>

#include <csignal>
#include <new>

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/report.h"

namespace tappet::cli {
namespace {

// Standard streams that the parent has closed: their numbers must not be given to something else.
// There is nothing to read, and writing fails.
void occupy_standard_streams() {
  for (int fd = 0; fd < 3; ++fd) {
    if (fcntl(fd, F_GETFD) < 0) (void)open("/dev/null", O_RDONLY);  // takes the lowest free number
  }
}

int dispatch(const Command& command) {
  switch (command.kind) {
    case Command::Kind::kPrint:
      return print(command.text);
    case Command::Kind::kRun:
      return run(command.run);
    case Command::Kind::kValidate:
      return validate(command.validate);
    case Command::Kind::kInspect:
      return inspect(command.inspect);
    case Command::Kind::kWast:
      return wast(command.wast);
    case Command::Kind::kWat2Wasm:
      return wat2wasm(command.convert);
    case Command::Kind::kToText:
      return print_text(command.convert);
    case Command::Kind::kServe:
      return serve(command.serve);
  }
  return kFailure;
}

int main(std::vector<std::string> words) {
  occupy_standard_streams();
  // Writing to a pipe that nobody reads, or more than files may have, is an error that the guest
  // sees.
  (void)std::signal(SIGPIPE, SIG_IGN);
  (void)std::signal(SIGXFSZ, SIG_IGN);
  const Result<Command> command = parse_command_line(std::move(words));
  return command.ok() ? dispatch(*command) : report({}, command.error());
}

}  // namespace
}  // namespace tappet::cli

int main(int argc, char** argv) {
  try {
    return tappet::cli::main({argv + 1, argv + argc});
  } catch (const std::bad_alloc&) {
    return tappet::cli::report(
        {}, tappet::make_error(tappet::ErrorKind::kResource, "the host is out of memory"));
  }
}
