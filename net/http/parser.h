// Incoming messages: llhttp (strict, no lenient flag) between guards before it and rules behind it.
//
// A parser is fed input and stops at events: the head, the end, an error. Content goes to a sink as
// it comes. Heads and trailer sections are parsed when they have come completely, so that no field
// is ever seen in parts. Loop thread only; internal to net/http.
#pragma once

#include <llhttp.h>

#include <optional>
#include <string>

#include "net/http/guard.h"
#include "net/http/message.h"

namespace tappet::http {

enum class Framing : uint8_t { kNone, kLength, kChunked, kUntilClose };

// Why a message is refused. `status` is what a server answers.
struct ParseError {
  uint16_t status = 400;
  ErrorCode code;
};
// HTTP-protocol-error with a detail for the log.
ParseError protocol_error(uint16_t status, std::string detail);

class ContentSink {
 public:
  virtual void on_content(ByteSpan bytes) = 0;

 protected:
  ~ContentSink() = default;
};

class MessageParser {
 public:
  enum class Event : uint8_t {
    kMore,   // all input is consumed and more is needed
    kHead,   // the head has come; feed on
    kEnd,    // the message has come completely; next() begins another
    kError,  // error() says why; the connection is of no more use
  };

  MessageParser(const MessageParser&) = delete;
  MessageParser& operator=(const MessageParser&) = delete;

  // Consumes from the front of `input` up to the next event. Content that is fed goes to the sink
  // at once: whoever bounds memory bounds what is fed between kHead and kEnd.
  Event feed(ByteSpan& input, ContentSink& sink);
  // The peer has ended its direction: kEnd if that completes the message, kMore if none had begun,
  // else kError.
  Event finish();
  void next();
  // Frees what it holds of a message; nothing is fed to it any more.
  void forget();

  // Some byte of the message has been fed; empty lines before a head do not count.
  bool started() const { return started_; }
  bool head_complete() const { return state_ == State::kContent || state_ == State::kTrailers; }
  // From kHead on:
  Framing framing() const { return framing_; }
  uint64_t content_length() const { return content_length_; }  // for Framing::kLength
  bool keep_alive() const { return keep_alive_; }
  uint8_t minor_version() const { return minor_version_; }  // 0 or 1
  // At kEnd: what came behind the last chunk; never merged into the head's fields.
  std::optional<Fields> take_trailers();
  // At kError.
  const ParseError& error() const { return *error_; }

 protected:
  // `limits` must outlive the parser.
  MessageParser(llhttp_type_t type, const ParseLimits& limits);
  virtual ~MessageParser() = default;

  // What the head's fields say about framing and routing; views into the text being parsed.
  struct Noted {
    uint32_t lengths = 0;
    uint32_t codings = 0;
    uint32_t hosts = 0;
    std::string_view length;
    std::string_view coding;
    std::string_view host;
    std::string_view expect;
  };

  // Checks what llhttp is lax about, before it is given the line.
  virtual std::optional<ParseError> check_first_line(std::string_view line) = 0;
  // Called when llhttp has seen the whole head: decides about framing_.
  virtual std::optional<ParseError> interpret_head() = 0;
  // Parses a complete head.
  virtual void execute_head(std::string_view text) { execute(text); }

  llhttp_errno_t execute(std::string_view text);
  // Notes the length if there is exactly one valid content-length field, or none.
  std::optional<ParseError> check_content_length();

  const ParseLimits& limits_;
  Noted noted_;
  Fields fields_;
  std::string_view target_;  // of a request; of the text being parsed
  Framing framing_ = Framing::kNone;
  uint64_t content_length_ = 0;
  uint8_t minor_version_ = 1;
  uint16_t status_ = 0;  // of a response

 private:
  enum class State : uint8_t { kHead, kContent, kTrailers, kEnded, kFailed };
  struct Callbacks;

  Event read_head(ByteSpan& input);
  Event read_content(ByteSpan& input, ContentSink& sink);
  Event read_trailers(ByteSpan& input);
  Event read_section(ByteSpan& input);
  Event parse_head(std::string_view text);
  Event parse_trailers(std::string_view text);
  Event fail(ParseError error);
  Event fail_malformed();
  bool check_section(SectionGuard::Verdict verdict, std::string_view text);
  bool check_framing_bytes(const char* end);
  bool commit_field();
  int on_headers_complete();

  llhttp_t llhttp_;
  State state_ = State::kHead;
  SectionGuard section_;
  ChunkGuard chunks_;
  std::string partial_;  // a section that has not come completely
  Fields trailers_;
  std::string_view name_;
  std::string_view value_;
  ContentSink* sink_ = nullptr;
  const char* position_ = nullptr;  // behind the framing bytes that chunks_ has checked
  bool started_ = false;
  bool keep_alive_ = false;
  bool says_close_ = false;  // options of Connection
  bool says_keep_alive_ = false;
  bool heads_done_ = false;  // llhttp has seen the whole head
  bool last_chunk_ = false;
  bool complete_ = false;  // llhttp has seen the whole message
  std::optional<ParseError> error_;
};

}  // namespace tappet::http
