// Constant expressions (core spec 3.4.7): initialisers of globals, tables and segments, decoded to
// a short list of instructions that instantiation evaluates on a small stack.
#pragma once

#include <vector>

#include "interp/module/types.h"
#include "interp/opcodes/opcode.h"

namespace tappet {

struct ConstInstruction {
  Opcode opcode;
  uint32_t index = 0;       // global.get, ref.func: the index; GC instructions: the type's index
  uint32_t index2 = 0;      // array.new_fixed: length; array.new_data/elem: the segment
  uint64_t value = 0;       // *.const: the bits (v128: the low half); ref.null: unused
  uint64_t value_high = 0;  // v128.const: the high half
  ValueType type;           // ref.null: the type
};

struct ConstExpr {
  std::vector<ConstInstruction>
      instructions;     // without the final `end`; never empty once validated
  uint64_t offset = 0;  // where it starts in the file
};

}  // namespace tappet
