#include "net/http/server_exchange.h"

#include "net/http/head_writer.h"
#include "net/http/server_connection.h"

namespace tappet::http {
namespace {

// A service that informs without end while the client reads nothing is not kept up with.
constexpr size_t kMostInterimBytes = 64 * 1024;

}  // namespace

ServerExchange::ServerExchange(ServerConnection& connection, const Facts& facts_in)
    : facts(facts_in), connection_(&connection), info_(connection.info()) {}

void ServerExchange::respond(Response response) {
  if (connection_ == nullptr || answered_) return;
  answered_ = true;
  response_ = std::move(response);
  connection_->exchange_changed();
}

void ServerExchange::inform(uint16_t status, const Fields& fields) {
  if (connection_ == nullptr || answered_ || facts.minor_version == 0) return;
  if (interim_.size() > kMostInterimBytes) return;
  append_interim(interim_, status, fields);
  connection_->exchange_changed();
}

void ServerExchange::unanswered() { respond(error_response(500)); }

void ServerExchange::answer_instead(Response response) {
  answered_ = true;
  response_ = std::move(response);
  set_gone();
}

void ServerExchange::detach() {
  connection_ = nullptr;
  response_.reset();
  if (!answered_) set_gone();
}

Response error_response(uint16_t status) {
  return text_response(status, std::string(reason_phrase(status)) + "\n");
}

}  // namespace tappet::http
