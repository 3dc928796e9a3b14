#include "wasi/host/network.h"

#include <sys/resource.h>

#include <algorithm>

namespace tappet::wasi {
namespace {

constexpr uint64_t kSweepNs = 100 * net::kMillisecond;
// Nobody needs to be stopped below this; and the half of unlimited is not a number.
constexpr rlim_t kLeastSockets = 64;
constexpr rlim_t kMostSockets = 65536;

uint32_t half_of_all_descriptors() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return kLeastSockets;
  return static_cast<uint32_t>(std::clamp(limit.rlim_cur / 2, kLeastSockets, kMostSockets));
}

bool same_ip(const net::SocketAddress& a, const net::SocketAddress& b) {
  return std::ranges::equal(a.ip(), b.ip());
}

auto denied() { return fail(SocketError::kAccessDenied); }

}  // namespace

SharedNetwork::SharedNetwork(net::Loop& loop_in, NetworkGrants grants_in, NetworkLimits limits_in)
    : loop(loop_in),
      grants(std::move(grants_in)),
      limits(limits_in),
      budget(net::make_ref<net::Budget>(net::BudgetLimits{
          .sockets = limits.sockets_of_all != 0
                         ? limits.sockets_of_all
                         : half_of_all_descriptors() / std::max(limits.loops, 1u)})),
      resolver(loop, limits.resolver) {}

Network::Network(std::shared_ptr<SharedNetwork> shared)
    : shared_(std::move(shared)),
      budget_(net::make_ref<net::Budget>(
          net::BudgetLimits{.sockets = limits().sockets, .bytes = limits().buffers},
          shared_->budget)),
      asker_(++shared_->guests),
      sweep_(shared_->loop, [this] { sweep(); }) {}

Network::~Network() = default;

SocketResult<std::shared_ptr<Socket>> Network::make_socket(Socket::Kind kind, bool is_v6) const {
  if (kind == Socket::Kind::kTcp ? !grants().tcp : !grants().udp) return denied();
  return socket_result(Socket::create(loop(), kind, is_v6, budget_), SocketOperation::kCreate);
}

SocketResult<> Network::may_bind() const {
  if (!grants().addresses) return denied();
  return {};
}

SocketResult<> Network::may_reach(const net::SocketAddress& address) const {
  if (!grants().addresses) return denied();
  if (grants().permits_address && !grants().permits_address(address)) return denied();
  const auto& permits_host = grants().permits_host;
  if (!permits_host || permits_host(address.ip_text(), address.port())) return {};
  for (const Found& entry : found_) {
    if (same_ip(entry.address, address) && permits_host(entry.name, address.port())) return {};
  }
  return denied();
}

SocketResult<> Network::may_look_up(std::string_view name) const {
  if (!grants().name_lookup) return denied();
  if (grants().permits_host && !grants().permits_host(name, std::nullopt)) return denied();
  return {};
}

bool Network::found(const std::string& name, const net::SocketAddress& address) {
  if (grants().permits_address && !grants().permits_address(address)) return false;
  if (!grants().permits_host) return true;
  const bool known = std::ranges::any_of(found_, [&](const Found& entry) {
    return entry.name == name && same_ip(entry.address, address);
  });
  if (known) return true;
  if (found_.size() >= limits().remembered) found_.pop_front();
  found_.push_back({name, address});
  return true;
}

void Network::finish_writing(std::shared_ptr<SocketOutput> output) {
  unfinished_.push_back(std::move(output));
  if (!sweep_.pending()) sweep_.set_after(kSweepNs);
}

void Network::sweep() {
  std::erase_if(unfinished_, [](const auto& output) { return output->buffered() == 0; });
  if (!unfinished_.empty()) sweep_.set_after(kSweepNs);
}

void Network::drain(uint64_t most_ns) {
  bool late = false;
  net::Timer deadline(loop(), [&late] { late = true; });
  deadline.set_after(most_ns);
  for (sweep(); !unfinished_.empty() && !late; sweep()) loop().turn(net::Loop::Wait::kForEvent);
}

}  // namespace tappet::wasi
