// A shortcut through the instructions that make up nineteen in twenty of real code.
#pragma once

#include "interp/validate/function_validator.h"
#include "interp/validate/shortcut_rows.h"

namespace tappet {

// It only ever accepts. Whatever is unusual about an instruction - an overlong immediate, an
// unexpected operand, a block of more than one result - makes it stop in front of that instruction,
// which then takes the general path. So there is no error handling here, and leaving the shortcut
// out changes no result. Its state is in registers while it runs: every step is inlined.
class FunctionValidator::Shortcut {
 public:
  // Accepts instructions up to the first that needs a closer look.
  static void run(FunctionValidator& validator);

 private:
  using Row = ShortcutRow;
  struct Threaded;
  // So many bytes may be read at an instruction.
  static constexpr ptrdiff_t kLookahead = 16;
  // This much of an instruction lies within the code in any case.
  static constexpr ptrdiff_t kShortBytes = 3;

  Shortcut(FunctionValidator& validator, const uint8_t* at, const uint8_t* last, const uint8_t* end,
           StackType* base, StackType* top, uint64_t word)
      : validator_(validator),
        at_(at),
        last_(last),
        end_(end),
        base_(base),
        top_(top),
        word_(word) {}

  static ptrdiff_t steps_at_most(const FunctionValidator& validator);
  bool step();
  template <Opcode kOpcode>
  bool step_of();
  // Steps: each accepts the instruction at at_ and moves behind it, or does nothing.
  bool unary(const Row& row);
  bool binary(const Row& row);
  bool push_const(const Row& row);
  bool push_float(const Row& row);
  bool load(const Row& row);
  bool store(const Row& row);
  bool local_get();
  bool local_set();
  bool local_tee();
  bool global_get();
  bool global_set();
  bool drop();
  bool select();
  bool enter(Opcode opcode);
  bool enter_if();
  bool enter_else();
  bool end();
  bool br();
  bool br_if();
  bool leave();
  bool unreachable();
  bool call();
  bool call_indirect();

  size_t available() const { return static_cast<size_t>(top_ - base_); }
  bool top_is(StackType type) const { return top_ != base_ && top_[-1] == type; }
  bool top_two_are(StackType below, StackType top) const {
    return top_ - 1 > base_ && top_[-1] == top && top_[-2] == below;
  }
  // A byte of the instruction, one of the first eight.
  uint8_t byte(uint32_t at) const { return static_cast<uint8_t>(word_ >> 8 * at); }
  // Moves on; the second unless the code ends before.
  void move(uint32_t bytes);
  bool advance(uint32_t bytes);
  // Moves behind the LEB128 integer that lies `before` bytes on, unless it is too long.
  bool skip_integer(uint32_t before, const Row& row);
  // The index that begins at that byte, 1 or 2; it may exceed 32 bits.
  struct ShortIndex {
    uint64_t value;
    uint32_t bytes;
  };
  static constexpr uint32_t kLongIndex = 0;  // as `bytes`: not read
  ShortIndex index(uint32_t begin) const;
  bool results_at_top(SignatureId signature) const;
  bool label_fits(ShortIndex label) const;
  bool branch(ShortIndex label);
  bool branch_if(ShortIndex label);
  void jump();
  bool apply(const StackSignature& callee, uint32_t extra, uint32_t bytes);

  FunctionValidator& validator_;
  const uint8_t* at_;
  const uint8_t* const last_;  // instructions from here on take the general path
  const uint8_t* const end_;   // of the code
  StackType* base_;
  StackType* top_;
  // The first bytes of the instruction at at_ as it was before the step, and from them the next
  // opcode: loading that again would delay each mispredicted jump by as much as the load takes.
  uint64_t word_;
  uint8_t next_ = 0;
};

}  // namespace tappet
