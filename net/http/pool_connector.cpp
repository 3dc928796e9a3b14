#include "net/http/pool_connector.h"

#include <algorithm>

namespace tappet::http {
namespace {

class Reused final : public Connecting {
 public:
  explicit Reused(std::unique_ptr<net::ByteStream> stream) : stream_(std::move(stream)) {}
  Poll<Result<std::unique_ptr<net::ByteStream>, ErrorCode>> try_get() override {
    return Result<std::unique_ptr<net::ByteStream>, ErrorCode>(std::move(stream_));
  }
  void await_ready(Waker&) override {}
  bool reused() const override { return true; }

 private:
  std::unique_ptr<net::ByteStream> stream_;
};

// Neither ended nor with something to read.
bool is_quiet(net::ByteStream& stream) { return !stream.broken() && !stream.try_peek(); }

}  // namespace

struct PoolConnector::Idle {
  Idle(PoolConnector& pool, const Origin& origin_in, std::unique_ptr<net::ByteStream> stream_in)
      : origin(origin_in),
        since(pool.loop_.now()),
        stream(std::move(stream_in)),
        readable([this, &pool] { pool.look_at(*this); }),
        closed([this, &pool] { pool.look_at(*this); }) {}

  // Registers for what would end it; false if that has happened.
  bool watch() {
    if (!is_quiet(*stream)) return false;
    stream->readable().add(readable);
    stream->closed().add(closed);
    return true;
  }

  const Origin origin;
  const uint64_t since;
  std::unique_ptr<net::ByteStream> stream;
  Waker readable;
  Waker closed;
  Place place;
};

PoolConnector::PoolConnector(net::Loop& loop, Connector& inner, const PoolLimits& limits)
    : loop_(loop),
      inner_(inner),
      limits_(limits),
      expiry_(loop, [this] { expire(); }),
      bury_waker_([this] { bury(); }) {}

PoolConnector::~PoolConnector() = default;

std::unique_ptr<Connecting> PoolConnector::connect(const Origin& origin,
                                                   const ConnectOptions& options) {
  const uint64_t now = loop_.now();
  const Reuse reuse = options.reuse;
  const uint64_t longest = reuse == Reuse::kAny      ? limits_.idle_timeout_ns
                           : reuse == Reuse::kRecent ? limits_.recent_ns
                                                     : 0;
  for (auto place = idle_.end(); reuse != Reuse::kNever && place != idle_.begin();) {
    --place;
    if (!((*place)->origin == origin)) continue;
    if (now - (*place)->since > longest) break;
    const std::unique_ptr<Idle> taken = std::move(*place);
    place = idle_.erase(place);
    taken->readable.unlink();
    taken->closed.unlink();
    if (is_quiet(*taken->stream)) return std::make_unique<Reused>(std::move(taken->stream));
  }
  return inner_.connect(origin, options);
}

void PoolConnector::release(const Origin& origin, std::unique_ptr<net::ByteStream> stream) {
  make_room(origin);
  idle_.push_back(std::make_unique<Idle>(*this, origin, std::move(stream)));
  const Place place = std::prev(idle_.end());
  (*place)->place = place;
  if (limits_.idle_per_origin == 0 || limits_.idle == 0 || !(*place)->watch()) return drop(place);
  if (!expiry_.pending()) expiry_.set_after(limits_.idle_timeout_ns);
}

// The longest idle ones go first.
void PoolConnector::make_room(const Origin& origin) {
  const auto same = [&origin](const std::unique_ptr<Idle>& idle) { return idle->origin == origin; };
  if (std::count_if(idle_.begin(), idle_.end(), same) >= limits_.idle_per_origin) {
    const Place oldest = std::find_if(idle_.begin(), idle_.end(), same);
    if (oldest != idle_.end()) drop(oldest);
  }
  if (idle_.size() >= limits_.idle && !idle_.empty()) drop(idle_.begin());
}

void PoolConnector::look_at(Idle& idle) {
  if (!idle.watch()) drop(idle.place);
}

// Destroyed at the end of the turn: its own waker may be what drops it.
void PoolConnector::drop(Place place) {
  dropped_.splice(dropped_.end(), idle_, place);
  loop_.soon().add(bury_waker_);
}

void PoolConnector::bury() { dropped_.clear(); }

void PoolConnector::expire() {
  const uint64_t now = loop_.now();
  while (!idle_.empty() && now - idle_.front()->since >= limits_.idle_timeout_ns) {
    drop(idle_.begin());
  }
  if (!idle_.empty()) {
    expiry_.set(net::saturating_add(idle_.front()->since, limits_.idle_timeout_ns));
  }
}

}  // namespace tappet::http
