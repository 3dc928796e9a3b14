// Memories other than 0, 64-bit memories and 64-bit tables: every address is hostile.
#include <gtest/gtest.h>

#include "tests/unit/interp/support/guest.h"

namespace tappet::test {
namespace {

constexpr uint64_t kPage = 65536;
constexpr const char* kOutOfBounds = "out of bounds memory access";

// Limits flags: a maximum, 64-bit addresses.
constexpr uint8_t kMax = 0x01;
constexpr uint8_t k64 = 0x04;

Bytes memory64(uint64_t min) { return Bytes{k64} + leb(min); }
Bytes memory64(uint64_t min, uint64_t max) { return Bytes{k64 | kMax} + leb(min) + leb(max); }

// An access of memory 1: its alignment says that a memory index follows.
Bytes second_memory(const char* mnemonic, uint64_t offset) {
  return code(mnemonic, raw({0x40, 1}), leb(offset));
}

ModuleBuilder accesses64(uint64_t offset) {
  ModuleBuilder m;
  m.raw_memory(memory64(1));
  m.export_func("load8",
                m.func({kI64}, {kI32}, code("local.get", 0, "i32.load8_u", 0) + leb(offset)));
  m.export_func("load64",
                m.func({kI64}, {kI64}, code("local.get", 0, "i64.load", 0) + leb(offset)));
  m.export_func("load_f64",
                m.func({kI64}, {kF64}, code("local.get", 0, "f64.load", 0) + leb(offset)));
  m.export_func("store8",
                m.func({kI64, kI32}, {},
                       code("local.get", 0, "local.get", 1, "i32.store8", 0) + leb(offset)));
  m.export_func(
      "store64",
      m.func({kI64, kI64}, {}, code("local.get", 0, "local.get", 1, "i64.store", 0) + leb(offset)));
  m.export_func(
      "store_f32",
      m.func({kI64, kF32}, {}, code("local.get", 0, "local.get", 1, "f32.store", 0) + leb(offset)));
  return m;
}

TEST(Memory64, AddressesNearTheTopAreOutOfBounds) {
  Guest guest(accesses64(0));
  for (const uint64_t address :
       {kPage, kPage + 1, uint64_t{1} << 32, uint64_t{1} << 47, uint64_t{1} << 63, UINT64_MAX,
        UINT64_MAX - 1, UINT64_MAX - 7, UINT64_MAX - 8, UINT64_MAX - kPage}) {
    for (const char* load : {"load8", "load64", "load_f64"})
      EXPECT_EQ(guest.trap(load, {address}), kOutOfBounds) << load << address;
    for (const char* store : {"store8", "store64", "store_f32"})
      EXPECT_EQ(guest.trap(store, {address, 1}), kOutOfBounds) << store << address;
  }
}

TEST(Memory64, TheLastBytesAreAccessible) {
  Guest guest(accesses64(0));
  EXPECT_EQ(guest.call("store64", {kPage - 8, 0x0807060504030201}).outcome, Outcome::kReturned);
  EXPECT_EQ(guest.value("load64", {kPage - 8}), 0x0807060504030201u);
  EXPECT_EQ(guest.value("load8", {kPage - 1}), 8u);
  EXPECT_EQ(guest.trap("store64", {kPage - 7, 0}), kOutOfBounds);
  EXPECT_EQ(guest.trap("load64", {kPage - 7}), kOutOfBounds);
  EXPECT_EQ(guest.trap("store_f32", {kPage - 3, 0}), kOutOfBounds);
  EXPECT_EQ(guest.value("load64", {kPage - 8}), 0x0807060504030201u);
}

// base + offset wraps around to an address that exists.
TEST(Memory64, AnOverflowingSumIsOutOfBounds) {
  for (const uint64_t offset : {uint64_t{1} << 32, uint64_t{1} << 63, UINT64_MAX, UINT64_MAX - 8}) {
    Guest guest(accesses64(offset));
    for (const uint64_t address : {uint64_t{0}, uint64_t{1}, 0 - offset, 16 - offset, UINT64_MAX}) {
      EXPECT_EQ(guest.trap("load8", {address}), kOutOfBounds) << address << "+" << offset;
      EXPECT_EQ(guest.trap("store64", {address, 1}), kOutOfBounds) << address << "+" << offset;
    }
  }
}

TEST(Memory64, EmptyMemoryHasNoAddress) {
  ModuleBuilder m;
  m.raw_memory(memory64(0));
  m.export_func("load", m.func({kI64}, {kI32}, code("local.get", 0, "i32.load8_u", 0, 0)));
  Guest guest(m);
  EXPECT_EQ(guest.trap("load", {0}), kOutOfBounds);
  EXPECT_EQ(guest.trap("load", {UINT64_MAX}), kOutOfBounds);
}

// Operands in slots, constants and both accumulators.
TEST(Memory64, TakesOperandsFromEverywhere) {
  ModuleBuilder m;
  m.raw_memory(memory64(1));
  m.export_func("f", m.func({kI64, kF64}, {kF64},
                            code("local.get", 0, "i64.const", 8, "i64.add",  // address: accumulator
                                 "local.get", 1, "f64.sqrt", "f64.store", 3, 0,  // value: the other
                                 "i64.const", 8, "i64.const", 7, "i64.store8", 0, 100, "i64.const",
                                 100, "f64.const", 2.0, "f64.store", 3, 16, "local.get", 0,
                                 "i64.const", 8, "i64.add", "f64.load", 3, 0, "i64.const", 108,
                                 "i64.load8_u", 0, 0, "f64.convert_i64_u", "f64.add", "i64.const",
                                 116, "f64.load", 3, 0, "f64.mul")));
  Guest guest(m);
  const uint64_t nine = 0x4022'0000'0000'0000;
  EXPECT_EQ(guest.value("f", {16, nine}), 0x4034'0000'0000'0000u);  // (3 + 7) * 2
}

TEST(Memory64, GrowsUpToItsMaximumAndTheStoresLimit) {
  ModuleBuilder m;
  m.raw_memory(memory64(1, 3));
  m.export_func("grow", m.func({kI64}, {kI64}, code("local.get", 0, "memory.grow", raw({0}))));
  m.export_func("size", m.func({}, {kI64}, code("memory.size", raw({0}))));
  Guest guest(m);
  for (const uint64_t delta : {uint64_t{3}, uint64_t{1} << 48, uint64_t{1} << 63, UINT64_MAX})
    EXPECT_EQ(guest.value("grow", {delta}), UINT64_MAX) << delta;
  EXPECT_EQ(guest.value("grow", {2}), 1u);
  EXPECT_EQ(guest.value("grow", {0}), 3u);
  EXPECT_EQ(guest.value("grow", {1}), UINT64_MAX);
  EXPECT_EQ(guest.value("size"), 3u);

  ModuleBuilder large;
  large.raw_memory(memory64(0, uint64_t{1} << 48));
  large.export_func("grow",
                    large.func({kI64}, {kI64}, code("local.get", 0, "memory.grow", raw({0}))));
  StoreLimits limits;
  limits.memory_bytes = 10 * kPage;
  Guest limited(large, best_memory_strategy(), limits);
  EXPECT_EQ(limited.value("grow", {uint64_t{1} << 48}), UINT64_MAX);
  EXPECT_EQ(limited.value("grow", {11}), UINT64_MAX);
  EXPECT_EQ(limited.value("grow", {10}), 0u);
}

TEST(Memory64, AHugeMinimumIsRefused) {
  for (const uint64_t pages : {uint64_t{1} << 17, uint64_t{1} << 47, uint64_t{1} << 48}) {
    ModuleBuilder m;
    m.raw_memory(memory64(pages));
    // A segment far up must not make anything of that size either.
    m.raw_data(Bytes{0x00} + code("i64.const", int64_t{1} << 33, "end") + name("x"));
    Engine engine;
    auto compiled = engine.compile(m.build());
    ASSERT_TRUE(compiled.ok()) << compiled.error().to_string();
    auto store = engine.make_store();
    auto made = instantiate(*store, *compiled, {});
    ASSERT_FALSE(made.ok());
    EXPECT_EQ(std::get<Error>(made.error()).kind, ErrorKind::kLimit);
  }
}

TEST(Memory64, SegmentsAreCheckedWith64Bits) {
  for (const int64_t offset : {int64_t{65536}, int64_t{1} << 32, int64_t{-1}, int64_t{-4}}) {
    ModuleBuilder m;
    m.raw_memory(memory64(1));
    m.raw_data(Bytes{0x00} + code("i64.const", offset, "end") + name("abcd"));
    Engine engine;
    auto compiled = engine.compile(m.build());
    ASSERT_TRUE(compiled.ok());
    auto store = engine.make_store();
    auto made = instantiate(*store, *compiled, {});
    ASSERT_FALSE(made.ok());
    EXPECT_EQ(std::get<Trap>(made.error()).kind, TrapKind::kMemoryOutOfBounds);
  }
}

TEST(Memory64, BulkOperationsTakeWideOperands) {
  ModuleBuilder m;
  m.raw_memory(memory64(1));
  m.memory(1);
  m.passive_data("abcdefgh");
  m.data_count();
  m.export_func("fill", m.func({kI64, kI32, kI64}, {},
                               code("local.get", 0, "local.get", 1, "local.get", 2, "memory.fill",
                                    raw({0}))));
  m.export_func("init", m.func({kI64, kI32, kI32}, {},
                               code("local.get", 0, "local.get", 1, "local.get", 2, "memory.init",
                                    0, raw({0}))));
  // From memory 1 into memory 0: the count has the narrower type.
  m.export_func("copy", m.func({kI64, kI32, kI32}, {},
                               code("local.get", 0, "local.get", 1, "local.get", 2, "memory.copy",
                                    raw({0, 1}))));
  m.export_func("copy64", m.func({kI64, kI64, kI64}, {},
                                 code("local.get", 0, "local.get", 1, "local.get", 2, "memory.copy",
                                      raw({0, 0}))));
  m.export_func("load", m.func({kI64}, {kI64}, code("local.get", 0, "i64.load", 0, 0)));
  m.export_func("store1",
                m.func({kI32, kI64}, {},
                       code("local.get", 0, "local.get", 1) + second_memory("i64.store", 0)));
  for (const MemoryStrategy strategy : strategies()) {
    Guest guest(m, strategy);
    const uint64_t wide = uint64_t{1} << 32;
    EXPECT_EQ(guest.trap("fill", {0, 1, wide}), kOutOfBounds);
    EXPECT_EQ(guest.trap("fill", {wide, 1, 0}), kOutOfBounds);
    EXPECT_EQ(guest.trap("fill", {UINT64_MAX, 1, 1}), kOutOfBounds);
    EXPECT_EQ(guest.trap("fill", {1, 1, UINT64_MAX}), kOutOfBounds);
    EXPECT_EQ(guest.trap("init", {wide, 0, 1}), kOutOfBounds);
    EXPECT_EQ(guest.trap("copy", {wide, 0, 1}), kOutOfBounds);
    EXPECT_EQ(guest.trap("copy64", {0, wide, 1}), kOutOfBounds);
    EXPECT_EQ(guest.trap("copy64", {0, UINT64_MAX - 1, 4}), kOutOfBounds);
    EXPECT_EQ(guest.call("fill", {kPage, 1, 0}).outcome, Outcome::kReturned);
    EXPECT_EQ(guest.call("init", {kPage - 8, 0, 8}).outcome, Outcome::kReturned);
    EXPECT_EQ(guest.value("load", {kPage - 8}), 0x6867666564636261u);
    EXPECT_EQ(guest.call("store1", {8, 0x1122334455667788}).outcome, Outcome::kReturned);
    EXPECT_EQ(guest.call("copy", {24, 8, 8}).outcome, Outcome::kReturned);
    EXPECT_EQ(guest.value("load", {24}), 0x1122334455667788u);
  }
}

ModuleBuilder two_memories() {
  ModuleBuilder m;
  m.memory(1);
  m.memory(2, 5);
  m.export_func("load0", m.func({kI32}, {kI64}, code("local.get", 0, "i64.load", 0, 0)));
  m.export_func("load1",
                m.func({kI32}, {kI64}, code("local.get", 0) + second_memory("i64.load", 0)));
  m.export_func(
      "load1_far",
      m.func({kI32}, {kI32}, code("local.get", 0) + second_memory("i32.load8_u", 0xffffffff)));
  m.export_func("store1",
                m.func({kI32, kI64}, {},
                       code("local.get", 0, "local.get", 1) + second_memory("i64.store", 0)));
  m.export_func("grow1", m.func({kI32}, {kI32}, code("local.get", 0, "memory.grow", raw({1}))));
  // The sum wraps at 32 bits before the offset is added.
  m.export_func("sum1", m.func({kI32, kI32}, {kI64},
                               code("local.get", 0, "local.get", 1, "i32.add") +
                                   second_memory("i64.load", 8)));
  return m;
}

TEST(MultiMemory, MemoriesAreApart) {
  for (const MemoryStrategy strategy : strategies()) {
    Guest guest(two_memories(), strategy);
    EXPECT_EQ(guest.call("store1", {16, 77}).outcome, Outcome::kReturned);
    EXPECT_EQ(guest.value("load1", {16}), 77u);
    EXPECT_EQ(guest.value("load0", {16}), 0u);
    EXPECT_EQ(guest.value("sum1", {0xffff'fff0, 0x18}), 77u);
    EXPECT_EQ(guest.value("load1", {2 * kPage - 8}), 0u);
    EXPECT_EQ(guest.trap("load1", {2 * kPage - 7}), kOutOfBounds);
    EXPECT_EQ(guest.trap("load0", {kPage - 7}), kOutOfBounds);
    EXPECT_EQ(guest.trap("load1", {0xffff'ffff}), kOutOfBounds);
    EXPECT_EQ(guest.trap("load1_far", {0xffff'ffff}), kOutOfBounds);
    EXPECT_EQ(guest.trap("load1_far", {0}), kOutOfBounds);
    EXPECT_EQ(guest.value("grow1", {3}), 2u);
    EXPECT_EQ(guest.value("grow1", {1}), 0xffff'ffffu);
    EXPECT_EQ(guest.value("load1", {5 * kPage - 8}), 0u);
    EXPECT_EQ(guest.value("load1", {16}), 77u);
  }
}

// The same memory as 0 and as 1: growing one moves the other.
TEST(MultiMemory, OneMemoryUnderTwoIndices) {
  ModuleBuilder m;
  m.import_memory("host", "a", 1);
  m.import_memory("host", "b", 1);
  m.export_func("f", m.func({}, {kI32},
                            code("i32.const", 100, "memory.grow", raw({1}), "drop", "i32.const",
                                 200'000, "i32.const", 5, "i32.store", 2, 0, "i32.const", 200'000) +
                                second_memory("i32.load", 0)));
  for (const MemoryStrategy strategy : strategies()) {
    Guest guest(m, strategy);
    MemoryType type;
    type.limits.min = 1;
    Memory* memory = *guest.store->add_memory(type);
    guest.imports = {memory, memory};
    EXPECT_EQ(guest.value("f"), 5u);
  }
}

// A table of 4 functions with 64-bit indices; function i returns 10 + i.
ModuleBuilder table64() {
  ModuleBuilder m;
  std::vector<uint32_t> functions;
  for (int i = 0; i < 4; ++i) functions.push_back(m.func({}, {kI32}, code("i32.const", 10 + i)));
  m.raw_table(type_code(kFuncRef) + Bytes{k64} + leb(4));
  m.table(kFuncRef, 4);
  m.raw_elem(Bytes{0x00} + code("i64.const", 0, "end") + leb(4) + leb(0) + leb(1) + leb(2) +
             leb(3));
  m.export_func("call", m.func({kI64}, {kI32}, code("local.get", 0, "call_indirect", 0, 0)));
  m.export_func("call_sum",
                m.func({kI64}, {kI32},
                       code("local.get", 0, "i64.const", 1, "i64.add", "call_indirect", 0, 0)));
  m.export_func("is_null",
                m.func({kI64}, {kI32}, code("local.get", 0, "table.get", 0, "ref.is_null")));
  m.export_func("set",
                m.func({kI64}, {}, code("local.get", 0, "ref.null", kFuncRef, "table.set", 0)));
  m.export_func(
      "grow", m.func({kI64}, {kI64}, code("ref.null", kFuncRef, "local.get", 0, "table.grow", 0)));
  m.export_func("size", m.func({}, {kI64}, code("table.size", 0)));
  m.export_func(
      "fill", m.func({kI64, kI64}, {},
                     code("local.get", 0, "ref.null", kFuncRef, "local.get", 1, "table.fill", 0)));
  m.export_func("copy",
                m.func({kI32, kI64, kI32}, {},
                       code("local.get", 0, "local.get", 1, "local.get", 2, "table.copy", 1, 0)));
  return m;
}

TEST(Table64, IndicesAbove32BitsAreOutOfBounds) {
  Guest guest(table64());
  EXPECT_EQ(guest.value("call", {3}), 13u);
  EXPECT_EQ(guest.value("call_sum", {2}), 13u);
  EXPECT_EQ(guest.value("call_sum", {UINT64_MAX}), 10u);
  constexpr uint64_t kWide = uint64_t{1} << 32;
  for (const uint64_t index :
       {uint64_t{4}, kWide, kWide + 1, uint64_t{1} << 61, uint64_t{1} << 63, UINT64_MAX}) {
    EXPECT_EQ(guest.trap("call", {index}), "undefined element") << index;
    EXPECT_EQ(guest.trap("call_sum", {index - 1}), "undefined element") << index;
    EXPECT_EQ(guest.trap("is_null", {index}), "out of bounds table access") << index;
    EXPECT_EQ(guest.trap("set", {index}), "out of bounds table access") << index;
    EXPECT_EQ(guest.trap("fill", {index, 1}), "out of bounds table access") << index;
    EXPECT_EQ(guest.trap("fill", {1, index}), "out of bounds table access") << index;
    EXPECT_EQ(guest.trap("copy", {0, index, 1}), "out of bounds table access") << index;
  }
  EXPECT_EQ(guest.value("call", {3}), 13u);
}

TEST(Table64, GrowsWithin64Bits) {
  StoreLimits limits;
  limits.table_entries = 100;
  Guest guest(table64(), best_memory_strategy(), limits);
  for (const uint64_t delta : {uint64_t{97}, uint64_t{1} << 32, uint64_t{1} << 61, UINT64_MAX})
    EXPECT_EQ(guest.value("grow", {delta}), UINT64_MAX) << delta;
  EXPECT_EQ(guest.value("grow", {96}), 4u);
  EXPECT_EQ(guest.value("size"), 100u);
  EXPECT_EQ(guest.trap("call", {99}), "uninitialized element 99");
}

}  // namespace
}  // namespace tappet::test
