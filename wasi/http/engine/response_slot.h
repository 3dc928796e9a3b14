// A request that a guest answers: the host's side of wasi:http/incoming-handler.
#pragma once

#include <memory>
#include <optional>

#include "net/http/service.h"
#include "wasi/http/engine/messages.h"

namespace tappet::wasi {

// What the guest's response-outparam and the host share.
class ResponseSlot {
 public:
  // `method`: of the request. Responses to HEAD have no content, which nobody reads then.
  explicit ResponseSlot(http::Responder responder, http::Method::Kind method = http::Method::kGet)
      : responder_(std::move(responder)), method_(method) {}

  // The guest's answer: once. When nobody waits for it any more it is dropped. `writer`: the
  // guest's end of its body.
  void set(http::Response response, std::weak_ptr<http::BodyWriter> writer = {});
  // The guest gave an error instead: the requester gets a 500.
  void set(http::ErrorCode error);
  // An interim response. False after the answer, or for a status that is none.
  bool inform(uint16_t status, const http::Fields& fields);

  bool answered() const { return responder_.sent(); }
  // Nobody is interested any more: in the answer, or in the rest of it. Of a response without
  // content (to HEAD, 204, 304, of length 0) there is no rest, and this stays false.
  bool peer_gone() const;
  // Woken when that may be so; perhaps also when it is not.
  void await_gone(Waker& waker);
  // After the answer: nothing of its content is still to come from the guest.
  bool complete() const;
  // What set(error) was given.
  const std::optional<http::ErrorCode>& error() const { return error_; }

 private:
  http::Responder responder_;
  http::Method::Kind method_;
  std::weak_ptr<http::BodyWriter> writer_;
  std::optional<http::ErrorCode> error_;
};

// The right to answer, as a guest's resource. Dropped unused, it leaves the question open.
class ResponseOutparam {
 public:
  explicit ResponseOutparam(std::shared_ptr<ResponseSlot> slot) : slot_(std::move(slot)) {}
  ResponseSlot& slot() { return *slot_; }

 private:
  std::shared_ptr<ResponseSlot> slot_;
};

}  // namespace tappet::wasi
