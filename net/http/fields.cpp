#include "net/http/fields.h"

#include <algorithm>
#include <functional>

#include "net/http/syntax.h"

namespace tappet::http {
namespace {

bool points_into(std::string_view part, std::string_view whole) {
  return std::less_equal<>()(whole.data(), part.data()) &&
         std::less<>()(part.data(), whole.data() + whole.size());
}

}  // namespace

Fields::Fields(std::initializer_list<Field> fields) {
  for (const Field& field : fields) (void)append(field.name, field.value);
}

Field Fields::operator[](size_t index) const {
  const Entry& entry = entries_[index];
  const std::string_view text(text_);
  return {text.substr(entry.at, entry.name_size),
          text.substr(entry.at + entry.name_size, entry.value_size)};
}

std::optional<std::string_view> Fields::get(std::string_view name) const {
  for (size_t i = 0; i < size(); ++i) {
    if (entries_[i].name_size != name.size()) continue;
    const Field field = (*this)[i];
    if (equals_ignoring_case(field.name, name)) return field.value;
  }
  return std::nullopt;
}

std::vector<std::string_view> Fields::get_all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (size_t i = 0; i < size(); ++i) {
    const Field field = (*this)[i];
    if (equals_ignoring_case(field.name, name)) values.push_back(field.value);
  }
  return values;
}

Result<Unit, FieldError> Fields::append(std::string_view name, std::string_view value) {
  if (!is_token(name)) return fail(FieldError::kInvalidName);
  if (!is_field_value(value)) return fail(FieldError::kInvalidValue);
  // No overflow: each of the three is the size of something in memory.
  if (text_bytes() + name.size() + value.size() > kMaxTextBytes) return fail(FieldError::kTooLarge);
  if (points_into(name, text_) || points_into(value, text_)) {
    append_checked(std::string(name), std::string(value));
  } else {
    append_checked(name, value);
  }
  return Unit();
}

Result<Unit, FieldError> Fields::set(std::string_view name, std::string_view value) {
  Fields replaced = *this;
  replaced.remove(name);
  TAPPET_TRY(replaced.append(name, value));
  *this = std::move(replaced);
  return Unit();
}

size_t Fields::remove(std::string_view name) {
  const size_t before = entries_.size();
  const std::string_view text(text_);
  auto matches = [&](const Entry& entry) {
    if (!equals_ignoring_case(text.substr(entry.at, entry.name_size), name)) return false;
    dead_bytes_ += size_t{entry.name_size} + entry.value_size;
    return true;
  };
  entries_.erase(std::remove_if(entries_.begin(), entries_.end(), matches), entries_.end());
  if (dead_bytes_ > text_.size() / 2) compact();
  return before - entries_.size();
}

void Fields::clear() {
  text_.clear();
  entries_.clear();
  dead_bytes_ = 0;
}

void Fields::append_checked(std::string_view name, std::string_view value) {
  if (text_.size() + name.size() + value.size() > UINT32_MAX) compact();
  entries_.push_back({static_cast<uint32_t>(text_.size()), static_cast<uint32_t>(name.size()),
                      static_cast<uint32_t>(value.size())});
  text_.append(name).append(value);
}

void Fields::reserve(size_t fields, size_t text_bytes) {
  entries_.reserve(fields);
  text_.reserve(text_bytes);
}

void Fields::compact() {
  std::string text;
  text.reserve(text_bytes());
  for (Entry& entry : entries_) {
    const size_t at = text.size();
    text.append(text_, entry.at, size_t{entry.name_size} + entry.value_size);
    entry.at = static_cast<uint32_t>(at);
  }
  text_ = std::move(text);
  dead_bytes_ = 0;
}

bool Fields::operator==(const Fields& other) const {
  if (size() != other.size()) return false;
  for (size_t i = 0; i < size(); ++i) {
    if ((*this)[i] != other[i]) return false;
  }
  return true;
}

}  // namespace tappet::http
