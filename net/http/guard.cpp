#include "net/http/guard.h"

#include <algorithm>

namespace tappet::http {
namespace {

// RFC 9112 section 2.2 wants a server to ignore at least one empty line before a request. Before a
// response, they could be the end of something else.
constexpr uint32_t kMostEmptyLines = 4;

bool is_hex_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

}  // namespace

SectionGuard::Verdict SectionGuard::malformed(const char* problem) {
  problem_ = problem;
  return Verdict::kMalformed;
}

// Two scans per line: for LF, and that the first CR is right before it.
SectionGuard::Verdict SectionGuard::scan(std::string_view text) {
  for (;;) {
    const size_t lf = text.find('\n', std::max(scanned_, line_start_));
    if (lf == std::string_view::npos) {
      const size_t from = std::max(scanned_, line_start_);
      scanned_ = text.size();
      return unfinished_line(text.substr(from > line_start_ ? from - 1 : from));
    }
    const std::string_view line = text.substr(line_start_, lf - line_start_);
    const size_t start = line_start_;
    line_start_ = lf + 1;
    const Verdict verdict = end_line(line);
    if (verdict == Verdict::kFirstLine) {
      begin_ = start;
      first_line_end_ = lf - 1;
    }
    if (verdict != Verdict::kMore) return verdict;
  }
}

SectionGuard::Verdict SectionGuard::end_line(std::string_view line) {
  const size_t cr = line.find('\r');
  if (cr == std::string_view::npos) return malformed("a line ends without CR");
  if (cr + 1 != line.size()) return malformed("CR within a line");
  if (line.find('\0') != std::string_view::npos) return malformed("NUL");
  const bool empty = line.size() == 1;
  if (is_head() && lines_ == 0) {
    if (empty) {
      const uint32_t most = kind_ == Kind::kRequestHead ? kMostEmptyLines : 0;
      return ++empty_lines_ > most ? malformed("empty lines") : Verdict::kMore;
    }
    ++lines_;
    return line.size() - 1 > limits_->first_line_bytes ? Verdict::kFirstLineLong
                                                       : Verdict::kFirstLine;
  }
  if (empty) return Verdict::kComplete;
  if (line[0] == ' ' || line[0] == '\t') return malformed("a folded line");
  ++lines_;
  return check_size(line_start_);
}

// Looks at the new part of a line that has no end yet, so that garbage is answered at once.
SectionGuard::Verdict SectionGuard::unfinished_line(std::string_view rest) {
  if (rest.find('\0') != std::string_view::npos) return malformed("NUL");
  const size_t cr = rest.find('\r');
  if (cr != std::string_view::npos && cr + 1 != rest.size()) return malformed("CR within a line");
  if (is_head() && lines_ == 0) {
    const bool large = scanned_ - line_start_ > limits_->first_line_bytes + 1;
    return large ? Verdict::kFirstLineLong : Verdict::kMore;
  }
  return check_size(scanned_);
}

SectionGuard::Verdict SectionGuard::check_size(size_t size) const {
  const bool head = is_head();
  const size_t start = head ? first_line_end_ + 2 : 0;
  if (fields() > (head ? limits_->header_fields : limits_->trailer_fields)) {
    return Verdict::kTooManyFields;
  }
  if (size - start > (head ? limits_->header_bytes : limits_->trailer_bytes)) {
    return Verdict::kSectionLarge;
  }
  return Verdict::kMore;
}

ChunkGuard::Verdict ChunkGuard::check(std::string_view framing, size_t extension_limit) {
  for (const char c : framing) {
    if (after_cr_) {
      if (c != '\n') return Verdict::kMalformed;
      after_cr_ = false;
      if (!after_data_ && digits_ == 0) return Verdict::kMalformed;
      after_data_ = false;
      in_digits_ = true;
      digits_ = 0;
    } else if (c == '\r') {
      after_cr_ = true;
    } else if (after_data_ || c == '\n' || c == '\0') {
      return Verdict::kMalformed;
    } else if (in_digits_ && is_hex_digit(c)) {
      if (++digits_ > kMostDigits) return Verdict::kMalformed;
    } else {
      if (in_digits_ && (digits_ == 0 || c != ';')) return Verdict::kMalformed;
      in_digits_ = false;
      if (++extension_bytes_ > extension_limit) return Verdict::kExtensionsLarge;
    }
  }
  return Verdict::kGood;
}

}  // namespace tappet::http
