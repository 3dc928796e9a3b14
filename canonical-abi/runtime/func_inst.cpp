#include "canonical-abi/runtime/func_inst.h"

#include <fmt/format.h>

namespace tappet::component {

Result<> check_result(const HostReturn& returned, const ValType* type) {
  if (returned.kind() == HostReturn::Kind::kCancelled) {
    return fail(ErrorKind::kUsage, "a host function was cancelled though nobody wanted that");
  }
  if (returned.has_value() != (type != nullptr)) {
    return fail(ErrorKind::kUsage,
                fmt::format("a host function returned {} result", type != nullptr ? "no" : "a"));
  }
  if (type == nullptr) return {};
  Result<> fits = check_value(returned.value(), *type);
  if (fits.ok()) return {};
  return fail(ErrorKind::kUsage, misfit(fits.error()));
}

std::string misfit(const Error& error) {
  return fmt::format("a host function's result does not fit: {}", error.message);
}

}  // namespace tappet::component
