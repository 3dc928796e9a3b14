// What definitions.py says of handles, for calls that only nest: the oracle of fuzz_resources.
// Three guests stand in a row before a host; each defines a resource type R, and knows its
// neighbour's two: that one's own (P), and the one behind it (Q). It has the same functions for R
// and for P.
#pragma once

#include <array>
#include <optional>
#include <set>
#include <vector>

#include "canonical-abi/runtime/component_instance.h"
#include "tests/fuzz/any_type.h"
#include "tests/fuzz/scripted_guest.h"

namespace tappet::component::fuzz {

inline constexpr uint32_t kGuests = 3;
inline constexpr uint32_t kHost = 3;  // behind the last guest
inline constexpr uint32_t kEmbedder = 4;
// Resource types: R of each guest, then the host's two.
inline constexpr uint32_t kTypes = kGuests + 2;
inline constexpr uint32_t kTableSize = 24;

enum class Verb : uint8_t { kGive, kTake, kLend, kSwap };
inline constexpr uint32_t kVerbs = 4;
inline constexpr uint32_t kFunctions = 2 * kVerbs;  // for R; for P
inline constexpr uint32_t kDestructor = kFunctions;

// What the host returns from what it is lent for.
inline constexpr uint32_t kHostLends = 7;

// Operations of a guest.
inline constexpr uint8_t kNew = 0;
inline constexpr uint8_t kRep = 1;
inline constexpr uint8_t kDrop = 2;  // of R, P, Q
inline constexpr uint8_t kCall = 5;  // the neighbour's functions: for P; for Q
inline constexpr uint8_t kOps = kCall + kFunctions;

// Neither copies nor moves.
class ResourceModel {
 public:
  explicit ResourceModel(Input& in) : in_(in) {}
  ResourceModel(const ResourceModel&) = delete;
  ResourceModel& operator=(const ResourceModel&) = delete;

  // A call by the embedder, with the representations that it passes.
  void start(uint32_t guest, uint32_t function, uint64_t borrowed, uint64_t owned);
  // `next` of a guest.
  uint64_t next(uint32_t guest, uint64_t word, uint64_t result);
  // A function of the host begins; ends with that representation, or in a trap.
  void host_begins(uint32_t function, std::span<const ComponentValue> args);
  void host_ends(std::optional<uint64_t> rep);

  // What is running must trap.
  bool trap_expected() const { return trap_expected_; }
  // What the embedder gets, once the call has ended.
  std::optional<uint64_t> result() const { return embedder_result_; }
  bool idle() const { return frames_.empty(); }
  // Whether the guest's table is as it should be.
  void check(uint32_t guest, ComponentInstance& inst) const;
  // Representations of the host's that are in use, by type.
  std::set<uint64_t>& host_reps(uint32_t type) { return host_reps_[type - kGuests]; }

 private:
  struct Handle {
    uint32_t type = 0;
    uint64_t rep = 0;
    size_t scope = 0;  // of a borrow: the frame + 1
    uint32_t lends = 0;
    bool live = false;
  };
  struct Frame {
    uint32_t callee;
    uint32_t caller;
    uint32_t function;
    uint64_t args = 0;
    std::vector<uint32_t> lent{};  // of the caller
    uint32_t borrows = 0;
    bool begun = false;
    uint64_t last = 0;
    uint64_t expected = 0;  // of its last operation
  };
  struct Table {
    std::vector<Handle> array;
    std::vector<uint32_t> free;
  };

  void trap() { trap_expected_ = true; }
  Handle* get(uint32_t guest, uint32_t i, uint32_t type);
  std::optional<uint32_t> add(uint32_t guest, Handle handle);
  void remove(uint32_t guest, uint32_t i);
  std::optional<uint64_t> lift_own(uint32_t guest, uint32_t i, uint32_t type);
  std::optional<uint64_t> lift_borrow(uint32_t guest, uint32_t i, uint32_t type,
                                      std::vector<uint32_t>& lent);

  Word choose(const Frame& frame);
  uint16_t some_handle(uint32_t guest, uint32_t type);
  void perform(Word word);
  void drop(uint32_t guest, uint32_t i, uint32_t type);
  void call(uint32_t guest, uint32_t function, uint32_t x, uint32_t y);
  void push(Frame frame, uint32_t type, std::optional<uint64_t> borrowed,
            std::optional<uint64_t> owned);
  void return_from(uint32_t x);
  void finish(std::optional<uint64_t> result_rep, uint32_t type, uint64_t result);

  Input& in_;
  std::array<Table, kGuests> tables_;
  std::array<std::set<uint64_t>, 2> host_reps_;
  std::vector<Frame> frames_;
  std::optional<uint64_t> embedder_result_;
  bool trap_expected_ = false;
};

constexpr Verb verb_of(uint32_t function) { return static_cast<Verb>(function % kVerbs); }
constexpr bool borrows(Verb verb) { return verb == Verb::kLend || verb == Verb::kSwap; }
constexpr bool owns(Verb verb) { return verb == Verb::kTake || verb == Verb::kSwap; }
constexpr bool gives(Verb verb) { return verb == Verb::kGive || verb == Verb::kSwap; }
// The type that a function of a guest, or of the host, is about.
constexpr uint32_t type_of(uint32_t callee, uint32_t function) {
  return callee + function / kVerbs;
}

}  // namespace tappet::component::fuzz
