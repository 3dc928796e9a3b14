#include "net/http/server_connection.h"

#include <algorithm>

namespace tappet::http {

ServerConnection::ServerConnection(Server& server, std::unique_ptr<net::ByteStream> stream,
                                   const ConnectionInfo& info)
    : server_(server),
      limits_(server.limits_),
      loop_(server.loop_),
      stream_(std::move(stream)),
      info_(info),
      parser_(limits_.parse),
      timer_(loop_, [this] { on_timer(); }),
      readable_([this] { pump(); }),
      writable_([this] { pump(); }),
      closed_([this] { pump(); }),
      body_([this] { exchange_changed(); }),
      content_room_([this] { exchange_changed(); }),
      soon_([this] { pump(); }) {}

ServerConnection::~ServerConnection() { disconnect(); }

void ServerConnection::begin(Handle self) {
  self_ = self;
  phase_deadline_ = net::saturating_add(loop_.now(), limits_.header_timeout_ns);
  exchange_changed();
}

// A request that has come already may not have been read yet, or be on its way: whoever was not
// told that there will be no answer has it answered for a little longer.
void ServerConnection::drain() {
  if (receiving_ || !parser_.started()) closing_ = closing_ || can_say_close();
  if (phase_ == Phase::kIdle) {
    phase_deadline_ =
        std::min(phase_deadline_, net::saturating_add(loop_.now(), limits_.drain_grace_ns));
  }
  exchange_changed();
}

bool ServerConnection::can_say_close() const { return queue_.size() > (answering_ ? 1 : 0); }

void ServerConnection::disconnect() {
  dead_ = true;
  content_.abort(ErrorCode::ConnectionTerminated());
  content_ = BodyWriter();
  sender_.cancel();
  undispatched_.reset();
  receiving_ = {};
  detach_all();
}

void ServerConnection::exchange_changed() {
  if (!dead_ && !pumping_) loop_.soon().add(soon_);
  again_ = true;
}

void ServerConnection::pump() {
  if (dead_ || pumping_) return;
  pumping_ = true;
  do {
    again_ = false;
    if (stream_->broken()) dead_ = true;
    while (!dead_ && (read_once() || dispatch() || answer_once())) {
    }
    if (parting_ && stream_->unsent() == 0) dead_ = true;
  } while (again_ && !dead_);
  pumping_ = false;
  if (dead_) {
    die();
  } else {
    rest();
  }
}

void ServerConnection::die() {
  disconnect();
  timer_.clear();
  server_.retire(self_);
}

// Registers for everything that could let something move.
void ServerConnection::rest() {
  if (lingering_ ? !parting_ : wants_input()) stream_->readable().add(readable_);
  stream_->writable().add(writable_);
  stream_->closed().add(closed_);
  if (answering_) sender_.body().await_readable(body_);
  if (content_open_) content_.await_writable(content_room_);
  watch_clock();
}

ServerConnection::Phase ServerConnection::phase() const {
  if (lingering_) return stream_->unsent() > 0 ? Phase::kFlush : Phase::kLinger;
  if (!wants_input()) return Phase::kService;
  if (receiving_) return Phase::kContent;
  if (parser_.started()) return Phase::kHead;
  return queue_.empty() ? Phase::kIdle : Phase::kService;
}

// A phase's deadline counts from its beginning, however often the connection moves within it.
void ServerConnection::watch_clock() {
  const Phase current = phase();
  const uint64_t key = phase_key();
  if (current != phase_ || key != phase_key_) {
    const uint64_t now = loop_.now();
    if (phase_ == Phase::kContent) {
      window_left_ = phase_deadline_ - std::min(phase_deadline_, now);
    }
    phase_ = current;
    phase_key_ = key;
    phase_deadline_ = net::saturating_add(now, phase_duration());
  }
  const uint64_t deadline = std::min({phase_deadline_, stall_deadline_, probe_deadline_});
  if (deadline != timer_.deadline()) timer_.set(deadline);
}

uint64_t ServerConnection::phase_key() const {
  switch (phase()) {
    case Phase::kIdle:
      return answers_;
    case Phase::kFlush:
      return stream_->unsent();
    default:
      return messages_;
  }
}

uint64_t ServerConnection::phase_duration() const {
  switch (phase_) {
    case Phase::kIdle:
      return server_.draining_ ? limits_.drain_grace_ns : limits_.idle_timeout_ns;
    case Phase::kHead:
      return limits_.header_timeout_ns;
    case Phase::kContent:
      return window_left_;
    case Phase::kService:
      return net::kNever;
    case Phase::kFlush:
      return limits_.write_stall_ns;
    case Phase::kLinger:
      return limits_.linger_ns;
  }
  return net::kNever;
}

void ServerConnection::on_timer() {
  const uint64_t now = loop_.now();
  if (stall_deadline_ <= now) {
    stream_->abort();
    dead_ = true;
  }
  if (probe_deadline_ <= now) probe_peer();
  if (!dead_ && phase_deadline_ <= now) {
    switch (phase_) {
      case Phase::kIdle:
        end_idleness(now);
        break;
      case Phase::kHead:
        refuse({408, ErrorCode::ConnectionReadTimeout()});
        break;
      case Phase::kContent:
        check_body_rate(now);
        break;
      case Phase::kFlush:
        dead_ = stream_->unsent() == phase_key_;
        if (dead_) stream_->abort();
        break;
      case Phase::kLinger:
        parting_ = true;
        break;
      case Phase::kService:
        break;
    }
  }
  if (dead_) return die();
  pump();
}

// The loop may not have looked at the connection since the drain began: it does before the timer
// comes again.
void ServerConnection::end_idleness(uint64_t now) {
  closing_ = !server_.draining_ || std::exchange(looked_again_, true);
  if (!closing_) phase_deadline_ = now;
}

void ServerConnection::check_body_rate(uint64_t now) {
  const uint64_t wanted =
      limits_.min_body_rate * (limits_.body_rate_window_ns / net::kMillisecond) / 1000;
  if (received_ - window_bytes_ < wanted) {
    refuse({408, ErrorCode::ConnectionReadTimeout()});
    return;
  }
  window_bytes_ = received_;
  phase_deadline_ = net::saturating_add(now, limits_.body_rate_window_ns);
}

// An interim response is the one thing that can be said before the response; a client that is gone
// answers it with a reset.
void ServerConnection::probe_peer() {
  probe_deadline_ = net::kNever;
  if (answering_ || queue_.empty() || queue_.front()->facts.minor_version == 0) return;
  queue_.front()->inform(100, Fields());
}

// Everything is said. Ends our direction, and waits a little for the client to end its own: closing
// now could turn what it has not read yet into a reset.
void ServerConnection::begin_linger() {
  content_.abort(ErrorCode::ConnectionTerminated());
  content_ = BodyWriter();
  content_open_ = false;
  receiving_ = {};
  undispatched_.reset();
  detach_all();
  stream_->shutdown();
  lingering_ = true;
  stall_deadline_ = probe_deadline_ = net::kNever;
  parting_ = peer_ended_;
}

}  // namespace tappet::http
