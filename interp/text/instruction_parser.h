// Instructions of the text format (core spec 6.5), flat and folded, encoded as they are read.
#pragma once

#include "interp/text/module_parser.h"

namespace tappet::text {

// Reads the instructions of one expression. Nesting lives on a stack of its own, so that depth
// costs memory in proportion to the text and no native stack.
class InstructionParser {
 public:
  InstructionParser(ModuleParser& module, FunctionScope& scope, bool in_function)
      : module_(module), in_(module.in_), scope_(scope), in_function_(in_function) {}

  // Up to a closing parenthesis that was opened outside; `single`: one folded instruction.
  void run(bool single);

 private:
  struct Frame {
    enum class Kind : uint8_t {
      kFolded,       // (op ...: its operands come first
      kFlatBlock,    // block ... end
      kFlatIf,       // if ... : may still meet else
      kFoldedBlock,  // (block ...)
      kFoldedIf,     // (if ... before (then
      kThen,         // inside (then
      kAfterThen,    // behind it
      kElse,         // inside (else
      kAfterElse,
    };
    Kind kind = Kind::kFolded;
    Writer pending;  // kFolded, kFoldedIf: what is written behind the operands
    std::optional<std::string> label;
    std::optional<uint8_t> hint;
    uint32_t offset = 0;
  };

  // instruction_parser.cpp
  void open();
  void close();
  void flat();
  void block(Opcode opcode, bool folded, std::optional<uint8_t> hint);
  void block_header(Opcode opcode, Writer& out, std::optional<std::string>& label);
  void else_();
  void end();
  void match_label(const Frame& frame);
  void push_label(const std::optional<std::string>& label);
  void pop_label();
  std::optional<Opcode> expect_opcode();
  std::optional<uint8_t> branch_hint();
  void emit(const Writer& instruction, std::optional<uint8_t> hint);
  bool expects_operands() const;

  // immediates.cpp
  static void write_opcode(Opcode opcode, Writer& out);
  void plain(Opcode opcode, Writer& out);
  void immediates(Opcode opcode, Writer& out);
  void catches(Writer& out);
  uint32_t label_index();
  void label_table(Writer& out);
  void call_indirect(Writer& out);
  void select(Writer& out);
  void reference_test(Opcode opcode, Writer& out);
  void br_on_cast(Writer& out);
  void memarg(uint32_t access_bytes, bool with_lane, Writer& out);
  uint64_t keyword_value(std::string_view prefix, uint64_t fallback);
  void segment_and_target(Space segment, Space target, Writer& out);
  void two_of(Space which, Writer& out);
  void struct_field(Writer& out);
  void two_indices(Space first, Space second, Writer& out);
  void lane(Writer& out) { out.byte(static_cast<uint32_t>(in_.expect_unsigned(8))); }
  void number(Immediate kind, Writer& out);
  void vector(Writer& out);
  uint64_t literal(std::string_view shape, int bits);

  ModuleParser& module_;
  Cursor& in_;
  FunctionScope& scope_;
  bool in_function_;
  std::vector<Frame> frames_;
};

}  // namespace tappet::text
