#include "wasi/host/line_prefix.h"

#include <algorithm>

#include <fmt/format.h>

namespace tappet::wasi {

LinePrefix::LinePrefix(std::shared_ptr<OutputStream> inner, LinePrefixOptions options)
    : inner_(std::move(inner)),
      options_(std::move(options)),
      inner_changed_([this] { changed_.wake_all(); }) {}

bool LinePrefix::ready() {
  pump();
  if (end_ || inner_->ready()) return true;
  inner_->changed().add(inner_changed_);
  return false;
}

StreamResult<size_t> LinePrefix::check_write() {
  pump();
  TAPPET_TRY(told());
  if (!waiting_.empty()) return 0;
  const size_t inner = TAPPET_TRY(inner_->check_write());
  return inner == 0 ? 0 : kPermit;
}

StreamResult<> LinePrefix::write(Bytes bytes) {
  TAPPET_TRY(told());
  for (const uint8_t byte : bytes) expand(byte);
  pump();
  return {};
}

StreamResult<> LinePrefix::flush() {
  TAPPET_TRY(told());
  flush_wanted_ = true;
  pump();
  return {};
}

void LinePrefix::drain() {
  for (pump(); !end_ && !waiting_.empty(); pump()) inner_->drain();
  inner_->drain();
}

StreamResult<> LinePrefix::told() {
  if (!end_) return {};
  return fail(std::exchange(*end_, StreamEnd::closed()));
}

void LinePrefix::expand(uint8_t byte) {
  if (at_line_start_) {
    const std::string text = options_.prefix();
    const ByteSpan prefix = as_bytes(text);
    waiting_.insert(waiting_.end(), prefix.begin(), prefix.end());
  }
  at_line_start_ = byte == '\n';
  const bool control = (byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f;
  if (options_.escape_controls && control) {
    const std::string escape = fmt::format("\\x{:02x}", byte);
    waiting_.insert(waiting_.end(), escape.begin(), escape.end());
  } else {
    waiting_.push_back(byte);
  }
}

void LinePrefix::pump() {
  if (end_) return;
  StreamResult<> pumped = try_pump();
  if (pumped.ok()) return;
  end_ = std::move(pumped).error();
  waiting_.clear();
}

StreamResult<> LinePrefix::try_pump() {
  while (!waiting_.empty()) {
    const size_t count = std::min(TAPPET_TRY(inner_->check_write()), waiting_.size());
    if (count == 0) return {};
    const auto rest = waiting_.begin() + static_cast<ptrdiff_t>(count);
    Bytes part(waiting_.begin(), rest);
    waiting_.erase(waiting_.begin(), rest);
    TAPPET_TRY(inner_->write(std::move(part)));
  }
  if (!flush_wanted_) return {};
  flush_wanted_ = false;
  return inner_->flush();
}

}  // namespace tappet::wasi
