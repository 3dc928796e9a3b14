// The instruction set as data: enumerations and rows made from opcodes.def, immediates.def and
// features.def. Decoder, validator, translator, printer and parser loop over these rows instead of
// naming opcodes of their own.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tappet {

enum class Feature : uint8_t {
#define FEATURE(name, text, state) k##name,
#include "interp/opcodes/features.def"
#undef FEATURE
};

enum class FeatureState : uint8_t { kOn, kOptIn, kUnsupported };

struct FeatureRow {
  Feature feature;
  std::string_view name;
  FeatureState state;
};

inline constexpr FeatureRow kFeatures[] = {
#define FEATURE(name, text, state) {Feature::k##name, text, FeatureState::state},
#include "interp/opcodes/features.def"
#undef FEATURE
};
inline constexpr size_t kFeatureCount = std::size(kFeatures);

constexpr const FeatureRow& row(Feature feature) { return kFeatures[static_cast<size_t>(feature)]; }

// Why something of a feature that a FeatureSet lacks is refused: "feature simd is not supported
// yet", or "feature bulk-memory is switched off".
std::string refusal(Feature feature);

// The set of features that a decoder or validator accepts.
class FeatureSet {
 public:
  // What is executed and on by default.
  static FeatureSet defaults();
  // Everything that the tables know, executed or not: for tools that only read modules.
  static FeatureSet all();

  bool has(Feature feature) const { return bits_[static_cast<size_t>(feature)]; }
  void set(Feature feature, bool on = true) { bits_[static_cast<size_t>(feature)] = on; }

 private:
  std::bitset<kFeatureCount> bits_;
};

enum class Immediate : uint8_t {
#define IMM(name, text, fields) k##name,
#include "interp/opcodes/immediates.def"
#undef IMM
};

// Dense, in the order of opcodes.def. Only this header knows the encoding.
enum class Opcode : uint16_t {
#define OP(name, prefix, code, mnemonic, imm, sig, access, feature) k##name,
#include "interp/opcodes/opcodes.def"
#undef OP
};

// A fixed operand/result signature, or `special` where the validator has code of its own.
// Letters as in opcodes.def.
struct Signature {
  std::string_view params;
  std::string_view results;
  bool special = false;
};

struct OpcodeRow {
  Opcode opcode;
  uint8_t prefix;  // 0: none
  uint32_t code;
  std::string_view mnemonic;
  Immediate immediate;
  Signature signature;
  uint8_t access_bytes;  // 0: does not touch memory
  Feature feature;
};

constexpr Signature parse_signature(std::string_view text) {
  const size_t bar = text.find('_');
  if (text == "Special" || bar == std::string_view::npos) return {{}, {}, true};
  return {text.substr(0, bar), text.substr(bar + 1), false};
}

inline constexpr OpcodeRow kOpcodes[] = {
#define OP(name, prefix, code, mnemonic, imm, sig, access, feature)                              \
  {Opcode::k##name,    prefix, code, mnemonic, Immediate::k##imm, parse_signature(#sig), access, \
   Feature::k##feature},
#include "interp/opcodes/opcodes.def"
#undef OP
};
inline constexpr size_t kOpcodeCount = std::size(kOpcodes);

constexpr const OpcodeRow& row(Opcode opcode) { return kOpcodes[static_cast<size_t>(opcode)]; }

// The opcode of a prefix (0: none) and code, if there is one.
std::optional<Opcode> find_opcode(uint8_t prefix, uint32_t code);

// One-byte opcodes by byte: kNoOpcode where there is none (or where the byte is a prefix).
inline constexpr uint16_t kNoOpcode = 0xffff;
extern const std::array<uint16_t, 256> kOneByteOpcodes;

// True for the bytes that start a two-part opcode.
constexpr bool is_opcode_prefix(uint8_t byte) { return byte >= 0xfb && byte <= 0xfe; }

}  // namespace tappet
