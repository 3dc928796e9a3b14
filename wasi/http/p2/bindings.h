// The values of wasi:http/types as component-level types.
#pragma once

#include "canonical-abi/bind/interface.h"
#include "net/http/error_code.h"
#include "net/http/method.h"
#include "wasi/http/engine/guest_fields.h"

namespace tappet::http {

TAPPET_RECORD(DnsErrorPayload, rcode, info_code)
TAPPET_RECORD(TlsAlertPayload, alert_id, alert_message)
TAPPET_RECORD(FieldSizePayload, field_name, field_size)

}  // namespace tappet::http

namespace tappet::wasi::p2 {

struct HeaderError : std::variant<Unit, Unit, Unit> {
  using variant::variant;
};
TAPPET_VARIANT(HeaderError, "invalid-syntax", "forbidden", "immutable")

// What changing fields comes to: an error value where wasi:http has one, otherwise a trap.
component::HostResult<Result<Unit, HeaderError>> changed(Result<Unit, FieldsError> result);

}  // namespace tappet::wasi::p2

namespace tappet::component {
namespace detail {

template <class T>
struct PayloadOf {
  using Type = T;
};
template <>
struct PayloadOf<std::monostate> {
  using Type = Unit;
};

}  // namespace detail

template <>
struct Binding<http::ErrorCode> {
  static const ValType* type(TypeBuilder& builder);
  static http::ErrorCode lift(Call& call, ComponentValue& v);
  static ComponentValue lower(Call& call, const http::ErrorCode& error);
};

template <>
struct Binding<http::Method> {
  static const ValType* type(TypeBuilder& builder);
  static http::Method lift(Call& call, ComponentValue& v);
  static ComponentValue lower(Call& call, const http::Method& method);
};

template <>
struct Binding<http::Scheme> {
  static const ValType* type(TypeBuilder& builder);
  static http::Scheme lift(Call& call, ComponentValue& v);
  static ComponentValue lower(Call& call, const http::Scheme& scheme);
};

}  // namespace tappet::component
