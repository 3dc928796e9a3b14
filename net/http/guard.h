// What is checked before llhttp sees a byte: lines end in CRLF and nothing else, there is no NUL,
// nothing is folded, and every size is bounded. What llhttp makes of such bytes differs from
// version to version; with these guards it does not matter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tappet::http {

// Limits of one direction's messages; see ServerLimits and ClientLimits for the defaults.
struct ParseLimits {
  size_t first_line_bytes;
  size_t header_bytes;  // the lines after the first, with their ends
  uint32_t header_fields;
  size_t trailer_bytes;
  uint32_t trailer_fields;
  size_t chunk_extension_bytes;  // per message
};

// Finds the end of a header or trailer section in text that arrives bit by bit.
class SectionGuard {
 public:
  enum class Kind : uint8_t { kRequestHead, kResponseHead, kTrailers };
  enum class Verdict : uint8_t {
    kMore,           // so far so good
    kFirstLine,      // the first line of a head is there: look at first_line(), then go on
    kComplete,       // end() is behind the empty line
    kMalformed,      // problem() says how
    kFirstLineLong,  // over the limit
    kSectionLarge,   // ditto
    kTooManyFields,  // ditto
  };

  // `limits` must outlive the guard.
  SectionGuard(Kind kind, const ParseLimits& limits) : kind_(kind), limits_(&limits) {}

  // `text` is everything since the section's start: what the last call was given, and more.
  Verdict scan(std::string_view text);

  // Offsets into the text. begin() is behind empty lines before a request (a few are tolerated).
  size_t begin() const { return begin_; }
  size_t end() const { return line_start_; }
  std::string_view first_line(std::string_view text) const {
    return text.substr(begin_, first_line_end_ - begin_);
  }
  // Without the first line, so far.
  uint32_t fields() const { return lines_ - (is_head() ? 1 : 0); }
  const char* problem() const { return problem_; }

  // True if `text`, scanned, holds nothing but whole empty lines before a head. forget_text() then
  // lets the next scan begin with new text; the lines stay counted.
  bool only_empty_lines(std::string_view text) const {
    return is_head() && lines_ == 0 && line_start_ == text.size();
  }
  void forget_text() { line_start_ = scanned_ = 0; }

 private:
  bool is_head() const { return kind_ != Kind::kTrailers; }
  Verdict malformed(const char* problem);
  Verdict end_line(std::string_view line);
  Verdict unfinished_line(std::string_view rest);
  Verdict check_size(size_t size) const;

  Kind kind_;
  const ParseLimits* limits_;
  const char* problem_ = "";
  size_t begin_ = 0;
  size_t first_line_end_ = 0;
  size_t line_start_ = 0;
  size_t scanned_ = 0;  // no LF before it since line_start_
  uint32_t lines_ = 0;
  uint32_t empty_lines_ = 0;
};

// Checks what surrounds the data of a chunked body: chunk-size lines and the line ends behind data.
class ChunkGuard {
 public:
  enum class Verdict : uint8_t { kGood, kMalformed, kExtensionsLarge };

  // The next framing bytes, in pieces as they come.
  Verdict check(std::string_view framing, size_t extension_limit);
  // Data has come since.
  void data() { after_data_ = true; }

 private:
  // 16 digits hold every 64-bit size; leading zeros beyond are nobody's honest work.
  static constexpr uint32_t kMostDigits = 16;
  bool after_data_ = false;
  bool after_cr_ = false;
  bool in_digits_ = true;
  uint32_t digits_ = 0;
  size_t extension_bytes_ = 0;
};

}  // namespace tappet::http
