#include "interp/opcodes/opcode.h"

#include <gtest/gtest.h>

#include <set>

namespace tappet {
namespace {

TEST(Opcodes, AreFoundByTheirCode) {
  for (const OpcodeRow& op : kOpcodes) {
    EXPECT_EQ(find_opcode(op.prefix, op.code), op.opcode) << op.mnemonic;
    EXPECT_EQ(&row(op.opcode), &op);
  }
  EXPECT_GT(kOpcodeCount, 550u);
}

TEST(Opcodes, OthersAreNot) {
  EXPECT_FALSE(find_opcode(0, 0x06));
  EXPECT_FALSE(find_opcode(0, 0xfc));
  EXPECT_FALSE(find_opcode(0, 0xffff'ffff));
  EXPECT_FALSE(find_opcode(0xfc, 0x12));
  EXPECT_FALSE(find_opcode(0xfd, 0x9a));
  EXPECT_FALSE(find_opcode(0xfd, 0xffff'ffff));
  EXPECT_FALSE(find_opcode(0x41, 0));
}

TEST(Opcodes, ReadTheirSignature) {
  const Signature& copy = row(Opcode::kMemoryFill).signature;
  EXPECT_EQ(copy.params, "aia");
  EXPECT_EQ(copy.results, "");
  EXPECT_FALSE(copy.special);
  EXPECT_TRUE(row(Opcode::kBrTable).signature.special);
}

TEST(Opcodes, AccessMemoryInPowersOfTwo) {
  for (const OpcodeRow& op : kOpcodes) {
    const bool has_memarg =
        op.immediate == Immediate::kMemarg || op.immediate == Immediate::kMemargLane;
    EXPECT_EQ(op.access_bytes != 0, has_memarg) << op.mnemonic;
    EXPECT_EQ(op.access_bytes & (op.access_bytes - 1), 0) << op.mnemonic;
  }
}

TEST(Features, SayWhyTheyAreRefused) {
  EXPECT_EQ(refusal(Feature::kBulkMemory), "feature bulk-memory is switched off");
  for (const FeatureRow& feature : kFeatures) {
    if (feature.state != FeatureState::kUnsupported) continue;
    EXPECT_EQ(refusal(feature.feature),
              "feature " + std::string(feature.name) + " is not supported yet");
  }
}

TEST(Features, DefaultsAreWhatIsOn) {
  const FeatureSet defaults = FeatureSet::defaults();
  const FeatureSet all = FeatureSet::all();
  for (const FeatureRow& feature : kFeatures) {
    EXPECT_EQ(defaults.has(feature.feature), feature.state == FeatureState::kOn) << feature.name;
    EXPECT_TRUE(all.has(feature.feature));
  }
}

}  // namespace
}  // namespace tappet
