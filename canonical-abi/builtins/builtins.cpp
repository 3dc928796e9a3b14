#include "canonical-abi/builtins/builtins.h"

#include "canonical-abi/builtins/resource.h"
#include "canonical-abi/runtime/canon_lower.h"

namespace tappet::component {

CanonFunction::Body find_builtin(CanonKind kind) {
  switch (kind) {
    case CanonKind::kLower:
      return canon_lower;
    case CanonKind::kResourceNew:
      return canon_resource_new;
    case CanonKind::kResourceDrop:
      return canon_resource_drop;
    case CanonKind::kResourceRep:
      return canon_resource_rep;
    default:
      return nullptr;
  }
}

}  // namespace tappet::component
