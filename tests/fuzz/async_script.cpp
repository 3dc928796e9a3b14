#include "tests/fuzz/async_script.h"

#include <cstdlib>

namespace tappet::component::fuzz {
namespace {

constexpr uint32_t kBlocked = UINT32_MAX;
constexpr size_t kMostHandles = 40;

}  // namespace

// --- Handles

void Script::add(Guest& g, Handle h) {
  if (g.handles.size() < kMostHandles) g.handles.push_back(h);
}

Script::Handle* Script::find(Guest& g, uint32_t index, Kind kind) {
  for (Handle& h : g.handles) {
    if (h.index == index && (kind == Kind::kNone || h.kind == kind)) return &h;
  }
  return nullptr;
}

Script::Handle* Script::pick(Guest& g, Kind kind, uint8_t type, bool busy, bool free) {
  const size_t start = in_.byte();
  for (size_t i = 0; i < g.handles.size(); ++i) {
    Handle& h = g.handles[(start + i) % g.handles.size()];
    if (h.kind == kind && h.type == type && h.busy == busy && !(free && h.joined)) return &h;
  }
  return nullptr;
}

Script::Handle* Script::pick_any(Guest& g, Kind kind) {
  const size_t start = in_.byte();
  for (size_t i = 0; i < g.handles.size(); ++i) {
    Handle& h = g.handles[(start + i) % g.handles.size()];
    if (h.kind == kind) return &h;
  }
  return nullptr;
}

bool Script::reckless() { return !over() && in_.byte() >= 250; }

// --- What has happened

uint64_t Script::next(uint8_t guest, uint64_t bits, uint64_t result, uint64_t payload) {
  Guest& g = guests_[guest];
  const Word word = Word::from(bits);
  uint16_t token = word.token;
  if (word.op == kEdge && word.x != kIsEvent) token = begin(guest, word.x, result);
  require(token < threads_.size() && threads_[token].live, "a thread that has begun asks");
  Thread& t = threads_[token];
  require(t.task->guest == guest, "a thread asks in its own instance");
  if (word.op != kEdge) {
    require(t.last == bits, "a thread goes on where it was");
    take_result(t, g, word, result, payload);
  } else if (word.x == kIsEvent) {
    require(std::exchange(t.waits, false), "an event comes to a task that waits");
    take_event(t, g, result, static_cast<uint32_t>(payload), static_cast<uint32_t>(payload >> 32));
  }
  if (on_step) on_step();
  Word chosen = choose(t, g);
  chosen.token = token;
  t.last = chosen.bits();
  return t.last;
}

uint16_t Script::begin(uint8_t guest, uint16_t what, uint64_t result) {
  Guest& g = guests_[guest];
  const auto token = static_cast<uint16_t>(threads_.size());
  if (what == kIsThread) {
    require(result < threads_.size(), "a thread gets its argument");
    threads_.push_back({.task = threads_[result].task, .token = token, .implicit = false});
  } else {
    require(what < std::size(kFunctions), "a function begins");
    tasks_.push_back({.guest = guest, .function = static_cast<uint8_t>(what), .threads = 1});
    ++g.live_threads;
    threads_.push_back({.task = &tasks_.back(), .token = token, .implicit = true});
    take_args(g, static_cast<uint8_t>(what), result);
    if (kFunctions[what].lift == Lift::kCallback) {
      threads_.back().forced.push_back({.op = op_of(Act::kContextSet, 1), .x = token});
    }
  }
  return token;
}

void Script::take_args(Guest& g, uint8_t function, uint64_t args) {
  const auto first = static_cast<uint32_t>(args);
  const auto second = static_cast<uint32_t>(args >> 32);
  if (function == kFPass) {
    add(g, {.kind = Kind::kReadable, .type = kBytes, .index = first});
    add(g, {.kind = Kind::kReadable, .type = kNumber, .index = second});
  } else if (function == kFLend) {
    add(g, {.kind = Kind::kBorrow, .index = first});
    add(g, {.kind = Kind::kThing, .index = second});
  } else if (function == kFHand) {
    add(g, {.kind = Kind::kReadable, .type = kStrings, .index = first});
  }
}

void Script::load(Thread& t, uint32_t ptr, Kind kind, uint8_t type) {
  t.forced.push_back({.op = op_of(Act::kLoad),
                      .x = static_cast<uint16_t>(ptr),
                      .y = static_cast<uint16_t>(static_cast<uint16_t>(kind) << 8 | type)});
}

void Script::take_result(Thread& t, Guest& g, const Word& word, uint64_t result, uint64_t payload) {
  const Op& op = ops()[word.op];
  const auto low = static_cast<uint32_t>(result);
  switch (op.act) {
    case Act::kSetNew:
      return add(g, {.kind = Kind::kSet, .index = low});
    case Act::kSetWait:
    case Act::kSetPoll:
      return take_event(t, g, result, static_cast<uint32_t>(payload),
                        static_cast<uint32_t>(payload >> 32));
    case Act::kJoin:
      if (Handle* const h = find(g, word.x, Kind::kNone)) h->joined = word.y != 0;
      return;
    case Act::kSubtaskCancel:
      if (Handle* const h = find(g, word.x, Kind::kSubtask)) h->busy = low == kBlocked;
      return;
    case Act::kTaskCancel:
    case Act::kReturn:
      t.task->returned = true;
      return;
    case Act::kThreadNew:
      ++t.task->threads;
      ++g.live_threads;
      return g.threads.push_back(low);
    case Act::kSuspend:
    case Act::kYield:
    case Act::kSwitch:
      require(low <= 1 && (op.cancellable || low == 0), "it was resumed");
      if (low == 1) t.task->cancelled = true;
      return;
    case Act::kErrorNew:
      return add(g, {.kind = Kind::kError, .index = low});
    case Act::kThingMake:
      return add(g, {.kind = Kind::kThing, .index = low});
    case Act::kEndNew:
      add(g, {.kind = Kind::kReadable, .type = op.type, .index = low});
      add(g,
          {.kind = Kind::kWritable, .type = op.type, .index = static_cast<uint32_t>(result >> 32)});
      return;
    case Act::kRead:
    case Act::kCancelRead:
      if (Handle* const h = find(g, word.x, Kind::kReadable)) take_copy(t, g, *h, low);
      return;
    case Act::kWrite:
    case Act::kCancelWrite:
      if (Handle* const h = find(g, word.x, Kind::kWritable)) take_copy(t, g, *h, low);
      return;
    case Act::kSetDrop:
    case Act::kSubtaskDrop:
    case Act::kErrorDrop:
    case Act::kThingDrop:
    case Act::kDropReadable:
    case Act::kDropWritable:
      if (Handle* const h = find(g, word.x, Kind::kNone)) remove(g, h);
      return;
    case Act::kCall:
      return take_call(t, g, op, word, low);
    case Act::kLoad:
      if (word.y == 0) return;
      return add(g, {.kind = static_cast<Kind>(word.y >> 8),
                     .type = static_cast<uint8_t>(word.y),
                     .index = low});
    default:
      return;
  }
}

void Script::take_call(Thread& t, Guest& g, const Op& op, const Word& word, uint32_t result) {
  const uint8_t f = op.type;
  const Kind kind = f == kFPass || f == kFHand ? Kind::kReadable : Kind::kNone;
  const uint8_t type = f == kFPass ? kBytes : kNumber;
  if (!op.is_async) {
    if (kind != Kind::kNone) add(g, {.kind = kind, .type = type, .index = result});
    return;
  }
  const uint32_t state = result & 15;
  require(state <= 2 && (state == 2) == (result >> 4 == 0), "a call has begun");
  const uint16_t ptr = kFunctions[f].flat_params == 1 ? word.y : word.z;
  if (state != 2) {
    return add(g,
               {.kind = Kind::kSubtask, .type = f, .index = result >> 4, .ptr = ptr, .busy = true});
  }
  if (kind != Kind::kNone) load(t, ptr, kind, type);
}

void Script::take_copy(Thread& t, Guest&, Handle& h, uint32_t result) {
  h.busy = result == kBlocked;
  if (h.busy) return;
  require((result & 15) <= 2, "a copy has a result");
  if (h.kind != Kind::kReadable || h.type != kThings) return;
  for (uint32_t i = 0; i < std::min(result >> 4, 4U); ++i) load(t, h.ptr + 4 * i, Kind::kThing, 0);
}

void Script::take_event(Thread& t, Guest& g, uint64_t code, uint32_t index, uint32_t payload) {
  require(code <= 6, "an event is one of them");
  if (code == 6) t.task->cancelled = true;
  if (code == 0 || code == 6) return;
  if (code == 1) {
    require(payload <= 4, "a subtask has a state");
    Handle* const h = find(g, index, Kind::kSubtask);
    if (h == nullptr) return;
    h->busy = payload < 2;
    if (h->type == kFPass && payload == 2) load(t, h->ptr, Kind::kReadable, kBytes);
    return;
  }
  const Kind kind = code % 2 == 0 ? Kind::kReadable : Kind::kWritable;
  if (Handle* const h = find(g, index, kind)) take_copy(t, g, *h, payload);
}

}  // namespace tappet::component::fuzz
