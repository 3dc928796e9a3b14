// Errors as values. A function that can fail returns Result<T>; nothing in Tappet throws.
#pragma once

#include <cassert>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace tappet {

// Where in the input an error was found.
struct Position {
  enum class Kind : uint8_t { kNone, kByteOffset, kLineColumn };
  Kind kind = Kind::kNone;
  uint64_t offset = 0;  // kByteOffset: from the start of the file
  uint32_t line = 0;    // kLineColumn: both count from 1
  uint32_t column = 0;

  static Position at_offset(uint64_t offset) { return {Kind::kByteOffset, offset, 0, 0}; }
  static Position at_line(uint32_t line, uint32_t column) {
    return {Kind::kLineColumn, 0, line, column};
  }
  bool operator==(const Position&) const = default;
};

// Why something failed. The classes that the spec's scripts tell apart, and those that decide a
// process's exit code.
enum class ErrorKind : uint8_t {
  kMalformed,    // the bytes are not of the format
  kInvalid,      // well-formed, but validation rejects it
  kUnsupported,  // valid by the specification, but this build does not execute it (yet)
  kUnlinkable,   // an import is missing or of another type
  kLimit,        // an implementation limit (interp/base/limits.h) or a configured one
  kResource,     // the host ran out of memory, address space or descriptors
  kIo,           // the operating system refused
  kUsage,        // the caller's request makes no sense
};

// One clear sentence with a place. `message` starts in lower case and has no final stop.
struct Error {
  ErrorKind kind = ErrorKind::kMalformed;
  std::string message;
  Position position;

  // "at byte offset 0x1f: unexpected end"; the position is left out where there is none.
  std::string to_string() const;
  bool operator==(const Error&) const = default;
};

inline Error make_error(ErrorKind kind, std::string message, Position position = {}) {
  return Error{kind, std::move(message), position};
}

// The success value of operations that return nothing else.
struct Unit {
  bool operator==(const Unit&) const = default;
};

namespace detail {
template <class E>
struct Failure {
  E error;
};
}  // namespace detail

// fail(e) converts to any Result whose error type is constructible from e.
template <class E>
detail::Failure<std::decay_t<E>> fail(E&& error) {
  return {std::forward<E>(error)};
}
inline detail::Failure<Error> fail(ErrorKind kind, std::string message, Position position = {}) {
  return {make_error(kind, std::move(message), position)};
}

// A T or an E. The reader checks ok() (or uses TAPPET_TRY) before value(); value() of a failure is
// a programming error and stops debug builds.
template <class T = Unit, class E = Error>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  using error_type = E;

  Result()
    requires std::is_default_constructible_v<T>
      : state_(std::in_place_index<0>) {}
  Result(T value)
      : state_(std::in_place_index<0>, std::move(value)) {}  // NOLINT: implicit on purpose
  template <class U>
    requires std::is_constructible_v<E, U&&>
  Result(detail::Failure<U> failure)  // NOLINT: implicit on purpose
      : state_(std::in_place_index<1>, std::move(failure.error)) {}

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  T& value() & { return assert(ok()), *std::get_if<0>(&state_); }
  const T& value() const& { return assert(ok()), *std::get_if<0>(&state_); }
  T&& value() && { return assert(ok()), std::move(*std::get_if<0>(&state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  E& error() & { return assert(!ok()), *std::get_if<1>(&state_); }
  const E& error() const& { return assert(!ok()), *std::get_if<1>(&state_); }
  E&& error() && { return assert(!ok()), std::move(*std::get_if<1>(&state_)); }

  bool operator==(const Result&) const = default;

 private:
  std::variant<T, E> state_;
};

}  // namespace tappet

// TAPPET_TRY(expr): the value of a Result, or return its error from the enclosing function.
#define TAPPET_TRY(expr) TAPPET_TRY_AS(TAPPET_TRY_NAME(tappet_try_, __COUNTER__), expr)
#define TAPPET_TRY_NAME(prefix, number) TAPPET_TRY_PASTE(prefix, number)
#define TAPPET_TRY_PASTE(prefix, number) prefix##number
#define TAPPET_TRY_AS(name, expr)                     \
  ({                                                  \
    auto name = (expr);                               \
    if (!name.ok()) [[unlikely]]                      \
      return ::tappet::fail(std::move(name).error()); \
    std::move(name).value();                          \
  })
