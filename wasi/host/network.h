// What a guest may do on the network, and what it holds of it.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/io/resolver.h"
#include "wasi/host/socket.h"
#include "wasi/host/socket_error.h"
#include "wasi/host/socket_stream.h"

namespace tappet::wasi {

// Nothing, unless somebody says so.
struct NetworkGrants {
  bool tcp = false;  // to make sockets of the kind
  bool udp = false;
  bool addresses = false;  // to bind them, and to have them reach others
  bool name_lookup = false;
  // Asked about every address that is to be reached, and every one that a name has. Empty: all.
  std::function<bool(const net::SocketAddress&)> permits_address = nullptr;
  // Asked about names that are looked up, then without a port, and about whom a connection or
  // datagram is for: the text of its address, and every name by which the guest found it. Empty:
  // all.
  std::function<bool(std::string_view host, std::optional<uint16_t> port)> permits_host = nullptr;
};

struct NetworkLimits {
  // Sockets of one guest, those included that the host still writes to when the guest has dropped
  // them; and HTTP requests under way, each of which counts as one.
  uint32_t sockets = 256;
  // Of all guests of the loop; 0: their share of half the descriptors that the process may have.
  uint32_t sockets_of_all = 0;
  uint32_t loops = 1;  // that share them
  // Bytes that the host holds for one guest in fields and content of HTTP messages.
  uint64_t buffers = uint64_t{64} << 20;
  // Look-ups of one guest that are under way or wait for it.
  uint32_t lookups = 32;
  net::ResolverLimits resolver = {};  // each guest is an asker
  // Addresses of names that are remembered for permits_host.
  uint32_t remembered = 1024;
};

// What the guests of a loop share. The loop outlives it.
struct SharedNetwork {
  SharedNetwork(net::Loop& loop_in, NetworkGrants grants_in = {}, NetworkLimits limits_in = {});

  net::Loop& loop;
  const NetworkGrants grants;
  const NetworkLimits limits;
  const net::Ref<net::Budget> budget;
  net::Resolver resolver;
  net::Asker guests = net::kNobodyInParticular;  // counts them
};

// One guest's. Sockets and look-ups keep it. Loop thread only.
class Network : public std::enable_shared_from_this<Network> {
 public:
  explicit Network(std::shared_ptr<SharedNetwork> shared);
  ~Network();
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  // The same for another guest.
  std::shared_ptr<Network> for_another_guest() const { return std::make_shared<Network>(shared_); }

  net::Loop& loop() const { return shared_->loop; }
  const NetworkGrants& grants() const { return shared_->grants; }
  const NetworkLimits& limits() const { return shared_->limits; }
  // An IP address is its own. Guests take turns at this.
  std::unique_ptr<net::Resolution> resolve(std::string_view name) const {
    return shared_->resolver.resolve(name, 0, asker_);
  }

  // Errors: access-denied, new-socket-limit, not-supported.
  SocketResult<std::shared_ptr<Socket>> make_socket(Socket::Kind kind, bool is_v6) const;
  SocketResult<> may_bind() const;
  SocketResult<> may_reach(const net::SocketAddress& address) const;
  SocketResult<> may_look_up(std::string_view name) const;
  // The name was found to have the address; false if the guest may not know.
  bool found(const std::string& name, const net::SocketAddress& address);

  // For NameLookup, which counts itself.
  uint32_t& lookups() { return lookups_; }
  uint32_t sockets() const { return budget_->sockets(); }
  // The guest's, for what it takes beside sockets of wasi:sockets.
  const net::Ref<net::Budget>& budget() const { return budget_; }

  // Keeps the connection until what is buffered for it is written.
  void finish_writing(std::shared_ptr<SocketOutput> output);
  // Turns the loop until there is nothing left to write, or the time has passed.
  void drain(uint64_t most_ns);
  // Lets go of what is still to be written: its receivers get a reset.
  void abandon() { unfinished_.clear(); }

 private:
  struct Found {
    std::string name;
    net::SocketAddress address;
  };

  void sweep();

  std::shared_ptr<SharedNetwork> shared_;
  net::Ref<net::Budget> budget_;
  const net::Asker asker_;
  std::list<Found> found_;
  uint32_t lookups_ = 0;
  std::vector<std::shared_ptr<SocketOutput>> unfinished_;
  net::Timer sweep_;
};

}  // namespace tappet::wasi
