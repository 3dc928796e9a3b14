// The keys of the option groups as a table. Internal to cli's options.
#pragma once

#include <cstdint>
#include <string_view>

namespace tappet::cli {

enum class KeyKind : uint8_t { kFlag, kValue };
enum class Meaning : uint8_t {
  kAccepted,
  kAlways,
  kUnsupported,
  kFeature,
  kComponentFeature,
  kTimeout,
  kMaxMemory,
  kMaxStack,
  kMaxTable,
  kMaxResources,
  kFuel,
  kMemoryReservation,
  kSignals,
  kEagerTranslation,
  kParallel,
  kUnknownImports,
  kInheritEnv,
  kInheritStdin,
  kInheritStdout,
  kInheritStderr,
  kHttp,
  kMaxFieldsSize,
  kForbiddenField,
  kBodyBufferChunks,
  kBodyChunkSize,
  kSettings,
  kConfigVar,
  kKeyValue,
  kKeyValueData,
  kTcpListen,
  kInheritNetwork,
  kTcp,
  kUdp,
  kNameLookup,
  kPoll,
};

struct KeyRow {
  char group;
  std::string_view key;
  KeyKind kind;
  Meaning meaning;
};

inline constexpr KeyRow kKeys[] = {
#define KEY(group, key, kind, meaning) {#group[0], key, KeyKind::kind, Meaning::meaning},
#include "cli/option_groups.def"
#undef KEY
};

inline constexpr char kGroups[5] = {'W', 'S', 'O', 'D', 'C'};

}  // namespace tappet::cli
