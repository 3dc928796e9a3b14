// Header and trailer fields.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "interp/base/result.h"

namespace tappet::http {

struct Field {
  std::string_view name;
  std::string_view value;
  bool operator==(const Field&) const = default;
};

enum class FieldError : uint8_t {
  kInvalidName,   // not a token
  kInvalidValue,  // a control character other than HTAB
  kTooLarge,      // over kMaxTextBytes in all
};

// An ordered multimap: names compare without regard to case and keep the case they came in, order
// of insertion is kept, values are bytes. A value type that holds all text in one block, so that a
// whole head costs two allocations. What is in it can be sent: no name or value has CR, LF or NUL.
class Fields {
 public:
  static constexpr size_t kMaxTextBytes = size_t{1} << 30;

  Fields() = default;
  // For tests and constants: {{"content-type", "text/plain"}}. Invalid ones are left out.
  Fields(std::initializer_list<Field> fields);

  size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  // Views into this object, valid until it is changed or moved.
  Field operator[](size_t index) const;

  bool has(std::string_view name) const { return get(name).has_value(); }
  // The first value.
  std::optional<std::string_view> get(std::string_view name) const;
  std::vector<std::string_view> get_all(std::string_view name) const;

  Result<Unit, FieldError> append(std::string_view name, std::string_view value);
  // Replaces all fields of the name by one.
  Result<Unit, FieldError> set(std::string_view name, std::string_view value);
  // The number of fields removed.
  size_t remove(std::string_view name);
  void clear();

  // The bytes of all names and values. What a field costs beyond is for its reader to say.
  size_t text_bytes() const { return text_.size() - dead_bytes_; }

  // The memory that this object has beside itself.
  size_t footprint() const { return text_.capacity() + entries_.capacity() * sizeof(Entry); }

  // For parsers, which have checked name and value: appends without looking.
  void append_checked(std::string_view name, std::string_view value);
  void reserve(size_t fields, size_t text_bytes);

  // The same fields in the same order; names compare as they are written.
  bool operator==(const Fields& other) const;

 private:
  struct Entry {
    uint32_t at;  // of the name in text_; the value follows it
    uint32_t name_size;
    uint32_t value_size;
  };
  void compact();

  std::string text_;
  std::vector<Entry> entries_;
  size_t dead_bytes_ = 0;  // of removed fields, still in text_
};

}  // namespace tappet::http
