#include "wasi/host/name_lookup.h"

#include <algorithm>

namespace tappet::wasi {
namespace {

constexpr size_t kLongestName = 253;
constexpr size_t kLongestLabel = 63;
// Of one name; nobody tries more, and whoever answers may be hostile.
constexpr size_t kMostAddresses = 64;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_label_character(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
         static_cast<uint8_t>(c) >= 0x80;
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= kLongestLabel && label.front() != '-' &&
         label.back() != '-' && std::ranges::all_of(label, is_label_character);
}

bool is_number(std::string_view label) {
  if (label.starts_with("0x") || label.starts_with("0X")) {
    return std::ranges::all_of(label.substr(2), is_hex);
  }
  return std::ranges::all_of(label, is_digit);
}

SocketError error_of(const net::IoError& error) {
  switch (net::lookup_failure(error)) {
    case net::LookupFailure::kNoSuchName:
      return SocketError::kNameUnresolvable;
    case net::LookupFailure::kTemporary:
      return SocketError::kTemporaryResolverFailure;
    case net::LookupFailure::kPermanent:
      return SocketError::kPermanentResolverFailure;
  }
  return SocketError::kUnknown;
}

}  // namespace

bool is_host_name(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.size() > kLongestName) return false;
  for (;;) {
    const size_t dot = name.find('.');
    const std::string_view label = name.substr(0, dot);
    if (!is_label(label)) return false;
    if (dot == std::string_view::npos) return !is_number(label);
    name.remove_prefix(dot + 1);
  }
}

SocketResult<std::shared_ptr<NameLookup>> NameLookup::begin(Network& network,
                                                            std::string_view name) {
  TAPPET_TRY(network.may_look_up(name));
  const bool is_address =
      name.find('%') == std::string_view::npos && net::SocketAddress::from_ip(name, 0).has_value();
  if (!is_address && !is_host_name(name)) return fail(SocketError::kInvalidArgument);
  if (network.lookups() >= network.limits().lookups) {
    return fail(SocketError::kTemporaryResolverFailure);
  }
  std::shared_ptr<NameLookup> lookup(new NameLookup(network.shared_from_this(), name));
  (void)lookup->ready();  // addresses are there at once
  return lookup;
}

NameLookup::NameLookup(std::shared_ptr<Network> network, std::string_view name)
    : network_(std::move(network)), name_(name), resolution_(network_->resolve(name)) {
  ++network_->lookups();
}

NameLookup::~NameLookup() {
  if (resolution_) --network_->lookups();
}

bool NameLookup::ready() {
  if (!resolution_) return true;
  if (const auto outcome = resolution_->try_get()) {
    take(*outcome);
    return true;
  }
  resolution_->ready().add(resolved_);
  return false;
}

void NameLookup::take(const Result<std::vector<net::SocketAddress>, net::IoError>& outcome) {
  resolution_.reset();
  --network_->lookups();
  if (!outcome.ok()) {
    error_ = error_of(outcome.error());
    return;
  }
  for (const net::SocketAddress& found : *outcome) {
    const net::SocketAddress address = found.unmapped();
    if (std::ranges::find(addresses_, address) != addresses_.end()) continue;
    if (network_->found(name_, address)) addresses_.push_back(address);
    if (addresses_.size() == kMostAddresses) break;
  }
  // The guest may not know any of them.
  if (addresses_.empty()) error_ = SocketError::kAccessDenied;
}

SocketResult<std::optional<net::SocketAddress>> NameLookup::next() {
  if (!ready()) return fail(SocketError::kWouldBlock);
  if (error_) return fail(*error_);
  if (next_ == addresses_.size()) return std::optional<net::SocketAddress>();
  return std::optional(addresses_[next_++]);
}

}  // namespace tappet::wasi
