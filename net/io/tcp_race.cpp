// Attempts that end only schedule a look at all of them, which is where they are destroyed: never
// from inside their own wakers.
#include "net/io/tcp_race.h"

#include <algorithm>

namespace tappet::net {

std::vector<SocketAddress> take_turns(const std::vector<SocketAddress>& addresses) {
  std::vector<SocketAddress> families[2];
  for (const SocketAddress& address : addresses) {
    families[address.is_v6() == addresses.front().is_v6() ? 0 : 1].push_back(address);
  }
  std::vector<SocketAddress> order;
  for (size_t i = 0; order.size() < addresses.size(); ++i) {
    for (const auto& family : families) {
      if (i < family.size()) order.push_back(family[i]);
    }
  }
  return order;
}

struct TcpRace::Runner {
  Runner(TcpRace& race, const SocketAddress& address, uint64_t timeout_ns, Budget* counted_by)
      : budget(counted_by),
        connect(race.loop_, address, timeout_ns),
        ended([&race] { race.loop_.soon().add(race.soon_); }) {
    if (budget != nullptr) budget->take_socket();
  }
  ~Runner() {
    if (budget != nullptr) budget->give_back_socket();
  }
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  Budget* const budget;  // outlives the race; null: not counted
  TcpConnect connect;
  Waker ended;
};

TcpRace::TcpRace(Loop& loop, const std::vector<SocketAddress>& addresses, uint64_t timeout_ns,
                 Ref<Budget> spare)
    : loop_(loop),
      addresses_(take_turns(addresses)),
      deadline_(saturating_add(loop.now(), timeout_ns)),
      spare_(std::move(spare)),
      delay_(loop, [this] { begin_next(); }),
      soon_([this] { look(); }) {
  begin_next();
}

TcpRace::~TcpRace() = default;

Poll<Result<std::unique_ptr<TcpStream>, IoError>> TcpRace::try_get() {
  return std::exchange(outcome_, std::nullopt);
}

void TcpRace::begin_next() {
  if (next_ == addresses_.size() || runners_.size() == kMostAtOnce) return;
  Budget* const budget = runners_.empty() ? nullptr : spare_.get();
  // Others give room back without telling.
  if (budget != nullptr && budget->sockets_exhausted()) return delay_.set_after(kDelay);
  const SocketAddress& address = addresses_[next_++];
  const uint64_t now = loop_.now();
  const uint64_t left = deadline_ > now ? deadline_ - now : 0;
  runners_.emplace_back(*this, address, left / ((addresses_.size() - next_) / kMostAtOnce + 1),
                        budget);
  delay_.set_after(kDelay);
  loop_.soon().add(soon_);
}

void TcpRace::look() {
  for (auto next = runners_.begin(); next != runners_.end();) {
    const auto runner = next++;
    auto stream = runner->connect.try_get();
    if (!stream) {
      runner->connect.ready().add(runner->ended);
      continue;
    }
    const bool last = runners_.size() == 1 && next_ == addresses_.size();
    if (stream->ok() || last) return settle(std::move(*stream));
    runners_.erase(runner);
    begin_next();
  }
}

void TcpRace::settle(Result<std::unique_ptr<TcpStream>, IoError> outcome) {
  outcome_ = std::move(outcome);
  delay_.clear();
  soon_.unlink();
  runners_.clear();
  ready_.wake_all();
}

}  // namespace tappet::net
