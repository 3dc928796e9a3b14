// What answers requests, and what sends them: two mirror images. A server connects a Service to
// sockets, a Client to a Service in the same process needs none (local_client.h). Loop thread only.
#pragma once

#include <memory>

#include "net/http/message.h"
#include "net/io/asker.h"
#include "net/io/socket_address.h"
#include "net/loop/clock.h"

namespace tappet::http {

// How a request came.
struct ConnectionInfo {
  net::SocketAddress local;
  net::SocketAddress remote;
  bool secure = false;
};

// The requester's side of a request: what a Responder talks to. Implemented by transports.
class Exchange : public net::RefCounted {
 public:
  virtual void respond(Response response) = 0;  // at most once, and not after unanswered()
  virtual void inform(uint16_t status, const Fields& fields) = 0;
  virtual void unanswered() = 0;
  // Says what the answer has cost so far whenever it is asked; see Responder::set_cost.
  virtual void set_cost(const std::shared_ptr<const uint64_t>& /*cost*/) {}
  virtual const ConnectionInfo& connection() const = 0;

  bool gone() const { return gone_; }
  WakeList& gone_list() { return gone_list_; }

 protected:
  void set_gone() {
    if (gone_) return;
    gone_ = true;
    gone_list_.wake_all();
  }

 private:
  bool gone_ = false;
  WakeList gone_list_;
};

// The right to answer one request. Moves; dropped unused, the requester gets a 500.
class Responder {
 public:
  explicit Responder(net::Ref<Exchange> exchange) : exchange_(std::move(exchange)) {}
  Responder(Responder&&) noexcept = default;
  Responder& operator=(Responder&& other) noexcept;
  ~Responder();

  // Answers, and uses the responder up. The body may still be written afterwards. When the peer is
  // gone, the response is dropped.
  void send(Response response);
  // An interim response before the final one: 100 to 199 but 101; everything else, and a call after
  // send(), is ignored. HTTP/1.0 clients do not get it.
  void send_informational(uint16_t status, const Fields& fields);
  bool sent() const { return !exchange_; }

  // What the answer has cost so far, in a unit of the service's own, for those who keep records:
  // they look when the response is complete. Before send().
  void set_cost(const std::shared_ptr<const uint64_t>& cost) {
    if (exchange_) exchange_->set_cost(cost);
  }
  // Nobody waits for the answer any more: time to cancel the work. Noticed within a second for
  // peers that closed their connection; a peer that only ended its own direction is still there.
  bool peer_gone() const { return exchange_ && exchange_->gone(); }
  // Woken when that happens, from the loop.
  void await_gone(Waker& waker);
  // As long as it is unsent.
  const ConnectionInfo& connection() const { return exchange_->connection(); }

 private:
  net::Ref<Exchange> exchange_;
};

class Service {
 public:
  virtual ~Service() = default;
  // Answers through `responder`, at once or any time later. Takes the request, which passes through
  // many hands, without moving it. Called from the loop, never from inside another call of
  // handle().
  virtual void handle(Request&& request, Responder responder) = 0;
};

struct RequestOptions {
  // Defaults as in the practice of WASI hosts. connect: name look-up, TCP and TLS together.
  // first_byte: from the connection to the response's head. between_bytes: silence within the
  // response's body.
  uint64_t connect_timeout_ns = 600 * net::kSecond;
  uint64_t first_byte_timeout_ns = 600 * net::kSecond;
  uint64_t between_bytes_timeout_ns = 600 * net::kSecond;
  // Among those whose names are looked up.
  net::Asker asker = net::kNobodyInParticular;
  // What the request is charged to, if anything: a socket while it is under way, and what the
  // client holds of the messages. Beyond: connection-limit-reached; of what arrives,
  // HTTP-response-header-section-size, and content that comes as slowly as it is read.
  net::Ref<net::Budget> budget = {};
};

// What a transport fills in: the state behind a PendingResponse.
class ResponseSlot : public net::RefCounted {
 public:
  // The requester has lost interest in the response (not yet there, or not taken).
  virtual void cancel() = 0;

 protected:
  // At most once.
  void settle(Result<Response, ErrorCode> outcome);

 private:
  friend class PendingResponse;
  std::optional<Result<Response, ErrorCode>> outcome_;
  bool settled_ = false;
  WakeList ready_;
};

// A response to come. Dropping it before the response is taken cancels the exchange; afterwards the
// response's body reader does that.
class PendingResponse {
 public:
  explicit PendingResponse(net::Ref<ResponseSlot> slot) : slot_(std::move(slot)) {}
  PendingResponse(PendingResponse&&) noexcept = default;
  PendingResponse& operator=(PendingResponse&& other) noexcept;
  ~PendingResponse();

  // The response, or why there is none; moved out by the first call that sees it, pending for ever
  // after that.
  Poll<Result<Response, ErrorCode>> try_get();
  void await_ready(Waker& waker) { slot_->ready_.add(waker); }

 private:
  void drop();
  net::Ref<ResponseSlot> slot_;
};

class Client {
 public:
  virtual ~Client() = default;
  // Starts at once and calls nobody back: errors, too, come through the pending response. The
  // request's body is sent while the response is awaited and read.
  virtual PendingResponse send(Request request, const RequestOptions& options) = 0;
};

}  // namespace tappet::http
