#include "interp/script/expectations.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

namespace tappet::script {
namespace {

void excuse(Verdict& verdict, const std::string& reason) {
  verdict.kind = Verdict::Kind::kSkipped;
  verdict.message = reason;
}

// All failures; false if there is none.
bool excuse_all(std::vector<Verdict>& verdicts, const std::string& reason) {
  bool any = false;
  for (Verdict& verdict : verdicts) {
    if (verdict.kind != Verdict::Kind::kFailed) continue;
    excuse(verdict, reason);
    any = true;
  }
  return any;
}

bool excuse_line(std::vector<Verdict>& verdicts, uint32_t line, const std::string& reason) {
  const auto found = std::find_if(verdicts.begin(), verdicts.end(), [&](const Verdict& verdict) {
    return verdict.position.line == line && verdict.kind == Verdict::Kind::kFailed;
  });
  if (found == verdicts.end()) return false;
  excuse(*found, reason);
  return true;
}

}  // namespace

Result<Expectations> Expectations::read(const std::filesystem::path& file) {
  Expectations list;
  std::ifstream in(file);
  if (!in) return fail(ErrorKind::kIo, fmt::format("cannot read {}", file.string()));
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    const size_t colon = line.find(": ");
    if (colon == std::string::npos) {
      return fail(ErrorKind::kMalformed, fmt::format("{}: no reason in: {}", file.string(), line));
    }
    const std::string place = line.substr(0, colon);
    const std::string reason = line.substr(colon + 2);
    const size_t number = place.find(':');
    if (number == std::string::npos) {
      list.files_[place] = reason;
    } else {
      const auto at = static_cast<uint32_t>(std::strtoul(place.c_str() + number + 1, nullptr, 10));
      list.lines_[place.substr(0, number)][at] = reason;
    }
  }
  return list;
}

void Expectations::apply(const std::string& script, std::vector<Verdict>& verdicts) const {
  std::vector<Verdict> unexpected_passes;
  const auto unexpected = [&](uint32_t line, const std::string& reason) {
    unexpected_passes.push_back(
        {Verdict::Kind::kFailed,
         Position::at_line(line, 1),
         {},
         fmt::format("unexpectedly passes: take it off the list ({})", reason)});
  };
  if (const auto lines = lines_.find(script); lines != lines_.end()) {
    for (const auto& [line, reason] : lines->second) {
      if (!excuse_line(verdicts, line, reason)) unexpected(line, reason);
    }
  }
  if (const auto file = files_.find(script); file != files_.end()) {
    if (!excuse_all(verdicts, file->second)) unexpected(0, file->second);
  }
  verdicts.insert(verdicts.end(), unexpected_passes.begin(), unexpected_passes.end());
}

std::vector<std::string> Expectations::unknown(const std::vector<std::string>& seen) const {
  std::vector<std::string> names;
  const auto add = [&](const std::string& name) {
    if (std::find(seen.begin(), seen.end(), name) == seen.end()) names.push_back(name);
  };
  for (const auto& [name, reason] : files_) add(name);
  for (const auto& [name, lines] : lines_) add(name);
  return names;
}

}  // namespace tappet::script
