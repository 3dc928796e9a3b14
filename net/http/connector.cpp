#include "net/http/connector.h"

#include "net/http/io_error_code.h"
#include "net/io/tcp_connect.h"

namespace tappet::http {
namespace {

using Stream = std::unique_ptr<net::ByteStream>;

ErrorCode resolution_error(const net::IoError& error) {
  if (error.kind == net::IoErrorKind::kTimedOut) return ErrorCode::DnsTimeout();
  const bool unknown = error.kind == net::IoErrorKind::kNameUnknown;
  const char* rcode = !unknown          ? "resolver failure"
                      : error.code == 0 ? "invalid dns name"
                                        : "address not available";
  return ErrorCode::DnsError({rcode, std::nullopt}).with_detail(error.to_string());
}

// Has failed from the start.
class Failed final : public Connecting {
 public:
  explicit Failed(ErrorCode error) : error_(std::move(error)) {}
  Poll<Result<Stream, ErrorCode>> try_get() override {
    return Result<Stream, ErrorCode>(fail(error_));
  }
  void await_ready(Waker&) override {}

 private:
  ErrorCode error_;
};

}  // namespace

void Connector::release(const Origin&, std::unique_ptr<net::ByteStream> stream) { stream.reset(); }

// One origin's connection: a look-up, then attempts until one succeeds or the time is over.
class TcpConnector::Attempt final : public Connecting {
 public:
  Attempt(TcpConnector& connector, Origin origin, uint64_t timeout_ns)
      : connector_(connector),
        origin_(std::move(origin)),
        deadline_(net::saturating_add(connector.loop_.now(), timeout_ns)),
        timeout_(connector.loop_, [this] { settle(fail(ErrorCode::ConnectionTimeout())); }),
        progress_([this] { advance(); }),
        resolution_(connector.resolver_.resolve(origin_.host, origin_.port)) {
    timeout_.set(deadline_);
    advance();
  }

  Poll<Result<Stream, ErrorCode>> try_get() override { return std::move(outcome_); }
  void await_ready(Waker& waker) override { ready_.add(waker); }

 private:
  void settle(Result<Stream, ErrorCode> outcome) {
    outcome_ = std::move(outcome);
    timeout_.clear();
    progress_.unlink();
    ready_.wake_all();
  }

  void advance() {
    if (resolution_) {
      auto addresses = resolution_->try_get();
      if (!addresses) return resolution_->ready().add(progress_);
      resolution_.reset();
      if (!addresses->ok()) return settle(fail(resolution_error(addresses->error())));
      addresses_ = std::move(addresses->value());
    }
    for (;;) {
      if (connect_) {
        auto stream = connect_->try_get();
        if (!stream) return connect_->ready().add(progress_);
        connect_.reset();
        if (stream->ok()) return settle(Stream(std::move(stream->value())));
        last_error_ = code_of_connecting(stream->error());
      }
      if (!next_address()) return settle(fail(last_error_));
    }
  }

  bool next_address() {
    while (next_ < addresses_.size()) {
      const net::SocketAddress& address = addresses_[next_++];
      const auto& permits = connector_.options_.permits;
      if (permits && !permits(origin_, address.unmapped())) continue;
      // One that never answers leaves the others their share of the time.
      const uint64_t now = connector_.loop_.now();
      const uint64_t left = deadline_ > now ? deadline_ - now : 0;
      connect_.emplace(connector_.loop_, address, left / (addresses_.size() - next_ + 1));
      return true;
    }
    return false;
  }

  TcpConnector& connector_;
  const Origin origin_;
  const uint64_t deadline_;
  net::Timer timeout_;
  Waker progress_;
  std::unique_ptr<net::Resolution> resolution_;
  std::vector<net::SocketAddress> addresses_;
  size_t next_ = 0;
  std::optional<net::TcpConnect> connect_;
  // Of the last attempt; if there was none, no address was permitted.
  ErrorCode last_error_ = ErrorCode::DestinationIpProhibited();
  std::optional<Result<Stream, ErrorCode>> outcome_;
  WakeList ready_;
};

TcpConnector::TcpConnector(net::Loop& loop, TcpConnectorOptions options)
    : loop_(loop), options_(std::move(options)), resolver_(loop, options_.resolver) {}

std::unique_ptr<Connecting> failed_connection(ErrorCode error) {
  return std::make_unique<Failed>(std::move(error));
}

std::unique_ptr<Connecting> TcpConnector::connect(const Origin& origin, uint64_t timeout_ns,
                                                  Reuse /*reuse*/) {
  if (origin.secure) {
    return failed_connection(ErrorCode::TlsProtocolError().with_detail("this client has no TLS"));
  }
  return std::make_unique<Attempt>(*this, origin, timeout_ns);
}

}  // namespace tappet::http
