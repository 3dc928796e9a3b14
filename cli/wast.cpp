// Scripts are independent of each other: as many run at once as there are processors.
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>

#include "canonical-abi/script/component_engine.h"
#include "canonical-abi/script/dialect.h"
#include "canonical-abi/script/round_trip.h"
#include "cli/commands.h"
#include "cli/report.h"
#include "cli/wast_report.h"
#include "interp/script/expectations.h"

namespace tappet::cli {
namespace {

using script::Verdict;

std::unique_ptr<script::ScriptEngine> make_engine(const WastOptions& options) {
  if (options.round_trip) return std::make_unique<component::ComponentRoundTripEngine>();
  EngineConfig config;
  config.features = options.features.core;
  if (!options.guard_pages) config.memory = MemoryStrategy::kChecked;
  StoreLimits limits;
  config.fuel = options.fuel.has_value();
  limits.fuel = options.fuel.value_or(limits.fuel);
  return std::make_unique<component::ComponentEngine>(config, options.gc_stress, limits);
}

std::string script_name(const std::string& file) {
  return std::filesystem::path(file).filename().string();
}

ScriptReport run_one(const std::string& file, const script::Expectations& expectations,
                     const WastOptions& options) {
  ScriptReport report{file, {}, {}};
  const auto refuse = [&](const Error& error) {
    Verdict verdict;
    verdict.kind = Verdict::Kind::kFailed;
    verdict.position = error.position;
    verdict.message = error.message;
    report.verdicts.push_back(std::move(verdict));
    return report;
  };
  const auto bytes = read_file(file);
  if (!bytes.ok()) return refuse(bytes.error());
  report.source = std::string(as_text(*bytes));
  const component::ComponentDialect dialect;
  const auto script = script::parse_script(report.source, &dialect);
  if (!script.ok()) return refuse(script.error());
  const auto engine = make_engine(options);
  report.verdicts = script::run_script(*script, *engine);
  expectations.apply(script_name(file), report.verdicts);
  return report;
}

// "[12/257] name" on a terminal, over and over in the same line.
class Progress {
 public:
  explicit Progress(size_t total) : total_(total), shown_(isatty(STDERR_FILENO) == 1) {}
  ~Progress() {
    if (shown_) write_error("\r\x1b[K");
  }
  void done(const std::string& file) {
    if (!shown_) return;
    const std::lock_guard<std::mutex> lock(mutex_);
    write_error(fmt::format("\r\x1b[K[{}/{}] {}", ++count_, total_, script_name(file)));
  }

 private:
  size_t total_;
  bool shown_;
  std::mutex mutex_;
  size_t count_ = 0;
};

std::vector<ScriptReport> run_all(const script::Expectations& expectations,
                                  const WastOptions& options) {
  std::vector<ScriptReport> reports(options.files.size());
  Progress progress(options.files.size());
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i = next++; i < reports.size(); i = next++) {
      reports[i] = run_one(options.files[i], expectations, options);
      progress.done(options.files[i]);
    }
  };
  const size_t workers =
      std::min<size_t>(std::max(1u, std::thread::hardware_concurrency()), reports.size());
  std::vector<std::thread> threads(workers);
  for (std::thread& thread : threads) thread = std::thread(work);
  for (std::thread& thread : threads) thread.join();
  return reports;
}

// What is listed but was not run: a list must not outlive its scripts.
void add_unknown(const script::Expectations& expectations, std::vector<ScriptReport>& reports) {
  std::vector<std::string> seen;
  seen.reserve(reports.size());
  for (const ScriptReport& report : reports) seen.push_back(script_name(report.file));
  for (const std::string& name : expectations.unknown(seen)) {
    Verdict verdict;
    verdict.kind = Verdict::Kind::kFailed;
    verdict.message = "listed as a known failure, but not among the scripts";
    reports.push_back({name, {}, {verdict}});
  }
}

}  // namespace

int wast(const WastOptions& options) {
  script::Expectations expectations;
  if (!options.expected.empty()) {
    auto list = script::Expectations::read(options.expected);
    if (!list.ok()) return report({}, list.error());
    expectations = std::move(*list);
  }
  std::vector<ScriptReport> reports = run_all(expectations, options);
  add_unknown(expectations, reports);
  if (!options.junit.empty()) {
    std::ofstream out(options.junit, std::ios::binary);
    out << to_junit(reports);
    if (!out.flush())
      return report(options.junit, make_error(ErrorKind::kIo, "cannot write the report"));
  }
  Tally total;
  for (const ScriptReport& one : reports) total.add(tally_of(one));
  const int printed = print(options.json ? to_json(reports) : to_text(reports));
  return total.failed == 0 ? printed : kFailure;
}

}  // namespace tappet::cli
