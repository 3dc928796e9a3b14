// Where the translator finds the handlers of vector instructions, as in handler_tables.h: one table
// per row of simd.def, by operand classes.
#pragma once

#include "interp/exec/handler_tables.h"

namespace tappet::exec::simd {

enum class Group : uint8_t {
  kUnary,
  kBinary,
  kCompare,
  kFloatBinary,
  kTernary,
  kShift,
  kTest,
  kSplat,
  kExtract,
  kReplace,
  kConst,
  kShuffle,
  kSwizzle,
  kLoad,
  kLoadLane,
  kStore,
  kStoreLane,
};

struct Row {
  Group group = Group::kConst;
  uint8_t row = 0;  // position among the group's rows
};

inline constexpr Opcode kFirstOpcode = Opcode::kV128Load;
inline constexpr Opcode kLastOpcode = Opcode::kI32x4RelaxedDotI8x16I7x16AddS;
constexpr bool is_vector_instruction(Opcode opcode) {
  return opcode >= kFirstOpcode && opcode <= kLastOpcode;
}
constexpr size_t index_of(Opcode opcode) {
  return static_cast<size_t>(opcode) - static_cast<size_t>(kFirstOpcode);
}
inline constexpr size_t kRows = index_of(kLastOpcode) + 1;

constexpr std::array<Row, kRows> make_rows() {
  std::array<Row, kRows> rows{};
  std::array<uint8_t, static_cast<size_t>(Group::kStoreLane) + 1> next{};
  const auto put = [&](Opcode opcode, Group group) {
    rows[index_of(opcode)] = {group, next[static_cast<size_t>(group)]++};
  };
#define VECTOR_UNARY(name, ...) put(Opcode::k##name, Group::kUnary);
#define VECTOR_BINARY(name, ...) put(Opcode::k##name, Group::kBinary);
#define VECTOR_COMPARE(name, ...) put(Opcode::k##name, Group::kCompare);
#define VECTOR_FLOAT_BINARY(name, ...) put(Opcode::k##name, Group::kFloatBinary);
#define VECTOR_TERNARY(name, ...) put(Opcode::k##name, Group::kTernary);
#define VECTOR_SHIFT(name, ...) put(Opcode::k##name, Group::kShift);
#define VECTOR_TEST(name, ...) put(Opcode::k##name, Group::kTest);
#define VECTOR_SPLAT(name, ...) put(Opcode::k##name, Group::kSplat);
#define VECTOR_EXTRACT(name, ...) put(Opcode::k##name, Group::kExtract);
#define VECTOR_REPLACE(name, ...) put(Opcode::k##name, Group::kReplace);
#define VECTOR_CONST(name) put(Opcode::k##name, Group::kConst);
#define VECTOR_SHUFFLE(name) put(Opcode::k##name, Group::kShuffle);
#define VECTOR_SWIZZLE(name) put(Opcode::k##name, Group::kSwizzle);
#define VECTOR_LOAD(name, ...) put(Opcode::k##name, Group::kLoad);
#define VECTOR_LOAD_LANE(name, ...) put(Opcode::k##name, Group::kLoadLane);
#define VECTOR_STORE(name) put(Opcode::k##name, Group::kStore);
#define VECTOR_STORE_LANE(name, ...) put(Opcode::k##name, Group::kStoreLane);
#include "interp/exec/simd.def"
  return rows;
}
inline constexpr auto kRowOf = make_rows();
// Of a vector instruction.
constexpr Row row_of(Opcode opcode) { return kRowOf[index_of(opcode)]; }

// By row. The comment names the operands whose classes are the index.
extern const Handlers2 kUnaryHandlers[];        // a, d
extern const Handlers3 kBinaryHandlers[];       // a, b, d
extern const Handlers3 kCompareHandlers[];      // a, b, d
extern const Handlers3 kFloatBinaryHandlers[];  // a, b, d
extern const Handlers4 kTernaryHandlers[];      // a, b, x, d
extern const Handlers3 kShiftHandlers[];        // a, b, d
extern const Handlers2 kTestHandlers[];         // a, d
extern const Handlers2 kSplatHandlers[];        // a, d
extern const Handlers2 kExtractHandlers[];      // a, d
extern const Handlers3 kReplaceHandlers[];      // a, b, d
extern const Handlers1 kConstHandlers;          // d
// [with the host's shuffle of bytes]; shuffles_bytes() of simd_lanes.h says whether there is one
extern const Handlers3 kShuffleHandlers[2];  // a, b, d
extern const Handlers3 kSwizzleHandlers[2];  // a, b, d

// Memory 0 with 32-bit addresses in its two strategies, and any memory.
enum class Access : uint8_t { kGuarded, kChecked, kAny };
struct MemoryHandlers {
  const Handlers2* load;        // a, d
  const Handlers3* load_lane;   // a, b, d
  const Handlers2* store;       // a, b
  const Handlers2* store_lane;  // a, b
};
extern const MemoryHandlers kMemoryHandlers[3];  // by access

extern const Handlers2 kMoveHandlers;          // a, d
extern const Handlers4 kSelectHandlers;        // a, b, x, d
extern const Handlers1 kGlobalGetHandlers[2];  // [imported]: d
extern const Handlers1 kGlobalSetHandlers[2];  // [imported]: a

}  // namespace tappet::exec::simd
