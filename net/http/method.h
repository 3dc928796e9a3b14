// Request methods, URI schemes and status codes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tappet::http {

// A value: one of the methods of methods.def, or any other token.
class Method {
 public:
  // Numbered as in wasi:http's variant; kOther comes last.
  enum Kind : uint8_t {
#define METHOD(name, token, safe) k##name,
#include "net/http/methods.def"
#undef METHOD
    kOther,
  };

  Method() = default;
  Method(Kind kind) : kind_(kind) {}  // NOLINT: implicit on purpose; not for kOther
  // Recognises the named ones (case matters: methods are case-sensitive).
  static Method from_token(std::string_view token);
  // Never recognises: other("GET") is distinct from kGet, as in wasi:http.
  static Method other(std::string token);

  Kind kind() const { return kind_; }
  std::string_view text() const;
  // No effect on the server is asked for (RFC 9110 section 9.2.1). False for other tokens.
  bool is_safe() const;
  // Asking twice has the effect of asking once (section 9.2.2). False for other tokens.
  bool is_idempotent() const;
  // text() is a token, so that it can be sent.
  bool is_valid() const;
  bool operator==(const Method&) const = default;

 private:
  Kind kind_ = kGet;
  std::string other_;
};

// A value: http, https, or any other.
class Scheme {
 public:
  // Numbered as in wasi:http's variant.
  enum Kind : uint8_t { kHttp, kHttps, kOther };

  Scheme() = default;
  Scheme(Kind kind) : kind_(kind) {}  // NOLINT: implicit on purpose; not for kOther
  // Recognises the two named ones in any case.
  static Scheme from_text(std::string_view text);
  static Scheme other(std::string text);

  Kind kind() const { return kind_; }
  std::string_view text() const;
  bool operator==(const Scheme&) const = default;

 private:
  Kind kind_ = kHttp;
  std::string other_;
};

// "Not Found"; empty for codes that are not registered.
std::string_view reason_phrase(uint16_t status);

}  // namespace tappet::http
