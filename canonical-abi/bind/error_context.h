// error-context (Explainer.md, "Error Context Type"): what went wrong, for those who debug.
#pragma once

#include <memory>
#include <string>

#include "canonical-abi/bind/binding.h"

namespace tappet::component {

// A value that is cheap to copy. Guests' and the host's are the same: one that a guest has made and
// got back has its message.
class ErrorContext {
 public:
  // `debug_message`: well-formed UTF-8, or the call that passes it on traps.
  explicit ErrorContext(std::string debug_message)
      : message_(std::make_shared<std::string>(std::move(debug_message))) {}

  const std::string& debug_message() const { return *message_; }

 private:
  friend struct Binding<ErrorContext>;
  explicit ErrorContext(std::shared_ptr<const std::string> message)
      : message_(std::move(message)) {}
  std::shared_ptr<const std::string> message_;
};

template <>
struct Binding<ErrorContext> {
  static const ValType* type(TypeBuilder&) { return primitive(TypeKind::kErrorContext); }
  static ErrorContext lift(Call& call, ComponentValue& v) {
    if (v.shared() == nullptr) call.fail("the value is no error-context");
    return ErrorContext(std::static_pointer_cast<const std::string>(v.shared()));
  }
  static ComponentValue lower(Call& call, const ErrorContext& context) {
    return call.error_context(context.message_);
  }
};

}  // namespace tappet::component
