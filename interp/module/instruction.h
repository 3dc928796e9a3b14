// One decoded instruction: what the binary reader fills, the text parser builds, and the validator
// and the translator consume.
#pragma once

#include "interp/base/bytes.h"
#include "interp/module/types.h"
#include "interp/opcodes/opcode.h"

namespace tappet {

// The type of a block (core spec 2.4.1): a shorthand for no or one result, or a function type.
struct BlockType {
  enum class Kind : uint8_t { kEmpty, kValue, kFunction };
  Kind kind = Kind::kEmpty;
  ValueType value;          // kValue
  uint32_t type_index = 0;  // kFunction; not checked to be in range, or a function type
};

struct V128 {
  uint8_t bytes[16];
};

// A plain struct that is reused from one instruction to the next. immediates.def says which fields
// an immediate kind fills; the others hold what an earlier instruction left there.
struct Instruction {
  Opcode opcode = Opcode::kUnreachable;
  uint8_t c = 0;
  uint32_t a = 0;
  uint32_t b = 0;
  uint64_t value = 0;
  uint64_t offset = 0;  // of the opcode, from the start of the outermost file
  BlockType block;
  ValueType type;
  ValueType type2;
  V128 v128{};
  ByteSpan bytes;  // borrowed from the code: the labels or catch clauses, already checked
};

}  // namespace tappet
