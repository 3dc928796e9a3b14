// wasi:io/poll's pollable: something to wait for, as a resource.
#pragma once

#include <memory>
#include <utility>

#include "wasi/host/stream.h"

namespace tappet::wasi::p2 {

class Pollable {
 public:
  // What it waits for is kept alive.
  explicit Pollable(std::shared_ptr<Readiness> source) : source_(std::move(source)) {}

  bool ready() { return source_->ready(); }
  // Woken when ready() may have become true.
  WakeList& changed() { return source_->changed(); }
  const std::shared_ptr<Readiness>& source() const { return source_; }

 private:
  std::shared_ptr<Readiness> source_;
};

}  // namespace tappet::wasi::p2
