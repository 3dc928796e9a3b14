// The families of ops.def, and which row of which family a wasm instruction is.
#pragma once

#include <array>

#include "interp/exec/classes.h"
#include "interp/opcodes/opcode.h"

namespace tappet::exec {

enum class Family : uint8_t {
  kNone,
  kIntBinary,
  kIntDivision,
  kIntCompare,
  kIntUnary,
  kFloatBinary,
  kFloatCompare,
  kFloatUnary,
  kTruncate,
  kTruncateSat,
  kConvert,
  kFloatCast,
  kIntLoad,
  kFloatLoad,
  kIntStore,
  kFloatStore,
};

struct FamilyRow {
  Family family = Family::kNone;
  uint8_t row = 0;  // position among the family's rows

  bool operator==(const FamilyRow&) const = default;
};

// By opcode; Family::kNone for instructions without a row.
constexpr std::array<FamilyRow, kOpcodeCount> family_rows() {
  std::array<FamilyRow, kOpcodeCount> rows{};
  std::array<uint8_t, 16> next{};
  const auto put = [&](Opcode opcode, Family family) {
    rows[static_cast<size_t>(opcode)] = {family, next[static_cast<size_t>(family)]++};
  };
#define INT_BINARY(name, ...) put(Opcode::k##name, Family::kIntBinary);
#define INT_DIVISION(name, ...) put(Opcode::k##name, Family::kIntDivision);
#define INT_COMPARE(name, ...) put(Opcode::k##name, Family::kIntCompare);
#define INT_UNARY(name, ...) put(Opcode::k##name, Family::kIntUnary);
#define FLOAT_BINARY(name, ...) put(Opcode::k##name, Family::kFloatBinary);
#define FLOAT_COMPARE(name, ...) put(Opcode::k##name, Family::kFloatCompare);
#define FLOAT_UNARY(name, ...) put(Opcode::k##name, Family::kFloatUnary);
#define TRUNCATE(name, ...) put(Opcode::k##name, Family::kTruncate);
#define TRUNCATE_SAT(name, ...) put(Opcode::k##name, Family::kTruncateSat);
#define CONVERT(name, ...) put(Opcode::k##name, Family::kConvert);
#define FLOAT_CAST(name, ...) put(Opcode::k##name, Family::kFloatCast);
#define INT_LOAD(name, ...) put(Opcode::k##name, Family::kIntLoad);
#define FLOAT_LOAD(name, ...) put(Opcode::k##name, Family::kFloatLoad);
#define INT_STORE(name, ...) put(Opcode::k##name, Family::kIntStore);
#define FLOAT_STORE(name, ...) put(Opcode::k##name, Family::kFloatStore);
#include "interp/exec/ops.def"
  return rows;
}
inline constexpr auto kFamilyRows = family_rows();
constexpr FamilyRow family_row(Opcode opcode) { return kFamilyRows[static_cast<size_t>(opcode)]; }

// Properties of rows, by row.
inline constexpr bool kIntBinaryCommutes[] = {
#define INT_BINARY(name, type, op, commutes) commutes,
#include "interp/exec/ops.def"
};
struct CompareRow {
  uint8_t negated;  // row of !(a op b)
  uint8_t swapped;  // row of (b op a)
};
inline constexpr CompareRow kIntCompareRows[] = {
#define INT_COMPARE(name, type, op, negated, swapped) \
  {family_row(Opcode::k##negated).row, family_row(Opcode::k##swapped).row},
#include "interp/exec/ops.def"
};

// Of a row of integers: whether a op b is b op a.
constexpr bool int_commutes(FamilyRow row) {
  if (row.family == Family::kIntBinary) return kIntBinaryCommutes[row.row];
  return row.family == Family::kIntCompare && kIntCompareRows[row.row].swapped == row.row;
}

// The row of (b op a).
inline constexpr uint8_t kFloatCompareSwapped[] = {
#define FLOAT_COMPARE(name, type, op, swapped) family_row(Opcode::k##swapped).row,
#include "interp/exec/ops.def"
};

// Rows of fused.def by what they are made of.
struct PairRow {
  FamilyRow first;
  FamilyRow second;
  bool swapped = false;

  bool operator==(const PairRow&) const = default;
};
#define TAPPET_PAIR_ROW(bits, type, first, op) \
  {family_row(Opcode::k##bits##first), family_row(Opcode::k##bits##op)},
inline constexpr PairRow kOpOps[] = {
#define OP_OP TAPPET_PAIR_ROW
#define OP_OP_SWAPPED(bits, type, first, op) \
  {family_row(Opcode::k##bits##first), family_row(Opcode::k##bits##op), true},
#include "interp/exec/fused.def"
};
inline constexpr PairRow kShiftOps[] = {
#define SHIFT_OP TAPPET_PAIR_ROW
#include "interp/exec/fused.def"
};
inline constexpr PairRow kOpShifts[] = {
#define OP_SHIFT TAPPET_PAIR_ROW
#include "interp/exec/fused.def"
};
#undef TAPPET_PAIR_ROW
inline constexpr PairRow kLoadOps[] = {
#define LOAD_OP(bits, load, memory_type, type, op) \
  {family_row(Opcode::k##bits##load), family_row(Opcode::k##bits##op)},
#include "interp/exec/fused.def"
};
inline constexpr PairRow kFloatLoadOps[] = {
#define FLOAT_LOAD_OP(bits, type, op) \
  {family_row(Opcode::k##bits##Load), family_row(Opcode::k##bits##op)},
#include "interp/exec/fused.def"
};
inline constexpr PairRow kFloatOpOps[] = {
#define FLOAT_OP_OP(bits, type, first, op, swapped) \
  {family_row(Opcode::k##bits##first), family_row(Opcode::k##bits##op), swapped},
#include "interp/exec/fused.def"
};
inline constexpr FamilyRow kScaledLoads[] = {
#define LOAD_SCALED(bits, load, memory_type, type) family_row(Opcode::k##bits##load),
#include "interp/exec/fused.def"
};
// Twice the row, and 1 more if `shift` scales an index by the size of what is loaded.
constexpr size_t scaled_row(size_t row, uint32_t shift) {
  constexpr size_t kSizes[] = {
#define LOAD_SCALED(bits, load, memory_type, type) sizeof(memory_type),
#include "interp/exec/fused.def"
  };
  return 2 * row + (size_t{1} << (shift & 31) == kSizes[row] ? 1 : 0);
}
inline constexpr PairRow kLoadBranches[] = {
#define LOAD_BRANCH(load, memory_type, compare) \
  {family_row(Opcode::kI32##load), family_row(Opcode::kI32##compare)},
#include "interp/exec/fused.def"
};

// The row made of these two, or -1.
template <size_t N>
constexpr int find_pair(const PairRow (&rows)[N], FamilyRow first, FamilyRow second,
                        bool swapped = false) {
  for (size_t i = 0; i < N; ++i) {
    if (rows[i].first == first && rows[i].second == second && rows[i].swapped == swapped)
      return static_cast<int>(i);
  }
  return -1;
}

}  // namespace tappet::exec
