// What the connections of a server, or of a client, have in common: certificates, keys, whom to
// trust. TLS 1.2 and 1.3, no renegotiation, no compression, no early data; session tickets as
// OpenSSL has them.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "interp/base/result.h"

struct ssl_ctx_st;

namespace tappet::net {

// A certificate chain and its private key, in PEM files. The chain begins with the certificate
// itself. An empty key_file means that the key is in the certificate's file.
struct TlsIdentity {
  std::string cert_file = {};
  std::string key_file = {};
};

struct TlsServerOptions {
  TlsIdentity identity = {};
  // What is negotiated with clients that ask (ALPN), in order of preference; a client that wants
  // only others is refused.
  std::vector<std::string> protocols = {"http/1.1"};
  // If not empty: clients must have a certificate that leads to one of this PEM file's.
  std::string client_ca_file = {};
};

struct TlsClientOptions {
  // Whom to trust: the system's roots (the environment's SSL_CERT_FILE and SSL_CERT_DIR replace
  // them), and the certificates of these PEM files.
  bool system_roots = true;
  std::vector<std::string> ca_files = {};
  // Shown to servers that ask for it; no files: none.
  TlsIdentity identity = {};
  std::vector<std::string> protocols = {"http/1.1"};
};

// Immutable, for any number of threads. Connections keep their context, so a server replaces it at
// any time for those to come.
class TlsContext {
 public:
  // Files are read now. Errors: kIo for files that cannot be read, kUsage for what is in them.
  static Result<std::shared_ptr<const TlsContext>> server(const TlsServerOptions& options);
  static Result<std::shared_ptr<const TlsContext>> client(const TlsClientOptions& options);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  bool is_server() const { return is_server_; }
  // For TlsStream.
  ssl_ctx_st* raw() const { return context_; }

 private:
  TlsContext(ssl_ctx_st* context, bool is_server) : context_(context), is_server_(is_server) {}
  Result<> use_identity(const TlsIdentity& identity);
  Result<> trust(const std::string& file);

  ssl_ctx_st* context_;
  const bool is_server_;
  std::string protocols_;  // as on the wire: each with its length before it
};

}  // namespace tappet::net
