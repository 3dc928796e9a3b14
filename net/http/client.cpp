#include "net/http/client.h"

#include "net/http/client_exchange.h"
#include "net/http/syntax.h"

namespace tappet::http {
namespace {

// Where the request goes; plan_request() has checked the authority.
Result<Origin, ErrorCode> origin_of(const Request& request) {
  const Scheme scheme = request.scheme.value_or(Scheme::kHttps);
  if (scheme.kind() == Scheme::kOther) {
    return fail(ErrorCode::HttpProtocolError().with_detail("neither http nor https"));
  }
  const auto parts = split_authority(*request.authority);
  if (!parts) return fail(ErrorCode::HttpRequestUriInvalid());
  const bool secure = scheme.kind() == Scheme::kHttps;
  const uint16_t port = parts->port.value_or(secure ? 443 : 80);
  return Origin{secure, std::string(parts->host), port};
}

// Its head, until it is sent.
uint64_t footprint(const Request& request) {
  return request.fields.footprint() +
         (request.path_with_query ? request.path_with_query->size() : 0);
}

}  // namespace

HttpClient::HttpClient(net::Loop& loop, Connector& connector, const ClientLimits& limits)
    : loop_(loop), connector_(connector), limits_(limits), bury_waker_([this] { bury(); }) {}

HttpClient::~HttpClient() {
  while (!exchanges_.empty()) exchanges_.front()->stop(ErrorCode::ConnectionTerminated());
  bury();
}

PendingResponse HttpClient::send(Request request, const RequestOptions& options) {
  const auto exchange = net::make_ref<ClientExchange>(*this, options);
  const auto plan = plan_request(request);
  net::Charge charge(options.budget);
  if (!plan.ok()) {
    exchange->refuse(plan.error());
  } else if (exchanges_.size() >= limits_.max_requests || !charge.try_take_socket() ||
             !charge.try_set_bytes(footprint(request))) {
    exchange->refuse(ErrorCode::ConnectionLimitReached());
  } else if (auto origin = origin_of(request); !origin.ok()) {
    exchange->refuse(std::move(origin.error()));
  } else {
    exchange->charge = std::move(charge);
    exchanges_.push_front(exchange);
    exchange->begin(exchanges_.begin(), std::move(request), std::move(origin.value()), *plan);
  }
  return PendingResponse(net::Ref<ResponseSlot>(exchange.get()));
}

void HttpClient::retire(Exchanges::iterator exchange) {
  retired_.splice(retired_.end(), exchanges_, exchange);
  loop_.soon().add(bury_waker_);
}

void HttpClient::bury() {
  for (const auto& exchange : retired_) {
    exchange->dispose();
    exchange->charge.release();
  }
  retired_.clear();
}

}  // namespace tappet::http
