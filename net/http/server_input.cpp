// Requests: from the stream's bytes to the service.
#include <algorithm>

#include "net/http/server_connection.h"

namespace tappet::http {

bool ServerConnection::wants_input() const {
  if (lingering_ || peer_ended_ || undispatched_) return false;
  if (receiving_) {
    if (!content_open_ || content_.room() > 0) return true;
    return content_.reader_gone() && !drained_enough();
  }
  return !closing_ && queue_.size() < std::max(limits_.pipelined, 1u);
}

// Reads at most one message's bytes. True if that moved anything.
bool ServerConnection::read_once() {
  if (lingering_) return linger_once();
  if (!wants_input()) return false;
  const auto peeked = stream_->try_peek();
  if (!peeked) return false;
  if (!peeked->ok()) {
    dead_ = true;
    return false;
  }
  ByteSpan input = **peeked;
  if (input.empty()) {
    peer_ended();
    return true;
  }
  const size_t size = input.size();
  parse(input);
  stream_->consume(size - input.size());
  return true;
}

bool ServerConnection::linger_once() {
  if (parting_) return false;
  const auto peeked = stream_->try_peek();
  if (!peeked) return false;
  if (!peeked->ok()) {
    dead_ = true;
    return false;
  }
  if ((*peeked)->empty()) {
    parting_ = true;
    return false;
  }
  const size_t size = (*peeked)->size();
  stream_->consume(size);
  linger_bytes_ += size;
  if (linger_bytes_ > limits_.linger_bytes) parting_ = true;
  return true;
}

void ServerConnection::parse(ByteSpan& input) {
  for (;;) {
    const size_t most = std::min(most_input(), input.size());
    ByteSpan part = input.first(most);
    const auto event = parser_.feed(part, *this);
    input = input.subspan(most - part.size());
    if (received_ > limits_.max_body)
      return refuse({413, ErrorCode::HttpRequestBodySize(received_)});
    switch (event) {
      case MessageParser::Event::kHead:
        begin_request();
        if (closing_) return;
        continue;
      case MessageParser::Event::kEnd:
        return end_request();
      case MessageParser::Event::kError:
        return refuse(parser_.error());
      case MessageParser::Event::kMore:
        if (most == 0 || input.empty()) return;
    }
  }
}

// Content never exceeds what it is parsed from, so this bounds what the body must hold.
size_t ServerConnection::most_input() const {
  if (!parser_.head_complete()) return SIZE_MAX;
  if (!content_open_) return std::max<size_t>(limits_.body_buffer, 1);
  return content_.reader_gone() ? SIZE_MAX : content_.room();
}

void ServerConnection::begin_request() {
  ++server_.requests_;
  looked_again_ = false;
  undispatched_ = parser_.take_request(info_.secure ? Scheme::kHttps : Scheme::kHttp);
  ServerExchange::Facts facts;
  facts.method = undispatched_->method.kind();
  facts.minor_version = parser_.minor_version();
  facts.keep_alive = parser_.keep_alive() && facts.method != Method::kConnect;
  facts.expects_continue = parser_.expects_continue();
  facts.has_content = parser_.framing() != Framing::kNone;
  receiving_ = net::make_ref<ServerExchange>(*this, facts);
  begin_record(*receiving_, &*undispatched_);
  queue_.push_back(receiving_);
  received_ = discarded_ = window_bytes_ = 0;
  window_left_ = limits_.body_rate_window_ns;
  if (undispatched_->scheme->kind() == Scheme::kHttps && !info_.secure) {
    refuse({421, ErrorCode::HttpRequestUriInvalid()});  // RFC 9110 section 7.4
  } else if (parser_.framing() == Framing::kLength && parser_.content_length() > limits_.max_body) {
    refuse({413, ErrorCode::HttpRequestBodySize(parser_.content_length())});
  }
}

void ServerConnection::on_content(ByteSpan bytes) {
  received_ += bytes.size();
  if (receiving_->record) receiving_->record->received = received_;
  if (received_ > limits_.max_body) return;
  if (!content_open_ && undispatched_) {
    if (parser_.framing() == Framing::kLength && bytes.size() == parser_.content_length()) {
      undispatched_->body = BodyReader(Bytes(bytes.begin(), bytes.end()));
      return;
    }
    open_content();
  }
  if (content_.reader_gone()) {
    discarded_ += bytes.size();
  } else {
    (void)content_.try_write(bytes);
  }
}

// A request whose content does not come together with its head.
void ServerConnection::open_content() {
  BodyOptions options;
  options.capacity = limits_.body_buffer;
  options.of_request = true;
  if (parser_.framing() == Framing::kLength) options.length = parser_.content_length();
  Body body = Body::make(options);
  undispatched_->body = std::move(body.reader);
  content_ = std::move(body.writer);
  content_open_ = true;
}

void ServerConnection::end_request() {
  auto trailers = parser_.take_trailers();
  if (trailers && !content_open_ && undispatched_) open_content();
  if (content_open_) (void)content_.finish(std::move(trailers));
  content_ = BodyWriter();
  content_open_ = false;
  if (!receiving_->facts.keep_alive || (server_.draining_ && can_say_close())) closing_ = true;
  receiving_ = {};
  parser_.next();
  ++messages_;
}

// The client says nothing more. What it has asked for is answered; what it has not finished asking
// for is not.
void ServerConnection::peer_ended() {
  peer_ended_ = true;
  if (parser_.finish() == MessageParser::Event::kError) {
    refuse({400, ErrorCode::ConnectionTerminated()});
  }
  closing_ = true;
  if (limits_.half_close_probe_ns != net::kNever && !queue_.empty()) {
    probe_deadline_ = net::saturating_add(loop_.now(), limits_.half_close_probe_ns);
  }
}

// Hands the newest request over, with what content there is. Requests of one connection run at the
// same time only if none of them can change anything (RFC 9112 section 9.3.2).
bool ServerConnection::dispatch() {
  if (!undispatched_) return false;
  const auto concurrent = [](const net::Ref<ServerExchange>& exchange) {
    return Method(exchange->facts.method).is_safe() && !exchange->facts.has_content;
  };
  if (queue_.size() > 1 && !std::all_of(queue_.begin(), queue_.end(), concurrent)) return false;
  if (receiving_ && !content_open_) open_content();
  Request request = std::move(*undispatched_);
  undispatched_.reset();
  server_.service_.handle(std::move(request), Responder(net::Ref<Exchange>(queue_.back().get())));
  return true;
}

// The rest of the input makes no sense, or is not wanted: no more is read, and the client is told
// unless a response to the same request has begun.
void ServerConnection::refuse(ParseError error) {
  closing_ = true;
  const net::Ref<ServerExchange> exchange = std::exchange(receiving_, {});
  if (!exchange) {
    refusal_ = error.status;
    return;
  }
  content_.abort(error.code);
  content_ = BodyWriter();
  content_open_ = false;
  undispatched_.reset();
  if (!exchange->answered()) exchange->answer_instead(error_response(error.status));
}

}  // namespace tappet::http
