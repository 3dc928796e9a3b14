#include "wasi/host/errno.h"

#include <system_error>

#include <fmt/format.h>

namespace tappet::wasi {

std::string to_string(Errno error) {
  return fmt::format("{} (errno {})", std::generic_category().message(error.code), error.code);
}

IoError io_error(Errno error) { return {to_string(error), error}; }

}  // namespace tappet::wasi
