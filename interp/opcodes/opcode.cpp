#include "interp/opcodes/opcode.h"

#include <fmt/format.h>

namespace tappet {
namespace {

constexpr size_t kPrefixes = 4;
constexpr size_t kCodesPerPrefix = 0x120;

constexpr std::array<uint16_t, 256> one_byte_table() {
  std::array<uint16_t, 256> table{};
  table.fill(kNoOpcode);
  for (const OpcodeRow& op : kOpcodes) {
    if (op.prefix == 0) table[op.code] = static_cast<uint16_t>(op.opcode);
  }
  return table;
}

constexpr std::array<std::array<uint16_t, kCodesPerPrefix>, kPrefixes> prefixed_table() {
  std::array<std::array<uint16_t, kCodesPerPrefix>, kPrefixes> table{};
  for (auto& codes : table) codes.fill(kNoOpcode);
  for (const OpcodeRow& op : kOpcodes) {
    if (op.prefix != 0) table[op.prefix - 0xfb][op.code] = static_cast<uint16_t>(op.opcode);
  }
  return table;
}

constexpr auto kPrefixedOpcodes = prefixed_table();

}  // namespace

constexpr std::array<uint16_t, 256> kOneByteOpcodes = one_byte_table();

std::optional<Opcode> find_opcode(uint8_t prefix, uint32_t code) {
  uint16_t found = kNoOpcode;
  if (prefix == 0) {
    if (code < kOneByteOpcodes.size()) found = kOneByteOpcodes[code];
  } else if (is_opcode_prefix(prefix) && code < kCodesPerPrefix) {
    found = kPrefixedOpcodes[prefix - 0xfb][code];
  }
  if (found == kNoOpcode) return std::nullopt;
  return static_cast<Opcode>(found);
}

std::string refusal(Feature feature) {
  const bool unsupported = row(feature).state == FeatureState::kUnsupported;
  return fmt::format("feature {} is {}", row(feature).name,
                     unsupported ? "not supported yet" : "switched off");
}

FeatureSet FeatureSet::defaults() {
  FeatureSet set;
  for (const FeatureRow& feature : kFeatures) {
    set.set(feature.feature, feature.state == FeatureState::kOn);
  }
  return set;
}

FeatureSet FeatureSet::all() {
  FeatureSet set;
  for (const FeatureRow& feature : kFeatures) set.set(feature.feature);
  return set;
}

}  // namespace tappet
