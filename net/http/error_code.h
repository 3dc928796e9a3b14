// wasi:http's error-code as a value: what went wrong with an HTTP exchange.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace tappet::http {

// Numbered as in the ABI.
enum class ErrorCase : uint8_t {
#define ERROR(name, text, payload) k##name,
#include "net/http/errors.def"
#undef ERROR
};

struct DnsErrorPayload {
  std::optional<std::string> rcode;
  std::optional<uint16_t> info_code;
  bool operator==(const DnsErrorPayload&) const = default;
};

struct TlsAlertPayload {
  std::optional<uint8_t> alert_id;
  std::optional<std::string> alert_message;
  bool operator==(const TlsAlertPayload&) const = default;
};

struct FieldSizePayload {
  std::optional<std::string> field_name;
  std::optional<uint32_t> field_size;
  bool operator==(const FieldSizePayload&) const = default;
};

// What the payload kinds of errors.def hold.
using NonePayload = std::monostate;
using DnsPayload = DnsErrorPayload;
using Size64Payload = std::optional<uint64_t>;
using Size32Payload = std::optional<uint32_t>;
using OptionalFieldSizePayload = std::optional<FieldSizePayload>;
using TextPayload = std::optional<std::string>;

// A value. The payload is always of the case's kind: the factories below are the only makers.
class ErrorCode {
 public:
  using Payload =
      std::variant<NonePayload, DnsErrorPayload, TlsAlertPayload, Size64Payload, Size32Payload,
                   OptionalFieldSizePayload, FieldSizePayload, TextPayload>;

  // ErrorCode::DnsError({"address not available", {}}), ErrorCode::DnsTimeout(): one per row, in
  // CamelCase because it is the row's name.
#define ERROR(name, text, payload)                             \
  static ErrorCode name(payload##Payload contents = {}) {      \
    return {ErrorCase::k##name, Payload(std::move(contents))}; \
  }
#include "net/http/errors.def"
#undef ERROR

  ErrorCase kind() const { return kind_; }
  bool is(ErrorCase kind) const { return kind_ == kind; }
  const Payload& payload() const { return payload_; }
  // "HTTP-protocol-error".
  std::string_view name() const;

  // What the host knows beyond the case, for logs; guests never see it and == ignores it.
  ErrorCode&& with_detail(std::string detail) && {
    detail_ = std::move(detail);
    return std::move(*this);
  }
  const std::string& detail() const { return detail_; }
  // "HTTP-request-body-size (18): detail".
  std::string to_string() const;

  bool operator==(const ErrorCode& other) const {
    return kind_ == other.kind_ && payload_ == other.payload_;
  }

 private:
  ErrorCode(ErrorCase kind, Payload payload) : kind_(kind), payload_(std::move(payload)) {}

  ErrorCase kind_;
  Payload payload_;
  std::string detail_;
};

}  // namespace tappet::http
