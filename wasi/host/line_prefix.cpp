#include "wasi/host/line_prefix.h"

#include <algorithm>

#include <fmt/format.h>

namespace tappet::wasi {
namespace {

// UTF-8 has U+0080 to U+009F, which terminals may obey as well, behind this byte.
constexpr uint8_t kLead = 0xc2;

}  // namespace

LinePrefix::LinePrefix(std::shared_ptr<OutputStream> inner, LinePrefixOptions options)
    : inner_(std::move(inner)),
      options_(std::move(options)),
      inner_changed_([this] { changed_.wake_all(); }) {}

LinePrefix::~LinePrefix() {
  if (!at_line_start_) expand('\n');
  pump();
}

bool LinePrefix::ready() {
  pump();
  if (end_ || promised_ > 0 || (complete_ == 0 && inner_->ready())) return true;
  inner_->changed().add(inner_changed_);
  return false;
}

StreamResult<size_t> LinePrefix::check_write() {
  pump();
  TAPPET_TRY(told());
  if (promised_ > 0) return promised_;
  if (complete_ > 0) return 0;
  const size_t inner = TAPPET_TRY(inner_->check_write());
  promised_ = inner == 0 ? 0 : kPermit;
  return promised_;
}

StreamResult<> LinePrefix::write(Bytes bytes) {
  TAPPET_TRY(told());
  promised_ -= std::min(promised_, bytes.size());
  for (const uint8_t byte : bytes) expand(byte);
  if (waiting_.size() - complete_ > kMostHeld) complete_ = waiting_.size();
  pump();
  return {};
}

StreamResult<> LinePrefix::flush() {
  TAPPET_TRY(told());
  promised_ = 0;
  flush_wanted_ = true;
  pump();
  return {};
}

bool LinePrefix::drain(uint64_t longest_stall_ns) {
  complete_ = waiting_.size();
  for (pump(); !end_ && complete_ > 0; pump()) {
    if (!inner_->drain(longest_stall_ns)) return false;
  }
  return inner_->drain(longest_stall_ns);
}

StreamResult<> LinePrefix::told() {
  if (!end_) return {};
  return fail(std::exchange(*end_, StreamEnd::closed()));
}

void LinePrefix::expand(uint8_t byte) {
  if (at_line_start_) {
    put(options_.prefix());
  }
  at_line_start_ = byte == '\n';
  if (options_.escape_controls) {
    escape(byte);
  } else {
    waiting_.push_back(byte);
  }
  if (at_line_start_) complete_ = waiting_.size();
}

void LinePrefix::escape(uint8_t byte) {
  const bool high = byte >= 0x80 && byte < 0xa0;
  if (std::exchange(lead_, false)) {
    if (!high) waiting_.push_back(kLead);
    if (high) return put(fmt::format("\\u{:04x}", byte));
  }
  if (byte == kLead) {
    lead_ = true;
  } else if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f) {
    put(fmt::format("\\x{:02x}", byte));
  } else {
    waiting_.push_back(byte);
  }
}

void LinePrefix::put(std::string_view text) {
  const ByteSpan bytes = as_bytes(text);
  waiting_.insert(waiting_.end(), bytes.begin(), bytes.end());
}

void LinePrefix::pump() {
  if (end_) return;
  StreamResult<> pumped = try_pump();
  if (pumped.ok()) return;
  end_ = std::move(pumped).error();
  waiting_.clear();
  complete_ = 0;
}

StreamResult<> LinePrefix::try_pump() {
  while (complete_ > 0) {
    const size_t count = std::min(TAPPET_TRY(inner_->check_write()), complete_);
    if (count == 0) return {};
    const auto rest = waiting_.begin() + static_cast<ptrdiff_t>(count);
    Bytes part(waiting_.begin(), rest);
    waiting_.erase(waiting_.begin(), rest);
    complete_ -= count;
    TAPPET_TRY(inner_->write(std::move(part)));
  }
  if (!flush_wanted_) return {};
  flush_wanted_ = false;
  return inner_->flush();
}

}  // namespace tappet::wasi
