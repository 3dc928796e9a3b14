#include "net/tls/stream_bio.h"

#include <openssl/bio.h>

#include <algorithm>

namespace tappet::net {
namespace {

StreamBio& state(BIO* bio) { return *static_cast<StreamBio*>(BIO_get_data(bio)); }

int read(BIO* bio, char* to, size_t size, size_t* count) {
  StreamBio& self = state(bio);
  BIO_clear_retry_flags(bio);
  *count = 0;
  if (self.flooded()) {
    BIO_set_retry_read(bio);
    return 0;
  }
  const auto peeked = self.stream.try_peek();
  if (!peeked) {
    BIO_set_retry_read(bio);
    return 0;
  }
  if (!peeked->ok()) {
    self.error = peeked->error();
    return 0;
  }
  const ByteSpan bytes = **peeked;
  if (bytes.empty()) {
    self.ended = true;
    return 0;
  }
  if (self.first == 0) self.first = bytes[0];
  *count = std::min(size, bytes.size());
  std::copy_n(bytes.begin(), *count, to);
  self.stream.consume(*count);
  return 1;
}

int write(BIO* bio, const char* from, size_t size, size_t* count) {
  BIO_clear_retry_flags(bio);
  state(bio).out.append(from, size);
  *count = size;
  return 1;
}

long control(BIO* bio, int command, long, void*) {
  const StreamBio& self = state(bio);
  if (command == BIO_CTRL_EOF) return self.ended || self.error ? 1 : 0;
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

// Made once, for all threads; never freed, as connections may live until the process ends.
const BIO_METHOD* method() {
  static const BIO_METHOD* const made = [] {
    BIO_METHOD* const fresh = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "stream");
    if (fresh == nullptr) return fresh;
    BIO_meth_set_read_ex(fresh, read);
    BIO_meth_set_write_ex(fresh, write);
    BIO_meth_set_ctrl(fresh, control);
    return fresh;
  }();
  return made;
}

}  // namespace

BIO* StreamBio::make() {
  if (method() == nullptr) return nullptr;
  BIO* const bio = BIO_new(method());
  if (bio == nullptr) return nullptr;
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  return bio;
}

}  // namespace tappet::net
