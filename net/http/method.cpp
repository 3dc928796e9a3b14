#include "net/http/method.h"

#include "net/http/syntax.h"

namespace tappet::http {
namespace {

struct MethodRow {
  std::string_view token;
  bool safe;
};
constexpr MethodRow kMethods[] = {
#define METHOD(name, token, safe) {token, safe},
#include "net/http/methods.def"
#undef METHOD
};

}  // namespace

Method Method::from_token(std::string_view token) {
  for (size_t i = 0; i < std::size(kMethods); ++i) {
    if (kMethods[i].token == token) return static_cast<Kind>(i);
  }
  return other(std::string(token));
}

Method Method::other(std::string token) {
  Method method(kOther);
  method.other_ = std::move(token);
  return method;
}

std::string_view Method::text() const { return kind_ == kOther ? other_ : kMethods[kind_].token; }
bool Method::is_safe() const { return kind_ != kOther && kMethods[kind_].safe; }
bool Method::is_idempotent() const { return is_safe() || kind_ == kPut || kind_ == kDelete; }

bool Method::is_valid() const { return kind_ != kOther || is_token(other_); }

Scheme Scheme::from_text(std::string_view text) {
  if (equals_ignoring_case(text, "http")) return kHttp;
  if (equals_ignoring_case(text, "https")) return kHttps;
  return other(std::string(text));
}

Scheme Scheme::other(std::string text) {
  Scheme scheme(kOther);
  scheme.other_ = std::move(text);
  return scheme;
}

std::string_view Scheme::text() const {
  if (kind_ == kOther) return other_;
  return kind_ == kHttp ? "http" : "https";
}

std::string_view reason_phrase(uint16_t status) {
  switch (status) {
#define STATUS(code, phrase) \
  case code:                 \
    return phrase;
#include "net/http/statuses.def"
#undef STATUS
    default:
      return {};
  }
}

}  // namespace tappet::http
