// One client's connection: requests in, responses out, in order. Internal to net/http.
//
// Everything happens in pump(), which reads, dispatches and writes until nothing moves, and then
// registers for what could move next. Wakers from the loop call it directly; everything that comes
// out of users' calls (a response sent, content written or read) only schedules it for the end of
// the turn, so that no user's call ever runs through a connection.
#pragma once

#include <list>
#include <memory>
#include <vector>

#include "net/http/limits.h"
#include "net/http/request_parser.h"
#include "net/http/sender.h"
#include "net/http/server.h"
#include "net/http/server_exchange.h"

namespace tappet::http {

class ServerConnection final : private ContentSink {
 public:
  using Handle = std::list<std::unique_ptr<ServerConnection>>::iterator;

  ServerConnection(Server& server, std::unique_ptr<net::ByteStream> stream,
                   const ConnectionInfo& info);
  ~ServerConnection();

  // Once, with the connection's place in its server.
  void begin(Handle self);
  // From now on, closes after the current request; without one, after what comes within the grace.
  void drain();
  // Ends at once; everyone concerned is told. Does not retire from the server.
  void disconnect();

  const ConnectionInfo& info() const { return info_; }
  // An exchange has something to write.
  void exchange_changed();

 private:
  // What the client may be waited for; each has its own deadline.
  enum class Phase : uint8_t { kIdle, kHead, kContent, kService, kFlush, kLinger };

  // server_connection.cpp: life and time
  void pump();
  void rest();
  Phase phase() const;
  void watch_clock();
  uint64_t phase_key() const;
  uint64_t phase_duration() const;
  void on_timer();
  void end_idleness(uint64_t now);
  void check_body_rate(uint64_t now);
  void probe_peer();
  void begin_linger();
  void die();

  // server_record.cpp: what observers are told
  void begin_record(ServerExchange& exchange, const Request* request);
  void record_answer(ServerExchange& exchange, uint16_t status);
  void end_record(ServerExchange& exchange, bool complete);
  void detach_all();

  // server_input.cpp
  bool read_once();
  bool wants_input() const;
  bool linger_once();
  void parse(ByteSpan& input);
  size_t most_input() const;
  void begin_request();
  void on_content(ByteSpan bytes) override;
  void open_content();
  void end_request();
  void peer_ended();
  bool dispatch();
  void refuse(ParseError error);

  // server_output.cpp
  bool answer_once();
  bool begin_answer();
  void start_answer(ServerExchange& exchange);
  void finish_answer();
  void cut_answer();
  bool wants_continue(const ServerExchange& exchange) const;
  // A response that is yet to begin can tell the client that it is the last.
  bool can_say_close() const;
  bool must_close_after(const ServerExchange& exchange, const SendPlan& plan) const;
  bool content_is_wanted() const;
  bool drained_enough() const;
  bool content_is_stuck() const;

  Server& server_;
  const ServerLimits& limits_;
  net::Loop& loop_;
  std::unique_ptr<net::ByteStream> stream_;
  const ConnectionInfo info_;
  Handle self_;

  // Requests whose responses are not complete, in order; the first is being answered.
  std::vector<net::Ref<ServerExchange>> queue_;
  MessageSender sender_;
  bool answering_ = false;
  uint64_t answer_mark_ = 0;  // sender_.sent() at the end of the response's head, for records

  // The request that is coming in.
  RequestParser parser_;
  net::Ref<ServerExchange> receiving_;   // from its head to the end of its content
  std::optional<Request> undispatched_;  // until the service gets it
  BodyWriter content_;
  bool content_open_ = false;  // content_ belongs to the request
  uint64_t received_ = 0;      // content bytes
  uint64_t discarded_ = 0;     // of them, those that nobody wanted

  bool pumping_ = false;
  bool again_ = false;
  bool dead_ = false;
  bool looked_again_ = false;        // for a last request, while draining
  bool closing_ = false;             // no further request is begun
  bool peer_ended_ = false;          // the client has ended its direction
  bool lingering_ = false;           // all is said; what still comes is dropped
  bool parting_ = false;             // nothing is read any more, but some may still have to be sent
  std::optional<uint16_t> refusal_;  // answers what came after the queue

  Phase phase_ = Phase::kIdle;
  uint64_t phase_key_ = 0;  // which of several phases of the same kind
  uint64_t messages_ = 0;   // received completely
  uint64_t answers_ = 0;    // sent completely
  uint64_t phase_deadline_ = net::kNever;
  uint64_t window_bytes_ = 0;  // received_ when the body rate's window began
  uint64_t window_left_ = 0;   // of its time, while nobody waits for the client
  uint64_t linger_bytes_ = 0;
  uint64_t stall_deadline_ = net::kNever;
  uint64_t stall_mark_ = 0;  // sender_.sent() when the deadline was set
  uint64_t probe_deadline_ = net::kNever;

  net::Timer timer_;
  Waker readable_;
  Waker writable_;
  Waker closed_;
  Waker body_;          // of the response: bytes, end or error
  Waker content_room_;  // of the request: room, demand, reader gone
  Waker soon_;
};

}  // namespace tappet::http
