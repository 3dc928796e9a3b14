// Host names to addresses, on libuv's thread pool.
#pragma once

#include <vector>

#include "net/io/asker.h"
#include "net/io/io_error.h"
#include "net/io/socket_address.h"
#include "net/loop/loop.h"
#include "net/loop/ref.h"

namespace tappet::net {

struct ResolverLimits {
  // Look-ups running at once. The process's pool has four threads by default, of which two look
  // names up (UV_THREADPOOL_SIZE), and one that hangs holds its thread until the C library gives
  // up.
  uint32_t concurrent = 2;
  // Of those, of one asker: whose names are never answered leaves the others a thread.
  uint32_t concurrent_of_asker = 1;
  // Look-ups that wait for a thread; more fail at once.
  uint32_t waiting = 1024;
  uint64_t timeout_ns = 10 * kSecond;
};

// What a failed look-up means for whoever might try again.
enum class LookupFailure : uint8_t {
  kNoSuchName,  // there is none, or it has no addresses
  kTemporary,   // no answer, or too much to do: may work later
  kPermanent,   // the resolver says that it will not
};
LookupFailure lookup_failure(const IoError& error);

class Resolver;

// One look-up; destroying it loses interest. Loop thread only.
class Resolution {
 public:
  ~Resolution();
  Resolution(const Resolution&) = delete;
  Resolution& operator=(const Resolution&) = delete;

  // The addresses, at least one, in the resolver's order of preference, or why there are none:
  // kNameUnknown, kTimedOut, kResources.
  Poll<Result<std::vector<SocketAddress>, IoError>> try_get();
  WakeList& ready() { return ready_; }

 private:
  friend class Resolver;
  struct Query;
  Resolution(Loop& loop, uint64_t timeout_ns);
  void forget();
  void settle(Result<std::vector<SocketAddress>, IoError> outcome);

  std::optional<Result<std::vector<SocketAddress>, IoError>> outcome_;
  Query* query_ = nullptr;  // while it is waiting or running
  Timer timeout_;
  WakeList ready_;
};

// Shared by all clients of a loop. Askers take turns, and a look-up that was begun counts as its
// asker's until the C library has given up, wanted or not; for nobody in particular only the limit
// of all holds. Askers take memory only while they have look-ups. Outlived by its resolutions,
// which then fail.
class Resolver {
 public:
  explicit Resolver(Loop& loop, ResolverLimits limits = {});
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // `host` is a name or an IP address without brackets. Names longer than 253 bytes, empty ones and
  // those with NUL fail: libuv and the C library would cut them, and resolve another name.
  std::unique_ptr<Resolution> resolve(std::string_view host, uint16_t port,
                                      Asker asker = kNobodyInParticular);

 private:
  friend class Resolution;
  struct Queue;
  struct State;
  Ref<State> state_;
};

}  // namespace tappet::net
