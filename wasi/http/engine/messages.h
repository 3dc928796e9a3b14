// Requests and responses as a guest's resources.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "net/http/message.h"
#include "net/http/service.h"
#include "wasi/http/engine/body.h"
#include "wasi/http/engine/context.h"

namespace tappet::wasi {

// The content of a received message, given away once.
class IncomingContent {
 public:
  explicit IncomingContent(http::BodyReader reader) : reader_(std::move(reader)) {}
  // Null the second time.
  std::shared_ptr<IncomingBody> consume();
  void cut_off() {
    if (reader_) wasi::cut_off(*reader_);
  }

 private:
  std::optional<http::BodyReader> reader_;
};

class IncomingRequest {
 public:
  // The rules outlive it, as they do the other messages.
  IncomingRequest(http::Request&& request, const FieldRules& rules);

  http::Method method;
  std::optional<http::Scheme> scheme;
  std::optional<std::string> authority;
  std::optional<std::string> path_with_query;
  GuestFields headers;
  IncomingContent content;
};

class IncomingResponse {
 public:
  IncomingResponse(http::Response response, const FieldRules& rules);

  uint16_t status;
  GuestFields headers;
  IncomingContent content;
};

// The content of a message to be sent: the guest's end is given away once, the other goes with the
// message.
class OutgoingContent {
 public:
  // Null the second time. The length is that of the headers' content-length, if there is one.
  std::shared_ptr<OutgoingBody> body(const GuestFields& headers, bool of_request,
                                     const BodyLimits& limits);
  // Empty if the guest never asked for it. Once.
  http::BodyReader take_reader() { return std::move(reader_); }
  // The guest's end, as long as there is one.
  const std::weak_ptr<http::BodyWriter>& writer() const { return writer_; }

 private:
  http::BodyReader reader_;
  std::weak_ptr<http::BodyWriter> writer_;
  bool given_ = false;
};

// Setters return false for what could not be sent, or is too much for the headers' budget, which
// pays for all of the message and for sending it.
class OutgoingRequest {
 public:
  explicit OutgoingRequest(const GuestFields& made)
      : headers(made.freeze()), charge_(headers.budget()) {}

  bool set_method(http::Method method);
  bool set_path_with_query(std::optional<std::string> path);
  bool set_scheme(std::optional<http::Scheme> scheme);
  bool set_authority(std::optional<std::string> authority);
  const http::Method& method() const { return method_; }
  const std::optional<std::string>& path_with_query() const { return path_with_query_; }
  const std::optional<http::Scheme>& scheme() const { return scheme_; }
  const std::optional<std::string>& authority() const { return authority_; }

  std::shared_ptr<OutgoingBody> body(const BodyLimits& limits = {}) {
    return content_.body(headers, true, limits);
  }
  // The message, or why it cannot be sent at all. Uses the request up.
  Result<http::Request, http::ErrorCode> finish();

  const GuestFields headers;

 private:
  template <class T>
  bool keep(T& member, T value);

  net::Charge charge_;  // for what follows
  http::Method method_;
  std::optional<std::string> path_with_query_;
  std::optional<http::Scheme> scheme_;
  std::optional<std::string> authority_;
  OutgoingContent content_;
};

class OutgoingResponse {
 public:
  explicit OutgoingResponse(const GuestFields& made) : headers(made.freeze()) {}

  uint16_t status() const { return status_; }
  bool set_status(uint16_t status);
  std::shared_ptr<OutgoingBody> body(const BodyLimits& limits = {}) {
    return content_.body(headers, false, limits);
  }
  // Uses the response up.
  http::Response finish();
  const std::weak_ptr<http::BodyWriter>& writer() const { return content_.writer(); }

  const GuestFields headers;

 private:
  uint16_t status_ = 200;
  OutgoingContent content_;
};

// Durations in nanoseconds.
struct OutgoingOptions {
  std::optional<uint64_t> connect_timeout;
  std::optional<uint64_t> first_byte_timeout;
  std::optional<uint64_t> between_bytes_timeout;

  http::RequestOptions finish() const;
};

// A response to come.
class FutureIncomingResponse final : public Readiness {
 public:
  using Outcome = Result<std::shared_ptr<IncomingResponse>, http::ErrorCode>;
  FutureIncomingResponse(http::PendingResponse pending, const FieldRules& rules);
  // One that has failed already.
  explicit FutureIncomingResponse(http::ErrorCode error);

  bool ready() override;
  // Pending, or the outcome; after that, Unit for having been asked before.
  Poll<Result<Outcome, Unit>> get();
  // A response that was not taken is not waited for any more: it failed (connection-terminated).
  void cut_off();

 private:
  std::optional<http::PendingResponse> pending_;
  const FieldRules* rules_ = nullptr;
  Waker settled_;
  std::optional<Outcome> outcome_;
  bool taken_ = false;
};

// Sends a request of a guest's. Fails at once for what cannot be sent.
Result<std::shared_ptr<FutureIncomingResponse>, http::ErrorCode> send(
    const HttpContext& context, OutgoingRequest& request, const OutgoingOptions& options);

}  // namespace tappet::wasi
