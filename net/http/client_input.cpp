// Responses: from the stream's bytes to the PendingResponse and its body.
#include <algorithm>

#include "net/http/client_exchange.h"
#include "net/http/io_error_code.h"

namespace tappet::http {

bool ClientExchange::wants_input() const { return !content_open_ || content_.room() > 0; }

bool ClientExchange::read_once() {
  if (!stream_) return false;
  if (content_open_ && content_.reader_gone()) {
    stop(ErrorCode::ConnectionTerminated());
    return false;
  }
  if (!wants_input()) return false;
  const auto peeked = stream_->try_peek();
  if (!peeked) return false;
  if (!peeked->ok()) {
    if (connect_again()) return true;
    stop(code_of(peeked->error(), delivered_ ? ErrorCode::HttpResponseIncomplete()
                                             : ErrorCode::ConnectionTerminated()));
    return false;
  }
  ByteSpan input = **peeked;
  if (input.empty()) {
    if (connect_again()) return true;
    peer_ended();
    return !stopped_;
  }
  const size_t size = input.size();
  content_deadline_ = net::kNever;
  parse(input);
  if (stopped_) return false;
  stream_->consume(size - input.size());
  if (complete_) end_content();
  deliver();
  if (complete_) end_response(input.empty());
  return !stopped_;
}

void ClientExchange::parse(ByteSpan& input) {
  for (;;) {
    const size_t most = std::min(most_input(), input.size());
    ByteSpan part = input.first(most);
    const auto event = parser_.feed(part, *this);
    input = input.subspan(most - part.size());
    switch (event) {
      case MessageParser::Event::kHead:
        if (!begin_response()) return;
        continue;
      case MessageParser::Event::kEnd:
        complete_ = !parser_.is_interim();
        if (complete_) return;
        parser_.next();
        continue;
      case MessageParser::Event::kError:
        deliver();  // what came before the error is good, however the bytes were cut
        return stop(parser_.error().code);
      case MessageParser::Event::kMore:
        if (most == 0 || input.empty()) return;
    }
  }
}

size_t ClientExchange::most_input() const {
  if (!parser_.head_complete()) return SIZE_MAX;
  if (!content_open_) return room_within(options_.budget, limits_.body_buffer);
  return content_.reader_gone() ? SIZE_MAX : content_.room();
}

bool ClientExchange::begin_response() {
  if (parser_.is_interim()) {
    if (++interim_responses_ <= limits_.interim_responses) return true;
    stop(ErrorCode::HttpProtocolError().with_detail("too many interim responses"));
    return false;
  }
  Response response = parser_.take_response();
  const size_t size = response.fields.footprint();
  response.charge = net::Charge(options_.budget);
  if (!response.charge.try_set_bytes(size)) {
    stop(ErrorCode::HttpResponseHeaderSectionSize(static_cast<uint32_t>(size))
             .with_detail("its requester holds too much already"));
    return false;
  }
  undelivered_ = std::move(response);
  return true;
}

void ClientExchange::on_content(ByteSpan bytes) {
  if (!content_open_ && undelivered_) {
    if (parser_.framing() == Framing::kLength && bytes.size() == parser_.content_length()) {
      undelivered_->body =
          BodyReader(Bytes(bytes.begin(), bytes.end()), net::Charge(options_.budget));
      return;
    }
    open_content();
  }
  (void)content_.try_write(bytes);
}

// Content that does not come together with the head.
void ClientExchange::open_content() {
  BodyOptions options;
  options.capacity = limits_.body_buffer;
  options.budget = options_.budget;
  if (parser_.framing() == Framing::kLength) options.length = parser_.content_length();
  Body body = Body::make(options);
  undelivered_->body = std::move(body.reader);
  content_ = std::move(body.writer);
  content_open_ = true;
}

void ClientExchange::deliver() {
  if (!undelivered_) return;
  delivered_ = true;
  if (!content_open_ && !complete_ && parser_.framing() != Framing::kNone) open_content();
  Response response = std::move(*undelivered_);
  undelivered_.reset();
  settle(std::move(response));
}

void ClientExchange::end_content() {
  auto trailers = parser_.take_trailers();
  if (trailers && !content_open_ && undelivered_) open_content();
  if (content_open_) (void)content_.finish(std::move(trailers));
}

// The response is complete. What is left of the request is not worth sending.
void ClientExchange::end_response(bool in_order) {
  const bool reusable = in_order && request_sent_ && parser_.keep_alive() && !stream_->broken();
  if (reusable) client_->connector_.release(origin_, std::move(stream_));
  retire();
}

void ClientExchange::peer_ended() {
  switch (parser_.finish()) {
    case MessageParser::Event::kEnd:
      end_content();
      return end_response(false);
    case MessageParser::Event::kMore:
      return stop(ErrorCode::ConnectionTerminated());
    case MessageParser::Event::kHead:
    case MessageParser::Event::kError:
      return stop(ErrorCode::HttpResponseIncomplete());
  }
}

}  // namespace tappet::http
