#include "canonical-abi/script/dialect.h"

#include "canonical-abi/script/value.h"
#include "canonical-abi/text/text.h"

namespace tappet::component {

Result<Bytes> ComponentDialect::parse_form(const text::TokenStream& stream, uint32_t begin,
                                           uint32_t end) const {
  return parse_component_form(stream, begin, end);
}

std::shared_ptr<const script::ForeignValue> ComponentDialect::value(text::Cursor& in) const {
  auto constant = read_constant(in);
  if (!constant) return nullptr;
  return std::make_shared<ScriptComponentValue>(std::move(*constant));
}

}  // namespace tappet::component
