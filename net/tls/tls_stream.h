// TLS over any ByteStream, as a ByteStream.
#pragma once

#include <memory>
#include <string_view>

#include "net/io/liveness.h"
#include "net/loop/loop.h"
#include "net/tls/stream_bio.h"
#include "net/tls/tls_context.h"

struct ssl_st;

namespace tappet::net {

// The handshake begins at once; until it is over, reads are pending and writes accept nothing.
// Where it fails, the stream is broken() and fails with kTlsProtocol, kTlsCertificate, kTlsAlert,
// kTimedOut or the transport's error. After the handshake:
// - The peer's close_notify is the end of its direction; our shutdown() sends one, and the other
//   direction goes on. Without a close_notify the end is an error (kReset): what was read may be
//   cut short.
// - Idle connections hold no buffers, busy ones at most 16 KiB read and 64 KiB to be sent.
class TlsStream final : public ByteStream {
 public:
  // The server's side for a server's context. A client that speaks something else, in words, is
  // told `plain_answer` in plain text (which outlives the stream), and the stream fails when the
  // client has gone or the time is over. Errors: kResources.
  static Result<std::unique_ptr<TlsStream>, IoError> accept(
      Loop& loop, std::shared_ptr<const TlsContext> context, std::unique_ptr<ByteStream> transport,
      uint64_t handshake_timeout_ns, std::string_view plain_answer = {});
  // The client's side for a client's context. `host` is a name or an IP address, without brackets:
  // the server's certificate must be for it. Names, not addresses, are sent along (SNI).
  static Result<std::unique_ptr<TlsStream>, IoError> connect(
      Loop& loop, std::shared_ptr<const TlsContext> context, std::unique_ptr<ByteStream> transport,
      std::string_view host, uint64_t handshake_timeout_ns);
  // Says close_notify if that can be sent at once.
  ~TlsStream() override;

  Poll<Result<ByteSpan, IoError>> try_peek() override;
  void consume(size_t count) override;
  Result<size_t, IoError> try_write(std::span<const ByteSpan> parts) override;
  size_t unsent() const override;
  void shutdown() override;
  void abort() override;
  bool broken() const override { return error_ || transport_->broken(); }

  // Whether the handshake has succeeded, or why it failed; readable() and writable() are woken when
  // it is over.
  Poll<Result<Unit, IoError>> try_handshake() const;
  // What was negotiated: "TLSv1.3"; empty before the handshake is over.
  std::string_view version() const;
  // By ALPN; empty: nothing.
  std::string_view protocol() const;

 private:
  TlsStream(Loop& loop, std::shared_ptr<const TlsContext> context,
            std::unique_ptr<ByteStream> transport, uint64_t handshake_timeout_ns);
  bool set_up();
  bool expect_host(std::string_view host);
  void shake_hands();
  Poll<Result<ByteSpan, IoError>> read_record();
  bool encrypt(ByteSpan bytes);
  void flush();
  void await_input();
  void fail_with(IoError error);
  IoError transport_or_tls_error();
  void say_goodbye();
  void answer_in_plain();
  void drop_input();
  void on_readable();
  void on_writable();
  void on_closed();
  void wake_everyone();

  Loop& loop_;
  const std::shared_ptr<const TlsContext> context_;
  const std::unique_ptr<ByteStream> transport_;
  StreamBio bio_;
  ssl_st* ssl_ = nullptr;
  std::unique_ptr<uint8_t[]> buffer_;  // while there is something in it
  ByteSpan view_;                      // of buffer_, unread
  std::string_view plain_answer_;
  bool established_ = false;
  bool speaks_plain_ = false;  // the client; what it says is dropped
  bool peer_ended_ = false;
  bool shut_ = false;
  bool transport_shut_ = false;
  bool write_blocked_ = false;
  std::optional<IoError> error_;        // for good, in both directions
  std::optional<IoError> write_error_;  // the transport takes nothing more; it may still give
  Timer timeout_;
  Waker readable_waker_;
  Waker writable_waker_;
  Waker closed_waker_;
  Waker break_waker_;
  Liveness liveness_;
};

}  // namespace tappet::net
