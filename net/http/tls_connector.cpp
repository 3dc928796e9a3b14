#include "net/http/tls_connector.h"

#include "net/http/io_error_code.h"
#include "net/tls/tls_stream.h"

namespace tappet::http {

// A connection of the inner connector's, then a handshake on it. The inner one minds the time until
// it is there, the stream from then on.
class TlsConnector::Attempt final : public Connecting {
 public:
  Attempt(TlsConnector& connector, std::shared_ptr<const net::TlsContext> context,
          const Origin& origin, const ConnectOptions& options)
      : loop_(connector.loop_),
        context_(std::move(context)),
        host_(origin.host),
        deadline_(net::saturating_add(connector.loop_.now(), options.timeout_ns)),
        progress_([this] { advance(); }) {
    // A plain connection that is used again has nobody for a handshake at its other end.
    plain_ = connector.inner_.connect({false, origin.host, origin.port},
                                      {options.timeout_ns, Reuse::kNever, options.asker});
    advance();
  }

  Poll<Result<std::unique_ptr<net::ByteStream>, ErrorCode>> try_get() override {
    return std::move(outcome_);
  }
  void await_ready(Waker& waker) override { ready_.add(waker); }

 private:
  using Outcome = Result<std::unique_ptr<net::ByteStream>, ErrorCode>;

  void settle(Outcome outcome) {
    outcome_ = std::move(outcome);
    progress_.unlink();
    ready_.wake_all();
  }

  void advance() {
    if (plain_) {
      auto stream = plain_->try_get();
      if (!stream) return plain_->await_ready(progress_);
      plain_.reset();
      if (!stream->ok()) return settle(fail(std::move(stream->error())));
      const uint64_t now = loop_.now();
      auto secured = net::TlsStream::connect(loop_, context_, std::move(stream->value()), host_,
                                             deadline_ > now ? deadline_ - now : 0);
      if (!secured.ok()) return settle(fail(code_of_connecting(secured.error())));
      secured_ = std::move(secured.value());
    }
    if (!secured_) return;
    const auto outcome = secured_->try_handshake();
    if (!outcome) return secured_->readable().add(progress_);
    if (!outcome->ok()) return settle(fail(code_of_connecting(outcome->error())));
    settle(std::unique_ptr<net::ByteStream>(std::move(secured_)));
  }

  net::Loop& loop_;
  const std::shared_ptr<const net::TlsContext> context_;
  const std::string host_;
  const uint64_t deadline_;
  Waker progress_;
  std::unique_ptr<Connecting> plain_;
  std::unique_ptr<net::TlsStream> secured_;
  std::optional<Outcome> outcome_;
  WakeList ready_;
};

std::unique_ptr<Connecting> TlsConnector::connect(const Origin& origin,
                                                  const ConnectOptions& options) {
  if (!origin.secure) return inner_.connect(origin, options);
  auto context = context_for_(origin);
  if (!context) {
    return failed_connection(ErrorCode::TlsProtocolError().with_detail("this client has no TLS"));
  }
  return std::make_unique<Attempt>(*this, std::move(context), origin, options);
}

}  // namespace tappet::http
