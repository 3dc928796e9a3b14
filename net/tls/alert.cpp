#include "net/tls/alert.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <optional>

namespace tappet::net {
namespace {

// OpenSSL reports a fatal alert from the peer as an error whose reason is 1000 + the alert.
std::optional<int> alert_of(unsigned long error) {
  if (ERR_GET_LIB(error) != ERR_LIB_SSL) return std::nullopt;
  const int alert = ERR_GET_REASON(error) - SSL_AD_REASON_OFFSET;
  if (alert < 0 || alert > 255) return std::nullopt;
  return alert;
}

const char* alert_name(int alert) {
  constexpr int kCertificateRequired = 116;  // which OpenSSL 3.0 has no name for
  return alert == kCertificateRequired ? "certificate required" : SSL_alert_desc_string_long(alert);
}

}  // namespace

// What OpenSSL calls within may have left reasons of its own before the one that matters.
IoError take_tls_error(const SSL* ssl) {
  const unsigned long first = ERR_peek_error();
  bool distrusted = false;
  while (const unsigned long error = ERR_get_error()) {
    if (const auto alert = alert_of(error)) {
      ERR_clear_error();
      return {IoErrorKind::kTlsAlert, *alert, alert_name(*alert)};
    }
    distrusted |= ERR_GET_LIB(error) == ERR_LIB_SSL &&
                  ERR_GET_REASON(error) == SSL_R_CERTIFICATE_VERIFY_FAILED;
  }
  if (distrusted) {
    return {IoErrorKind::kTlsCertificate, 0,
            X509_verify_cert_error_string(SSL_get_verify_result(ssl))};
  }
  const char* const reason = ERR_reason_error_string(first);
  return {IoErrorKind::kTlsProtocol, 0, reason != nullptr ? reason : "TLS failed"};
}

}  // namespace tappet::net
