// OpenSSL never waits here: it reads what the transport has, and writes into a queue. So every
// operation either completes or wants something to read, and accepted bytes need no further calls.
#include "net/tls/tls_stream.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "net/io/socket_address.h"
#include "net/tls/alert.h"

namespace tappet::net {
namespace {

// The most that one TLS record carries.
constexpr size_t kRecord = 16 * 1024;

detail::Failure<IoError> out_of_memory() {
  ERR_clear_error();
  return fail(IoError{IoErrorKind::kResources, 0, "no memory for TLS"});
}

}  // namespace

Result<std::unique_ptr<TlsStream>, IoError> TlsStream::accept(
    Loop& loop, std::shared_ptr<const TlsContext> context, std::unique_ptr<ByteStream> transport,
    uint64_t handshake_timeout_ns, std::string_view plain_answer) {
  std::unique_ptr<TlsStream> stream(
      new TlsStream(loop, std::move(context), std::move(transport), handshake_timeout_ns));
  if (!stream->set_up()) return out_of_memory();
  stream->plain_answer_ = plain_answer;
  SSL_set_accept_state(stream->ssl_);
  stream->shake_hands();
  return stream;
}

Result<std::unique_ptr<TlsStream>, IoError> TlsStream::connect(
    Loop& loop, std::shared_ptr<const TlsContext> context, std::unique_ptr<ByteStream> transport,
    std::string_view host, uint64_t handshake_timeout_ns) {
  std::unique_ptr<TlsStream> stream(
      new TlsStream(loop, std::move(context), std::move(transport), handshake_timeout_ns));
  if (!stream->set_up() || !stream->expect_host(host)) return out_of_memory();
  SSL_set_connect_state(stream->ssl_);
  stream->shake_hands();
  return stream;
}

TlsStream::TlsStream(Loop& loop, std::shared_ptr<const TlsContext> context,
                     std::unique_ptr<ByteStream> transport, uint64_t handshake_timeout_ns)
    : loop_(loop),
      context_(std::move(context)),
      transport_(std::move(transport)),
      bio_(*transport_),
      timeout_(loop,
               [this] {
                 fail_with({IoErrorKind::kTimedOut, 0, "the TLS handshake took too long"});
                 wake_everyone();
               }),
      readable_waker_([this] { on_readable(); }),
      writable_waker_([this] { on_writable(); }),
      closed_waker_([this] { on_closed(); }),
      break_waker_([this] { wake_everyone(); }) {
  timeout_.set_after(handshake_timeout_ns);
  transport_->closed().add(closed_waker_);
}

TlsStream::~TlsStream() {
  say_goodbye();
  SSL_free(ssl_);
}

bool TlsStream::set_up() {
  ERR_clear_error();
  ssl_ = SSL_new(context_->raw());
  BIO* const bio = ssl_ != nullptr ? bio_.make() : nullptr;
  if (bio == nullptr) return false;
  SSL_set_bio(ssl_, bio, bio);
  return true;
}

bool TlsStream::expect_host(std::string_view host) {
  std::string name(host);
  if (SocketAddress::from_ip(host, 0)) {
    name = name.substr(0, name.find('%'));
    return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_), name.c_str()) == 1;
  }
  // "example.com." is the same host; certificates and servers know it without the dot.
  if (name.ends_with('.')) name.pop_back();
  SSL_set_hostflags(ssl_, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set1_host(ssl_, name.c_str()) == 1 &&
         SSL_set_tlsext_host_name(ssl_, name.c_str()) == 1;
}

Poll<Result<Unit, IoError>> TlsStream::try_handshake() const {
  if (established_) return Result<Unit, IoError>(Unit());
  if (error_) return Result<Unit, IoError>(fail(*error_));
  return kPending;
}

std::string_view TlsStream::version() const {
  return established_ ? SSL_get_version(ssl_) : std::string_view();
}

std::string_view TlsStream::protocol() const {
  const unsigned char* name = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(ssl_, &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

void TlsStream::shake_hands() {
  if (speaks_plain_) return drop_input();
  ERR_clear_error();
  const int outcome = SSL_do_handshake(ssl_);
  const int why = outcome == 1 ? SSL_ERROR_NONE : SSL_get_error(ssl_, outcome);
  if (why == SSL_ERROR_NONE) {
    established_ = true;
    timeout_.clear();
  } else if (why == SSL_ERROR_WANT_READ) {
    await_input();
  } else if (!plain_answer_.empty() && bio_.begins_with_a_letter()) {
    return answer_in_plain();
  } else {
    fail_with(transport_or_tls_error());
  }
  flush();
}

// Instead of the alert that OpenSSL may have in mind.
void TlsStream::answer_in_plain() {
  ERR_clear_error();
  speaks_plain_ = true;
  bio_.out = plain_answer_;
  bio_.sent = 0;
  shut_ = true;
  flush();
  drop_input();
}

// Closing with input unread could turn the answer into a reset.
void TlsStream::drop_input() {
  for (;;) {
    const auto peeked = transport_->try_peek();
    if (!peeked) return transport_->readable().add(readable_waker_);
    if (!peeked->ok() || (*peeked)->empty()) {
      return fail_with({IoErrorKind::kTlsProtocol, 0, "the client does not speak TLS"});
    }
    transport_->consume((*peeked)->size());
  }
}

Poll<Result<ByteSpan, IoError>> TlsStream::try_peek() {
  using Peeked = Result<ByteSpan, IoError>;
  if (!view_.empty()) return Peeked(view_);
  if (error_) return Peeked(fail(*error_));
  if (peer_ended_) return Peeked(ByteSpan());
  if (!established_) return kPending;
  return read_record();
}

Poll<Result<ByteSpan, IoError>> TlsStream::read_record() {
  using Peeked = Result<ByteSpan, IoError>;
  if (!buffer_) buffer_.reset(new uint8_t[kRecord]);
  ERR_clear_error();
  size_t count = 0;
  const int outcome = SSL_read_ex(ssl_, buffer_.get(), kRecord, &count);
  const int why = outcome == 1 ? SSL_ERROR_NONE : SSL_get_error(ssl_, outcome);
  if (why == SSL_ERROR_NONE) {
    view_ = {buffer_.get(), count};
  } else {
    buffer_.reset();
  }
  if (why == SSL_ERROR_WANT_READ) await_input();
  if (why == SSL_ERROR_ZERO_RETURN) peer_ended_ = true;
  if (why == SSL_ERROR_SSL || why == SSL_ERROR_SYSCALL) fail_with(transport_or_tls_error());
  flush();
  if (!view_.empty() || peer_ended_) return Peeked(view_);
  if (error_) return Peeked(fail(*error_));
  return kPending;
}

void TlsStream::consume(size_t count) { view_ = view_.subspan(count); }

Result<size_t, IoError> TlsStream::try_write(std::span<const ByteSpan> parts) {
  if (error_) return fail(*error_);
  if (write_error_) return fail(*write_error_);
  if (shut_) return fail(io_error_from_errno(EPIPE));
  size_t wanted = 0;
  for (const ByteSpan& part : parts) wanted += part.size();
  size_t accepted = 0;
  // Small parts share a record.
  uint8_t record[kRecord];
  auto part = parts.begin();
  size_t offset = 0;
  while (established_ && accepted < wanted && !bio_.full()) {
    size_t filled = 0;
    while (part != parts.end() && filled < kRecord) {
      const ByteSpan bytes =
          part->subspan(offset, std::min(part->size() - offset, kRecord - filled));
      std::copy(bytes.begin(), bytes.end(), record + filled);
      filled += bytes.size();
      offset += bytes.size();
      if (offset == part->size()) ++part, offset = 0;
    }
    if (!encrypt({record, filled})) return fail(*error_);
    accepted += filled;
    flush();
    if (write_error_) return fail(*write_error_);
  }
  write_blocked_ = accepted < wanted;
  return accepted;
}

size_t TlsStream::unsent() const {
  return error_ || write_error_ ? 0 : bio_.queued().size() + transport_->unsent();
}

bool TlsStream::encrypt(ByteSpan bytes) {
  ERR_clear_error();
  size_t count = 0;
  if (SSL_write_ex(ssl_, bytes.data(), bytes.size(), &count) == 1 && count == bytes.size()) {
    return true;
  }
  fail_with(take_tls_error(ssl_));
  loop_.soon().add(break_waker_);
  return false;
}

// Hands the queue to the transport as far as that takes it; the rest follows without further calls.
void TlsStream::flush() {
  while (!bio_.queued().empty() && !write_error_) {
    const ByteSpan parts[] = {bio_.queued()};
    auto accepted = transport_->try_write(parts);
    if (!accepted.ok()) {
      write_error_ = std::move(accepted.error());
      break;
    }
    bio_.sent += *accepted;
    if (!bio_.queued().empty()) {
      bio_.forget_sent();
      transport_->writable().add(writable_waker_);
      return;
    }
  }
  bio_.out = std::string();
  bio_.sent = 0;
  if (shut_ && !transport_shut_) {
    transport_shut_ = true;
    transport_->shutdown();
  }
}

void TlsStream::await_input() {
  if (!bio_.flooded()) transport_->readable().add(readable_waker_);
}

void TlsStream::shutdown() {
  if (shut_ || error_) return;
  say_goodbye();
  shut_ = true;
  flush();
}

// close_notify; before the handshake is over there is nothing that it would end.
void TlsStream::say_goodbye() {
  if (shut_ || error_ || write_error_ || !established_) return;
  ERR_clear_error();
  (void)SSL_shutdown(ssl_);
  ERR_clear_error();
  flush();
}

void TlsStream::abort() {
  transport_->abort();
  view_ = {};
  buffer_.reset();
  if (error_) return;
  fail_with(io_error_from_errno(EPIPE));
  loop_.soon().add(break_waker_);
}

void TlsStream::fail_with(IoError error) {
  error_ = std::move(error);
  timeout_.clear();
}

IoError TlsStream::transport_or_tls_error() {
  if (bio_.error) return *bio_.error;
  if (!bio_.ended) return take_tls_error(ssl_);
  ERR_clear_error();
  return {IoErrorKind::kReset, 0,
          established_ ? "the connection ended without close_notify"
                       : "the connection ended during the TLS handshake"};
}

void TlsStream::on_readable() {
  if (established_) return readable_.wake_all();
  if (error_) return;
  shake_hands();
  if (established_ || error_) wake_everyone();
}

void TlsStream::on_writable() {
  const Liveness::Watch alive(liveness_);
  flush();
  if (write_error_) return wake_everyone();
  // Input may have been left alone while the queue was too long.
  if (!bio_.flooded()) on_readable();
  if (!alive || bio_.full() || !(write_blocked_ || bio_.queued().empty())) return;
  write_blocked_ = false;
  writable_.wake_all();
}

void TlsStream::on_closed() {
  if (!transport_->broken()) transport_->closed().add(closed_waker_);
  if (!established_ && !error_) shake_hands();
  wake_everyone();
}

void TlsStream::wake_everyone() {
  const Liveness::Watch alive(liveness_);
  readable_.wake_all();
  if (alive) writable_.wake_all();
  if (alive && broken()) closed_.wake_all();
}

}  // namespace tappet::net
