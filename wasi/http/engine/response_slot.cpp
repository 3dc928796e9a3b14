#include "wasi/http/engine/response_slot.h"

namespace tappet::wasi {

bool ResponseSlot::peer_gone() const {
  if (!answered()) return responder_.peer_gone();
  const std::shared_ptr<http::BodyWriter> writer = writer_.lock();
  return writer != nullptr && writer->reader_gone() && !writer->over();
}

bool ResponseSlot::complete() const {
  const std::shared_ptr<http::BodyWriter> writer = writer_.lock();
  return answered() && (writer == nullptr || writer->over());
}

void ResponseSlot::await_gone(Waker& waker) {
  if (!answered()) {
    responder_.await_gone(waker);
  } else if (const std::shared_ptr<http::BodyWriter> writer = writer_.lock()) {
    writer->await_writable(waker);
  }
}

void ResponseSlot::set(http::Response response, std::weak_ptr<http::BodyWriter> writer) {
  if (answered()) return;
  if (response.status < 200) {
    set(http::ErrorCode::HttpProtocolError().with_detail("an interim status in a final response"));
    return;
  }
  const bool has_content = method_ != http::Method::kHead && response.status != 204 &&
                           response.status != 304 && response.body.remaining() != 0;
  // Of other responses, the reader goes at once and tells nothing about the peer.
  if (has_content) writer_ = std::move(writer);
  responder_.send(std::move(response));
}

void ResponseSlot::set(http::ErrorCode error) {
  if (answered()) return;
  error_ = std::move(error);
  responder_.send(http::text_response(500, "Internal Server Error\n"));
}

bool ResponseSlot::inform(uint16_t status, const http::Fields& fields) {
  if (answered() || status < 100 || status > 199 || status == 101) return false;
  responder_.send_informational(status, fields);
  return true;
}

}  // namespace tappet::wasi
