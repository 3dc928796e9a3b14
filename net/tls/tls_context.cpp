#include "net/tls/tls_context.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace tappet::net {
namespace {

// Keys that are encrypted are not asked for a password: nobody may be there to type it.
int no_password(char*, int, int, void*) { return -1; }

std::string wire_format(const std::vector<std::string>& protocols) {
  std::string wire;
  for (const std::string& protocol : protocols) {
    if (protocol.empty() || protocol.size() > 255) continue;
    wire += static_cast<char>(protocol.size());
    wire += protocol;
  }
  return wire;
}

int select_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                    const unsigned char* offered, unsigned int offered_size, void* ours) {
  const auto& wire = *static_cast<const std::string*>(ours);
  unsigned char* match = nullptr;
  const int outcome = SSL_select_next_proto(
      &match, chosen_size, reinterpret_cast<const unsigned char*>(wire.data()),
      static_cast<unsigned int>(wire.size()), offered, offered_size);
  *chosen = match;
  return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

Result<> check_readable(const std::string& file) {
  const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return fail(ErrorKind::kIo, file + ": " + std::strerror(errno));
  ::close(fd);
  return {};
}

// The first of OpenSSL's reasons is the innermost. `wanted` says what the file should hold.
detail::Failure<Error> bad_file(const std::string& file, std::string_view wanted) {
  const unsigned long code = ERR_peek_error();
  ERR_clear_error();
  const int reason = ERR_GET_REASON(code);
  if (ERR_GET_LIB(code) == ERR_LIB_PEM && reason == PEM_R_NO_START_LINE) {
    return fail(ErrorKind::kUsage, fmt::format("{}: it holds no {} in PEM format", file, wanted));
  }
  if (reason == PEM_R_BAD_PASSWORD_READ || reason == PEM_R_PROBLEMS_GETTING_PASSWORD) {
    return fail(ErrorKind::kUsage, file + ": the key is encrypted; it must be without a password");
  }
  const char* const text = ERR_reason_error_string(code);
  return fail(ErrorKind::kUsage, fmt::format("{}: no usable {}: {}", file, wanted,
                                             text != nullptr ? text : "unknown reason"));
}

}  // namespace

TlsContext::~TlsContext() { SSL_CTX_free(context_); }

Result<> TlsContext::use_identity(const TlsIdentity& identity) {
  const std::string& cert = identity.cert_file;
  const std::string& key = identity.key_file.empty() ? cert : identity.key_file;
  TAPPET_TRY(check_readable(cert));
  TAPPET_TRY(check_readable(key));
  if (SSL_CTX_use_certificate_chain_file(context_, cert.c_str()) != 1) {
    return bad_file(cert, "certificate");
  }
  if (SSL_CTX_use_PrivateKey_file(context_, key.c_str(), SSL_FILETYPE_PEM) != 1) {
    if (ERR_GET_LIB(ERR_peek_last_error()) != ERR_LIB_X509) return bad_file(key, "private key");
    ERR_clear_error();
    return fail(ErrorKind::kUsage,
                fmt::format("{}: it is not the key of the certificate in {}", key, cert));
  }
  return {};
}

Result<> TlsContext::trust(const std::string& file) {
  TAPPET_TRY(check_readable(file));
  if (SSL_CTX_load_verify_file(context_, file.c_str()) != 1) return bad_file(file, "certificate");
  return {};
}

namespace {

Result<ssl_ctx_st*> make_context(const SSL_METHOD* method) {
  ERR_clear_error();
  SSL_CTX* const context = SSL_CTX_new(method);
  if (context == nullptr) {
    ERR_clear_error();
    return fail(ErrorKind::kResource, "cannot set TLS up");
  }
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_default_passwd_cb(context, no_password);
  return context;
}

}  // namespace

Result<std::shared_ptr<const TlsContext>> TlsContext::server(const TlsServerOptions& options) {
  const std::shared_ptr<TlsContext> made(
      new TlsContext(TAPPET_TRY(make_context(TLS_server_method())), true));
  SSL_CTX* const context = made->context_;
  TAPPET_TRY(made->use_identity(options.identity));
  if (!options.client_ca_file.empty()) {
    TAPPET_TRY(made->trust(options.client_ca_file));
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(options.client_ca_file.c_str()));
    static constexpr unsigned char kSessions[] = "tappet";
    SSL_CTX_set_session_id_context(context, kSessions, sizeof kSessions - 1);
  }
  made->protocols_ = wire_format(options.protocols);
  if (!made->protocols_.empty()) {
    SSL_CTX_set_alpn_select_cb(context, select_protocol, &made->protocols_);
  }
  return std::shared_ptr<const TlsContext>(made);
}

Result<std::shared_ptr<const TlsContext>> TlsContext::client(const TlsClientOptions& options) {
  const std::shared_ptr<TlsContext> made(
      new TlsContext(TAPPET_TRY(make_context(TLS_client_method())), false));
  SSL_CTX* const context = made->context_;
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  // A system without roots trusts nobody; that shows when a certificate is to be verified.
  if (options.system_roots) SSL_CTX_set_default_verify_paths(context);
  for (const std::string& file : options.ca_files) TAPPET_TRY(made->trust(file));
  if (!options.identity.cert_file.empty()) TAPPET_TRY(made->use_identity(options.identity));
  made->protocols_ = wire_format(options.protocols);
  if (!made->protocols_.empty()) {
    SSL_CTX_set_alpn_protos(context,
                            reinterpret_cast<const unsigned char*>(made->protocols_.data()),
                            static_cast<unsigned int>(made->protocols_.size()));
  }
  ERR_clear_error();
  return std::shared_ptr<const TlsContext>(made);
}

}  // namespace tappet::net
