#include "net/http/parser.h"

#include "net/http/syntax.h"

namespace tappet::http {
namespace {

constexpr const char* kTwoReadings = "two readings of the message's length";

SectionGuard::Kind head_kind(llhttp_type_t type) {
  return type == HTTP_REQUEST ? SectionGuard::Kind::kRequestHead
                              : SectionGuard::Kind::kResponseHead;
}

}  // namespace

ParseError protocol_error(uint16_t status, std::string detail) {
  return {status, ErrorCode::HttpProtocolError().with_detail(std::move(detail))};
}

// The only functions that llhttp calls. They collect; nothing is reset or freed from inside.
struct MessageParser::Callbacks {
  static MessageParser& self(llhttp_t* llhttp) {
    return *static_cast<MessageParser*>(llhttp->data);
  }

  static bool extend(std::string_view& view, const char* at, size_t size) {
    if (!view.empty() && view.data() + view.size() != at) return false;
    view = view.empty() ? std::string_view(at, size)
                        : std::string_view(view.data(), view.size() + size);
    return true;
  }

  static int on_url(llhttp_t* llhttp, const char* at, size_t size) {
    return extend(self(llhttp).target_, at, size) ? 0 : HPE_USER;
  }
  static int on_header_field(llhttp_t* llhttp, const char* at, size_t size) {
    return extend(self(llhttp).name_, at, size) ? 0 : HPE_USER;
  }
  static int on_header_value(llhttp_t* llhttp, const char* at, size_t size) {
    return extend(self(llhttp).value_, at, size) ? 0 : HPE_USER;
  }
  static int on_header_value_complete(llhttp_t* llhttp) {
    return self(llhttp).commit_field() ? 0 : HPE_USER;
  }
  static int on_headers_complete(llhttp_t* llhttp) { return self(llhttp).on_headers_complete(); }
  static int on_body(llhttp_t* llhttp, const char* at, size_t size) {
    MessageParser& parser = self(llhttp);
    if (parser.framing_ == Framing::kChunked && !parser.check_framing_bytes(at)) return HPE_USER;
    parser.position_ = at + size;
    parser.chunks_.data();
    parser.sink_->on_content(as_bytes({at, size}));
    return 0;
  }
  static int on_chunk_header(llhttp_t* llhttp) {
    if (llhttp->content_length != 0) return 0;
    self(llhttp).last_chunk_ = true;
    return HPE_PAUSED;
  }
  static int on_message_complete(llhttp_t* llhttp) {
    self(llhttp).complete_ = true;
    return HPE_PAUSED;
  }

  static llhttp_settings_t settings() {
    llhttp_settings_t settings;
    llhttp_settings_init(&settings);
    settings.on_url = on_url;
    settings.on_header_field = on_header_field;
    settings.on_header_value = on_header_value;
    settings.on_header_value_complete = on_header_value_complete;
    settings.on_headers_complete = on_headers_complete;
    settings.on_body = on_body;
    settings.on_chunk_header = on_chunk_header;
    settings.on_message_complete = on_message_complete;
    return settings;
  }
};

MessageParser::MessageParser(llhttp_type_t type, const ParseLimits& limits)
    : limits_(limits), section_(head_kind(type), limits) {
  static const llhttp_settings_t settings = Callbacks::settings();
  llhttp_init(&llhttp_, type, &settings);
  llhttp_.data = this;
}

void MessageParser::next() {
  llhttp_reset(&llhttp_);
  state_ = State::kHead;
  section_ = SectionGuard(head_kind(static_cast<llhttp_type_t>(llhttp_.type)), limits_);
  chunks_ = ChunkGuard();
  noted_ = Noted();
  fields_.clear();
  trailers_.clear();
  target_ = name_ = value_ = {};
  framing_ = Framing::kNone;
  content_length_ = 0;
  started_ = keep_alive_ = says_close_ = says_keep_alive_ = false;
  heads_done_ = last_chunk_ = complete_ = false;
  error_.reset();
}

MessageParser::Event MessageParser::feed(ByteSpan& input, ContentSink& sink) {
  started_ = started_ || !input.empty();
  switch (state_) {
    case State::kHead:
      return read_section(input);
    case State::kContent:
      return read_content(input, sink);
    case State::kTrailers:
      return read_section(input);
    case State::kEnded:
      return Event::kEnd;
    case State::kFailed:
      return Event::kError;
  }
  return Event::kError;
}

MessageParser::Event MessageParser::finish() {
  if (state_ == State::kHead && !started_) return Event::kMore;
  if (state_ == State::kContent && framing_ == Framing::kUntilClose) state_ = State::kEnded;
  if (state_ == State::kEnded) return Event::kEnd;
  if (state_ == State::kFailed) return Event::kError;
  return fail(protocol_error(400, "the connection ended within a message"));
}

std::optional<Fields> MessageParser::take_trailers() {
  if (trailers_.empty()) return std::nullopt;
  return std::exchange(trailers_, Fields());
}

void MessageParser::forget() {
  partial_ = {};
  fields_ = trailers_ = {};
}

// A head or trailer section. Usually the input holds all of it, and nothing is copied.
MessageParser::Event MessageParser::read_section(ByteSpan& input) {
  const size_t before = partial_.size();
  const bool whole = partial_.empty();
  if (!whole) partial_.append(as_text(input));
  const std::string_view text = whole ? as_text(input) : std::string_view(partial_);
  SectionGuard::Verdict verdict = SectionGuard::Verdict::kFirstLine;
  while (verdict == SectionGuard::Verdict::kFirstLine) {
    verdict = section_.scan(text);
    if (!check_section(verdict, text)) return Event::kError;
  }
  if (verdict == SectionGuard::Verdict::kMore) {
    input = {};
    if (section_.only_empty_lines(text)) {
      section_.forget_text();
      partial_.clear();
      started_ = false;
    } else if (whole) {
      partial_.assign(text);
    }
    return Event::kMore;
  }
  input = input.subspan(section_.end() - before);
  const std::string_view section = text.substr(section_.begin(), section_.end() - section_.begin());
  const Event event = state_ == State::kHead ? parse_head(section) : parse_trailers(section);
  partial_ = std::string();
  return event;
}

bool MessageParser::check_section(SectionGuard::Verdict verdict, std::string_view text) {
  const bool head = state_ == State::kHead;
  const bool request = llhttp_.type == HTTP_REQUEST;
  switch (verdict) {
    case SectionGuard::Verdict::kMore:
    case SectionGuard::Verdict::kComplete:
      return true;
    case SectionGuard::Verdict::kFirstLine:
      if (auto error = check_first_line(section_.first_line(text))) fail(std::move(*error));
      return state_ != State::kFailed;
    case SectionGuard::Verdict::kMalformed:
      fail(protocol_error(400, section_.problem()));
      return false;
    case SectionGuard::Verdict::kFirstLineLong:
      fail({414, request ? ErrorCode::HttpRequestUriTooLong() : ErrorCode::HttpProtocolError()});
      return false;
    case SectionGuard::Verdict::kSectionLarge:
    case SectionGuard::Verdict::kTooManyFields:
      if (head) {
        fail({431, request ? ErrorCode::HttpRequestHeaderSectionSize()
                           : ErrorCode::HttpResponseHeaderSectionSize()});
      } else {
        fail({431, request ? ErrorCode::HttpRequestTrailerSectionSize()
                           : ErrorCode::HttpResponseTrailerSectionSize()});
      }
      return false;
  }
  return false;
}

MessageParser::Event MessageParser::parse_head(std::string_view text) {
  fields_.reserve(section_.fields(), text.size());
  execute_head(text);
  if (error_) return Event::kError;
  if (!heads_done_) return fail_malformed();
  if (complete_ && (framing_ == Framing::kLength || framing_ == Framing::kChunked)) {
    return fail(protocol_error(400, kTwoReadings));
  }
  state_ = framing_ == Framing::kNone ? State::kEnded : State::kContent;
  return Event::kHead;
}

MessageParser::Event MessageParser::parse_trailers(std::string_view text) {
  name_ = value_ = {};
  execute(text);
  if (error_) return Event::kError;
  if (!complete_) return fail_malformed();
  state_ = State::kEnded;
  return Event::kEnd;
}

// What ends with the connection has nothing that llhttp could read. It would read a tunnel as the
// status and the fields of its head say, which mean nothing there.
MessageParser::Event MessageParser::read_content(ByteSpan& input, ContentSink& sink) {
  if (framing_ == Framing::kUntilClose) {
    if (!input.empty()) sink.on_content(input);
    input = {};
    return Event::kMore;
  }
  sink_ = &sink;
  const std::string_view text = as_text(input);
  position_ = text.data();
  const llhttp_errno_t outcome = execute(text);
  sink_ = nullptr;
  if (error_) return Event::kError;
  const bool paused = outcome == HPE_PAUSED && (last_chunk_ || complete_);
  if (outcome != HPE_OK && !paused) return fail_malformed();
  const char* end = paused ? llhttp_get_error_pos(&llhttp_) : text.data() + text.size();
  if (framing_ == Framing::kChunked && !check_framing_bytes(end)) return Event::kError;
  input = input.subspan(static_cast<size_t>(end - text.data()));
  if (!paused) return Event::kMore;
  if (complete_) {
    state_ = State::kEnded;
    return Event::kEnd;
  }
  llhttp_resume(&llhttp_);
  state_ = State::kTrailers;
  section_ = SectionGuard(SectionGuard::Kind::kTrailers, limits_);
  return input.empty() ? Event::kMore : read_section(input);
}

// Everything between position_ and `end` that was not content.
bool MessageParser::check_framing_bytes(const char* end) {
  const std::string_view framing(position_, static_cast<size_t>(end - position_));
  position_ = end;
  switch (chunks_.check(framing, limits_.chunk_extension_bytes)) {
    case ChunkGuard::Verdict::kGood:
      return true;
    case ChunkGuard::Verdict::kMalformed:
      fail(protocol_error(400, "a malformed chunk"));
      return false;
    case ChunkGuard::Verdict::kExtensionsLarge:
      fail(protocol_error(413, "too many chunk extensions"));
      return false;
  }
  return false;
}

llhttp_errno_t MessageParser::execute(std::string_view text) {
  return llhttp_execute(&llhttp_, text.data(), text.size());
}

MessageParser::Event MessageParser::fail(ParseError error) {
  state_ = State::kFailed;
  if (!error_) error_ = std::move(error);
  return Event::kError;
}

MessageParser::Event MessageParser::fail_malformed() {
  const char* reason = llhttp_get_error_reason(&llhttp_);
  return fail(protocol_error(400, reason != nullptr ? reason : "a malformed message"));
}

// llhttp 8 accepts empty names, and in its loose builds spaces in them.
bool MessageParser::commit_field() {
  const std::string_view name = std::exchange(name_, {});
  const std::string_view value = trim(std::exchange(value_, {}));
  if (!is_token(name)) {
    fail(protocol_error(400, "a bad field name"));
    return false;
  }
  if (state_ == State::kTrailers) {
    trailers_.append_checked(name, value);
    return true;
  }
  fields_.append_checked(name, value);
  auto note = [&](std::string_view wanted, uint32_t& count, std::string_view& noted) {
    if (!equals_ignoring_case(name, wanted)) return true;
    ++count;
    noted = value;
    return true;
  };
  uint32_t ignored = 0;
  switch (name.size()) {
    case 4:
      return note("host", noted_.hosts, noted_.host);
    case 6:
      return note("expect", ignored, noted_.expect);
    case 10:
      if (!equals_ignoring_case(name, "connection")) return true;
      says_close_ = says_close_ || list_has_token(value, "close");
      says_keep_alive_ = says_keep_alive_ || list_has_token(value, "keep-alive");
      return true;
    case 14:
      return note("content-length", noted_.lengths, noted_.length);
    case 17:
      return note("transfer-encoding", noted_.codings, noted_.coding);
    default:
      return true;
  }
}

// Returns what llhttp shall do: 0 go on, 1 there is no content, HPE_USER stop. A message that asks
// for an upgrade is one like any other.
int MessageParser::on_headers_complete() {
  heads_done_ = true;
  minor_version_ = llhttp_get_http_minor(&llhttp_);
  status_ = static_cast<uint16_t>(llhttp_get_status_code(&llhttp_));
  llhttp_.upgrade = 0;
  if (auto error = interpret_head()) {
    fail(std::move(*error));
    return HPE_USER;
  }
  // RFC 9112 section 9.3. llhttp has keep-alive win in HTTP/1.0, and heeds Proxy-Connection.
  keep_alive_ =
      !says_close_ && (minor_version_ == 1 || says_keep_alive_) && framing_ != Framing::kUntilClose;
  const bool chunked = (llhttp_.flags & F_CHUNKED) != 0;
  const bool agrees =
      framing_ == Framing::kNone || framing_ == Framing::kUntilClose ||
      (framing_ == Framing::kChunked && chunked) ||
      (framing_ == Framing::kLength && !chunked && llhttp_.content_length == content_length_);
  if (!agrees) {
    fail(protocol_error(400, kTwoReadings));
    return HPE_USER;
  }
  return framing_ == Framing::kNone || framing_ == Framing::kUntilClose ? 1 : 0;
}

std::optional<ParseError> MessageParser::check_content_length() {
  if (noted_.lengths == 0) return std::nullopt;
  const auto length = parse_decimal(noted_.length);
  if (noted_.lengths > 1 || !length) return protocol_error(400, "a bad content-length");
  content_length_ = *length;
  framing_ = *length == 0 ? Framing::kNone : Framing::kLength;
  return std::nullopt;
}

}  // namespace tappet::http
