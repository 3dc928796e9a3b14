// Responses: from the service to the stream's bytes.
#include "net/http/server_connection.h"

namespace tappet::http {

// True if anything moved.
bool ServerConnection::answer_once() {
  if (lingering_) return false;
  const auto outcome = sender_.pump(*stream_);
  if (outcome != MessageSender::Outcome::kBlocked) {
    stall_deadline_ = net::kNever;
  } else if (stall_deadline_ == net::kNever || sender_.sent() != stall_mark_) {
    stall_mark_ = sender_.sent();
    stall_deadline_ = net::saturating_add(loop_.now(), limits_.write_stall_ns);
  }
  switch (outcome) {
    case MessageSender::Outcome::kIdle:
      return begin_answer();
    case MessageSender::Outcome::kDone:
      finish_answer();
      return true;
    case MessageSender::Outcome::kBlocked:
    case MessageSender::Outcome::kWaiting:
      return false;
    case MessageSender::Outcome::kBodyFailed:
      cut_answer();
      return true;
    case MessageSender::Outcome::kStreamFailed:
      dead_ = true;
      return false;
  }
  return false;
}

// Nothing is being written: what is next?
bool ServerConnection::begin_answer() {
  if (queue_.empty()) {
    if (refusal_) {
      queue_.push_back(net::make_ref<ServerExchange>(*this, ServerExchange::Facts()));
      begin_record(*queue_.back(), nullptr);
      queue_.back()->answer_instead(error_response(*refusal_));
      refusal_.reset();
      return true;
    }
    // Content may still be on its way to a service that has answered already.
    const bool over = receiving_ ? content_is_stuck() : closing_;
    if (over) begin_linger();
    return over;
  }
  ServerExchange& exchange = *queue_.front();
  if (!exchange.interim().empty()) {
    sender_.text().append(std::exchange(exchange.interim(), {}));
    return true;
  }
  if (exchange.response()) {
    start_answer(exchange);
    return true;
  }
  if (!wants_continue(exchange)) return false;
  exchange.continue_sent = true;
  append_interim(sender_.text(), 100, Fields());
  return true;
}

void ServerConnection::start_answer(ServerExchange& exchange) {
  Response response = std::move(*exchange.response());
  exchange.response().reset();
  auto plan = plan_response(response, exchange.facts.method, exchange.facts.minor_version);
  if (!plan.ok()) {
    response = error_response(500);
    plan = plan_response(response, exchange.facts.method, exchange.facts.minor_version);
  }
  exchange.close_after = must_close_after(exchange, *plan);
  const bool old = exchange.facts.minor_version == 0;
  const std::string_view connection = exchange.close_after ? "close" : old ? "keep-alive" : "";
  append_head(sender_.text(), {response.status, response.fields, *plan, connection,
                               server_.date_.text(loop_.clock())});
  record_answer(exchange, response.status);
  sender_.start(std::move(response.body), *plan);
  answering_ = true;
  probe_deadline_ = net::kNever;
}

bool ServerConnection::must_close_after(const ServerExchange& exchange,
                                        const SendPlan& plan) const {
  if (!exchange.facts.keep_alive || plan.framing == Framing::kUntilClose) return true;
  const bool receiving = receiving_.get() == &exchange;
  if (queue_.size() == 1 && closing_ && !refusal_ && (receiving || !receiving_)) return true;
  if (!receiving) return false;
  if (content_is_stuck()) return true;
  // The client may or may not send what it was never told to continue with.
  if (exchange.facts.expects_continue && !exchange.continue_sent && received_ == 0) return true;
  return parser_.framing() == Framing::kLength &&
         parser_.content_length() - received_ > limits_.drain_bytes && content_.reader_gone();
}

void ServerConnection::finish_answer() {
  const net::Ref<ServerExchange> exchange = queue_.front();
  queue_.erase(queue_.begin());
  end_record(*exchange, true);
  exchange->detach();
  answering_ = false;
  ++answers_;
  if (!exchange->close_after) return;
  if (receiving_.get() != exchange.get() || !content_is_wanted()) return begin_linger();
  closing_ = true;
  if (sender_.plan().framing == Framing::kUntilClose) stream_->shutdown();
}

// By a service that answered before it has read everything.
bool ServerConnection::content_is_wanted() const {
  const ServerExchange::Facts& facts = receiving_->facts;
  const bool held_back = facts.expects_continue && !receiving_->continue_sent && received_ == 0;
  return content_open_ && !content_.reader_gone() && !held_back;
}

// The body ended in an error, and the client must not take the response for complete: content that
// ends with the connection needs a reset, other content just stays short.
void ServerConnection::cut_answer() {
  const bool needs_reset = sender_.plan().framing == Framing::kUntilClose;
  sender_.cancel();
  answering_ = false;
  if (needs_reset) {
    stream_->abort();
    dead_ = true;
  } else {
    begin_linger();
  }
}

bool ServerConnection::wants_continue(const ServerExchange& exchange) const {
  return exchange.facts.expects_continue && !exchange.continue_sent &&
         receiving_.get() == &exchange && received_ == 0 && content_open_ && content_.demanded();
}

bool ServerConnection::drained_enough() const { return discarded_ >= limits_.drain_bytes; }

// There is too much content that nobody reads: it stays in the way of every further request.
bool ServerConnection::content_is_stuck() const {
  return receiving_ && content_open_ && content_.reader_gone() && drained_enough();
}

}  // namespace tappet::http
