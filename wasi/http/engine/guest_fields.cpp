#include "wasi/http/engine/guest_fields.h"

#include <algorithm>
#include <array>

#include "net/http/syntax.h"

namespace tappet::wasi {
namespace {

constexpr std::array<std::string_view, 9> kForbidden = {"connection",
                                                        "host",
                                                        "http2-settings",
                                                        "keep-alive",
                                                        "proxy-authenticate",
                                                        "proxy-authorization",
                                                        "proxy-connection",
                                                        "transfer-encoding",
                                                        "upgrade"};

constexpr size_t kMostFields = 32768;
constexpr uint64_t kFieldCost = 32 + 40;  // of a name and of a value, beside their bytes

uint64_t cost(std::string_view name, size_t value_size) {
  return name.size() + value_size + kFieldCost;
}

bool is_content_length(std::string_view name) {
  return http::equals_ignoring_case(name, "content-length");
}

bool is_valid_value(std::string_view name, std::string_view value) {
  return http::is_field_value(value) &&
         (!is_content_length(name) || http::parse_decimal(value).has_value());
}

}  // namespace

std::string_view to_string(FieldsError error) {
  switch (error) {
    case FieldsError::kInvalidSyntax:
      return "invalid syntax of a field";
    case FieldsError::kForbidden:
      return "forbidden field";
    case FieldsError::kImmutable:
      return "immutable fields";
    case FieldsError::kTooLarge:
      return "total size of fields exceeds limit";
    case FieldsError::kTooMany:
      return "too many fields in the field map";
    case FieldsError::kBudget:
      break;
  }
  return "messages of the guest take too much memory";
}

bool FieldRules::forbid(std::string_view name) const {
  const auto is_name = [&](std::string_view other) {
    return http::equals_ignoring_case(name, other);
  };
  if (std::any_of(forbidden.begin(), forbidden.end(), is_name)) return true;
  // None of the others is shorter or longer: most names need no comparison.
  return name.size() >= 4 && name.size() <= 19 &&
         std::any_of(kForbidden.begin(), kForbidden.end(), is_name);
}

GuestFields::GuestFields(const FieldRules& rules, net::Ref<net::Budget> budget)
    : contents_(
          std::make_shared<Contents>(Contents{http::Fields(), net::Charge(std::move(budget))})),
      rules_(&rules) {}

GuestFields GuestFields::received(http::Fields&& fields, const FieldRules& rules,
                                  net::Charge charge) {
  for (const std::string_view name : kForbidden) fields.remove(name);
  for (const std::string& name : rules.forbidden) fields.remove(name);
  charge.set_bytes(fields.footprint());
  auto contents = std::make_shared<Contents>(Contents{std::move(fields), std::move(charge)});
  return {std::move(contents), rules, true};
}

std::vector<Bytes> GuestFields::get(std::string_view name) const {
  std::vector<Bytes> values;
  for (const std::string_view value : fields().get_all(name)) {
    const ByteSpan bytes = as_bytes(value);
    values.emplace_back(bytes.begin(), bytes.end());
  }
  return values;
}

bool GuestFields::has(std::string_view name) const { return fields().has(name); }

Result<Unit, FieldsError> GuestFields::check_change(std::string_view name) const {
  if (!http::is_token(name)) return fail(FieldsError::kInvalidSyntax);
  if (rules_->forbid(name)) return fail(FieldsError::kForbidden);
  if (immutable_) return fail(FieldsError::kImmutable);
  return Unit();
}

uint64_t GuestFields::size() const { return fields().text_bytes() + fields().size() * kFieldCost; }

Result<Unit, FieldsError> GuestFields::check_size(uint64_t fields, uint64_t size) const {
  if (fields > kMostFields) return fail(FieldsError::kTooMany);
  if (size > rules_->max_size) return fail(FieldsError::kTooLarge);
  return Unit();
}

http::Fields& GuestFields::own_fields() {
  if (contents_.use_count() > 1) {
    contents_ = std::make_shared<Contents>(Contents{fields(), net::Charge(budget())});
  }
  return contents_->fields;
}

Result<Unit, FieldsError> GuestFields::account() {
  if (contents_->charge.try_set_bytes(fields().footprint())) return Unit();
  return fail(FieldsError::kBudget);
}

Result<Unit, FieldsError> GuestFields::set(const std::string& name,
                                           const std::vector<Bytes>& values) {
  TAPPET_TRY(check_change(name));
  const std::vector<std::string_view> replaced = fields().get_all(name);
  uint64_t size_after = size();
  for (const std::string_view value : replaced) size_after -= cost(name, value.size());
  for (const Bytes& value : values) {
    if (!is_valid_value(name, as_text(value))) return fail(FieldsError::kInvalidSyntax);
    size_after += cost(name, value.size());
  }
  // Received fields may be beyond the limit; taking some away is no offence.
  if (!values.empty()) {
    TAPPET_TRY(check_size(fields().size() - replaced.size() + values.size(), size_after));
  }
  http::Fields& changed = own_fields();
  changed.remove(name);
  for (const Bytes& value : values) changed.append_checked(name, as_text(value));
  return account();
}

Result<Unit, FieldsError> GuestFields::append(const std::string& name, const Bytes& value) {
  TAPPET_TRY(check_change(name));
  if (!is_valid_value(name, as_text(value))) return fail(FieldsError::kInvalidSyntax);
  TAPPET_TRY(check_size(fields().size() + 1, size() + cost(name, value.size())));
  own_fields().append_checked(name, as_text(value));
  return account();
}

Result<Unit, FieldsError> GuestFields::remove(const std::string& name) {
  TAPPET_TRY(check_change(name));
  own_fields().remove(name);
  return account();
}

std::vector<std::pair<std::string, Bytes>> GuestFields::entries() const {
  std::vector<std::pair<std::string, Bytes>> all;
  all.reserve(fields().size());
  for (size_t i = 0; i < fields().size(); ++i) {
    const http::Field field = fields()[i];
    const ByteSpan value = as_bytes(field.value);
    all.emplace_back(field.name, Bytes(value.begin(), value.end()));
  }
  return all;
}

GuestFields GuestFields::clone() const { return {contents_, *rules_, false}; }

GuestFields GuestFields::freeze() const { return {contents_, *rules_, true}; }

}  // namespace tappet::wasi
