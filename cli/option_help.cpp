// What --help, and -W help and its like, print.
#include <fmt/format.h>

#include <algorithm>

#include "cli/option_keys.h"
#include "cli/option_parser.h"

namespace tappet::cli {
namespace {

// Meanings without a text speak for themselves in their key.
std::string_view text_of(Meaning meaning) {
  switch (meaning) {
    case Meaning::kAccepted:
      return "Accepted, being without effect here";
    case Meaning::kAlways:
      return "Accepted, being always so";
    case Meaning::kUnsupported:
      return "Not supported";
    case Meaning::kFeature:
      return "Proposals for WebAssembly, KEY[=y|n]";
    case Meaning::kComponentFeature:
      return "Proposals for the component model, likewise";
    case Meaning::kTimeout:
      return "a guest's time, such as 10s or 250ms; of serve, for each request";
    case Meaning::kMaxMemory:
      return "most bytes per linear memory, such as 256M";
    case Meaning::kMaxStack:
      return "most bytes of a guest's stack";
    case Meaning::kMaxTable:
      return "most entries per table";
    case Meaning::kMaxResources:
      return "most handles that one guest has at a time";
    case Meaning::kFuel:
      return "most instructions, roughly; of serve, for each request";
    case Meaning::kMemoryReservation:
      return "0: check every access to memory instead of using guard pages";
    case Meaning::kSignals:
      return "n: likewise";
    case Meaning::kEagerTranslation:
      return "translate all functions before anything runs";
    case Meaning::kParallel:
      return "if eager: on all processors";
    case Meaning::kUnknownImports:
      return "imports that nothing satisfies trap when they are called";
    case Meaning::kInheritEnv:
      return "the guest sees all environment variables";
    case Meaning::kInheritStdin:
      return "n: nothing to read on standard input";
    case Meaning::kInheritStdout:
    case Meaning::kInheritStderr:
      return "n: what the guest writes there vanishes";
    case Meaning::kHttp:
      return "the guest may send requests (serve: y, run: n)";
    case Meaning::kMaxFieldsSize:
      return "most bytes of fields that a guest makes, beyond which it traps (128K)";
    case Meaning::kForbiddenField:
      return "a field that guests neither see nor set; repeatable";
    case Meaning::kBodyBufferChunks:
      return "full writes of a body that wait for the peer in memory (1)";
    case Meaning::kBodyChunkSize:
      return "most bytes of one write of a body, up to 1M (64K)";
    case Meaning::kSettings:
      return "n: the guest finds no settings in wasi:config/store";
    case Meaning::kConfigVar:
      return "a setting of them: NAME=VALUE without commas; repeatable; or --config-var";
    case Meaning::kKeyValue:
      return "the guest may open the stores '' and 'default' of wasi:keyvalue, in memory";
    case Meaning::kKeyValueData:
      return "what they hold at first: KEY=VALUE without commas; repeatable; or --keyvalue-data";
    case Meaning::kTcpListen:
      return "a socket that a core module starts with: ADDRESS";
    case Meaning::kInheritNetwork:
      return "the guest may bind sockets, and reach others with them";
    case Meaning::kTcp:
      return "sockets of TCP (as inherit-network)";
    case Meaning::kUdp:
      return "sockets of UDP (as inherit-network)";
    case Meaning::kNameLookup:
      return "the guest may look up names";
    case Meaning::kPoll:
      return "n: there is no wasi:io/poll";
  }
  return {};
}

// What every terminal has room for.
constexpr size_t kWidth = 80;
constexpr size_t kTextColumn = 28;

// `text` in lines between the column and the width, the first of which continues the last of `out`.
void append_wrapped(std::string& out, std::string_view text) {
  size_t at = kTextColumn;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (at > kTextColumn && at + 1 + word.size() > kWidth) {
      out.append("\n").append(kTextColumn, ' ');
      at = kTextColumn;
    } else if (at > kTextColumn) {
      out.append(" ");
      ++at;
    }
    out.append(word);
    at += word.size();
  }
  out.append("\n");
}

// A name, and in the column beside or below it what it stands for.
std::string entry(const std::string& name, std::string_view text) {
  std::string out = "  " + name;
  if (out.size() + 2 > kTextColumn) out += "\n";
  out.append(kTextColumn - (out.back() == '\n' ? 0 : out.size()), ' ');
  append_wrapped(out, text);
  return out;
}

// Their keys need no texts of their own.
constexpr Meaning kTogether[] = {Meaning::kFeature, Meaning::kComponentFeature, Meaning::kAlways,
                                 Meaning::kAccepted, Meaning::kUnsupported};

// The keys of a meaning. Nothing for none.
std::string together(char group, Meaning meaning) {
  std::string keys;
  for (const KeyRow& row : kKeys) {
    if (row.group == group && row.meaning == meaning) keys += fmt::format("{} ", row.key);
  }
  if (keys.empty()) return {};
  keys.pop_back();
  return fmt::format("\n{}:\n{}", text_of(meaning), entry("", keys));
}

std::string list(char group) {
  std::string text =
      fmt::format("The keys of -{}, as in -{} KEY[=VALUE][,KEY...]:\n", group, group);
  for (const KeyRow& row : kKeys) {
    if (row.group != group) continue;
    if (std::find(std::begin(kTogether), std::end(kTogether), row.meaning) != std::end(kTogether)) {
      continue;
    }
    const std::string key =
        fmt::format("{}{}", row.key, row.kind == KeyKind::kFlag ? "[=y|n]" : "=VALUE");
    text += entry(key, text_of(row.meaning));
  }
  for (const Meaning meaning : kTogether) text += together(group, meaning);
  return text;
}

}  // namespace

std::string Help::make_option(const CLI::Option* option, bool is_positional) const {
  std::string name = is_positional ? option->get_name(true) : option->get_name(false, true);
  for (size_t comma = name.find(','); comma != std::string::npos;
       comma = name.find(',', comma + 2)) {
    name.insert(comma + 1, " ");
  }
  const bool has_value = !is_positional && option->get_type_size() != 0;
  return entry(has_value ? name + " " + option->get_type_name() : name, option->get_description());
}

std::optional<std::string> group_help(const RawGuest& raw) {
  for (size_t i = 0; i < std::size(kGroups); ++i) {
    const auto& texts = raw.groups[i];
    if (std::find(texts.begin(), texts.end(), "help") != texts.end()) return list(kGroups[i]);
  }
  return std::nullopt;
}

}  // namespace tappet::cli
