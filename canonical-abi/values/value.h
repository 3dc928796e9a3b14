// A component-level value on its way between two sides: what lifting makes and lowering takes
// (CanonicalABI.md, "Loading", "Storing"), and what embedders pass to functions whose types they
// learn at run time.
#pragma once

#include <bit>
#include <cassert>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "canonical-abi/types/type.h"
#include "interp/base/bytes.h"
#include "interp/base/result.h"

namespace tappet::component {

// Sixteen bytes: a kind, and a scalar or a pointer to what it owns. Moving copies those and empties
// the source; copying is deep. A string and a list<u8> are one buffer each, which moves from side
// to side and is never looked at element by element.
//
// The kind is that of the value's type. Accessors require the kind (asserted): whoever holds a
// value of unknown origin calls check_value() first.
class ComponentValue {
 public:
  using List = std::vector<ComponentValue>;
  // Streams, futures and error contexts are shared objects of the runtime.
  using Shared = std::shared_ptr<void>;

  ComponentValue() = default;  // false
  ComponentValue(const ComponentValue& other);
  ComponentValue(ComponentValue&& other) noexcept { swap(other); }
  ComponentValue& operator=(ComponentValue other) noexcept { return swap(other), *this; }
  ~ComponentValue();
  void swap(ComponentValue& other) noexcept;

  // kBool to kChar, as bits: integers are sign- or zero-extended to 64 bits, floats zero-extended.
  static ComponentValue scalar(TypeKind kind, uint64_t bits);
  static ComponentValue boolean(bool b) { return scalar(TypeKind::kBool, b); }
  static ComponentValue u8(uint8_t n) { return scalar(TypeKind::kU8, n); }
  static ComponentValue u16(uint16_t n) { return scalar(TypeKind::kU16, n); }
  static ComponentValue u32(uint32_t n) { return scalar(TypeKind::kU32, n); }
  static ComponentValue u64(uint64_t n) { return scalar(TypeKind::kU64, n); }
  static ComponentValue s8(int8_t n) { return signed_scalar(TypeKind::kS8, n); }
  static ComponentValue s16(int16_t n) { return signed_scalar(TypeKind::kS16, n); }
  static ComponentValue s32(int32_t n) { return signed_scalar(TypeKind::kS32, n); }
  static ComponentValue s64(int64_t n) { return signed_scalar(TypeKind::kS64, n); }
  static ComponentValue f32(float x) { return scalar(TypeKind::kF32, std::bit_cast<uint32_t>(x)); }
  static ComponentValue f64(double x) { return scalar(TypeKind::kF64, std::bit_cast<uint64_t>(x)); }
  static ComponentValue character(char32_t c) { return scalar(TypeKind::kChar, c); }
  static ComponentValue string(std::string text);  // well-formed UTF-8
  // kList of u8.
  static ComponentValue bytes(Bytes bytes);
  // The same, referring to bytes of somebody else who leaves them alone as long as this is looked
  // at. Copies have bytes of their own. Precondition: bytes.size() <= UINT32_MAX.
  static ComponentValue borrowed_bytes(ByteSpan bytes);
  // kList, kFixedList, kRecord, kTuple; kMap as a list of tuples of key and value. A list<u8> is
  // made with bytes().
  static ComponentValue sequence(TypeKind kind, List items);
  static ComponentValue list(List items) { return sequence(TypeKind::kList, std::move(items)); }
  static ComponentValue record(List fields) {
    return sequence(TypeKind::kRecord, std::move(fields));
  }
  static ComponentValue tuple(List items) { return sequence(TypeKind::kTuple, std::move(items)); }
  // kVariant, kEnum, kOption, kResult: the case's index, without and with payload.
  static ComponentValue variant(TypeKind kind, uint32_t case_index);
  static ComponentValue variant(TypeKind kind, uint32_t case_index, ComponentValue payload);
  static ComponentValue none() { return variant(TypeKind::kOption, 0); }
  static ComponentValue some(ComponentValue v) {
    return variant(TypeKind::kOption, 1, std::move(v));
  }
  static ComponentValue flags(uint32_t bits) { return scalar(TypeKind::kFlags, bits); }
  // kOwn, kBorrow: the representation, as the side that defines the resource type knows it.
  static ComponentValue handle(TypeKind kind, uint64_t rep) { return scalar(kind, rep); }
  // kStream, kFuture, kErrorContext.
  static ComponentValue shared(TypeKind kind, Shared object);

  TypeKind kind() const { return kind_; }
  uint64_t bits() const { return assert(holds_ == Holds::kBits), bits_; }
  bool as_bool() const { return bits() != 0; }
  uint32_t as_u32() const { return static_cast<uint32_t>(bits()); }
  int64_t as_s64() const { return static_cast<int64_t>(bits()); }
  float as_f32() const { return std::bit_cast<float>(as_u32()); }
  double as_f64() const { return std::bit_cast<double>(bits()); }
  char32_t as_char() const { return as_u32(); }
  uint64_t rep() const { return bits(); }

  bool is_bytes() const { return holds_ == Holds::kBytes || holds_ == Holds::kBorrowed; }
  bool is_list() const { return holds_ == Holds::kList; }
  std::string& string() { return assert(holds_ == Holds::kString), *string_; }
  const std::string& string() const { return assert(holds_ == Holds::kString), *string_; }
  // Not of borrowed ones.
  Bytes& bytes() { return assert(holds_ == Holds::kBytes), *bytes_; }
  ByteSpan bytes() const {
    assert(is_bytes());
    return holds_ == Holds::kBorrowed ? ByteSpan(borrowed_, case_) : ByteSpan(*bytes_);
  }
  List& items() { return assert(holds_ == Holds::kList), *list_; }
  const List& items() const { return assert(holds_ == Holds::kList), *list_; }
  uint32_t case_index() const { return case_; }
  // Null if the case has none.
  ComponentValue* payload() { return holds_ == Holds::kPayload ? payload_ : nullptr; }
  const ComponentValue* payload() const { return holds_ == Holds::kPayload ? payload_ : nullptr; }
  const Shared& shared() const { return assert(holds_ == Holds::kShared), *shared_; }
  // Of strings: that a guest with two encodings had it in UTF-16, which decides in which steps
  // another guest's memory is allocated for it. No part of the value otherwise.
  bool was_utf16() const { return holds_ == Holds::kString && case_ != 0; }
  void set_was_utf16() { assert(holds_ == Holds::kString), case_ = 1; }

  // Same kind, same contents; floats by their bits, shared objects by identity.
  bool operator==(const ComponentValue& other) const;

 private:
  enum class Holds : uint8_t { kBits, kString, kBytes, kBorrowed, kList, kPayload, kShared };

  static ComponentValue signed_scalar(TypeKind kind, int64_t n) {
    return scalar(kind, static_cast<uint64_t>(n));
  }
  ComponentValue(TypeKind kind, Holds holds) : kind_(kind), holds_(holds) {}

  TypeKind kind_ = TypeKind::kBool;
  Holds holds_ = Holds::kBits;
  uint32_t case_ = 0;  // kBorrowed: the length
  union {
    uint64_t bits_ = 0;
    std::string* string_;
    Bytes* bytes_;
    const uint8_t* borrowed_;
    List* list_;
    ComponentValue* payload_;
    Shared* shared_;
  };
};
static_assert(sizeof(ComponentValue) == 16);

// As text: WAVE (wave/wave.h) where there is a type and WAVE has a text for the value. Without a
// type, fields and cases are numbered; handles are shown by their representation.
std::string to_string(const ComponentValue& value, const ValType* type = nullptr);

// The words that WAVE has a meaning for: as the name of a case they take a % before them.
bool is_wave_keyword(std::string_view word);

// Whether the value is one of the type: kinds, numbers of fields, case indices, flags, scalar
// values, well-formed strings. Errors: kInvalid, naming the way to what does not fit.
Result<> check_value(const ComponentValue& value, const ValType& type);

}  // namespace tappet::component
