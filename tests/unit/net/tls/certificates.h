// Certificates for tests, made when they are needed: nothing secret is in the repository, and
// nothing expires.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace tappet::net {

struct CertificateRequest {
  std::vector<std::string> names = {};  // DNS names
  std::vector<std::string> ips = {};
  int valid_days = 10;  // negative: has expired so many days ago
};

// A certification authority in a directory of its own, which goes with it.
class Authority {
 public:
  Authority();
  ~Authority();
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  // The authority's own certificate.
  std::string ca_file() const { return path("ca.pem"); }
  // A file with a certificate and, behind it, its key.
  std::string issue(const CertificateRequest& request);
  // A file with that content.
  std::string write(const std::string& name, const std::string& content) const;
  std::string path(const std::string& name) const { return directory_ + "/" + name; }
  // The parts of a file that issue() has made.
  static std::string cert_part(const std::string& file);
  static std::string key_part(const std::string& file);

 private:
  struct Keys;
  std::string directory_;
  std::unique_ptr<Keys> keys_;
  int issued_ = 0;
};

}  // namespace tappet::net
