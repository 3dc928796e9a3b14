// Files that are not what they should be.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/tls/tls_context.h"
#include "tests/unit/net/tls/certificates.h"

namespace tappet::net {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class TlsContextTest : public ::testing::Test {
 protected:
  static std::string server_error(const std::string& cert, const std::string& key = {}) {
    const auto made = TlsContext::server({.identity = {cert, key}});
    return made.ok() ? "no error" : made.error().message;
  }
  static std::string trust_error(const std::string& file) {
    const auto made = TlsContext::client({.ca_files = {file}});
    return made.ok() ? "no error" : made.error().message;
  }

  Authority authority_;
  const std::string good_ = authority_.issue({.names = {"a"}});
};

TEST_F(TlsContextTest, TakesCertificateAndKeyFromOneFileOrTwo) {
  EXPECT_EQ(server_error(good_), "no error");
  EXPECT_EQ(server_error(good_, good_), "no error");
  const std::string cert = authority_.write("cert", Authority::cert_part(good_));
  const std::string key = authority_.write("key", Authority::key_part(good_));
  EXPECT_EQ(server_error(cert, key), "no error");
  EXPECT_EQ(trust_error(authority_.ca_file()), "no error");
}

TEST_F(TlsContextTest, NamesTheFileAndWhatIsWrongWithIt) {
  const std::string absent = authority_.path("absent");
  const std::string cert = authority_.write("cert", Authority::cert_part(good_));
  const std::string key = authority_.write("key", Authority::key_part(good_));
  const std::string text = authority_.write("text", "hello\n");
  const std::string empty = authority_.write("empty", "");
  EXPECT_EQ(server_error(absent), absent + ": No such file or directory");
  EXPECT_EQ(server_error(cert, absent), absent + ": No such file or directory");
  EXPECT_EQ(trust_error(absent), absent + ": No such file or directory");
  EXPECT_EQ(server_error(text), text + ": it holds no certificate in PEM format");
  EXPECT_EQ(server_error(empty), empty + ": it holds no certificate in PEM format");
  EXPECT_EQ(server_error(key), key + ": it holds no certificate in PEM format");
  EXPECT_THAT(server_error(cert, text), StartsWith(text + ": "));
  EXPECT_THAT(server_error(cert), StartsWith(cert + ": "));
  EXPECT_THAT(server_error(cert), HasSubstr("private key"));
  EXPECT_THAT(trust_error(text), StartsWith(text + ": "));
}

TEST_F(TlsContextTest, RefusesTheKeyOfAnotherCertificate) {
  const std::string other = authority_.issue({.names = {"a"}});
  EXPECT_EQ(server_error(good_, other),
            other + ": it is not the key of the certificate in " + good_);
}

TEST_F(TlsContextTest, AsksNobodyForPasswords) {
  const std::string key =
      authority_.write("key",
                       "-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
                       "MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAhU4jCgY3kH9gICCAAw\n"
                       "DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEGX9q0m4m1Xl0N3sW2l5V0sEgZDA\n"
                       "-----END ENCRYPTED PRIVATE KEY-----\n");
  EXPECT_THAT(server_error(good_, key), StartsWith(key + ": "));
}

TEST_F(TlsContextTest, RefusesDirectories) {
  EXPECT_THAT(server_error(authority_.path("")), StartsWith(authority_.path("") + ": "));
}

}  // namespace
}  // namespace tappet::net
