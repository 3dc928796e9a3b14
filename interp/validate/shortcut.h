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
  // An instruction and 8 bytes of LEB128 may be read here.
  static constexpr ptrdiff_t kLookahead = 16;
  // This much of an instruction lies within the code in any case.
  static constexpr ptrdiff_t kShortBytes = 3;

  Shortcut(FunctionValidator& validator, const uint8_t* at, const uint8_t* last, const uint8_t* end,
           StackType* base, StackType* top)
      : validator_(validator), at_(at), last_(last), end_(end), base_(base), top_(top) {}

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
  bool advance(uint32_t bytes);
  // Moves behind the LEB128 integer that lies `before` bytes on, unless it is too long.
  bool skip_integer(uint32_t before, const Row& row);
  // An index of up to five bytes, `skip` bytes on; it may exceed 32 bits.
  struct ShortIndex {
    uint64_t value;
    uint32_t bytes;
  };
  static constexpr uint32_t kLongIndex = 0;
  ShortIndex index(uint32_t skip) const;
  bool results_at_top(SignatureId signature) const;
  bool label_fits(uint64_t label, bool& has_operand) const;
  void jump();
  bool apply(const StackSignature& callee, uint32_t extra, uint32_t bytes);

  FunctionValidator& validator_;
  const uint8_t* at_;
  const uint8_t* const last_;  // instructions from here on take the general path
  const uint8_t* const end_;   // of the code
  StackType* base_;
  StackType* top_;
};

}  // namespace tappet
