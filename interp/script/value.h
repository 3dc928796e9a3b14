// Values in scripts: arguments, and patterns for results.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "interp/module/types.h"

namespace tappet::script {

// A value of a dialect (dialect.h).
class ForeignValue {
 public:
  virtual ~ForeignValue() = default;
  // Whether a result is what this one, which a script expects, asks for.
  virtual bool matches(const ForeignValue& result) const = 0;
  virtual std::string to_string() const = 0;
};

// An argument or a result.
struct ScriptValue {
  ValueType type;
  uint64_t bits[2] = {0,
                      0};  // i32 and f32 zero-extended; v128 little-endian; references: see below
  bool is_null = false;    // references
  // Non-null references: what they really refer to, as an abstract heap type. kExtern and kAny mean
  // a host's value, whose number is in bits[0]; all others are opaque.
  HeapKind heap = HeapKind::kExtern;
  std::shared_ptr<const ForeignValue> foreign{};  // not null: nothing above means anything
  bool operator==(const ScriptValue&) const = default;
};

// How a lane of a result is compared.
enum class LaneCheck : uint8_t { kEqual, kCanonicalNan, kArithmeticNan };

// A result that a script expects: of which type, and what of it is compared. Floats have one lane.
struct ScriptPattern {
  ScriptValue value{};
  uint32_t lane_bits = 0;  // 0: value as a whole; 32 or 64: lanes with a check each
  std::vector<LaneCheck> lanes{};
  bool any_reference = false;  // any non-null reference to the value's heap type or a subtype

  bool matches(const ScriptValue& result) const;
};

// "i32:7", "f32:0x7fc00000", "externref:null", for messages.
std::string to_string(const ScriptValue& value);
std::string to_string(const std::vector<ScriptValue>& values);

}  // namespace tappet::script
