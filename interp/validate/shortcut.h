// A shortcut through the instructions that make up nineteen in twenty of real code.
#pragma once

#include "interp/validate/function_validator.h"
#include "interp/validate/shortcut_rows.h"

namespace tappet {

// It only ever accepts. Whatever is unusual about an instruction - a long immediate, an unexpected
// operand, a block of more than one result - makes it stop in front of that instruction, which then
// takes the general path. So there is no error handling here, and leaving the shortcut out changes
// no result. Its state is in registers while it runs: everything is inlined into run().
class FunctionValidator::Shortcut {
 public:
  explicit Shortcut(FunctionValidator& validator);

  // Accepts instructions up to the first that needs a closer look.
  void run();

 private:
  using Row = ShortcutRow;
  // An instruction and 8 bytes of LEB128 may be read here.
  static constexpr ptrdiff_t kLookahead = 16;
  // This much of an instruction lies within the code in any case.
  static constexpr ptrdiff_t kShortBytes = 3;

  ptrdiff_t steps_at_most() const;
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
  // An index of up to three bytes, `skip` bytes on; false for a longer one.
  struct ShortIndex {
    uint32_t value;
    uint32_t bytes;
  };
  static constexpr uint32_t kLongIndex = 0;
  ShortIndex index(uint32_t skip) const;
  bool results_at_top(SignatureId signature) const;
  bool label_fits(uint32_t label, bool& has_operand) const;
  void jump();
  bool apply(const StackSignature& callee, uint32_t extra, uint32_t bytes);

  FunctionValidator& validator_;
  const ModuleContext& context_;
  std::vector<Frame>& frames_;
  const uint8_t* at_;
  const uint8_t* const end_;   // of the code
  const uint8_t* const last_;  // instructions from here on take the general path
  StackType* const bottom_;
  StackType* base_;
  StackType* top_;
  const bool has_memory_;  // memory 0 has 32-bit addresses
  const bool has_table_;   // table 0 has them too, and functions
};

}  // namespace tappet
