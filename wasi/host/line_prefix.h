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
  // Control characters other than tab and line end are written as \xNN: for outputs that are read
  // on a terminal, or as a log that a guest must not forge.
  bool escape_controls = false;
};

// Writes to another output, which it may share. A line may come in pieces.
class LinePrefix final : public OutputStream {
 public:
  LinePrefix(std::shared_ptr<OutputStream> inner, LinePrefixOptions options);

  bool ready() override;
  StreamResult<size_t> check_write() override;
  StreamResult<> write(Bytes bytes) override;
  StreamResult<> flush() override;
  void drain() override;

 private:
  // Expanded at most by the prefix per byte, so what is waiting stays bounded.
  static constexpr size_t kPermit = 4096;
  void expand(uint8_t byte);
  // Passes on what the inner stream takes.
  void pump();
  StreamResult<> try_pump();
  // Ok, or the end of the inner stream, told once in full.
  StreamResult<> told();

  std::shared_ptr<OutputStream> inner_;
  LinePrefixOptions options_;
  bool at_line_start_ = true;
  bool flush_wanted_ = false;
  std::optional<StreamEnd> end_;
  Bytes waiting_;
  Waker inner_changed_;
};

}  // namespace tappet::wasi
