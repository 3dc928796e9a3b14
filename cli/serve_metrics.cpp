#include "cli/serve_metrics.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>

#include "cli/version.h"

namespace tappet::cli {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

class Exposition {
 public:
  void family(std::string_view name, std::string_view kind, std::string_view help) {
    name_ = name;
    text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, kind);
  }
  template <class T>
  void sample(T value, std::string_view labels = "", std::string_view suffix = "") {
    text_ += fmt::format("{}{}{} {}\n", name_, suffix,
                         labels.empty() ? "" : fmt::format("{{{}}}", labels), value);
  }
  // A family of one sample.
  template <class T>
  void one(std::string_view name, std::string_view kind, std::string_view help, T value) {
    family(name, kind, help);
    sample(value);
  }
  std::string take() { return std::move(text_); }

 private:
  std::string_view name_;
  std::string text_;
};

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  uint64_t all = 0;
  uint64_t pages = 0;
  return file >> all >> pages ? pages * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

void write_process(Exposition& out) {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  out.one("process_cpu_seconds_total", "counter", "Processor time of the process.",
          seconds(usage.ru_utime) + seconds(usage.ru_stime));
  out.one("process_resident_memory_bytes", "gauge", "Memory of the process.", resident_bytes());
  out.family("tappet_build_info", "gauge", "The version.");
  out.sample(1, fmt::format("version=\"{}\"", kVersion));
}

}  // namespace

void WorkerMetrics::ended(const http::RequestRecord& record) {
  const size_t klass = std::min<size_t>(record.status / 100, requests.size() - 1);
  requests[klass].fetch_add(1, kRelaxed);
  in_flight.fetch_sub(1, kRelaxed);
  if (record.status != 0 && !record.complete) cut.fetch_add(1, kRelaxed);
  received_bytes.fetch_add(record.received, kRelaxed);
  sent_bytes.fetch_add(record.sent, kRelaxed);
  const uint64_t duration = record.ended_ns - record.began_ns;
  duration_ns.fetch_add(duration, kRelaxed);
  size_t bucket = 0;
  while (bucket < kBounds.size() && static_cast<double>(duration) > kBounds[bucket] * 1e9) ++bucket;
  durations[bucket].fetch_add(1, kRelaxed);
}

ServeMetrics::ServeMetrics(uint32_t worker_count) {
  for (uint32_t i = 0; i < worker_count; ++i) workers.push_back(std::make_unique<WorkerMetrics>());
}

uint64_t ServeMetrics::in_flight() const {
  uint64_t total = 0;
  for (const auto& worker : workers) total += worker->in_flight.load(kRelaxed);
  return total;
}

std::string ServeMetrics::to_text() const {
  const auto sum = [this](auto&& pick) {
    uint64_t total = 0;
    for (const auto& worker : workers) total += pick(*worker).load(kRelaxed);
    return total;
  };
  Exposition out;
  out.family("tappet_http_requests_total", "counter",
             "Requests by their response's class; none: the client was gone before.");
  static constexpr const char* kClasses[] = {"none", "1xx", "2xx", "3xx", "4xx", "5xx"};
  for (size_t i = 0; i < std::size(kClasses); ++i) {
    if (i == 1) continue;  // no final status
    out.sample(sum([i](WorkerMetrics& w) -> auto& { return w.requests[i]; }),
               fmt::format("class=\"{}\"", kClasses[i]));
  }
  out.family("tappet_http_request_duration_seconds", "histogram",
             "From a request's head to the end of its response.");
  uint64_t count = 0;
  for (size_t i = 0; i <= WorkerMetrics::kBounds.size(); ++i) {
    count += sum([i](WorkerMetrics& w) -> auto& { return w.durations[i]; });
    const std::string bound = i < WorkerMetrics::kBounds.size()
                                  ? fmt::format("{}", WorkerMetrics::kBounds[i])
                                  : std::string("+Inf");
    out.sample(count, fmt::format("le=\"{}\"", bound), "_bucket");
  }
  out.sample(
      static_cast<double>(sum([](WorkerMetrics& w) -> auto& { return w.duration_ns; })) / 1e9, "",
      "_sum");
  out.sample(count, "", "_count");
  struct Simple {
    const char* name;
    const char* kind;
    const char* help;
    std::atomic<uint64_t> WorkerMetrics::* member;
  };
  static constexpr Simple kSimple[] = {
      {"tappet_http_requests_in_flight", "gauge", "Requests without a complete response.",
       &WorkerMetrics::in_flight},
      {"tappet_http_responses_cut_total", "counter", "Responses that began and did not end.",
       &WorkerMetrics::cut},
      {"tappet_http_connections", "gauge", "Open connections.", &WorkerMetrics::connections},
      {"tappet_http_connections_total", "counter", "Connections ever.",
       &WorkerMetrics::connections_ever},
      {"tappet_http_connections_refused_total", "counter",
       "Connections of clients that had too many.", &WorkerMetrics::refused},
      {"tappet_http_request_body_bytes_total", "counter", "Content of requests.",
       &WorkerMetrics::received_bytes},
      {"tappet_http_response_body_bytes_total", "counter",
       "Content of responses, with its framing.", &WorkerMetrics::sent_bytes},
      {"tappet_guest_traps_total", "counter", "Requests whose guest trapped.",
       &WorkerMetrics::traps},
      {"tappet_guest_failures_total", "counter",
       "Requests whose guest failed in another way: timeouts, no answer.",
       &WorkerMetrics::failures},
      {"tappet_guest_instances_total", "counter", "Instances made.", &WorkerMetrics::instances},
      {"tappet_guest_instances_reused_total", "counter",
       "Requests given to an instance that had answered others.", &WorkerMetrics::instances_reused},
      {"tappet_guest_instances_idle", "gauge", "Instances that wait for their next request.",
       &WorkerMetrics::instances_idle},
  };
  for (const Simple& row : kSimple) {
    out.one(row.name, row.kind, row.help,
            sum([&row](WorkerMetrics& w) -> auto& { return w.*row.member; }));
  }
  out.family("tappet_reloads_total", "counter", "Reloads of component and certificates.");
  out.sample(reloads.load(kRelaxed), "result=\"done\"");
  out.sample(failed_reloads.load(kRelaxed), "result=\"failed\"");
  write_process(out);
  return out.take();
}

}  // namespace tappet::cli
