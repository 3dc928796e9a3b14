// One request on its way to one response. Internal to net/http.
#pragma once

#include <list>

#include "net/http/client.h"
#include "net/http/response_parser.h"
#include "net/http/sender.h"

namespace tappet::http {

// Owned by its client while it moves, and by the PendingResponse. As with the server's connections,
// everything happens in pump(), and users' calls only schedule it.
class ClientExchange final : public ResponseSlot, private ContentSink {
 public:
  using Handle = std::list<net::Ref<ClientExchange>>::iterator;

  ClientExchange(HttpClient& client, const RequestOptions& options);

  // Either of these, once. begin() expects a request that plan_request() agreed to.
  void refuse(ErrorCode error);
  void begin(Handle self, Request request, Origin origin, const SendPlan& plan);

  // Ends the exchange: whoever waits for the response, or reads it, learns why.
  void stop(ErrorCode error);
  void cancel() override;
  // Closes the connection of an exchange that has ended. The object itself lives on for as long as
  // someone may ask for its outcome.
  void dispose();

  net::Charge charge;  // until then

 private:
  void pump();
  void rest();
  void watch_clock();
  void on_timer();
  bool connect_once();
  bool connect_again();
  bool read_once();
  bool write_once();
  bool wants_input() const;
  void parse(ByteSpan& input);
  bool begin_response();
  void on_content(ByteSpan bytes) override;
  void open_content();
  void deliver();
  void end_content();
  void end_response(bool in_order);
  void peer_ended();
  size_t most_input() const;
  void retire();

  HttpClient* client_;
  net::Loop& loop_;
  const ClientLimits limits_;
  const RequestOptions options_;
  Handle self_;
  Origin origin_;
  std::unique_ptr<Connecting> connecting_;
  std::unique_ptr<net::ByteStream> stream_;
  MessageSender sender_;
  bool request_sent_ = false;
  std::string repeatable_head_;  // of a request that may be sent twice; else empty
  bool reused_ = false;          // the connection
  bool stopped_ = true;
  bool pumping_ = false;

  ResponseParser parser_;
  uint32_t interim_responses_ = 0;
  std::optional<Response> undelivered_;
  bool delivered_ = false;
  BodyWriter content_;
  bool content_open_ = false;
  bool complete_ = false;

  uint64_t head_deadline_ = net::kNever;
  uint64_t content_deadline_ = net::kNever;
  uint64_t stall_deadline_ = net::kNever;
  uint64_t stall_mark_ = 0;
  net::Timer timer_;
  Waker connected_;
  Waker readable_;
  Waker writable_;
  Waker closed_;
  Waker request_body_;
  Waker content_room_;
  Waker soon_;
};

}  // namespace tappet::http
