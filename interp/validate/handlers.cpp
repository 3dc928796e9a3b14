// Instructions with a fixed signature, which is the numeric, simd and atomic families and most of
// memory: one instantiation per pair of immediate kind and signature, with the types as constants.
#include "interp/validate/handlers.h"

#include <algorithm>

#include "interp/validate/function_validator.h"

namespace tappet {
namespace {

constexpr FixedSignature fixed_signature(const Signature& signature) {
  FixedSignature fixed;
  for (const char letter : signature.params) fixed.params[fixed.param_count++] = letter;
  for (const char letter : signature.results) fixed.results[fixed.result_count++] = letter;
  return fixed;
}

constexpr StackType type_of(char letter, StackType address) {
  switch (letter) {
    case 'i':
      return stack_type::kI32;
    case 'l':
      return stack_type::kI64;
    case 'f':
      return stack_type::kF32;
    case 'd':
      return stack_type::kF64;
    case 'v':
      return stack_type::kV128;
    default:
      return address;
  }
}

// "i16x8.extract_lane_s" has 8 lanes.
uint32_t lanes_of(std::string_view mnemonic) {
  const size_t x = mnemonic.find('x');
  const uint32_t digit = static_cast<uint32_t>(mnemonic[x + 1] - '0');
  return mnemonic[x + 2] == '.' ? digit : 16;
}

}  // namespace

template <Immediate kKind>
bool FunctionValidator::check_immediates(StackType& address) {
  const OpcodeColumns& columns = kOpcodeColumns[static_cast<size_t>(instruction_.opcode)];
  if constexpr (kKind == Immediate::kMemarg) {
    return check_memarg(address);
  } else if constexpr (kKind == Immediate::kMemargLane) {
    return check_memarg(address) && check_lane(16u / columns.access_bytes);
  } else if constexpr (kKind == Immediate::kMemoryIndex) {
    if (!check_memory(instruction_.a)) return false;
    address = memory_address(instruction_.a);
  } else if constexpr (kKind == Immediate::kDataIndex) {
    return check_data(instruction_.a);
  } else if constexpr (kKind == Immediate::kElemIndex) {
    return check_elem(instruction_.a);
  } else if constexpr (kKind == Immediate::kLane) {
    return check_lane(lanes_of(row(instruction_.opcode).mnemonic));
  } else if constexpr (kKind == Immediate::kShuffle) {
    const auto& lanes = instruction_.v128.bytes;
    if (std::any_of(std::begin(lanes), std::end(lanes), [](uint8_t lane) { return lane >= 32; })) {
      invalid("invalid lane index");
      return false;
    }
  }
  return true;
}

template <Immediate kKind, FixedSignature kSignature>
void FunctionValidator::fixed() {
  read<kKind>();
  StackType address = stack_type::kI32;
  if constexpr (kKind != Immediate::kNone) {
    if (!check_immediates<kKind>(address)) return;
  }
  constexpr size_t kParams = kSignature.param_count;
  constexpr size_t kResults = kSignature.result_count;
  std::array<StackType, kParams + 1> params;  // + 1: neither may be empty
  std::array<StackType, kResults + 1> results;
  for (size_t i = 0; i < kParams; ++i) params[i] = type_of(kSignature.params[i], address);
  for (size_t i = 0; i < kResults; ++i) results[i] = type_of(kSignature.results[i], address);
  bool equal = stack_.available() >= kParams;
  for (size_t i = 0; i < kParams && equal; ++i) equal = stack_.peek(kParams - 1 - i) == params[i];
  if (!equal) [[unlikely]] {
    return apply_slowly(params.data(), kParams, results.data(), kResults);
  }
  if constexpr (kResults <= kParams) {
    std::copy_n(results.data(), kResults, stack_.top_slots(kParams));
    stack_.drop(kParams - kResults);
  } else {
    stack_.drop(kParams);
    for (size_t i = 0; i < kResults; ++i) push(results[i]);
  }
}

struct Handlers {
  template <Immediate kKind, FixedSignature kSignature>
  static void fixed(FunctionValidator& validator) {
    validator.fixed<kKind, kSignature>();
  }
  template <Opcode kOpcode>
  static void special(FunctionValidator& validator) {
    validator.special<kOpcode>();
  }
  template <Opcode kOpcode>
  static constexpr Handler handler() {
    constexpr const OpcodeRow& op = row(kOpcode);
    if constexpr (op.signature.special) {
      return special<kOpcode>;
    } else {
      return fixed<op.immediate, fixed_signature(op.signature)>;
    }
  }
};

constexpr std::array<Handler, kOpcodeCount> kHandlers = {
#define OP(name, prefix, code, mnemonic, imm, sig, access, feature) \
  Handlers::handler<Opcode::k##name>(),
#include "interp/opcodes/opcodes.def"
#undef OP
};

}  // namespace tappet
