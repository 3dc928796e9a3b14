// A query lives until libuv has called back, whoever still wants its answer: it points to its
// resolution, which clears that pointer when it dies or times out.
#include "net/io/resolver.h"

#include <uv.h>

#include <list>
#include <string>
#include <unordered_map>
#include <utility>

namespace tappet::net {
namespace {

// RFC 1035: 255 octets on the wire, 253 characters of text.
constexpr size_t kLongestName = 253;

Result<std::vector<SocketAddress>, IoError> to_addresses(int status, const addrinfo* list,
                                                         uint16_t port) {
  if (status != 0) return fail(io_error_from_uv(status));
  std::vector<SocketAddress> addresses;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    auto address = SocketAddress::from_raw(entry->ai_addr);
    if (!address) continue;
    address->set_port(port);
    addresses.push_back(*address);
  }
  if (addresses.empty()) return fail(io_error_from_uv(UV_EAI_NODATA));
  return addresses;
}

}  // namespace

LookupFailure lookup_failure(const IoError& error) {
  switch (error.code) {
    case UV_EAI_FAIL:
      return LookupFailure::kPermanent;
    case UV_EAI_AGAIN:
      return LookupFailure::kTemporary;
    default:
      return error.kind == IoErrorKind::kNameUnknown ? LookupFailure::kNoSuchName
                                                     : LookupFailure::kTemporary;
  }
}

struct Resolution::Query {
  uv_getaddrinfo_t request;
  std::string host;
  uint16_t port = 0;
  Asker asker = kNobodyInParticular;
  Resolution* resolution = nullptr;  // nullptr: nobody wants the answer
  // While it waits.
  Resolver::State* waits_at = nullptr;
  std::list<std::unique_ptr<Query>>::iterator position;
  // Once it has been started.
  Ref<Resolver::State> state;
  bool is_running = false;
};

// The look-ups of one asker; there is one as long as there are any.
struct Resolver::Queue {
  std::list<std::unique_ptr<Resolution::Query>> waiting;
  uint32_t running = 0;
  std::optional<std::list<Asker>::iterator> turn;  // in State::turns
};

struct Resolver::State : RefCounted {
  State(Loop& loop_in, ResolverLimits limits_in) : loop(loop_in), limits(limits_in) {}

  void enqueue(std::unique_ptr<Resolution::Query> query);
  void remove(Resolution::Query& query);
  void start_next();
  void start(std::unique_ptr<Resolution::Query> query);
  void finished(Resolution::Query* query, int status, const addrinfo* list);
  void clear();

  // What has changed in an asker's queue decides whether it has a turn, and whether it stays.
  void look_at(Asker asker);

  Loop& loop;
  ResolverLimits limits;
  std::unordered_map<Asker, Queue> queues;
  std::list<Asker> turns;  // those whose next look-up may start
  size_t waiting = 0;
  uint32_t running = 0;
};

void Resolver::State::look_at(Asker asker) {
  const auto at = queues.find(asker);
  Queue& queue = at->second;
  const uint32_t most =
      asker == kNobodyInParticular ? limits.concurrent : limits.concurrent_of_asker;
  const bool may = !queue.waiting.empty() && queue.running < most;
  if (may && !queue.turn) queue.turn = turns.insert(turns.end(), asker);
  if (!may && queue.turn) turns.erase(*std::exchange(queue.turn, std::nullopt));
  if (queue.waiting.empty() && queue.running == 0) queues.erase(at);
}

void Resolver::State::enqueue(std::unique_ptr<Resolution::Query> query) {
  const Asker asker = query->asker;
  auto& list = queues[asker].waiting;
  const auto position = list.insert(list.end(), std::move(query));
  (*position)->waits_at = this;
  (*position)->position = position;
  ++waiting;
  look_at(asker);
}

void Resolver::State::remove(Resolution::Query& query) {
  const Asker asker = query.asker;
  --waiting;
  queues.find(asker)->second.waiting.erase(query.position);
  look_at(asker);
}

// Whoever has had a turn goes behind the others.
void Resolver::State::start_next() {
  while (running < limits.concurrent && !turns.empty()) {
    const Asker asker = turns.front();
    Queue& queue = queues.find(asker)->second;
    turns.pop_front();
    queue.turn.reset();
    std::unique_ptr<Resolution::Query> query = std::move(queue.waiting.front());
    queue.waiting.pop_front();
    --waiting;
    ++queue.running;
    look_at(asker);
    start(std::move(query));
  }
}

void Resolver::State::start(std::unique_ptr<Resolution::Query> query) {
  ++running;
  query->waits_at = nullptr;
  query->state = Ref<State>(this);
  query->request.data = query.get();
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  const int status = uv_getaddrinfo(
      loop.raw(), &query->request,
      [](uv_getaddrinfo_t* request, int result, addrinfo* list) {
        auto* done = static_cast<Resolution::Query*>(request->data);
        done->state->finished(done, result, list);
        uv_freeaddrinfo(list);
      },
      query->host.c_str(), nullptr, &hints);
  Resolution::Query* const started = query.release();
  started->is_running = status == 0;
  if (status != 0) finished(started, status, nullptr);
}

void Resolver::State::finished(Resolution::Query* query, int status, const addrinfo* list) {
  const std::unique_ptr<Resolution::Query> owner(query);
  const Ref<State> keep = query->state;
  --running;
  --queues.find(query->asker)->second.running;
  look_at(query->asker);
  query->is_running = false;
  if (query->resolution != nullptr) {
    query->resolution->settle(to_addresses(status, list, query->port));
  }
  start_next();
}

// Whoever hears of one failure may give other look-ups up.
void Resolver::State::clear() {
  std::list<std::unique_ptr<Resolution::Query>> all;
  for (auto& [asker, queue] : queues) {
    all.splice(all.end(), queue.waiting);
    queue.turn.reset();
  }
  turns.clear();
  waiting = 0;
  for (const auto& query : all) query->waits_at = nullptr;
  for (const auto& query : all) {
    if (query->resolution != nullptr) {
      query->resolution->settle(fail(io_error_from_uv(UV_ECANCELED)));
    }
  }
}

Resolution::Resolution(Loop& loop, uint64_t timeout_ns)
    : timeout_(loop, [this] { settle(fail(io_error_from_uv(UV_ETIMEDOUT))); }) {
  timeout_.set_after(timeout_ns);
}

Resolution::~Resolution() { forget(); }

void Resolution::forget() {
  Query* const query = std::exchange(query_, nullptr);
  if (query == nullptr) return;
  query->resolution = nullptr;
  if (query->waits_at != nullptr) {
    query->waits_at->remove(*query);
  } else if (query->is_running) {
    // Others of the process may be ahead of it; what is under way goes on.
    uv_cancel(reinterpret_cast<uv_req_t*>(&query->request));
  }
}

void Resolution::settle(Result<std::vector<SocketAddress>, IoError> outcome) {
  forget();
  timeout_.clear();
  outcome_ = std::move(outcome);
  ready_.wake_all();
}

Poll<Result<std::vector<SocketAddress>, IoError>> Resolution::try_get() { return outcome_; }

Resolver::Resolver(Loop& loop, ResolverLimits limits) : state_(make_ref<State>(loop, limits)) {}

Resolver::~Resolver() { state_->clear(); }

std::unique_ptr<Resolution> Resolver::resolve(std::string_view host, uint16_t port, Asker asker) {
  std::unique_ptr<Resolution> resolution(new Resolution(state_->loop, state_->limits.timeout_ns));
  if (const auto literal = SocketAddress::from_ip(host, port)) {
    resolution->settle(std::vector{*literal});
    return resolution;
  }
  if (host.empty() || host.size() > kLongestName || host.find('\0') != std::string_view::npos) {
    resolution->settle(fail(IoError{IoErrorKind::kNameUnknown, 0, "not a host name"}));
    return resolution;
  }
  if (state_->waiting >= state_->limits.waiting) {
    resolution->settle(fail(IoError{IoErrorKind::kResources, 0, "too many name look-ups"}));
    return resolution;
  }
  auto query = std::make_unique<Resolution::Query>();
  query->host = host;
  query->port = port;
  query->asker = asker;
  query->resolution = resolution.get();
  resolution->query_ = query.get();
  state_->enqueue(std::move(query));
  state_->start_next();
  return resolution;
}

}  // namespace tappet::net
