// Validates one function body or constant expression at a time, with the algorithm of the core
// specification's appendix A.3: a stack of operand types and a stack of control frames, both on the
// heap, so that nesting depth costs no native stack.
//
// Instructions with a fixed signature are checked by fixed(), instantiated per signature; each of
// the others has a special() in the file of its family: control, variable, memory, table,
// reference, exception, gc.
#pragma once

#include <fmt/format.h>

#include <unordered_set>

#include "interp/binary/instruction_reader.h"
#include "interp/validate/locals.h"
#include "interp/validate/module_context.h"
#include "interp/validate/operand_stack.h"

namespace tappet {

// The signature column of opcodes.def as a template argument.
struct FixedSignature {
  char params[5] = {};
  char results[3] = {};
  uint8_t param_count = 0;
  uint8_t result_count = 0;
};

// Reusable; keeps its buffers. Borrows the context.
class FunctionValidator {
 public:
  explicit FunctionValidator(ModuleContext& context);

  // Errors as validate_module; the message names the instruction.
  Result<> validate_body(const FunctionDecl& function);
  // A constant expression of one result, which may refer to the first `visible_globals` globals.
  Result<> validate_const(const ConstExpr& expr, StackType type, uint32_t visible_globals);

 private:
  friend struct Handlers;

  struct Frame {
    Opcode opcode;  // kBlock also for the function's own frame
    bool unreachable;
    uint8_t label;  // plain_label(opcode, signature)
    SignatureId signature;
    uint32_t height;    // of the operand stack at the beginning, without parameters
    uint32_t set_mark;  // of the locals that were set before
  };

  // What a branch to a frame takes: nothing or a plain value, as the signature that gives it, or
  // kOtherLabel.
  static constexpr uint8_t kOtherLabel = UINT8_MAX;
  static uint8_t plain_label(Opcode opcode, SignatureId signature) {
    if (!ModuleContext::is_plain(signature)) return kOtherLabel;
    return static_cast<uint8_t>(opcode == Opcode::kLoop ? ModuleContext::kEmptySignature
                                                        : signature);
  }

  void start(ByteSpan code, uint64_t offset, SignatureId signature);
  Result<> run();
  // Accepts instructions of the commonest kinds up to the first that needs a closer look.
  class Shortcut;
  void accept_simple();
  Result<> finish();

  template <Immediate kKind, FixedSignature kSignature>
  void fixed();
  template <Opcode kOpcode>
  void special();

  // Reads the current instruction's immediates.
  template <Immediate kKind>
  const Instruction& read() {
    reader_.read(ImmediateKind<kKind>{}, instruction_);
    return instruction_;
  }

  // Errors: the first one stays. The message gets the instruction's name in front.
  void fail(ErrorKind kind, std::string_view message);
  void invalid(std::string_view message) { fail(ErrorKind::kInvalid, message); }
  void unknown(std::string_view what, uint64_t index) {
    invalid(fmt::format("unknown {} {}", what, index));
  }
  void mismatch(StackType expected, StackType found);
  void mismatch_nothing(std::string_view expected);
  bool check_index(uint64_t index, uint64_t size, std::string_view what) {
    if (index < size) [[likely]]
      return true;
    unknown(what, index);
    return false;
  }
  bool matches(StackType sub, StackType super) const {
    return sub == super || tappet::matches(sub, super, context_.registry);
  }

  // Operands. Popping yields the actual type; in unreachable code, bottom where nothing is left.
  void push(StackType type) { stack_.push(type); }
  void push(const StackType* types, size_t count) {
    if (count != 0) stack_.push(types, count);
  }
  StackType pop(StackType expected) {
    if (stack_.available() != 0 && stack_.peek() == expected) [[likely]] {
      stack_.drop(1);
      return expected;
    }
    return pop_slowly(expected);
  }
  StackType pop_slowly(StackType expected);
  StackType pop_any();
  StackType pop_ref();
  void pop(const StackType* types, size_t count) {
    if (count != 0) pop_list(types, count);
  }
  void pop_list(const StackType* types, size_t count);
  // Checks the topmost operands against types and leaves them as they are.
  void check_top(const StackType* types, size_t count);
  void apply_slowly(const StackType* params, size_t param_count, const StackType* results,
                    size_t result_count);

  // Control.
  Frame& frame() { return frames_.back(); }
  const StackSignature& signature(const Frame& of) const {
    return context_.signature(of.signature);
  }
  void push_frame(Opcode opcode, SignatureId signature);
  void pop_frame();
  void set_unreachable();
  struct LabelTypes {
    const StackType* types = nullptr;
    uint32_t count = 0;
  };
  // Equal for labels of the same types, of frames with the same signature.
  size_t label_key(uint32_t label) const {
    const Frame& target = frames_[frames_.size() - 1 - label];
    return 2 * size_t{target.signature} + (target.opcode == Opcode::kLoop ? 1 : 0);
  }
  bool check_label(uint32_t label) { return check_index(label, frames_.size(), "label"); }
  LabelTypes label_types(uint32_t label) const;
  LabelTypes function_results() const;
  std::optional<SignatureId> block_signature();
  void enter_block(Opcode opcode);
  void check_catch(const CatchClause& clause);
  void mismatched_catch();

  // Calls.
  const StackSignature* defined_function_type(uint32_t type_index);
  void call(const StackSignature& callee);
  void return_call(const StackSignature& callee);
  const StackSignature* indirect_callee();
  const StackSignature* reference_callee();

  // Memories and tables.
  bool check_memory(uint32_t memory) {
    return check_index(memory, context_.memory_address.size(), "memory");
  }
  StackType memory_address(uint32_t memory) const { return context_.memory_address[memory]; }
  template <Immediate kKind>
  bool check_immediates(StackType& address);
  bool check_memarg(StackType& address);
  bool check_lane(uint32_t lanes);
  bool check_data(uint32_t segment);
  bool check_elem(uint32_t segment) {
    return check_index(segment, context_.module.elems.size(), "elem segment");
  }
  const TableType* table(uint32_t index);
  void pop_range(StackType destination, StackType source, StackType size);

  // Variables.
  const ModuleContext::Global* global(uint32_t index);

  // Garbage-collected types.
  template <class Composite>
  const Composite* composite(uint32_t type_index, std::string_view what);
  const FieldType* struct_field();
  const FieldType* array_element(uint32_t type_index);
  bool check_packing(const FieldType& field, bool with_extension);
  bool check_mutable(const FieldType& field);
  bool check_numeric(const FieldType& field);
  bool check_elem_type(uint32_t segment, const FieldType& field);
  void get_field(bool with_extension);
  void get_element(bool with_extension);
  void new_array_from_segment();
  void init_array_from_segment();
  StackType own_ref(uint32_t type_index, bool nullable) const;
  void test_or_cast(bool is_test);
  void branch_on_cast(bool branch_on_success);
  void convert_reference(HeapKind from, HeapKind to);

  ModuleContext& context_;
  InstructionReader reader_;
  Instruction instruction_;
  OperandStack stack_;
  std::vector<Frame> frames_;
  Locals locals_;
  std::vector<uint32_t> label_stamps_;  // by signature: the last br_table that checked it
  uint32_t br_tables_ = 0;
  // Of catch clauses that were found valid: which tag's type with which label's.
  std::unordered_set<uint64_t> valid_catches_;
  bool constant_ = false;
  uint32_t visible_globals_ = 0;
  // For the shortcut:
  const bool has_plain_memory_;  // memory 0 has 32-bit addresses
  const bool has_plain_table_;   // table 0 has them too, and functions
};

// The specials that exist: declared here, defined in the family files.
#define OP(name, prefix, code, mnemonic, imm, sig, access, feature) \
  template <>                                                       \
  void FunctionValidator::special<Opcode::k##name>();
#include "interp/opcodes/opcodes.def"
#undef OP

}  // namespace tappet
