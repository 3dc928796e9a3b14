// Connections that are used again.
#pragma once

#include <list>

#include "net/http/connector.h"

namespace tappet::http {

struct PoolLimits {
  uint32_t idle_per_origin = 16;
  uint32_t idle = 256;
  uint64_t idle_timeout_ns = 30 * net::kSecond;
  // Servers close idle connections when they like. For Reuse::kRecent, those that have been idle no
  // longer than this will do: shorter than anybody waits.
  uint64_t recent_ns = 2 * net::kSecond;
};

// Keeps the connections of another connector after exchanges that left them in order, by origin.
// Those whose server ends them, or says something unasked, are dropped as soon as that is noticed.
// Whoever needs other TLS identities for the same origins needs another pool. Loop thread only.
class PoolConnector final : public Connector {
 public:
  // Both must outlive the pool.
  PoolConnector(net::Loop& loop, Connector& inner, const PoolLimits& limits = {});
  ~PoolConnector() override;

  std::unique_ptr<Connecting> connect(const Origin& origin, const ConnectOptions& options) override;
  bool keeps_connections() const override { return true; }
  void release(const Origin& origin, std::unique_ptr<net::ByteStream> stream) override;

  size_t idle() const { return idle_.size(); }

 private:
  struct Idle;
  using Place = std::list<std::unique_ptr<Idle>>::iterator;

  void look_at(Idle& idle);
  void drop(Place place);
  void make_room(const Origin& origin);
  void expire();
  void bury();

  net::Loop& loop_;
  Connector& inner_;
  const PoolLimits limits_;
  std::list<std::unique_ptr<Idle>> idle_;  // the longest idle first
  std::list<std::unique_ptr<Idle>> dropped_;
  net::Timer expiry_;
  Waker bury_waker_;
};

}  // namespace tappet::http
