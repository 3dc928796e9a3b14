// Names to addresses, for guests.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "wasi/host/network.h"

namespace tappet::wasi {

// Whether it could be the name of a host: at most 253 bytes, and labels of at most 63. What is not
// ASCII is left to the resolver, which knows IDNA. What would be read as a number (127.1, 0x7f.1)
// is none.
bool is_host_name(std::string_view name);

// The addresses of one name, one after the other. Loop thread only.
class NameLookup final : public Readiness {
 public:
  // An IP address is its own, without a look-up. Errors: access-denied; invalid-argument for what
  // is no name; temporary-resolver-failure for too many look-ups at once.
  static SocketResult<std::shared_ptr<NameLookup>> begin(Network& network, std::string_view name);
  ~NameLookup() override;

  bool ready() override;
  // The next address, its port being 0, or nothing behind the last. Errors: would-block, and why
  // there are none.
  SocketResult<std::optional<net::SocketAddress>> next();

 private:
  NameLookup(std::shared_ptr<Network> network, std::string_view name);
  void take(const Result<std::vector<net::SocketAddress>, net::IoError>& outcome);

  std::shared_ptr<Network> network_;
  std::string name_;
  std::unique_ptr<net::Resolution> resolution_;  // until it has an outcome
  std::vector<net::SocketAddress> addresses_;
  size_t next_ = 0;
  std::optional<SocketError> error_;
  Waker resolved_{[this] { changed_.wake_all(); }};
};

}  // namespace tappet::wasi
