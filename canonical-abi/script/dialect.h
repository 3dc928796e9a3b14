// Scripts with components, in the format of the reference tools.
#pragma once

#include "interp/script/dialect.h"

namespace tappet::component {

// (component ...), also "definition", "instance", "binary" and "quote", and component-level values.
class ComponentDialect final : public script::Dialect {
 public:
  std::string_view word() const override { return "component"; }
  Result<Bytes> parse_form(const text::TokenStream& stream, uint32_t begin,
                           uint32_t end) const override;
  std::shared_ptr<const script::ForeignValue> value(text::Cursor& in) const override;
};

}  // namespace tappet::component
