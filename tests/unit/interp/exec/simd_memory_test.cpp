// Vector loads and stores at the ends of memories of every kind.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <algorithm>

#include "tests/unit/interp/support/vectors.h"

namespace tappet::test {
namespace {

constexpr const char* kOutOfBounds = "out of bounds memory access";

// Which memory is accessed, and how wide its addresses are.
struct Kind {
  MemoryStrategy strategy;
  uint32_t memory;
  bool is_64;
};

std::vector<Kind> kinds() {
  std::vector<Kind> all;
  for (const MemoryStrategy strategy : strategies()) {
    for (const uint32_t memory : {0, 1}) {
      for (const bool is_64 : {false, true}) all.push_back({strategy, memory, is_64});
    }
  }
  return all;
}

std::vector<const OpcodeRow*> accesses() {
  std::vector<const OpcodeRow*> all;
  for (const OpcodeRow& op : kOpcodes) {
    if (op.prefix == 0xfd && op.access_bytes != 0) all.push_back(&op);
  }
  return all;
}

// The instruction with this address operand, as a function of one address.
Bytes access(const OpcodeRow& op, const Kind& kind, const Bytes& address, uint64_t offset) {
  const bool has_vector = op.signature.params == "av";
  return address + (has_vector ? vector(~uint64_t{0}, ~uint64_t{0}) : Bytes{}) +
         code(op.mnemonic.data()) + memory_argument(kind.memory, offset) +
         (op.immediate == Immediate::kMemargLane ? leb(0) : Bytes{}) +
         (op.signature.results.empty() ? Bytes{} : code("drop"));
}

// By address, by offset and by a constant address.
ModuleBuilder accessing(const Kind& kind) {
  ModuleBuilder m;
  for (int i = 0; i < 2; ++i) m.raw_memory(kind.is_64 ? Bytes{0x04, 1} : Bytes{0x00, 1});
  const ValueType type = kind.is_64 ? kI64 : kI32;
  for (const OpcodeRow* op : accesses()) {
    const uint64_t last = kPageBytes - op->access_bytes;
    const auto add = [&](const char* how, const Bytes& address, uint64_t offset) {
      m.export_func(fmt::format("{} {}", op->mnemonic, how),
                    m.func({type}, {}, access(*op, kind, address, offset)));
    };
    const Bytes constant = code(kind.is_64 ? "i64.const" : "i32.const", static_cast<int64_t>(last));
    add("address", code("local.get", 0), 0);
    add("offset", code("local.get", 0), last);
    add("far offset", code("local.get", 0), 0xffff'ffff);
    add("constant", constant, 0);
    add("constant beyond", constant, 1);
  }
  return m;
}

bool is_zero(Memory& memory) {
  const auto all = memory.view(0, kPageBytes);
  return std::all_of(all.begin(), all.end(), [](uint8_t byte) { return byte == 0; });
}

void check_traps(Guest& guest, const OpcodeRow& op, bool is_64) {
  const auto name = [&](const char* how) { return fmt::format("{} {}", op.mnemonic, how); };
  std::vector<uint64_t> beyond{kPageBytes - op.access_bytes + 1, kPageBytes, 0xffff'ffff};
  if (is_64) beyond.insert(beyond.end(), {0x1'0000'0000, UINT64_MAX - 15, UINT64_MAX});
  for (const uint64_t address : beyond) {
    EXPECT_EQ(guest.trap(name("address"), {address}), kOutOfBounds) << op.mnemonic << address;
  }
  EXPECT_EQ(guest.trap(name("offset"), {1}), kOutOfBounds) << op.mnemonic;
  EXPECT_EQ(guest.trap(name("far offset"), {0}), kOutOfBounds) << op.mnemonic;
  EXPECT_EQ(guest.trap(name("far offset"), {0xffff'ffff}), kOutOfBounds) << op.mnemonic;
  EXPECT_EQ(guest.trap(name("constant beyond"), {0}), kOutOfBounds) << op.mnemonic;
}

// Each at the last address where it fits, and at the next one. What traps writes nothing.
TEST(SimdMemory, AccessesEndWithTheMemory) {
  for (const Kind& kind : kinds()) {
    Guest guest(accessing(kind), kind.strategy);
    Memory& memory = *guest.instance().memory(kind.memory);
    for (const OpcodeRow* op : accesses()) {
      check_traps(guest, *op, kind.is_64);
      EXPECT_TRUE(is_zero(memory)) << op->mnemonic;
      const uint64_t last = kPageBytes - op->access_bytes;
      guest.value(fmt::format("{} address", op->mnemonic), {last});
      guest.value(fmt::format("{} offset", op->mnemonic), {0});
      guest.value(fmt::format("{} constant", op->mnemonic), {0});
      const auto end = memory.view(last, op->access_bytes);
      const uint8_t expected = op->signature.results.empty() ? 0xff : 0;
      EXPECT_TRUE(std::all_of(end.begin(), end.end(), [&](uint8_t b) { return b == expected; }))
          << op->mnemonic;
      std::fill(end.begin(), end.end(), 0);
      EXPECT_TRUE(is_zero(*guest.instance().memory(1 - kind.memory))) << op->mnemonic;
    }
  }
}

TEST(SimdMemory, FaultsHaveBacktraces) {
  for (const MemoryStrategy strategy : strategies()) {
    ModuleBuilder m;
    m.memory(1);
    m.func({kI32}, {kV128}, code("local.get", 0, "v128.load", 0, 0));
    m.export_func("f", m.func({kI32}, {kV128}, code("local.get", 0, "call", 0, "v128.not")));
    Guest guest(m, strategy);
    const auto called = guest.call("f", {kPageBytes - 15});
    EXPECT_EQ(called.trap.kind, TrapKind::kMemoryOutOfBounds);
    ASSERT_EQ(called.trap.backtrace.size(), 2u);
    EXPECT_EQ(called.trap.backtrace[0].function_index, 0u);
  }
}

}  // namespace
}  // namespace tappet::test
