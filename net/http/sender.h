// Puts an outgoing message onto a stream: text, then content as its body provides it. Internal to
// net/http; servers send responses with it, clients requests.
#pragma once

#include "net/http/head_writer.h"
#include "net/io/byte_stream.h"

namespace tappet::http {

class MessageSender {
 public:
  enum class Outcome : uint8_t {
    kIdle,          // all text is sent, and there is no message
    kDone,          // the message is sent completely
    kBlocked,       // the stream takes no more now
    kWaiting,       // the body has nothing now
    kBodyFailed,    // body_error(): the message cannot be completed; everything good is sent
    kStreamFailed,  // stream_error()
  };

  // Appended to, it is sent by the next pump() in front of everything that has not begun.
  std::string& text() { return text_; }
  // Begins a message whose head is in text(). `body` must be as the plan says, or the message fails
  // before it would look complete: of a body with a length, the last byte waits for the clean end.
  void start(BodyReader body, const SendPlan& plan);
  // Gives up the message, if any: the body's writer learns of it.
  void cancel();
  Outcome pump(net::ByteStream& stream);

  bool active() const { return active_; }
  const SendPlan& plan() const { return plan_; }  // of the last message started
  BodyReader& body() { return body_; }
  const ErrorCode& body_error() const { return *body_error_; }
  const net::IoError& stream_error() const { return *stream_error_; }
  // Bytes that the stream has ever accepted.
  uint64_t sent() const { return sent_; }

 private:
  void stage();
  void stage_length();
  void stage_chunk();
  void stage_until_close();
  void ask_or_fail();
  bool nothing_staged() const { return text_sent_ == text_.size() && data_ == 0 && tail_.empty(); }
  Outcome rest();
  void account(size_t accepted);

  std::string text_;  // staged: first this ...
  size_t text_sent_ = 0;
  uint64_t data_ = 0;  // ... then so many bytes of body_ ...
  std::string tail_;   // ... then this
  bool active_ = false;
  bool ended_ = false;  // what is staged ends the message
  SendPlan plan_;
  uint64_t length_left_ = 0;  // of plan_.length, not staged
  BodyReader body_;
  uint64_t sent_ = 0;
  std::optional<ErrorCode> body_error_;
  std::optional<net::IoError> stream_error_;
};

}  // namespace tappet::http
