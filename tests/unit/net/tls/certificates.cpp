#include "tests/unit/net/tls/certificates.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace tappet::net {
namespace {

constexpr long kDay = 24 * 3600;

struct Deleter {
  void operator()(X509* x) const { X509_free(x); }
  void operator()(EVP_PKEY* x) const { EVP_PKEY_free(x); }
  void operator()(BIO* x) const { BIO_free(x); }
  void operator()(X509_EXTENSION* x) const { X509_EXTENSION_free(x); }
};
using Certificate = std::unique_ptr<X509, Deleter>;
using Key = std::unique_ptr<EVP_PKEY, Deleter>;

Key make_key() { return Key(EVP_EC_gen("P-256")); }

void extend(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, Deleter> extension(
      X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  ASSERT_TRUE(extension) << value;
  X509_add_ext(certificate, extension.get(), -1);
}

Certificate make_certificate(const std::string& name, int serial, EVP_PKEY* key, int valid_days) {
  Certificate made(X509_new());
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), serial);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -400 * kDay);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), valid_days * kDay);
  X509_set_pubkey(made.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return made;
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<size_t>(size)};
}

std::string to_pem(X509* certificate, EVP_PKEY* key) {
  const std::unique_ptr<BIO, Deleter> bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), certificate);
  if (key != nullptr)
    PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return text_of(bio.get());
}

std::string read_file(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

constexpr std::string_view kKeyBegin = "-----BEGIN PRIVATE KEY-----";

}  // namespace

struct Authority::Keys {
  Key key = make_key();
  Certificate certificate;
};

Authority::Authority() : keys_(std::make_unique<Keys>()) {
  std::string pattern = std::filesystem::temp_directory_path() / "tappet-tls-XXXXXX";
  directory_ = mkdtemp(pattern.data());
  keys_->certificate = make_certificate("Test authority", 1, keys_->key.get(), 100);
  X509* const certificate = keys_->certificate.get();
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
  extend(certificate, certificate, NID_basic_constraints, "critical,CA:TRUE");
  extend(certificate, certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
  extend(certificate, certificate, NID_subject_key_identifier, "hash");
  X509_sign(certificate, keys_->key.get(), EVP_sha256());
  write("ca.pem", to_pem(certificate, nullptr));
}

Authority::~Authority() { std::filesystem::remove_all(directory_); }

std::string Authority::issue(const CertificateRequest& request) {
  const Key key = make_key();
  const int number = ++issued_;
  const Certificate made = make_certificate("Test certificate " + std::to_string(number),
                                            100 + number, key.get(), request.valid_days);
  X509* const issuer = keys_->certificate.get();
  X509_set_issuer_name(made.get(), X509_get_subject_name(issuer));
  std::string alternatives;
  for (const std::string& name : request.names) alternatives += ",DNS:" + name;
  for (const std::string& ip : request.ips) alternatives += ",IP:" + ip;
  if (!alternatives.empty()) {
    extend(made.get(), issuer, NID_subject_alt_name, alternatives.substr(1));
  }
  X509_sign(made.get(), keys_->key.get(), EVP_sha256());
  return write("issued-" + std::to_string(number) + ".pem", to_pem(made.get(), key.get()));
}

std::string Authority::write(const std::string& name, const std::string& content) const {
  std::ofstream(path(name)) << content;
  return path(name);
}

std::string Authority::cert_part(const std::string& file) {
  const std::string text = read_file(file);
  return text.substr(0, text.find(kKeyBegin));
}

std::string Authority::key_part(const std::string& file) {
  const std::string text = read_file(file);
  return text.substr(text.find(kKeyBegin));
}

}  // namespace tappet::net
