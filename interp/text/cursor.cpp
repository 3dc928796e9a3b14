#include "interp/text/cursor.h"

#include <fmt/format.h>

#include <algorithm>

#include "interp/base/printable.h"
#include "interp/base/utf8.h"
#include "interp/text/numbers.h"

namespace tappet::text {

void Cursor::fail_at(uint32_t offset, std::string message, ErrorKind kind) {
  if (!error_) error_ = make_error(kind, std::move(message), stream_->position(offset));
  at_ = end_;
}

void Cursor::fail_with(Error error) {
  if (!error_) error_ = std::move(error);
  at_ = end_;
}

void Cursor::unexpected(std::string_view expected) {
  if (at_end()) return fail(fmt::format("unexpected end, expected {}", expected));
  fail(fmt::format("unexpected token {}, expected {}", printable(text()), expected));
}

bool Cursor::accept(std::string_view word) {
  if (!at_atom(word)) return false;
  advance();
  return true;
}

bool Cursor::accept_open(std::string_view word) {
  if (!at_open(word)) return false;
  advance(2);
  return true;
}

bool Cursor::accept_close() {
  if (!at_close()) return false;
  advance();
  return true;
}

void Cursor::expect_open(std::string_view word) {
  if (!accept_open(word)) unexpected(fmt::format("({}", word));
}

void Cursor::expect_close() {
  if (!accept_close()) unexpected(")");
}

std::optional<std::string> Cursor::accept_id() {
  if (kind() != TokenKind::kId) return std::nullopt;
  std::string name = decode_id(text());
  advance();
  return name;
}

std::string Cursor::expect_string() {
  if (kind() != TokenKind::kString) {
    unexpected("a string");
    return {};
  }
  std::string bytes = decode_string(text());
  advance();
  return bytes;
}

std::string Cursor::expect_name() {
  const uint32_t offset = peek().begin;
  std::string name = expect_string();
  if (!is_utf8({reinterpret_cast<const uint8_t*>(name.data()), name.size()}))
    fail_at(offset, "malformed UTF-8 encoding");
  return name;
}

uint64_t Cursor::expect_unsigned(int bits) {
  if (kind() == TokenKind::kAtom) {
    if (const auto value = parse_unsigned(text(), bits)) {
      advance();
      return *value;
    }
    if (parse_unsigned(text().substr(0, 1))) {
      fail(fmt::format("{} is no unsigned integer of {} bits", printable(text()), bits));
      return 0;
    }
  }
  unexpected("an unsigned integer");
  return 0;
}

void Cursor::skip_group() {
  const uint32_t offset = peek().begin;
  uint32_t depth = 0;
  do {
    if (at_end()) return fail_at(offset, "unclosed parenthesis");
    if (kind() == TokenKind::kOpen) ++depth;
    if (kind() == TokenKind::kClose) --depth;
    advance();
  } while (depth != 0);
}

void Cursor::start_annotations_at(uint32_t token) {
  const auto& all = stream_->annotations;
  first_annotation_ = static_cast<uint32_t>(
      std::lower_bound(all.begin(), all.end(), token,
                       [](const Annotation& a, uint32_t before) { return a.before < before; }) -
      all.begin());
  taken_.clear();
}

const Annotation* Cursor::take_annotation(std::string_view id) {
  const auto& all = stream_->annotations;
  if (all.empty() || !ok()) return nullptr;
  auto found = std::lower_bound(all.begin() + first_annotation_, all.end(), at_,
                                [](const Annotation& a, uint32_t at) { return a.before < at; });
  for (; found != all.end() && found->before == at_; ++found) {
    const auto index = static_cast<size_t>(found - all.begin()) - first_annotation_;
    if (index >= taken_.size()) taken_.resize(index + 1);
    if (found->id != id || taken_[index]) continue;
    taken_[index] = true;
    return &*found;
  }
  return nullptr;
}

std::optional<std::string> Cursor::sole_string(const Annotation& annotation) const {
  if (annotation.end != annotation.begin + 1) return std::nullopt;
  const Token& token = stream_->annotation_tokens[annotation.begin];
  if (token.kind != TokenKind::kString) return std::nullopt;
  return decode_string(stream_->text(token));
}

const Annotation* Cursor::untaken_annotation() const {
  const auto& all = stream_->annotations;
  for (size_t i = first_annotation_; i < all.size() && all[i].before <= at_; ++i) {
    const size_t index = i - first_annotation_;
    if (index >= taken_.size() || !taken_[index]) return &all[i];
  }
  return nullptr;
}

}  // namespace tappet::text
