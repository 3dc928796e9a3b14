// Staging decides what comes next (framing text, an amount of content, framing text); pumping
// writes what is staged with as few calls as possible: a head and a small body are one.
#include "net/http/sender.h"

#include <algorithm>
#include <charconv>

namespace tappet::http {
namespace {

constexpr size_t kMaxParts = 16;
constexpr uint64_t kLargestChunk = 256 * 1024;
// Text buffers above this size are not kept for the next message.
constexpr size_t kKeptCapacity = 4096;

void append_hex(std::string& out, uint64_t value) {
  char digits[16];
  const auto result = std::to_chars(digits, digits + sizeof digits, value, 16);
  out.append(digits, static_cast<size_t>(result.ptr - digits));
}

}  // namespace

void MessageSender::start(BodyReader body, const SendPlan& plan) {
  active_ = true;
  ended_ = plan.framing == Framing::kNone;
  plan_ = plan;
  length_left_ = plan.length;
  body_error_.reset();
  body_ = ended_ ? BodyReader() : std::move(body);
}

void MessageSender::cancel() {
  active_ = false;
  data_ = 0;
  tail_.clear();
  body_ = BodyReader();
}

void MessageSender::stage() {
  switch (plan_.framing) {
    case Framing::kNone:
      return;
    case Framing::kLength:
      return stage_length();
    case Framing::kChunked:
      return stage_chunk();
    case Framing::kUntilClose:
      return stage_until_close();
  }
}

void MessageSender::stage_length() {
  const uint64_t available = body_.available();
  if (body_.complete()) {
    if (available != length_left_) {
      body_error_ = ErrorCode::HttpProtocolError().with_detail("content-length and body differ");
      return;
    }
    data_ = available;
    ended_ = true;
  } else {
    data_ = std::min(available, length_left_ - 1);
    if (available > length_left_) {
      body_error_ = ErrorCode::HttpProtocolError().with_detail("the body exceeds content-length");
    } else if (data_ == 0) {
      ask_or_fail();
    }
  }
  length_left_ -= data_;
}

void MessageSender::stage_chunk() {
  data_ = std::min<uint64_t>(body_.available(), kLargestChunk);
  const bool last = body_.complete() && data_ == body_.available();
  if (data_ == 0 && !last) return ask_or_fail();
  if (data_ > 0) {
    append_hex(text_, data_);
    text_.append("\r\n");
    tail_.append("\r\n");
  }
  if (!last) return;
  tail_.append("0\r\n");
  // The trailers are there, since the body is complete; they can be taken before its last bytes
  // are.
  append_trailers(tail_, body_.take_trailers().value_or(Fields()));
  ended_ = true;
}

void MessageSender::stage_until_close() {
  data_ = body_.available();
  ended_ = body_.complete();
  if (data_ == 0 && !ended_) ask_or_fail();
}

// Nothing to stage: because nothing more has been written yet, or because nothing will be.
void MessageSender::ask_or_fail() {
  if (const ErrorCode* failure = body_.failure()) {
    body_error_ = *failure;
  } else if (body_.available() == 0) {
    (void)body_.try_peek();
  }
}

MessageSender::Outcome MessageSender::pump(net::ByteStream& stream) {
  for (;;) {
    if (text_sent_ == text_.size()) text_.clear(), text_sent_ = 0;
    if (active_ && !ended_ && !body_error_ && data_ == 0 && tail_.empty()) stage();
    if (nothing_staged()) return rest();
    ByteSpan parts[kMaxParts];
    size_t used = 0;
    size_t wanted = 0;
    auto add = [&](ByteSpan part) {
      if (part.empty()) return;
      wanted += part.size();
      parts[used++] = part;
    };
    add(as_bytes(text_).subspan(text_sent_));
    uint64_t data = 0;
    if (data_ > 0) {
      const size_t pieces = body_.gather(std::span(parts).subspan(used, kMaxParts - 2), data_);
      for (size_t i = 0; i < pieces; ++i) data += parts[used + i].size();
      used += pieces;
      wanted += data;
    }
    if (data == data_) add(as_bytes(tail_));
    auto accepted = stream.try_write(std::span(parts, used));
    if (!accepted.ok()) {
      stream_error_ = std::move(accepted.error());
      return Outcome::kStreamFailed;
    }
    account(*accepted);
    if (*accepted < wanted) return Outcome::kBlocked;
  }
}

MessageSender::Outcome MessageSender::rest() {
  if (text_.capacity() > kKeptCapacity) text_.shrink_to_fit();
  if (!active_) return Outcome::kIdle;
  if (body_error_) return Outcome::kBodyFailed;
  if (!ended_) return Outcome::kWaiting;
  cancel();
  return Outcome::kDone;
}

void MessageSender::account(size_t accepted) {
  sent_ += accepted;
  const size_t of_text = std::min(accepted, text_.size() - text_sent_);
  text_sent_ += of_text;
  accepted -= of_text;
  const auto of_data = static_cast<size_t>(std::min<uint64_t>(accepted, data_));
  if (of_data > 0) body_.consume(of_data);
  data_ -= of_data;
  accepted -= of_data;
  if (data_ > 0 || tail_.empty() || text_sent_ < text_.size()) return;
  // The rest of the tail comes first in the next write.
  text_.assign(tail_, accepted);
  text_sent_ = 0;
  tail_.clear();
}

}  // namespace tappet::http
