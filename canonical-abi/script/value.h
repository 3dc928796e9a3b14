// Component-level values in scripts: constants, which get a type where they are used, and results.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "canonical-abi/values/value.h"
#include "interp/script/value.h"
#include "interp/text/cursor.h"

namespace tappet::component {

// A constant as it is written. Labels have no indices yet.
struct Constant {
  TypeKind kind = TypeKind::kBool;
  uint64_t bits = 0;              // scalars; kOption, kResult: the case
  std::string text;               // kString; kVariant, kEnum: the case
  std::string label;              // of this one, as a field or a flag
  std::vector<Constant> members;  // fields, elements, flags, a payload
};

// The value of a type that a constant means. Errors: kInvalid, naming what does not fit.
Result<ComponentValue> to_value(const Constant& constant, const ValType& type);

// The only ForeignValue that there is where components run.
class ScriptComponentValue final : public script::ForeignValue {
 public:
  explicit ScriptComponentValue(Constant constant) : constant_(std::move(constant)) {}
  // `type` outlives it.
  ScriptComponentValue(ComponentValue result, const ValType& type)
      : result_(std::move(result)), type_(&type) {}

  bool matches(const script::ForeignValue& result) const override;
  std::string to_string() const override;
  // Null for results.
  const Constant* constant() const { return constant_ ? &*constant_ : nullptr; }

 private:
  std::optional<Constant> constant_;
  ComponentValue result_;
  const ValType* type_ = nullptr;
};

// Reads a constant behind its opening parenthesis, up to its closing one. Nothing, and nothing
// read, if it is none; core constants, as f32.const is too, are none. Errors stick in the cursor.
std::optional<Constant> read_constant(text::Cursor& in);

}  // namespace tappet::component
