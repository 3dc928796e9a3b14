#include "interp/module/module.h"

#include <algorithm>
#include <numeric>

namespace tappet {

std::string_view to_string(ExternKind kind) {
  constexpr std::string_view kNames[] = {"function", "table", "memory", "global", "tag"};
  return kNames[static_cast<size_t>(kind)];
}

// Sorted rather than hashed: hostile names cannot make it slow.
void Module::index_exports() {
  exports_by_name.resize(exports.size());
  std::iota(exports_by_name.begin(), exports_by_name.end(), 0);
  std::sort(exports_by_name.begin(), exports_by_name.end(), [&](uint32_t a, uint32_t b) {
    const int order = exports[a].name.compare(exports[b].name);
    return order != 0 ? order < 0 : a < b;
  });
}

const Export* Module::find_export(std::string_view name) const {
  const auto found = std::lower_bound(
      exports_by_name.begin(), exports_by_name.end(), name,
      [&](uint32_t i, std::string_view wanted) { return exports[i].name < wanted; });
  if (found == exports_by_name.end() || exports[*found].name != name) return nullptr;
  return &exports[*found];
}

}  // namespace tappet
