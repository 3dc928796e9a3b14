// An output whose lines say where they come from.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "wasi/host/stream.h"

namespace tappet::wasi {

struct LinePrefixOptions {
  // Gives what is written before the first byte of every line, empty ones included.
  std::function<std::string()> prefix;
  // Control characters other than tab and line end are written as \xNN, those of Unicode beyond
  // ASCII as \u00NN: for outputs that are read on a terminal, or as a log that a guest must not
  // forge.
  bool escape_controls = false;
};

// Writes to another output, which it may share. A line may come in pieces: it is passed on when it
// is complete, or long, so that lines of those who share the output do not mix. The last line is
// completed at the end of the stream's life.
class LinePrefix final : public OutputStream {
 public:
  LinePrefix(std::shared_ptr<OutputStream> inner, LinePrefixOptions options);
  // What the inner stream does not take now is lost; see drain().
  ~LinePrefix() override;

  bool ready() override;
  StreamResult<size_t> check_write() override;
  StreamResult<> write(Bytes bytes) override;
  // Of complete lines.
  StreamResult<> flush() override;
  // An incomplete line, too, without completing it.
  bool drain(uint64_t longest_stall_ns) override;

 private:
  // Expanded at most by the prefix per byte, so what is waiting stays bounded.
  static constexpr size_t kPermit = 4096;
  // Of an incomplete line.
  static constexpr size_t kMostHeld = 4096;

  void expand(uint8_t byte);
  void escape(uint8_t byte);
  void put(std::string_view text);
  // Passes on what the inner stream takes.
  void pump();
  StreamResult<> try_pump();
  // Ok, or the end of the inner stream, told once in full.
  StreamResult<> told();

  std::shared_ptr<OutputStream> inner_;
  LinePrefixOptions options_;
  bool at_line_start_ = true;
  bool flush_wanted_ = false;
  // Of what check_write() said: it holds until then even if others fill the inner stream meanwhile.
  size_t promised_ = 0;
  bool lead_ = false;  // kLead came and is not in waiting_ yet
  std::optional<StreamEnd> end_;
  Bytes waiting_;
  size_t complete_ = 0;  // bytes of waiting_ that may be passed on
  Waker inner_changed_;
};

}  // namespace tappet::wasi
