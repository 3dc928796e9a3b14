#include "wasi/host/stdio.h"

#include <fcntl.h>
#include <unistd.h>

#include "wasi/host/fd_stream.h"
#include "wasi/host/memory_stream.h"

namespace tappet::wasi {
namespace {

// Our own number for a descriptor, above those of the standard streams.
net::Fd duplicate(int fd) { return net::Fd(fcntl(fd, F_DUPFD_CLOEXEC, 3)); }

void inherit_output(net::Loop& loop, int fd, std::shared_ptr<OutputStream>& stream,
                    bool& is_terminal) {
  net::Fd ours = duplicate(fd);
  if (!ours) return;
  is_terminal = isatty(fd) != 0;
  stream = std::make_shared<FdOutput>(loop, std::move(ours));
}

}  // namespace

Stdio::Stdio()
    : in(std::make_shared<MemoryInput>()),
      out(std::make_shared<NullOutput>()),
      err(std::make_shared<NullOutput>()) {}

void Stdio::inherit_in(net::Loop& loop) {
  net::Fd ours = duplicate(STDIN_FILENO);
  if (!ours) return;
  in_is_terminal = isatty(STDIN_FILENO) != 0;
  in = std::make_shared<FdInput>(loop, std::move(ours));
}

void Stdio::inherit_out(net::Loop& loop) {
  inherit_output(loop, STDOUT_FILENO, out, out_is_terminal);
}

void Stdio::inherit_err(net::Loop& loop) {
  inherit_output(loop, STDERR_FILENO, err, err_is_terminal);
}

}  // namespace tappet::wasi
