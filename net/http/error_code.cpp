#include "net/http/error_code.h"

namespace tappet::http {
namespace {

constexpr std::string_view kNames[] = {
#define ERROR(name, text, payload) text,
#include "net/http/errors.def"
#undef ERROR
};

struct PayloadText {
  std::string operator()(const NonePayload&) const { return {}; }
  std::string operator()(const DnsErrorPayload& dns) const {
    std::string text = dns.rcode.value_or("");
    if (dns.info_code) text += (text.empty() ? "" : ", ") + std::to_string(*dns.info_code);
    return text;
  }
  std::string operator()(const TlsAlertPayload& alert) const {
    std::string text = alert.alert_message.value_or("");
    if (alert.alert_id) text += (text.empty() ? "" : ", ") + std::to_string(*alert.alert_id);
    return text;
  }
  std::string operator()(const FieldSizePayload& field) const {
    std::string text = field.field_name.value_or("");
    if (field.field_size) text += (text.empty() ? "" : ", ") + std::to_string(*field.field_size);
    return text;
  }
  std::string operator()(const OptionalFieldSizePayload& field) const {
    return field ? (*this)(*field) : std::string();
  }
  std::string operator()(const Size64Payload& size) const {
    return size ? std::to_string(*size) : std::string();
  }
  std::string operator()(const Size32Payload& size) const {
    return size ? std::to_string(*size) : std::string();
  }
  std::string operator()(const TextPayload& text) const { return text.value_or(""); }
};

}  // namespace

std::string_view ErrorCode::name() const { return kNames[static_cast<size_t>(kind_)]; }

std::string ErrorCode::to_string() const {
  std::string text(name());
  const std::string payload = std::visit(PayloadText(), payload_);
  if (!payload.empty()) text += " (" + payload + ")";
  if (!detail_.empty()) text += ": " + detail_;
  return text;
}

}  // namespace tappet::http
