#include "interp/base/result.h"

#include <fmt/format.h>

namespace tappet {

std::string Error::to_string() const {
  switch (position.kind) {
    case Position::Kind::kByteOffset:
      return fmt::format("at byte offset {:#x}: {}", position.offset, message);
    case Position::Kind::kLineColumn:
      return fmt::format("{}:{}: {}", position.line, position.column, message);
    case Position::Kind::kNone:
      break;
  }
  return message;
}

}  // namespace tappet
