// Making a TCP connection to a host with several addresses, some of which may not answer: RFC 8305
// (Happy Eyeballs) from section 4 on.
#pragma once

#include <list>
#include <vector>

#include "net/io/budget.h"
#include "net/io/tcp_connect.h"

namespace tappet::net {

// The order of attempts (section 4): families take turns, beginning with that of the first address;
// within a family the order stays.
std::vector<SocketAddress> take_turns(const std::vector<SocketAddress>& addresses);

// Attempts one address after the other in that order, the next whenever one has failed or 250 ms
// have passed and `spare` has room, which counts what runs beside the first of each race; the first
// connection wins. Destroying it gives it up. Loop thread only.
class TcpRace {
 public:
  static constexpr uint64_t kDelay = 250 * kMillisecond;
  static constexpr size_t kMostAtOnce = 8;

  // `addresses` has at least one. Gives up after timeout_ns; where there are more addresses than
  // may be tried at once, silent ones leave the others their share of the time. Without `spare`
  // there is always room.
  TcpRace(Loop& loop, const std::vector<SocketAddress>& addresses, uint64_t timeout_ns,
          Ref<Budget> spare = {});
  ~TcpRace();
  TcpRace(const TcpRace&) = delete;
  TcpRace& operator=(const TcpRace&) = delete;

  // The connection, or the error of the attempt that failed last. The outcome is taken by the first
  // call that sees it.
  Poll<Result<std::unique_ptr<TcpStream>, IoError>> try_get();
  WakeList& ready() { return ready_; }

 private:
  struct Runner;
  void begin_next();
  void look();
  void settle(Result<std::unique_ptr<TcpStream>, IoError> outcome);

  Loop& loop_;
  const std::vector<SocketAddress> addresses_;
  const uint64_t deadline_;
  const Ref<Budget> spare_;
  size_t next_ = 0;  // of addresses_
  std::list<Runner> runners_;
  Timer delay_;
  Waker soon_;
  std::optional<Result<std::unique_ptr<TcpStream>, IoError>> outcome_;
  WakeList ready_;
};

}  // namespace tappet::net
