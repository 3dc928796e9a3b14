// Vector instructions with each operand in a local, in the accumulator, in its home slot or
// constant, and the result in the accumulator or a local, in small frames and large ones: a row of
// simd.def has a handler for each combination, and all must agree. What they compute is the spec
// suite's business.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "tests/unit/interp/support/vectors.h"

namespace tappet::test {
namespace {

enum class Place : uint8_t { kLocal, kAcc, kHome, kConst };
using Places = std::vector<Place>;

struct Setting {
  Places places{Place::kLocal, Place::kAcc, Place::kHome, Place::kConst};
  uint32_t wide = 0;  // vectors among the locals
  MemoryStrategy strategy = best_memory_strategy();
  // Only instructions that access memory are of interest if it is not the usual one:
  uint32_t memory = 0;
  bool is_64 = false;
};

// The signature's operands; a 64-bit address is A.
std::string param_letters(const OpcodeRow& op, const Setting& setting) {
  std::string letters(op.signature.params);
  if (setting.is_64 && op.access_bytes != 0) letters[0] = 'A';
  return letters;
}

ValueType type_of(char letter) {
  switch (letter) {
    case 'v':
      return kV128;
    case 'l':
    case 'A':
      return kI64;
    case 'f':
      return kF32;
    case 'd':
      return kF64;
    default:
      return kI32;
  }
}

// An operand's value: NaN-free floats, small shift counts and addresses.
Slots value_of(char letter, size_t position) {
  switch (letter) {
    case 'v':
      return {0x3ff8'0000'c120'0001 + position * 0x0101'0010'0000'0203,
              0xc004'0000'4090'0000 - position * 0x0001'7000'0005'0001};
    case 'f':
      return {0x4048'0000};
    case 'd':
      return {0x400c'0000'0000'0000};
    case 'l':
      return {0x8123'4567'89ab'cdef};
    default:
      return {40};
  }
}

Bytes constant(char letter, const Slots& value) {
  switch (letter) {
    case 'v':
      return vector(value[0], value[1]);
    case 'l':
    case 'A':
      return code("i64.const", static_cast<int64_t>(value[0]));
    case 'f':
      return code("f32.const", std::bit_cast<float>(static_cast<uint32_t>(value[0])));
    case 'd':
      return code("f64.const", std::bit_cast<double>(value[0]));
    default:
      return code("i32.const", static_cast<int64_t>(value[0]));
  }
}

// Leaves the value as it is, but computes it: it is the newest one of its kind.
Bytes identity(char letter) {
  switch (letter) {
    case 'v':
      return code("v128.not", "v128.not");
    case 'l':
    case 'A':
      return code("i64.const", 5, "i64.rotl", "i64.const", 5, "i64.rotr");
    case 'f':
      return code("f32.neg", "f32.neg");
    case 'd':
      return code("f64.neg", "f64.neg");
    default:
      return code("i32.const", 5, "i32.rotl", "i32.const", 5, "i32.rotr");
  }
}

Bytes place_operand(char letter, size_t position, Place place) {
  const Bytes get = code("local.get", static_cast<int>(position));
  switch (place) {
    case Place::kLocal:
      return get;
    case Place::kAcc:
      return get + identity(letter);
    case Place::kHome:  // out of a block: the value is at home
      return code("block", type_of(letter)) + get + identity(letter) +
             code("i32.const", 0, "br_if", 0, "end");
    case Place::kConst:
      break;
  }
  return constant(letter, value_of(letter, position));
}

Bytes immediates(const OpcodeRow& op, uint32_t memory) {
  const Bytes memarg = memory_argument(memory, 3);
  switch (op.immediate) {
    case Immediate::kLane:
      return leb(1);
    case Immediate::kMemarg:
      return memarg;
    case Immediate::kMemargLane:
      return memarg + leb(1);
    case Immediate::kV128:
      return Bytes{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    case Immediate::kShuffle:
      return Bytes{31, 2, 4, 30, 0, 15, 16, 17, 8, 24, 9, 25, 10, 3, 3, 1};
    default:
      return {};
  }
}

// Stores give what is in memory afterwards.
std::string_view result_letters(const OpcodeRow& op) {
  return op.signature.results.empty() ? "v" : op.signature.results;
}

// The instruction with its operands in these places. The result may go through the last local.
Bytes body_of(const OpcodeRow& op, const Setting& setting, const Places& places,
              bool through_local) {
  Bytes body;
  const std::string params = param_letters(op, setting);
  for (size_t i = 0; i < params.size(); ++i) {
    body = std::move(body) + place_operand(params[i], i, places[i]);
  }
  body = std::move(body) + code(op.mnemonic.data()) + immediates(op, setting.memory);
  if (op.signature.results.empty()) {
    body = std::move(body) + code(setting.is_64 ? "i64.const" : "i32.const", 40, "v128.load") +
           memory_argument(setting.memory, 0);
  }
  const uint32_t local = static_cast<uint32_t>(params.size()) + setting.wide;
  if (through_local) body = std::move(body) + code("local.set", local, "local.get", local);
  return body;
}

std::vector<Places> all_placements(size_t operands, const Places& places) {
  std::vector<Places> all{{}};
  for (size_t i = 0; i < operands; ++i) {
    std::vector<Places> longer;
    for (const Places& some : all) {
      for (const Place place : places) {
        longer.push_back(some);
        longer.back().push_back(place);
      }
    }
    all = std::move(longer);
  }
  return all;
}

// Exports the instruction in all placements; the names.
std::vector<std::string> add_placements(ModuleBuilder& m, const OpcodeRow& op,
                                        const Setting& setting) {
  std::vector<ValueType> params;
  for (const char letter : param_letters(op, setting)) params.push_back(type_of(letter));
  const ValueType result = type_of(result_letters(op)[0]);
  std::vector<LocalsOf> locals;
  if (setting.wide != 0) locals.push_back({setting.wide, kV128});
  locals.push_back({1, result});
  std::vector<std::string> names;
  for (const Places& places : all_placements(params.size(), setting.places)) {
    for (const bool through_local : {false, true}) {
      names.push_back(fmt::format("{} {}", op.mnemonic, names.size()));
      m.export_func(names.back(),
                    m.func(params, {result}, body_of(op, setting, places, through_local), locals));
    }
  }
  return names;
}

// The results of each instruction in its first placement, which the other placements have as well.
std::vector<Slots> results_of(const Setting& setting) {
  const bool all = setting.memory == 0 && !setting.is_64;
  ModuleBuilder m;
  for (uint32_t i = 0; i <= setting.memory; ++i) {
    m.raw_memory(setting.is_64 ? Bytes{0x04, 1} : Bytes{0x00, 1});
  }
  std::vector<std::pair<const OpcodeRow*, std::vector<std::string>>> cases;
  for (const OpcodeRow& op : kOpcodes) {
    if (op.prefix != 0xfd || (!all && op.access_bytes == 0)) continue;
    cases.emplace_back(&op, add_placements(m, op, setting));
  }
  EXPECT_EQ(cases.size(), all ? 256u : 22u);
  Guest guest(m, setting.strategy);
  const std::string_view text = "0123456789abcdefghijklmnopqrstuvwxyz";
  Memory& memory = *guest.instance().memory(setting.memory);
  std::memcpy(memory.view(32, text.size()).data(), text.data(), text.size());
  std::vector<Slots> first;
  for (const auto& [op, names] : cases) {
    Slots args;
    for (size_t i = 0; i < op->signature.params.size(); ++i) {
      for (const uint64_t slot : value_of(op->signature.params[i], i)) args.push_back(slot);
    }
    first.push_back(results(guest, names[0], args));
    for (const std::string& name : names)
      EXPECT_EQ(results(guest, name, args), first.back()) << name;
  }
  return first;
}

TEST(SimdPlacement, DoesNotMatter) {
  for (const MemoryStrategy strategy : strategies()) {
    Setting setting;
    setting.strategy = strategy;
    results_of(setting);
  }
}

// Temporaries and the local beyond the reach of 16-bit fields.
TEST(SimdPlacement, DoesNotMatterInLargeFrames) {
  Setting setting;
  setting.places = {Place::kLocal, Place::kHome};
  setting.wide = 33'000;
  results_of(setting);
}

TEST(SimdPlacement, DoesNotMatterForAnyMemory) {
  Setting second, wide_addresses, both;
  second.memory = both.memory = 1;
  wide_addresses.is_64 = both.is_64 = true;
  const std::vector<Slots> expected = results_of(second);
  EXPECT_EQ(results_of(wide_addresses), expected);
  EXPECT_EQ(results_of(both), expected);
  EXPECT_EQ(expected[0], (Slots{0x6968'6766'6564'6362, 0x7170'6f6e'6d6c'6b6a}));  // from 43 on
}

TEST(SimdPlacement, LargeFramesSelectAndCallAndReturn) {
  ModuleBuilder m;
  m.global(kV128, true, code("v128.const", Raw{Bytes(16, 1)}));
  const std::vector<ValueType> params{kI32, kV128, kV128};
  const std::vector<ValueType> two{kV128, kV128};
  const uint32_t swap = m.func(two, two, code("local.get", 1, "local.get", 0));
  constexpr int kFar = 3 + 33'000;
  // Both vectors and the condition through far locals; the chosen one through the global.
  m.export_func("f", m.func(params, two,
                            code("local.get", 1, "local.set", kFar, "local.get", 2, "local.set",
                                 kFar + 1, "local.get", 0, "local.set", kFar + 2,  //
                                 "local.get", kFar, "local.get", kFar + 1, "local.get", kFar + 2,
                                 "select", "global.set", 0, "global.get", 0, "local.tee", kFar,
                                 "local.get", kFar + 1, "call", swap),
                            {{33'000, kV128}, {2, kV128}, {1, kI32}}));
  Guest guest(m);
  EXPECT_EQ(results(guest, "f", {1, 10, 11, 20, 21}), (Slots{20, 21, 10, 11}));
  EXPECT_EQ(results(guest, "f", {0, 10, 11, 20, 21}), (Slots{20, 21, 20, 21}));
}

}  // namespace
}  // namespace tappet::test
