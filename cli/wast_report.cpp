#include "cli/wast_report.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace tappet::cli {
namespace {

using script::Verdict;

// As much of a directive as helps to recognise it.
constexpr size_t kShownBytes = 400;
constexpr size_t kShownLines = 8;

std::string excerpt(std::string_view source) {
  std::string out;
  size_t lines = 0;
  for (const char c : source.substr(0, kShownBytes)) {
    if (c == '\n' && ++lines == kShownLines) break;
    const auto byte = static_cast<uint8_t>(c);
    if (c == '\n') {
      out += "\n    ";
    } else {
      out += byte < 0x20 || byte >= 0x7f ? '?' : c;
    }
  }
  return out.size() < source.size() ? out + " ..." : out;
}

std::string_view name_of(Verdict::Kind kind) {
  switch (kind) {
    case Verdict::Kind::kPassed:
      return "passed";
    case Verdict::Kind::kFailed:
      return "failed";
    case Verdict::Kind::kSkipped:
      break;
  }
  return "skipped";
}

std::string place(const ScriptReport& report, const Verdict& verdict) {
  return fmt::format("{}:{}:{}", report.file, verdict.position.line, verdict.position.column);
}

// XML has no way to write most control characters.
std::string xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '&') {
      out += "&amp;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      const auto byte = static_cast<uint8_t>(c);
      out += byte >= 0x20 || c == '\n' ? c : '?';
    }
  }
  return out;
}

}  // namespace

void Tally::add(const Verdict& verdict) {
  switch (verdict.kind) {
    case Verdict::Kind::kPassed:
      ++passed;
      break;
    case Verdict::Kind::kFailed:
      ++failed;
      break;
    case Verdict::Kind::kSkipped:
      ++skipped;
      ++reasons[verdict.message];
      break;
  }
}

void Tally::add(const Tally& other) {
  passed += other.passed;
  failed += other.failed;
  skipped += other.skipped;
  for (const auto& [reason, count] : other.reasons) reasons[reason] += count;
}

std::string Tally::to_string() const {
  return fmt::format("{} passed, {} failed, {} skipped", passed, failed, skipped);
}

Tally tally_of(const ScriptReport& report) {
  Tally tally;
  for (const Verdict& verdict : report.verdicts) tally.add(verdict);
  return tally;
}

std::string to_text(const std::vector<ScriptReport>& reports) {
  std::string out;
  Tally total;
  for (const ScriptReport& report : reports) {
    for (const Verdict& verdict : report.verdicts) {
      if (verdict.kind != Verdict::Kind::kFailed) continue;
      out += fmt::format("{}: {}\n    {}\n", place(report, verdict), verdict.message,
                         excerpt(verdict.source));
    }
    const Tally tally = tally_of(report);
    total.add(tally);
    out += fmt::format("{}: {}\n", report.file, tally.to_string());
  }
  for (const auto& [reason, count] : total.reasons)
    out += fmt::format("skipped {}: {}\n", count, reason);
  return out + total.to_string() + "\n";
}

std::string to_json(const std::vector<ScriptReport>& reports) {
  nlohmann::json files = nlohmann::json::array();
  Tally total;
  for (const ScriptReport& report : reports) {
    const Tally tally = tally_of(report);
    total.add(tally);
    nlohmann::json verdicts = nlohmann::json::array();
    for (const Verdict& verdict : report.verdicts) {
      if (verdict.kind == Verdict::Kind::kPassed) continue;
      verdicts.push_back({{"line", verdict.position.line},
                          {"column", verdict.position.column},
                          {"outcome", name_of(verdict.kind)},
                          {"message", verdict.message},
                          {"directive", excerpt(verdict.source)}});
    }
    files.push_back({{"file", report.file},
                     {"passed", tally.passed},
                     {"failed", tally.failed},
                     {"skipped", tally.skipped},
                     {"directives", std::move(verdicts)}});
  }
  const nlohmann::json all = {{"passed", total.passed},
                              {"failed", total.failed},
                              {"skipped", total.skipped},
                              {"files", std::move(files)}};
  return all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string to_junit(const std::vector<ScriptReport>& reports) {
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (const ScriptReport& report : reports) {
    const Tally tally = tally_of(report);
    out += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" skipped=\"{}\">\n",
                       xml(report.file), report.verdicts.size(), tally.failed, tally.skipped);
    for (const Verdict& verdict : report.verdicts) {
      out += fmt::format("    <testcase classname=\"{}\" name=\"line {}, column {}\"",
                         xml(report.file), verdict.position.line, verdict.position.column);
      if (verdict.kind == Verdict::Kind::kPassed) {
        out += "/>\n";
      } else if (verdict.kind == Verdict::Kind::kSkipped) {
        out += fmt::format("><skipped message=\"{}\"/></testcase>\n", xml(verdict.message));
      } else {
        out += fmt::format("><failure message=\"{}\">{}</failure></testcase>\n",
                           xml(verdict.message), xml(excerpt(verdict.source)));
      }
    }
    out += "  </testsuite>\n";
  }
  return out + "</testsuites>\n";
}

}  // namespace tappet::cli
