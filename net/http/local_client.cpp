// Two objects, one for each party, that point at each other until one of them goes.
#include "net/http/local_client.h"

#include "net/http/head_writer.h"
#include "net/http/server_exchange.h"

namespace tappet::http {
namespace {

class LocalSlot;

class LocalExchange final : public Exchange {
 public:
  explicit LocalExchange(LocalSlot& slot) : slot_(&slot) {}
  void respond(Response response) override;
  void inform(uint16_t, const Fields&) override {}
  void unanswered() override { respond(error_response(500)); }
  const ConnectionInfo& connection() const override { return info_; }
  void abandon() {
    slot_ = nullptr;
    set_gone();
  }

 private:
  LocalSlot* slot_;
  ConnectionInfo info_;
};

class LocalSlot final : public ResponseSlot {
 public:
  LocalSlot(net::Loop& loop, Service& service, Request request, const RequestOptions& options)
      : service_(service),
        request_(std::move(request)),
        method_(request_->method.kind()),
        start_([this] { start(); }),
        timeout_(loop, [this] { end(fail(ErrorCode::ConnectionReadTimeout())); }) {
    loop.soon().add(start_);
    timeout_.set_after(options.first_byte_timeout_ns);
  }

  void cancel() override { end(fail(ErrorCode::ConnectionTerminated())); }

  void answer(Response response) {
    exchange_ = {};
    if (const auto plan = plan_response(response, method_, 1); !plan.ok()) {
      end(fail(plan.error()));
      return;
    } else if (plan->framing == Framing::kNone) {
      response.body = BodyReader();
    }
    end(std::move(response));
  }

 private:
  void start() {
    Request request = std::move(*request_);
    request_.reset();
    exchange_ = net::make_ref<LocalExchange>(*this);
    service_.handle(std::move(request), Responder(net::Ref<Exchange>(exchange_.get())));
  }

  void end(Result<Response, ErrorCode> outcome) {
    timeout_.clear();
    start_.unlink();
    request_.reset();
    if (const auto exchange = std::exchange(exchange_, {})) exchange->abandon();
    settle(std::move(outcome));
  }

  Service& service_;
  std::optional<Request> request_;  // until the service gets it
  const Method::Kind method_;
  net::Ref<LocalExchange> exchange_;
  Waker start_;
  net::Timer timeout_;
};

void LocalExchange::respond(Response response) {
  if (slot_ == nullptr) return;
  std::exchange(slot_, nullptr)->answer(std::move(response));
}

}  // namespace

PendingResponse LocalClient::send(Request request, const RequestOptions& options) {
  return PendingResponse(
      net::Ref<ResponseSlot>(new LocalSlot(loop_, service_, std::move(request), options)));
}

}  // namespace tappet::http
