#include "net/http/service.h"

namespace tappet::http {

Responder& Responder::operator=(Responder&& other) noexcept {
  std::swap(exchange_, other.exchange_);
  return *this;
}

Responder::~Responder() {
  if (exchange_) exchange_->unanswered();
}

void Responder::send(Response response) {
  const net::Ref<Exchange> exchange = std::move(exchange_);
  if (exchange) exchange->respond(std::move(response));
}

void Responder::send_informational(uint16_t status, const Fields& fields) {
  const bool interim = status >= 100 && status <= 199 && status != 101;
  if (exchange_ && interim) exchange_->inform(status, fields);
}

void Responder::await_gone(Waker& waker) {
  if (exchange_) exchange_->gone_list().add(waker);
}

void ResponseSlot::settle(Result<Response, ErrorCode> outcome) {
  if (settled_) return;
  settled_ = true;
  outcome_.emplace(std::move(outcome));
  ready_.wake_all();
}

PendingResponse& PendingResponse::operator=(PendingResponse&& other) noexcept {
  drop();
  slot_ = std::move(other.slot_);
  return *this;
}

PendingResponse::~PendingResponse() { drop(); }

void PendingResponse::drop() {
  if (!slot_) return;
  const net::Ref<ResponseSlot> slot = std::move(slot_);
  const bool taken = slot->settled_ && !slot->outcome_;
  if (!taken) slot->cancel();
  slot->outcome_.reset();
}

Poll<Result<Response, ErrorCode>> PendingResponse::try_get() {
  if (!slot_ || !slot_->outcome_) return kPending;
  Poll<Result<Response, ErrorCode>> outcome(std::move(slot_->outcome_));
  slot_->outcome_.reset();
  return outcome;
}

}  // namespace tappet::http
