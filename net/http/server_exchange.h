// One request of a server's connection, from its head to the end of its response. Internal to
// net/http.
#pragma once

#include <memory>

#include "net/http/observer.h"

namespace tappet::http {

class ServerConnection;

// Owned by its connection and by its responder; whichever goes first, the other is told. What the
// connection needs to know about the request is public: this is a record with three entry points.
class ServerExchange final : public Exchange {
 public:
  struct Facts {
    Method::Kind method = Method::kGet;
    uint8_t minor_version = 1;
    bool keep_alive = true;
    bool expects_continue = false;
    bool has_content = false;
  };

  ServerExchange(ServerConnection& connection, const Facts& facts_in);

  void respond(Response response) override;
  void inform(uint16_t status, const Fields& fields) override;
  void unanswered() override;
  void set_cost(const std::shared_ptr<const uint64_t>& cost) override { cost_ = cost; }
  const ConnectionInfo& connection() const override { return info_; }
  std::optional<uint64_t> cost() const { return cost_ ? std::optional(*cost_) : std::nullopt; }

  // Answers in the service's place; what the service sends from now on is dropped.
  void answer_instead(Response response);
  // The connection is over, or has answered.
  void detach();

  bool answered() const { return answered_; }
  // The response, from when it is there until the connection takes it.
  std::optional<Response>& response() { return response_; }
  std::string& interim() { return interim_; }

  const Facts facts;
  bool continue_sent = false;
  bool close_after = false;               // said so in the response's head
  std::unique_ptr<RequestRecord> record;  // where somebody observes

 private:
  ServerConnection* connection_;
  ConnectionInfo info_;
  bool answered_ = false;
  std::shared_ptr<const uint64_t> cost_;
  std::optional<Response> response_;
  std::string interim_;  // 1xx responses to be written
};

// "Bad Request\n" as text/plain.
Response error_response(uint16_t status);

}  // namespace tappet::http
