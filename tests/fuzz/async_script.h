// What the guests of fuzz_async are told to do: bytes of the input, read as operations that mostly
// make sense for what the guest has. What it has is known from the operations' results.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <optional>
#include <vector>

#include "tests/fuzz/any_type.h"
#include "tests/fuzz/async_guest.h"

namespace tappet::component::fuzz {

// One run of the program. Neither copies nor moves.
class Script {
 public:
  explicit Script(Input& in) : in_(in) {}
  Script(const Script&) = delete;
  Script& operator=(const Script&) = delete;

  // `next` of a guest: the result of its last operation, and the payload of an event.
  uint64_t next(uint8_t guest, uint64_t word, uint64_t result, uint64_t payload);
  // Threads of a guest that were made and have not ended.
  uint32_t live_threads(uint8_t guest) const { return guests_[guest].live_threads; }
  // Nothing is left of the input: whoever asks is told to end.
  bool over() const { return in_.rest().empty(); }
  // Called now and then, while a guest asks.
  std::function<void()> on_step;

 private:
  enum class Kind : uint8_t {
    kNone,
    kSet,
    kSubtask,
    kReadable,
    kWritable,
    kError,
    kThing,
    kBorrow
  };
  struct Handle {
    Kind kind = Kind::kNone;
    uint8_t type = 0;  // of ends: the payload; of subtasks: the function
    uint32_t index = 0;
    uint16_t ptr = 0;   // where a copy or call puts its result
    bool busy = false;  // a copy is under way; of subtasks: not resolved
    bool joined = false;
  };
  struct Guest {
    std::vector<Handle> handles;
    std::vector<uint32_t> threads;
    uint32_t live_threads = 0;
  };
  struct Task {
    uint8_t guest;
    uint8_t function;
    uint32_t threads = 0;
    bool returned = false;
    bool cancelled = false;
  };
  struct Thread {
    Task* task;
    uint16_t token;
    bool implicit;
    bool live = true;
    bool waits = false;  // for an event, without being on the stack
    uint64_t last = 0;
    std::deque<Word> forced{};
  };
  using MaybeWord = std::optional<Word>;

  // Results.
  uint16_t begin(uint8_t guest, uint16_t what, uint64_t result);
  void take_args(Guest& g, uint8_t function, uint64_t args);
  void take_result(Thread& t, Guest& g, const Word& word, uint64_t result, uint64_t payload);
  void take_call(Thread& t, Guest& g, const Op& op, const Word& word, uint32_t result);
  void take_copy(Thread& t, Guest& g, Handle& h, uint32_t result);
  void take_event(Thread& t, Guest& g, uint64_t code, uint32_t index, uint32_t payload);
  void load(Thread& t, uint32_t ptr, Kind kind, uint8_t type);

  // Choices.
  Word choose(Thread& t, Guest& g);
  MaybeWord make(Thread& t, Guest& g, uint8_t op);
  MaybeWord make_wait(Thread& t, Guest& g, const Op& op, Word word);
  MaybeWord make_copy(Thread& t, Guest& g, const Op& op, Word word);
  MaybeWord make_call(Guest& g, const Op& op, Word word);
  Word make_end(Thread& t, Guest& g);
  Word make_return(Thread& t, Guest& g);
  Word exit(Thread& t, Guest& g);
  bool blocks(const Op& op) const;

  void add(Guest& g, Handle h);
  Handle* find(Guest& g, uint32_t index, Kind kind);
  // One that is (not) busy, and for `free` in no set.
  Handle* pick(Guest& g, Kind kind, uint8_t type, bool busy, bool free = false);
  Handle* pick_any(Guest& g, Kind kind);
  static void remove(Guest& g, Handle* h) {
    g.handles.erase(g.handles.begin() + (h - g.handles.data()));
  }
  // Rarely true: the next choice need not make sense.
  bool reckless();

  Input& in_;
  std::array<Guest, kGuests> guests_;
  std::deque<Task> tasks_;
  std::deque<Thread> threads_;
};

}  // namespace tappet::component::fuzz
