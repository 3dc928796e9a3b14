#include "wasi/http/p2/bindings.h"

namespace tappet::component {

using http::ErrorCase;
using http::ErrorCode;
using http::Method;
using http::Scheme;

namespace {

template <class Payload>
const ValType* payload_type(TypeBuilder& builder) {
  return detail::payload_type_of<typename detail::PayloadOf<Payload>::Type>(builder);
}

template <class Payload>
Payload lift_payload(Call& call, ComponentValue& v) {
  if constexpr (std::same_as<Payload, std::monostate>) {
    return {};
  } else {
    return Binding<Payload>::lift(call, *v.payload());
  }
}

}  // namespace

const ValType* Binding<ErrorCode>::type(TypeBuilder& builder) {
  const Labelled cases[] = {
#define ERROR(name, text, payload) \
  {builder.label(Name{text, true}), payload_type<http::payload##Payload>(builder)},
#include "net/http/errors.def"
#undef ERROR
  };
  return builder.compose(TypeKind::kVariant, cases);
}

ErrorCode Binding<ErrorCode>::lift(Call& call, ComponentValue& v) {
  switch (static_cast<ErrorCase>(v.case_index())) {
#define ERROR(name, text, payload) \
  case ErrorCase::k##name:         \
    return ErrorCode::name(lift_payload<http::payload##Payload>(call, v));
#include "net/http/errors.def"
#undef ERROR
  }
  return ErrorCode::InternalError();
}

ComponentValue Binding<ErrorCode>::lower(Call& call, const ErrorCode& error) {
  const auto index = static_cast<uint32_t>(error.kind());
  return std::visit(
      [&]<class Payload>(const Payload& payload) {
        using Type = typename detail::PayloadOf<Payload>::Type;
        if constexpr (std::same_as<Type, Unit>) {
          return ComponentValue::variant(TypeKind::kVariant, index);
        } else {
          return detail::lower_case(call, TypeKind::kVariant, index, Payload(payload));
        }
      },
      error.payload());
}

const ValType* Binding<Method>::type(TypeBuilder& builder) {
  const Labelled cases[] = {
#define METHOD(name, token, safe) {builder.label(Name{#name}), nullptr},
#include "net/http/methods.def"
#undef METHOD
      {builder.label("other"), detail::type_of<std::string>(builder)}};
  return builder.compose(TypeKind::kVariant, cases);
}

Method Binding<Method>::lift(Call&, ComponentValue& v) {
  if (v.case_index() == Method::kOther) return Method::other(std::move(v.payload()->string()));
  return static_cast<Method::Kind>(v.case_index());
}

ComponentValue Binding<Method>::lower(Call& call, const Method& method) {
  const auto index = static_cast<uint32_t>(method.kind());
  if (method.kind() != Method::kOther) return ComponentValue::variant(TypeKind::kVariant, index);
  return detail::lower_case(call, TypeKind::kVariant, index, std::string(method.text()));
}

const ValType* Binding<Scheme>::type(TypeBuilder& builder) {
  const Labelled cases[] = {{builder.label(Name{"HTTP", true}), nullptr},
                            {builder.label(Name{"HTTPS", true}), nullptr},
                            {builder.label("other"), detail::type_of<std::string>(builder)}};
  return builder.compose(TypeKind::kVariant, cases);
}

Scheme Binding<Scheme>::lift(Call&, ComponentValue& v) {
  if (v.case_index() == Scheme::kOther) return Scheme::other(std::move(v.payload()->string()));
  return static_cast<Scheme::Kind>(v.case_index());
}

ComponentValue Binding<Scheme>::lower(Call& call, const Scheme& scheme) {
  const auto index = static_cast<uint32_t>(scheme.kind());
  if (scheme.kind() != Scheme::kOther) return ComponentValue::variant(TypeKind::kVariant, index);
  return detail::lower_case(call, TypeKind::kVariant, index, std::string(scheme.text()));
}

}  // namespace tappet::component

namespace tappet::wasi::p2 {

component::HostResult<Result<Unit, HeaderError>> changed(Result<Unit, FieldsError> result) {
  if (result.ok()) return Result<Unit, HeaderError>(Unit());
  switch (result.error()) {
    case FieldsError::kInvalidSyntax:
      return Result<Unit, HeaderError>(fail(HeaderError(std::in_place_index<0>)));
    case FieldsError::kForbidden:
      return Result<Unit, HeaderError>(fail(HeaderError(std::in_place_index<1>)));
    case FieldsError::kImmutable:
      return Result<Unit, HeaderError>(fail(HeaderError(std::in_place_index<2>)));
    default:
      return fail(component::Trap(std::string(to_string(result.error()))));
  }
}

}  // namespace tappet::wasi::p2
