#include "canonical-abi/linker/instance_pre.h"

#include <algorithm>

namespace tappet::component {

const ExportedFunction* ExportedInterface::find(std::string_view function) const {
  const auto at = std::lower_bound(
      functions.begin(), functions.end(), function,
      [](const ExportedFunction& f, std::string_view wanted) { return f.name < wanted; });
  return at != functions.end() && at->name == function ? &*at : nullptr;
}

}  // namespace tappet::component
