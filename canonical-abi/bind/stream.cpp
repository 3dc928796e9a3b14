#include "canonical-abi/bind/stream.h"

#include <fmt/format.h>

#include "canonical-abi/types/print.h"

namespace tappet::component::detail {

// Lifting has checked guests' values, and the linker functions' types; an embedder's values nobody.
std::shared_ptr<ReadableEnd> take_readable(Call& conversion, ComponentValue& value,
                                           const AsyncType& type, const void* element) {
  std::shared_ptr<ReadableEnd> end;
  if (value.kind() == type.type->kind) end = std::static_pointer_cast<ReadableEnd>(value.shared());
  const SharedCopy* const shared = end != nullptr ? end->shared() : nullptr;
  if (shared == nullptr) {
    conversion.fail(fmt::format("the value is no {} that is still there", to_string(*type.type)));
    return nullptr;
  }
  if (!shared->has_type(*type.type, type.scope())) {
    conversion.fail(fmt::format("the value is not a {}", to_string(*type.type)));
    return nullptr;
  }
  const HostEnd* const writer = shared->host_end(false);
  if (writer != nullptr && writer->element() != element) {
    conversion.fail(fmt::format("the host writes and reads a {} with different C++ types",
                                to_string(*type.type)));
    return nullptr;
  }
  // Not two ends of one: the value is empty now.
  return std::make_shared<ReadableEnd>(end->take());
}

}  // namespace tappet::component::detail
