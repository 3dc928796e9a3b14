// A query lives until libuv has called back, whoever still wants its answer: it points to its
// resolution, which clears that pointer when it dies or times out.
#include "net/io/resolver.h"

#include <uv.h>

#include <deque>

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
  Resolution* resolution = nullptr;  // nullptr: nobody wants the answer
  Ref<Resolver::State> state;
};

struct Resolver::State : RefCounted {
  State(Loop& loop_in, ResolverLimits limits_in) : loop(loop_in), limits(limits_in) {}

  void start_next();
  void finished(Resolution::Query* query, int status, const addrinfo* list);

  Loop& loop;
  ResolverLimits limits;
  std::deque<std::unique_ptr<Resolution::Query>> waiting;
  uint32_t running = 0;
};

void Resolver::State::start_next() {
  while (running < limits.concurrent && !waiting.empty()) {
    std::unique_ptr<Resolution::Query> query = std::move(waiting.front());
    waiting.pop_front();
    if (query->resolution == nullptr) continue;
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
    ++running;
    Resolution::Query* started = query.release();
    if (status != 0) finished(started, status, nullptr);
  }
}

void Resolver::State::finished(Resolution::Query* query, int status, const addrinfo* list) {
  const std::unique_ptr<Resolution::Query> owner(query);
  const Ref<State> keep = query->state;
  --running;
  if (query->resolution != nullptr) {
    query->resolution->settle(to_addresses(status, list, query->port));
  }
  start_next();
}

Resolution::Resolution(Loop& loop, uint64_t timeout_ns)
    : timeout_(loop, [this] { settle(fail(io_error_from_uv(UV_ETIMEDOUT))); }) {
  timeout_.set_after(timeout_ns);
}

Resolution::~Resolution() {
  if (query_ != nullptr) query_->resolution = nullptr;
}

void Resolution::settle(Result<std::vector<SocketAddress>, IoError> outcome) {
  if (query_ != nullptr) query_->resolution = nullptr;
  query_ = nullptr;
  timeout_.clear();
  outcome_ = std::move(outcome);
  ready_.wake_all();
}

Poll<Result<std::vector<SocketAddress>, IoError>> Resolution::try_get() { return outcome_; }

Resolver::Resolver(Loop& loop, ResolverLimits limits) : state_(make_ref<State>(loop, limits)) {}

Resolver::~Resolver() {
  for (const auto& query : state_->waiting) {
    if (query->resolution != nullptr)
      query->resolution->settle(fail(io_error_from_uv(UV_ECANCELED)));
  }
  state_->waiting.clear();
}

std::unique_ptr<Resolution> Resolver::resolve(std::string_view host, uint16_t port) {
  std::unique_ptr<Resolution> resolution(new Resolution(state_->loop, state_->limits.timeout_ns));
  if (const auto literal = SocketAddress::from_ip(host, port)) {
    resolution->settle(std::vector{*literal});
    return resolution;
  }
  if (host.empty() || host.size() > kLongestName || host.find('\0') != std::string_view::npos) {
    resolution->settle(fail(IoError{IoErrorKind::kNameUnknown, 0, "not a host name"}));
    return resolution;
  }
  // Nobody wants the answers of those that were given up any more.
  auto& waiting = state_->waiting;
  if (waiting.size() >= state_->limits.waiting) {
    std::erase_if(waiting, [](const auto& query) { return query->resolution == nullptr; });
  }
  if (waiting.size() >= state_->limits.waiting) {
    resolution->settle(fail(IoError{IoErrorKind::kResources, 0, "too many name look-ups"}));
    return resolution;
  }
  auto query = std::make_unique<Resolution::Query>();
  query->host = host;
  query->port = port;
  query->resolution = resolution.get();
  resolution->query_ = query.get();
  waiting.push_back(std::move(query));
  state_->start_next();
  return resolution;
}

}  // namespace tappet::net
