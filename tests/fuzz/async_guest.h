// The guest of fuzz_async: a component that asks its host, by way of `next`, what to do next, and
// does it: one operation of its table, with arguments that the host gives.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fuzz/scripted_guest.h"

namespace tappet::component::fuzz {

enum class Act : uint8_t {
  kSetNew,
  kSetWait,
  kSetPoll,
  kSetDrop,
  kJoin,
  kSubtaskCancel,
  kSubtaskDrop,
  kTaskCancel,
  kReturn,
  kContextGet,
  kContextSet,
  kYield,
  kBackpressureInc,
  kBackpressureDec,
  kThreadIndex,
  kThreadNew,
  kResumeLater,
  kSuspend,
  kSwitch,
  kErrorNew,
  kErrorMessage,
  kErrorDrop,
  kThingMake,
  kThingDrop,
  kEndNew,
  kRead,
  kWrite,
  kCancelRead,
  kCancelWrite,
  kDropReadable,
  kDropWritable,
  kCall,
  kLoad,
  kPoke,
  kGrow,
  kSpin,
  kUnreachable,
};

// One operation. `canon`: what is between "(canon" and "(core func", or for what the guest does
// by itself, instructions. The core function has so many parameters of i32, and a result of '-',
// 'i' or 'I' (i64).
struct Op {
  Act act;
  std::string canon;
  uint32_t params;
  char result;
  uint8_t type = 0;  // of streams and futures: kPayloads; of calls and returns: kFunctions
  bool is_async = false;
  bool cancellable = false;
  bool far = false;  // of calls: the host's, not the neighbour's
};

// Types of streams and futures that guests make, as the text format has them.
inline constexpr std::string_view kPayloads[] = {
    "stream u8", "stream",     "stream string", "stream $own-thing",
    "future",    "future u32", "future string",
};
inline constexpr uint8_t kBytes = 0;
inline constexpr uint8_t kStrings = 2;
inline constexpr uint8_t kThings = 3;
inline constexpr uint8_t kNumber = 5;
inline constexpr bool is_stream(uint8_t payload) { return payload < 4; }

// Functions that every guest exports, and imports from its neighbour and from the host.
enum class Lift : uint8_t { kSync, kCallback, kStackful };
struct Function {
  std::string_view name;
  bool is_async;
  Lift lift;
  std::string_view params;
  std::string_view result;
  uint32_t flat_params;
  uint32_t returned;  // flat values of the result
};
enum : uint8_t { kFSync, kFCallback, kFStackful, kFSlow, kFPass, kFText, kFLend, kFHand };
inline constexpr Function kFunctions[] = {
    {"sync", false, Lift::kSync, "(param \"x\" u32)", "u32", 1, 1},
    {"callback", true, Lift::kCallback, "(param \"x\" u32)", "u32", 1, 1},
    {"stackful", true, Lift::kStackful, "(param \"x\" u32)", "u32", 1, 1},
    {"slow", true, Lift::kSync, "(param \"x\" u32)", "u32", 1, 1},
    {"pass", true, Lift::kCallback, "(param \"s\" (stream u8)) (param \"f\" (future u32))",
     "(stream u8)", 2, 1},
    {"text", true, Lift::kStackful, "(param \"s\" string)", "string", 2, 2},
    {"lend", true, Lift::kCallback, "(param \"b\" (borrow $thing)) (param \"o\" (own $thing))",
     "u32", 2, 1},
    {"hand", false, Lift::kSync, "(param \"s\" (stream string))", "(future u32)", 1, 1},
};

// What begins (scripted_guest.h), besides functions of kFunctions.
inline constexpr uint16_t kIsThread = 100;
inline constexpr uint16_t kIsEvent = 101;

// Addresses in a guest's memory.
inline constexpr uint32_t kReallocMode = 0;
inline constexpr uint32_t kReallocModes = 8;
inline constexpr uint32_t kPostReturnMode = 4;
inline constexpr uint32_t kPostReturnModes = 4;
inline constexpr uint32_t kEvent = 16;

// The rows, less than kEdge.
const std::vector<Op>& ops();
// The index of the first of that kind and type.
uint8_t op_of(Act act, uint8_t type = 0);
// The whole program: three guests, of which each calls the next, under one root; it exports all
// their functions, named by the guest's number and the function: "g0-sync".
inline constexpr uint32_t kGuests = 3;
std::string guest_text();

}  // namespace tappet::component::fuzz
