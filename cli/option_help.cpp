// What -W help and its like print.
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
      return "accepted: always so, or without effect here";
    case Meaning::kUnsupported:
      return "not supported";
    case Meaning::kFeature:
      return "a proposal for WebAssembly";
    case Meaning::kComponentFeature:
      return "a proposal for the component model";
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
    case Meaning::kHttp:
      return "the guest may send requests (serve: y, run: n)";
    case Meaning::kMaxFieldsSize:
      return "most bytes of fields that a guest makes, beyond which it traps (128K)";
    case Meaning::kForbiddenField:
      return "a field that guests neither see nor set; repeatable";
    case Meaning::kBodyBufferChunks:
      return "full writes of a body that wait for the peer (1)";
    case Meaning::kBodyChunkSize:
      return "most bytes of one write of a body (64K)";
    case Meaning::kConfigVar:
      return "a setting of wasi:config/store: NAME=VALUE; repeatable";
    case Meaning::kKeyValue:
      return "the guest may open the stores '' and 'default' of wasi:keyvalue, in memory";
    case Meaning::kKeyValueData:
      return "what they hold at first: KEY=VALUE; repeatable";
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

std::string list(char group) {
  std::string text =
      fmt::format("The keys of -{}, as in -{} KEY[=VALUE][,KEY...]:\n", group, group);
  for (const KeyRow& row : kKeys) {
    if (row.group != group) continue;
    const std::string key =
        fmt::format("{}{}", row.key, row.kind == KeyKind::kFlag ? "[=y|n]" : "=VALUE");
    text += fmt::format("  {:<44} {}\n", key, text_of(row.meaning));
  }
  return text;
}

}  // namespace

std::optional<std::string> group_help(const RawGuest& raw) {
  for (size_t i = 0; i < std::size(kGroups); ++i) {
    const auto& texts = raw.groups[i];
    if (std::find(texts.begin(), texts.end(), "help") != texts.end()) return list(kGroups[i]);
  }
  return std::nullopt;
}

}  // namespace tappet::cli
