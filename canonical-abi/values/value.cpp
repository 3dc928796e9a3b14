#include "canonical-abi/values/value.h"

#include <algorithm>

namespace tappet::component {

ComponentValue::ComponentValue(const ComponentValue& other)
    : kind_(other.kind_), holds_(other.holds_), case_(other.case_) {
  switch (other.holds_) {
    case Holds::kBits:
      bits_ = other.bits_;
      break;
    case Holds::kString:
      string_ = new std::string(*other.string_);
      break;
    case Holds::kBytes:
      bytes_ = new Bytes(*other.bytes_);
      break;
    case Holds::kBorrowed:
      bytes_ = new Bytes(other.bytes().begin(), other.bytes().end());
      holds_ = Holds::kBytes;
      case_ = 0;
      break;
    case Holds::kList:
      list_ = new List(*other.list_);
      break;
    case Holds::kPayload:
      payload_ = new ComponentValue(*other.payload_);
      break;
    case Holds::kShared:
      shared_ = new Shared(*other.shared_);
      break;
  }
}

ComponentValue::~ComponentValue() {
  switch (holds_) {
    case Holds::kBits:
    case Holds::kBorrowed:
      break;
    case Holds::kString:
      delete string_;
      break;
    case Holds::kBytes:
      delete bytes_;
      break;
    case Holds::kList:
      delete list_;
      break;
    case Holds::kPayload:
      delete payload_;
      break;
    case Holds::kShared:
      delete shared_;
      break;
  }
}

void ComponentValue::swap(ComponentValue& other) noexcept {
  std::swap(kind_, other.kind_);
  std::swap(holds_, other.holds_);
  std::swap(case_, other.case_);
  std::swap(bits_, other.bits_);
}

ComponentValue ComponentValue::scalar(TypeKind kind, uint64_t bits) {
  ComponentValue v(kind, Holds::kBits);
  v.bits_ = bits;
  return v;
}

ComponentValue ComponentValue::string(std::string text) {
  ComponentValue v(TypeKind::kString, Holds::kString);
  v.string_ = new std::string(std::move(text));
  return v;
}

ComponentValue ComponentValue::bytes(Bytes bytes) {
  ComponentValue v(TypeKind::kList, Holds::kBytes);
  v.bytes_ = new Bytes(std::move(bytes));
  return v;
}

ComponentValue ComponentValue::borrowed_bytes(ByteSpan bytes) {
  assert(bytes.size() <= UINT32_MAX);
  ComponentValue v(TypeKind::kList, Holds::kBorrowed);
  v.case_ = static_cast<uint32_t>(bytes.size());
  v.borrowed_ = bytes.data();
  return v;
}

ComponentValue ComponentValue::sequence(TypeKind kind, List items) {
  ComponentValue v(kind, Holds::kList);
  v.list_ = new List(std::move(items));
  return v;
}

ComponentValue ComponentValue::variant(TypeKind kind, uint32_t case_index) {
  ComponentValue v(kind, Holds::kBits);
  v.case_ = case_index;
  return v;
}

ComponentValue ComponentValue::variant(TypeKind kind, uint32_t case_index, ComponentValue payload) {
  ComponentValue v(kind, Holds::kPayload);
  v.case_ = case_index;
  v.payload_ = new ComponentValue(std::move(payload));
  return v;
}

ComponentValue ComponentValue::shared(TypeKind kind, Shared object) {
  ComponentValue v(kind, Holds::kShared);
  v.shared_ = new Shared(std::move(object));
  return v;
}

bool ComponentValue::operator==(const ComponentValue& other) const {
  if (kind_ != other.kind_) return false;
  if (is_bytes() && other.is_bytes()) return std::ranges::equal(bytes(), other.bytes());
  if (case_ != other.case_ && holds_ != Holds::kString) return false;
  if (holds_ != other.holds_) {  // only an empty list can be held in two ways
    return (is_bytes() && bytes().empty() && other.list_->empty()) ||
           (other.is_bytes() && other.bytes().empty() && list_->empty());
  }
  switch (holds_) {
    case Holds::kBits:
      return bits_ == other.bits_;
    case Holds::kString:
      return *string_ == *other.string_;
    case Holds::kBytes:
    case Holds::kBorrowed:
      return false;  // settled above
    case Holds::kList:
      return *list_ == *other.list_;
    case Holds::kPayload:
      return *payload_ == *other.payload_;
    case Holds::kShared:
      return *shared_ == *other.shared_;
  }
  return false;
}

}  // namespace tappet::component
