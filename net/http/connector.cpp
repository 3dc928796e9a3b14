#include "net/http/connector.h"

#include "net/http/io_error_code.h"
#include "net/io/tcp_race.h"

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

// One origin's connection: a look-up, then a race between its permitted addresses.
class TcpConnector::Attempt final : public Connecting {
 public:
  Attempt(TcpConnector& connector, Origin origin, const ConnectOptions& options)
      : connector_(connector),
        origin_(std::move(origin)),
        deadline_(net::saturating_add(connector.loop_.now(), options.timeout_ns)),
        timeout_(connector.loop_, [this] { settle(fail(ErrorCode::ConnectionTimeout())); }),
        progress_([this] { advance(); }),
        resolution_(connector.resolver_.resolve(origin_.host, origin_.port, options.asker)) {
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
      if (!begin_race(std::move(addresses->value()))) {
        return settle(fail(ErrorCode::DestinationIpProhibited()));
      }
    }
    auto stream = race_->try_get();
    if (!stream) return race_->ready().add(progress_);
    if (!stream->ok()) return settle(fail(code_of_connecting(stream->error())));
    settle(Stream(std::move(stream->value())));
  }

  bool begin_race(std::vector<net::SocketAddress> addresses) {
    std::erase_if(addresses, [this](const net::SocketAddress& address) {
      const auto& permits = connector_.options_.permits;
      return permits && !permits(origin_, address.unmapped());
    });
    if (addresses.empty()) return false;
    const uint64_t now = connector_.loop_.now();
    race_.emplace(connector_.loop_, addresses, deadline_ > now ? deadline_ - now : 0,
                  connector_.spare_);
    return true;
  }

  TcpConnector& connector_;
  const Origin origin_;
  const uint64_t deadline_;
  net::Timer timeout_;
  Waker progress_;
  std::unique_ptr<net::Resolution> resolution_;
  std::optional<net::TcpRace> race_;
  std::optional<Result<Stream, ErrorCode>> outcome_;
  WakeList ready_;
};

TcpConnector::TcpConnector(net::Loop& loop, TcpConnectorOptions options)
    : loop_(loop),
      options_(std::move(options)),
      resolver_(loop, options_.resolver),
      spare_(net::make_ref<net::Budget>(net::BudgetLimits{.sockets = options_.spare_attempts})) {}

std::unique_ptr<Connecting> failed_connection(ErrorCode error) {
  return std::make_unique<Failed>(std::move(error));
}

std::unique_ptr<Connecting> TcpConnector::connect(const Origin& origin,
                                                  const ConnectOptions& options) {
  if (origin.secure) {
    return failed_connection(ErrorCode::TlsProtocolError().with_detail("this client has no TLS"));
  }
  return std::make_unique<Attempt>(*this, origin, options);
}

}  // namespace tappet::http
