// spec_runner: runs converted scripts and compares what fails with a list of what may fail.
//
// usage: spec_runner [--all-features | --checked] SCRIPTS_DIR EXPECTED_FILE [NAME...]
//
// --checked       execute with bounds checks instead of guard pages
// --all-features  decode and validate with every feature that the tables know, and execute nothing
//
// Exit code 0 if nothing failed but what is listed, 1 otherwise, 77 if there are no scripts.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <thread>

#include "spec-tests/runner/executing_engine.h"
#include "spec-tests/runner/expectations.h"
#include "spec-tests/runner/run_script.h"
#include "spec-tests/runner/validating_engine.h"

namespace tappet::spec {
namespace {

namespace fs = std::filesystem;

struct Tally {
  size_t passed = 0;
  size_t failed = 0;
  size_t skipped = 0;
  std::map<std::string, size_t> reasons;  // of what was skipped

  void add(const Verdict& verdict) {
    switch (verdict.kind) {
      case Verdict::Kind::kPassed:
        ++passed;
        break;
      case Verdict::Kind::kFailed:
        ++failed;
        break;
      case Verdict::Kind::kSkipped:
        ++skipped;
        // The tool's complaints are all different: one class of reasons.
        ++reasons[verdict.message.substr(0, verdict.message.find(':'))];
        break;
    }
  }
  void add(const Tally& other) {
    passed += other.passed, failed += other.failed, skipped += other.skipped;
    for (const auto& [reason, count] : other.reasons) reasons[reason] += count;
  }
  std::string to_string() const {
    std::string text = fmt::format("{} passed, {} failed, {} skipped", passed, failed, skipped);
    const char* separator = " (";
    for (const auto& [reason, count] : reasons) {
      text += fmt::format("{}{}: {}", separator, reason, count);
      separator = ", ";
    }
    return reasons.empty() ? text : text + ")";
  }
};

enum class Mode : uint8_t { kExecute, kExecuteChecked, kValidateAll };

std::unique_ptr<ScriptEngine> make_engine(Mode mode) {
  if (mode == Mode::kValidateAll) return std::make_unique<ValidatingEngine>(FeatureSet::all());
  const bool checked = mode == Mode::kExecuteChecked;
  return std::make_unique<ExecutingEngine>(checked ? MemoryStrategy::kChecked
                                                   : best_memory_strategy());
}

struct Report {
  std::string script;
  std::vector<Verdict> verdicts;
};

std::vector<fs::path> find_scripts(const fs::path& folder, const std::vector<std::string>& names) {
  std::vector<fs::path> scripts;
  if (!fs::is_directory(folder)) return scripts;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string file = entry.path().filename().string();
    if (!file.ends_with(".json") || file.ends_with(".left_out.json")) continue;
    const std::string stem = entry.path().stem().string();
    if (names.empty() || std::find(names.begin(), names.end(), stem) != names.end()) {
      scripts.push_back(entry.path());
    }
  }
  std::sort(scripts.begin(), scripts.end());
  return scripts;
}

Report run_one(const fs::path& script, const Expectations& expectations, Mode mode) {
  Report report{script.stem().string() + ".wast", {}};
  const auto directives = read_script(script);
  if (!directives.ok()) {
    report.verdicts.push_back({Verdict::Kind::kFailed, 0, directives.error().to_string()});
    return report;
  }
  const auto engine = make_engine(mode);
  report.verdicts = run_script(*directives, *engine);
  expectations.apply(report.script, report.verdicts);
  return report;
}

std::vector<Report> run_all(const std::vector<fs::path>& scripts, const Expectations& expectations,
                            Mode mode) {
  std::vector<Report> reports(scripts.size());
  std::atomic<size_t> next = 0;
  const auto work = [&] {
    for (size_t i = next++; i < scripts.size(); i = next++) {
      reports[i] = run_one(scripts[i], expectations, mode);
    }
  };
  std::vector<std::thread> threads(std::max(1u, std::thread::hardware_concurrency()));
  for (std::thread& thread : threads) thread = std::thread(work);
  for (std::thread& thread : threads) thread.join();
  return reports;
}

Tally print(const Report& report) {
  Tally tally;
  for (const Verdict& verdict : report.verdicts) {
    tally.add(verdict);
    if (verdict.kind != Verdict::Kind::kFailed) continue;
    fmt::print("{}:{}: {}\n", report.script, verdict.line, verdict.message);
  }
  fmt::print("{}: {}\n", report.script, tally.to_string());
  return tally;
}

int run(Mode mode, const fs::path& folder, const fs::path& expected,
        const std::vector<std::string>& names) {
  const auto scripts = find_scripts(folder, names);
  if (scripts.empty()) {
    fmt::print("skipped: no converted scripts in {}\n", folder.string());
    return 77;
  }
  const auto expectations = Expectations::read(expected);
  if (!expectations.ok()) {
    fmt::print("{}\n", expectations.error().to_string());
    return 1;
  }
  Tally total;
  std::vector<std::string> seen;
  for (const Report& report : run_all(scripts, *expectations, mode)) {
    total.add(print(report));
    seen.push_back(report.script);
  }
  for (const std::string& name :
       names.empty() ? expectations->unknown(seen) : std::vector<std::string>()) {
    fmt::print("{}: listed, but there is no such script\n", name);
    ++total.failed;
  }
  fmt::print("total: {}\n", total.to_string());
  return total.failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace tappet::spec

int main(int argc, char** argv) {
  using tappet::spec::Mode;
  std::vector<std::string> arguments(argv + 1, argv + argc);
  Mode mode = Mode::kExecute;
  if (!arguments.empty() && arguments[0].starts_with("--")) {
    mode = arguments[0] == "--checked" ? Mode::kExecuteChecked : Mode::kValidateAll;
    arguments.erase(arguments.begin());
  }
  if (arguments.size() < 2) {
    std::fprintf(stderr,
                 "usage: %s [--all-features | --checked] SCRIPTS_DIR EXPECTED_FILE [NAME...]\n",
                 argv[0]);
    return 2;
  }
  return tappet::spec::run(mode, arguments[0], arguments[1],
                           {arguments.begin() + 2, arguments.end()});
}
