// What observers are told of a connection's requests.
#include "net/http/server_connection.h"

namespace tappet::http {

void ServerConnection::begin_record(ServerExchange& exchange, const Request* request) {
  if (server_.observer_ == nullptr) return;
  exchange.record = std::make_unique<RequestRecord>();
  RequestRecord& record = *exchange.record;
  record.connection = info_;
  record.began_ns = loop_.now();
  record.minor_version = exchange.facts.minor_version;
  if (request != nullptr) {
    record.method = request->method.text();
    record.target = request->path_with_query.value_or("");
    record.authority = request->authority.value_or("");
    record.user_agent = request->fields.get("user-agent").value_or("");
    record.referer = request->fields.get("referer").value_or("");
    record.traceparent = request->fields.get("traceparent").value_or("");
  }
  server_.observer_->began();
}

// The response's head is all that is to be sent before its content.
void ServerConnection::record_answer(ServerExchange& exchange, uint16_t status) {
  if (!exchange.record) return;
  exchange.record->status = status;
  answer_mark_ = sender_.sent() + sender_.text().size();
}

void ServerConnection::end_record(ServerExchange& exchange, bool complete) {
  const std::unique_ptr<RequestRecord> record = std::move(exchange.record);
  if (!record) return;
  record->ended_ns = loop_.now();
  record->complete = complete;
  record->cost = exchange.cost();
  if (record->status != 0 && sender_.sent() > answer_mark_) {
    record->sent = sender_.sent() - answer_mark_;
  }
  server_.observer_->ended(*record);
}

void ServerConnection::detach_all() {
  for (const auto& exchange : std::exchange(queue_, {})) {
    end_record(*exchange, false);
    exchange->detach();
  }
}

}  // namespace tappet::http
