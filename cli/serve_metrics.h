// What `tappet serve` counts, and how that is told: Prometheus' text format, version 0.0.4.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "net/http/observer.h"

namespace tappet::cli {

// Of one worker: written by its thread, read by any.
struct WorkerMetrics {
  static constexpr std::array<double, 12> kBounds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                     0.1,   0.25,   0.5,   1.0,  2.5,   10.0};
  // By the first digit of the status; 0: the client was gone before.
  std::array<std::atomic<uint64_t>, 6> requests{};
  std::atomic<uint64_t> cut{};  // responses that began and did not end
  std::atomic<uint64_t> in_flight{};
  std::atomic<uint64_t> connections{};
  std::atomic<uint64_t> connections_ever{};
  std::atomic<uint64_t> refused{};  // connections
  std::atomic<uint64_t> received_bytes{};
  std::atomic<uint64_t> sent_bytes{};
  std::array<std::atomic<uint64_t>, kBounds.size() + 1> durations{};
  std::atomic<uint64_t> duration_ns{};
  std::atomic<uint64_t> traps{};
  std::atomic<uint64_t> failures{};  // of other kinds
  std::atomic<uint64_t> instances{};
  std::atomic<uint64_t> instances_reused{};
  std::atomic<uint64_t> instances_idle{};

  void ended(const http::RequestRecord& record);
};

struct ServeMetrics {
  explicit ServeMetrics(uint32_t worker_count);

  std::vector<std::unique_ptr<WorkerMetrics>> workers;
  std::atomic<uint64_t> reloads{};
  std::atomic<uint64_t> failed_reloads{};
  std::atomic<bool> ready{};  // accepts requests

  // Requests that have not been answered to the end.
  uint64_t in_flight() const;
  std::string to_text() const;
};

}  // namespace tappet::cli
