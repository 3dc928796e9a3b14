#include "net/http/client_exchange.h"

#include <algorithm>

namespace tappet::http {

ClientExchange::ClientExchange(HttpClient& client, const RequestOptions& options)
    : client_(&client),
      loop_(client.loop_),
      limits_(client.limits_),
      options_(options),
      parser_(limits_.parse),
      timer_(loop_, [this] { on_timer(); }),
      connected_([this] { loop_.soon().add(soon_); }),
      readable_([this] { pump(); }),
      writable_([this] { pump(); }),
      closed_([this] { pump(); }),
      request_body_([this] { loop_.soon().add(soon_); }),
      content_room_([this] { loop_.soon().add(soon_); }),
      soon_([this] { pump(); }) {}

void ClientExchange::refuse(ErrorCode error) { settle(fail(std::move(error))); }

void ClientExchange::begin(Handle self, Request request, Origin origin, const SendPlan& plan) {
  stopped_ = false;
  self_ = self;
  origin_ = std::move(origin);
  parser_.expect_answer_to(request.method.kind());
  const bool keep = client_->connector_.keeps_connections();
  append_request_head(sender_.text(), request, plan, keep ? "" : "close");
  if (plan.framing == Framing::kNone && request.method.is_idempotent()) {
    repeatable_head_ = sender_.text();
  }
  sender_.start(std::move(request.body), plan);
  const Reuse reuse = repeatable_head_.empty() ? Reuse::kRecent : Reuse::kAny;
  connecting_ =
      client_->connector_.connect(origin_, {options_.connect_timeout_ns, reuse, options_.asker});
  loop_.soon().add(soon_);
}

void ClientExchange::cancel() { stop(ErrorCode::ConnectionTerminated()); }

void ClientExchange::stop(ErrorCode error) {
  if (stopped_) return;
  if (stream_) stream_->abort();
  content_.abort(error);
  retire();
  settle(fail(std::move(error)));
}

// Lets go of everything but the connection: this may be called by one of its wakers.
void ClientExchange::retire() {
  stopped_ = true;
  timer_.clear();
  for (Waker* waker :
       {&connected_, &readable_, &writable_, &closed_, &request_body_, &content_room_, &soon_}) {
    waker->unlink();
  }
  sender_.cancel();
  undelivered_.reset();
  content_ = BodyWriter();
  client_->retire(self_);
}

void ClientExchange::dispose() {
  connecting_.reset();
  stream_.reset();
  sender_ = MessageSender();
  repeatable_head_ = {};
  parser_.forget();
}

void ClientExchange::pump() {
  if (stopped_ || pumping_) return;
  pumping_ = true;
  while (!stopped_ && (connect_once() || read_once() || write_once())) {
  }
  pumping_ = false;
  if (!stopped_) rest();
}

bool ClientExchange::connect_once() {
  if (!connecting_) return false;
  auto stream = connecting_->try_get();
  if (!stream) return false;
  reused_ = connecting_->reused();
  connecting_.reset();
  if (!stream->ok()) {
    stop(std::move(stream->error()));
    return false;
  }
  stream_ = std::move(stream->value());
  head_deadline_ = net::saturating_add(loop_.now(), options_.first_byte_timeout_ns);
  return true;
}

// A connection that was used before and ends without a word was ended before the request came
// (RFC 9112 section 9.3.1): what may be sent twice is sent on a new one.
bool ClientExchange::connect_again() {
  if (!reused_ || repeatable_head_.empty() || parser_.started() || interim_responses_ > 0) {
    return false;
  }
  reused_ = false;
  stream_.reset();
  sender_ = MessageSender();
  sender_.text() = repeatable_head_;
  request_sent_ = false;
  head_deadline_ = stall_deadline_ = net::kNever;
  connecting_ = client_->connector_.connect(
      origin_, {options_.connect_timeout_ns, Reuse::kNever, options_.asker});
  return true;
}

bool ClientExchange::write_once() {
  if (!stream_ || request_sent_) return false;
  const auto outcome = sender_.pump(*stream_);
  if (outcome != MessageSender::Outcome::kBlocked) {
    stall_deadline_ = net::kNever;
  } else if (stall_deadline_ == net::kNever || sender_.sent() != stall_mark_) {
    stall_mark_ = sender_.sent();
    stall_deadline_ = net::saturating_add(loop_.now(), limits_.write_stall_ns);
  }
  switch (outcome) {
    case MessageSender::Outcome::kIdle:
    case MessageSender::Outcome::kDone:
      request_sent_ = true;
      return false;
    case MessageSender::Outcome::kBlocked:
    case MessageSender::Outcome::kWaiting:
      return false;
    case MessageSender::Outcome::kBodyFailed:
      stop(sender_.body_error());
      return false;
    case MessageSender::Outcome::kStreamFailed:
      // The server may have answered before it stopped reading.
      request_sent_ = true;
      sender_.cancel();
      return true;
  }
  return false;
}

void ClientExchange::rest() {
  if (connecting_) {
    connecting_->await_ready(connected_);
    return;
  }
  if (wants_input()) stream_->readable().add(readable_);
  stream_->closed().add(closed_);
  if (!request_sent_) {
    stream_->writable().add(writable_);
    sender_.body().await_readable(request_body_);
  }
  if (content_open_) content_.await_writable(content_room_);
  watch_clock();
}

void ClientExchange::watch_clock() {
  // Silence counts only while the exchange waits for the server.
  if (!content_open_ || !wants_input()) {
    content_deadline_ = net::kNever;
  } else if (content_deadline_ == net::kNever) {
    content_deadline_ = net::saturating_add(loop_.now(), options_.between_bytes_timeout_ns);
  }
  const uint64_t head = delivered_ ? net::kNever : head_deadline_;
  const uint64_t deadline = std::min({head, content_deadline_, stall_deadline_});
  if (deadline != timer_.deadline()) timer_.set(deadline);
}

void ClientExchange::on_timer() {
  const uint64_t now = loop_.now();
  if (stall_deadline_ <= now) {
    stop(ErrorCode::ConnectionWriteTimeout());
  } else if (!delivered_ && head_deadline_ <= now) {
    stop(parser_.started() ? ErrorCode::HttpResponseTimeout() : ErrorCode::ConnectionReadTimeout());
  } else if (content_deadline_ <= now) {
    stop(ErrorCode::ConnectionReadTimeout());
  } else {
    pump();
  }
}

}  // namespace tappet::http
