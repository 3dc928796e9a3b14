// What guests are told.
#include "tests/fuzz/async_script.h"

namespace tappet::component::fuzz {
namespace {

constexpr size_t kMostThreads = 200;

// Its arguments do no harm to the script, whatever they are.
bool takes_anything(const Op& op) {
  return op.params > 0 && op.act < Act::kLoad && op.act != Act::kThreadNew &&
         op.act != Act::kContextSet;
}

}  // namespace

Word Script::choose(Thread& t, Guest& g) {
  if (!t.forced.empty()) {
    const Word word = t.forced.front();
    t.forced.pop_front();
    return word;
  }
  for (int i = 0; i < 8 && !over(); ++i) {
    const uint8_t chosen = in_.byte();
    if (chosen >= 240) return make_end(t, g);
    const auto op = static_cast<uint8_t>(chosen % ops().size());
    const Op& row = ops()[op];
    if (row.act == Act::kUnreachable && !reckless()) continue;
    if (!kFunctions[t.task->function].is_async && blocks(row) && !reckless()) continue;
    if (const MaybeWord word = make(t, g, op)) return *word;
  }
  return over() ? make_end(t, g) : Word{.op = op_of(Act::kContextGet)};
}

// May have to wait.
bool Script::blocks(const Op& op) const {
  switch (op.act) {
    case Act::kSetWait:
    case Act::kYield:
    case Act::kSuspend:
    case Act::kSwitch:
      return true;
    case Act::kSubtaskCancel:
    case Act::kRead:
    case Act::kWrite:
    case Act::kCancelRead:
    case Act::kCancelWrite:
      return !op.is_async;
    case Act::kCall:
      return !op.is_async && kFunctions[op.type].is_async;
    default:
      return false;
  }
}

Script::MaybeWord Script::make(Thread& t, Guest& g, uint8_t index) {
  const Op& op = ops()[index];
  Word word{.op = index};
  const auto take = [&](const Handle* h) -> MaybeWord {
    if (h == nullptr) return std::nullopt;
    word.x = static_cast<uint16_t>(h->index);
    return word;
  };
  if (takes_anything(op) && reckless()) {
    word.x = in_.byte() % 24;
    word.y = in_.byte();
    word.z = in_.byte();
    return word;
  }
  switch (op.act) {
    case Act::kSetWait:
    case Act::kSetPoll:
    case Act::kJoin:
      return make_wait(t, g, op, word);
    case Act::kSetDrop:
      return take(pick(g, Kind::kSet, 0, false));
    case Act::kSubtaskCancel:
      return take(pick_any(g, Kind::kSubtask));
    case Act::kSubtaskDrop: {
      const Handle* const h = pick_any(g, Kind::kSubtask);
      return h == nullptr || h->busy ? std::nullopt : take(h);
    }
    case Act::kTaskCancel:
      if (!t.task->cancelled || t.task->returned) return std::nullopt;
      return word;
    case Act::kReturn:
      if (t.task->returned || kFunctions[t.task->function].lift == Lift::kSync) return std::nullopt;
      return make_return(t, g);
    case Act::kThreadNew:
      if (threads_.size() >= kMostThreads || g.threads.size() > 30) return std::nullopt;
      word.x = reckless() ? in_.byte() : 0;
      word.y = t.token;
      return word;
    case Act::kResumeLater:
    case Act::kSwitch:
      if (g.threads.empty()) return std::nullopt;
      word.x = static_cast<uint16_t>(g.threads[in_.byte() % g.threads.size()]);
      return word;
    case Act::kContextSet:
      if (op.type != 0) return std::nullopt;
      word.x = in_.byte();
      return word;
    case Act::kErrorNew:
      word.x = 256;
      word.y = in_.byte() % 64;
      return word;
    case Act::kErrorMessage:
      word.y = 64;
      return take(pick_any(g, Kind::kError));
    case Act::kErrorDrop:
      return take(pick_any(g, Kind::kError));
    case Act::kThingDrop:
      return take(pick_any(g, in_.byte() % 2 == 0 ? Kind::kThing : Kind::kBorrow));
    case Act::kRead:
    case Act::kWrite:
    case Act::kCancelRead:
    case Act::kCancelWrite:
    case Act::kDropReadable:
    case Act::kDropWritable:
      return make_copy(t, g, op, word);
    case Act::kCall:
      return make_call(g, op, word);
    case Act::kPoke: {
      const bool realloc = in_.byte() % 2 == 0;
      word.x = realloc ? kReallocMode : kPostReturnMode;
      word.y = in_.byte() % (realloc ? kReallocModes : kPostReturnModes);
      // Most modes end the run.
      if (word.y != 0 && word.y != 2 && word.y != 4 && word.y != 5 && !reckless()) word.y = 0;
      return word;
    }
    case Act::kLoad:
      return std::nullopt;
    case Act::kGrow:
      word.x = in_.byte() % 2;
      return word;
    case Act::kSpin:
      word.x = 1 + in_.byte() * 16;
      return word;
    default:
      return word;
  }
}

Script::MaybeWord Script::make_wait(Thread&, Guest& g, const Op& op, Word word) {
  const Handle* const set = pick(g, Kind::kSet, 0, false);
  if (op.act == Act::kJoin) {
    constexpr Kind kKinds[] = {Kind::kSubtask, Kind::kReadable, Kind::kWritable};
    const Handle* const h = pick_any(g, kKinds[in_.byte() % 3]);
    if (h == nullptr) return std::nullopt;
    word.x = static_cast<uint16_t>(h->index);
    if (set != nullptr && in_.byte() % 4 != 0) word.y = static_cast<uint16_t>(set->index);
    return word;
  }
  if (set == nullptr) return std::nullopt;
  word.x = static_cast<uint16_t>(set->index);
  word.y = kEvent;
  return word;
}

Script::MaybeWord Script::make_copy(Thread& t, Guest& g, const Op& op, Word word) {
  const bool reads =
      op.act == Act::kRead || op.act == Act::kCancelRead || op.act == Act::kDropReadable;
  const bool cancels = op.act == Act::kCancelRead || op.act == Act::kCancelWrite;
  const bool drops = op.act == Act::kDropReadable || op.act == Act::kDropWritable;
  Handle* const h =
      pick(g, reads ? Kind::kReadable : Kind::kWritable, op.type, cancels, !drops && !op.is_async);
  if (h == nullptr) return std::nullopt;
  word.x = static_cast<uint16_t>(h->index);
  if (cancels || drops) return word;
  h->ptr = word.y = static_cast<uint16_t>(256 + 8 * in_.byte());
  const uint8_t count = in_.byte();
  word.z = count < 200 ? count % 4 : count;
  if (op.type != kThings || reads) return word;
  Word write = word;
  write.z = 0;
  for (uint16_t i = 0; i < word.z % 4; ++i) {
    Handle* const thing = pick(g, Kind::kThing, 0, false);
    if (thing == nullptr) break;
    t.forced.push_back({.op = op_of(Act::kPoke),
                        .x = static_cast<uint16_t>(word.y + 4 * i),
                        .y = static_cast<uint16_t>(thing->index)});
    remove(g, thing);
    ++write.z;
  }
  if (write.z == 0) return write;
  t.forced.push_back(write);
  const Word first = t.forced.front();
  t.forced.pop_front();
  return first;
}

// Where there is a result in memory, its address is the last argument.
Script::MaybeWord Script::make_call(Guest& g, const Op& op, Word word) {
  const uint8_t out = 24 + in_.byte() % 24 * 8;
  const auto take = [&](Kind kind, uint8_t type, bool keep) -> uint32_t {
    Handle* const h = pick(g, kind, type, false, true);
    if (h == nullptr) return 0;
    const uint32_t index = h->index;
    if (!keep) remove(g, h);
    return index;
  };
  word.z = out;
  switch (op.type) {
    case kFPass:
      word.x = static_cast<uint16_t>(take(Kind::kReadable, kBytes, false));
      if (word.x == 0) return std::nullopt;
      word.y = static_cast<uint16_t>(take(Kind::kReadable, kNumber, false));
      break;
    case kFLend:
      word.y = static_cast<uint16_t>(take(Kind::kThing, 0, false));
      word.x =
          static_cast<uint16_t>(take(in_.byte() % 2 == 0 ? Kind::kThing : Kind::kBorrow, 0, true));
      break;
    case kFHand:
      word.x = static_cast<uint16_t>(take(Kind::kReadable, kStrings, false));
      break;
    case kFText:
      word.x = 256;
      word.y = in_.byte();
      return word;
    default:
      word.x = in_.byte();
      word.y = out;
      return word;
  }
  if (word.x == 0 || (op.type != kFHand && word.y == 0)) return std::nullopt;
  return word;
}

Word Script::make_return(Thread& t, Guest& g) {
  const uint8_t f = t.task->function;
  Word word{.op = op_of(Act::kReturn, f == kFPass || f == kFText ? f : +kFCallback)};
  word.x = in_.byte();
  if (f == kFLend) {
    if (const Handle* const h = pick_any(g, Kind::kBorrow)) {
      return {.op = op_of(Act::kThingDrop), .x = static_cast<uint16_t>(h->index)};
    }
  }
  if (f == kFPass) {
    Handle* const h = pick(g, Kind::kReadable, kBytes, false, true);
    if (h == nullptr) return {.op = op_of(Act::kEndNew, kBytes)};
    word.x = static_cast<uint16_t>(h->index);
    remove(g, h);
  }
  if (f == kFText) {
    word.y = in_.byte() % 64;
    word.x += 64;
  }
  return word;
}

// The thread is to end, or to give its turn to others; a task returns before.
Word Script::make_end(Thread& t, Guest& g) {
  Task& task = *t.task;
  const Function& f = kFunctions[task.function];
  const bool calls_back = f.lift == Lift::kCallback && t.implicit;
  if (calls_back && !over()) {
    const uint8_t how = in_.byte() % 4;
    const Handle* const set = how > 1 ? pick(g, Kind::kSet, 0, false) : nullptr;
    if (how == 1 || set != nullptr) {
      t.waits = true;
      const uint32_t code = set != nullptr ? 2 | set->index << 4 : 1;
      return {.op = kEdge, .x = static_cast<uint16_t>(code)};
    }
  }
  const bool last = task.threads == 1;
  if (f.lift != Lift::kSync && !task.returned && (last || in_.byte() % 2 == 0) && !reckless()) {
    if (task.cancelled && in_.byte() % 2 == 0) return {.op = op_of(Act::kTaskCancel)};
    return make_return(t, g);
  }
  if (task.function == kFHand && t.implicit) {
    Handle* const h = pick(g, Kind::kReadable, kNumber, false, true);
    if (h == nullptr) return {.op = op_of(Act::kEndNew, kNumber)};
    Word word = exit(t, g);
    word.x = static_cast<uint16_t>(h->index);
    remove(g, h);
    return word;
  }
  return exit(t, g);
}

Word Script::exit(Thread& t, Guest& g) {
  t.live = false;
  --t.task->threads;
  --g.live_threads;
  return {.op = kEdge};
}

}  // namespace tappet::component::fuzz
