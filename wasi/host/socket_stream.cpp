#include "wasi/host/socket_stream.h"

#include <algorithm>
#include <cerrno>

#include "wasi/host/socket_error.h"

namespace tappet::wasi {
namespace {

IoError stream_error(Errno error) { return {to_string(error), socket_error(error)}; }

}  // namespace

bool SocketInput::ready() {
  if (ended_ || socket_->ready(WaitFor::kRead)) return true;
  socket_->wait(WaitFor::kRead, readable_);
  return false;
}

StreamResult<Bytes> SocketInput::read(uint64_t limit) {
  if (ended_) return fail(StreamEnd::closed());
  if (limit == 0) return Bytes();
  const std::span<uint8_t> buffer = socket_->loop().read_buffer();
  const iovec room[] = {
      {buffer.data(), std::min({limit, uint64_t{buffer.size()}, uint64_t{kMostRead}})}};
  const SystemResult<size_t> count = socket_->receive(room);
  if (!count.ok() && count.error().code == EAGAIN) return Bytes();
  if (count.ok() && *count > 0) {
    return Bytes(buffer.begin(), buffer.begin() + static_cast<ptrdiff_t>(*count));
  }
  ended_ = true;
  if (count.ok()) return fail(StreamEnd::closed());
  return fail(StreamEnd::failed(stream_error(count.error())));
}

void SocketInput::shut_down() {
  if (ended_) return;
  ended_ = true;
  (void)socket_->shutdown(true, false);
  changed_.wake_all();
}

SocketOutput::~SocketOutput() {
  pump();
  if (buffered() != 0) socket_->reset_on_close();
}

void SocketOutput::shut_down() {
  if (shut_down_) return;
  pump();
  shut_down_ = true;
  if (buffered() == 0) (void)socket_->shutdown(false, true);
  close();
  changed_.wake_all();
}

void SocketOutput::emptied() {
  if (shut_down_) (void)socket_->shutdown(false, true);
}

ssize_t SocketOutput::write_some(ByteSpan bytes) {
  const iovec buffer[] = {{const_cast<uint8_t*>(bytes.data()), bytes.size()}};
  const SystemResult<size_t> count = socket_->send(buffer);
  return count.ok() ? static_cast<ssize_t>(*count) : -ssize_t{count.error().code};
}

std::optional<IoError> SocketOutput::failure(int error) const {
  if (error == EPIPE) return std::nullopt;
  return stream_error(Errno{error});
}

}  // namespace tappet::wasi
