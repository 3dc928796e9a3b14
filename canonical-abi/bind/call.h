// One host call's passage between component values and C++ values.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "canonical-abi/runtime/host_interface.h"

namespace tappet::component {

// What conversions need of the store, and the first thing that went wrong: then the function is not
// called, or its result not delivered, and the guest traps.
class Call {
 public:
  explicit Call(HostEnvironment& environment) : environment_(environment) {}

  HostEnvironment& environment() { return environment_; }
  bool ok() const { return !trap_; }
  void fail(std::string message) {
    if (!trap_) trap_ = std::move(message);
  }
  // Precondition: !ok().
  HostReturn trap() { return HostReturn::trap(std::move(*trap_)); }

  // The object that a handle represents; null, after fail(), if there is none (any more).
  std::shared_ptr<void> borrow(const HostResourceType& type, uint64_t rep);
  // Likewise; takes it out of the store's table.
  std::shared_ptr<void> take(const HostResourceType& type, uint64_t rep);
  // Puts the object into the table, as a child if there is a parent. An own handle.
  ComponentValue give(const HostResourceType& type, std::shared_ptr<void> object,
                      std::optional<uint32_t> parent);
  static constexpr std::string_view kIllFormedString =
      "the host gave a string that is not well-formed UTF-8";
  // Fails for ill-formed UTF-8: a mistake of the host, which must not reach the guest as a string.
  ComponentValue string(std::string text);
  ComponentValue character(char32_t c);
  ComponentValue error_context(const std::shared_ptr<const std::string>& message);

 private:
  HostEnvironment& environment_;
  std::optional<std::string> trap_;
};

}  // namespace tappet::component
