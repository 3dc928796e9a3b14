#include "wasi/http/engine/response_slot.h"

namespace tappet::wasi {

void ResponseSlot::set(http::Response response) {
  if (answered()) return;
  if (response.status < 200) {
    set(http::ErrorCode::HttpProtocolError().with_detail("an interim status in a final response"));
    return;
  }
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
