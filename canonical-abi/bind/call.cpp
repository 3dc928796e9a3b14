#include "canonical-abi/bind/call.h"

#include <fmt/format.h>

#include "interp/base/utf8.h"

namespace tappet::component {
namespace {

std::string no_such(const HostResourceType& type, uint64_t rep) {
  return fmt::format("handle {} does not represent a live `{}` resource", rep, type.name);
}

}  // namespace

std::shared_ptr<void> Call::borrow(const HostResourceType& type, uint64_t rep) {
  std::shared_ptr<void> object;
  if (rep <= UINT32_MAX) object = environment_.resources().share(type, static_cast<uint32_t>(rep));
  if (!object) fail(no_such(type, rep));
  return object;
}

std::shared_ptr<void> Call::take(const HostResourceType& type, uint64_t rep) {
  if (rep > UINT32_MAX) return fail(no_such(type, rep)), nullptr;
  auto object = environment_.resources().remove(type, static_cast<uint32_t>(rep));
  if (object.ok()) return std::move(object).value();
  fail(std::move(object).error().message);
  return nullptr;
}

ComponentValue Call::give(const HostResourceType& type, std::shared_ptr<void> object,
                          std::optional<uint32_t> parent) {
  if (!object) {
    fail(fmt::format("the host gave an empty `{}` resource", type.name));
    return {};
  }
  HostResources& table = environment_.resources();
  const auto rep = parent ? table.add_child(type, std::move(object), *parent)
                          : table.add(type, std::move(object));
  if (!rep) fail("resource table has no free keys");
  return ComponentValue::handle(TypeKind::kOwn, rep.value_or(0));
}

ComponentValue Call::string(std::string text) {
  if (!is_utf8(as_bytes(text))) fail(std::string(kIllFormedString));
  return ComponentValue::string(std::move(text));
}

// Whoever has it only reads it.
ComponentValue Call::error_context(const std::shared_ptr<const std::string>& message) {
  if (!is_utf8(as_bytes(*message))) fail("the host gave a message that is not well-formed UTF-8");
  return ComponentValue::shared(TypeKind::kErrorContext,
                                std::const_pointer_cast<std::string>(message));
}

ComponentValue Call::character(char32_t c) {
  if (!is_scalar_value(c)) fail("the host gave a char that is not a Unicode scalar value");
  return ComponentValue::character(c);
}

}  // namespace tappet::component
