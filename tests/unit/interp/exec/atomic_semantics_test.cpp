// Every atomic load, store and read-modify-write instruction against std::atomic of its width.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>

#include "tests/unit/interp/support/guest.h"
#include "tests/unit/interp/support/sharing.h"

namespace tappet::test {
namespace {

constexpr uint64_t kAddress = 8;
constexpr uint8_t kNeighbour = 0xa5;
using Window = std::array<uint8_t, 24>;  // from address 0: the cell and what lies around it

constexpr uint64_t kValues[] = {0,
                                1,
                                0x7f,
                                0x80,
                                0xff,
                                0x1ff,
                                0x8000,
                                0x1'0001,
                                0x7fff'ffff,
                                0x8000'0000,
                                0xffff'ffff,
                                0x1'ffff'ffff,
                                0x8000'0000'0000'0000,
                                0x0123'4567'89ab'cdef,
                                UINT64_MAX};

// What a mnemonic says: "i64.atomic.rmw16.cmpxchg_u".
struct Said {
  explicit Said(std::string_view mnemonic) : wide(mnemonic.starts_with("i64")) {
    // Those that contain others first.
    for (const char* name :
         {"cmpxchg", "xchg", "load", "store", "xor", "add", "sub", "and", "or"}) {
      if (mnemonic.find(name, mnemonic.find("atomic")) == std::string_view::npos) continue;
      operation = name;
      break;
    }
    const size_t digit = mnemonic.find_first_of("0123456789", 3);
    bits = digit == std::string_view::npos ? (wide ? 64 : 32)
                                           : std::atoi(std::string(mnemonic.substr(digit)).c_str());
  }
  bool wide;
  std::string operation;
  int bits = 0;
};

template <class T>
uint64_t apply_atomically(std::string_view operation, std::atomic<T>& cell, uint64_t first,
                          uint64_t second) {
  const T operand = static_cast<T>(first);
  if (operation == "load") return cell.load();
  if (operation == "store") return cell.store(operand), 0;
  if (operation == "add") return cell.fetch_add(operand);
  if (operation == "sub") return cell.fetch_sub(operand);
  if (operation == "and") return cell.fetch_and(operand);
  if (operation == "or") return cell.fetch_or(operand);
  if (operation == "xor") return cell.fetch_xor(operand);
  if (operation == "xchg") return cell.exchange(operand);
  EXPECT_EQ(operation, "cmpxchg");
  T expected = operand;
  cell.compare_exchange_strong(expected, static_cast<T>(second));
  return expected;
}

// The result, and the cell's bytes in the window.
template <class T>
uint64_t expected_of(std::string_view operation, Window& window, uint64_t first, uint64_t second) {
  std::atomic<T> cell = load_le<T>(window.data() + kAddress);
  const uint64_t result = apply_atomically(operation, cell, first, second);
  store_le<T>(window.data() + kAddress, cell.load());
  return result;
}
uint64_t expected_of(const Said& said, Window& window, uint64_t first, uint64_t second) {
  switch (said.bits) {
    case 8:
      return expected_of<uint8_t>(said.operation, window, first, second);
    case 16:
      return expected_of<uint16_t>(said.operation, window, first, second);
    case 32:
      return expected_of<uint32_t>(said.operation, window, first, second);
    default:
      EXPECT_EQ(said.bits, 64);
      return expected_of<uint64_t>(said.operation, window, first, second);
  }
}

class AtomicSemanticsTest : public testing::TestWithParam<MemoryStrategy> {
 protected:
  // One case: memory before, operands, and both of memory and result after.
  static void check(Guests& guest, const OpcodeRow& op, uint64_t before, uint64_t first,
                    uint64_t second) {
    const Said said(op.mnemonic);
    if (!said.wide) first = static_cast<uint32_t>(first), second = static_cast<uint32_t>(second);
    Memory& memory = *guest.instances.at("m")->exported_memory("memory");
    Window window;
    window.fill(kNeighbour);
    for (int i = 0; i < said.bits / 8; ++i)
      window[kAddress + i] = static_cast<uint8_t>(before >> (8 * i));
    std::copy(window.begin(), window.end(), memory.base());

    std::vector<uint64_t> args{kAddress, first, second};
    args.resize(op.signature.params.size());
    const auto called = guest.call(guest.function("m", op.mnemonic), args);
    ASSERT_EQ(called.outcome, Outcome::kReturned);
    const uint64_t result = expected_of(said, window, first, second);
    ASSERT_EQ(called.results.size(), said.operation == "store" ? 0u : 1u);
    if (!called.results.empty()) {
      ASSERT_EQ(called.results[0], result);
    }
    ASSERT_TRUE(std::equal(window.begin(), window.end(), memory.base()));
  }

  static void check_all(Guests& guest) {
    int instructions = 0;
    for (const OpcodeRow& op : kOpcodes) {
      if (op.feature != Feature::kThreads || op.mnemonic.starts_with("memory.") ||
          op.access_bytes == 0)
        continue;
      ++instructions;
      for (const uint64_t before : kValues) {
        for (const uint64_t first : kValues) {
          SCOPED_TRACE(fmt::format("{} at {:#x} with {:#x}", op.mnemonic, before, first));
          check(guest, op, before, first, ~before ^ first);
          if (HasFatalFailure()) return;
        }
      }
    }
    EXPECT_EQ(instructions, 63);
  }
};

INSTANTIATE_TEST_SUITE_P(Strategies, AtomicSemanticsTest, testing::ValuesIn(strategies()),
                         [](const auto& info) {
                           return info.param == MemoryStrategy::kGuard ? "Guard" : "Checked";
                         });

TEST_P(AtomicSemanticsTest, OfSharedMemories) {
  Guests guest(GetParam());
  guest.add("m", all_accesses("(memory (export \"memory\") 1 1 shared)", "i32", ""));
  check_all(guest);
}

TEST_P(AtomicSemanticsTest, OfUnsharedMemories) {
  Guests guest(GetParam());
  guest.add("m", all_accesses("(memory (export \"memory\") 1)", "i32", ""));
  check_all(guest);
}

TEST_P(AtomicSemanticsTest, OfMemoriesWithWideAddresses) {
  Guests guest(GetParam());
  guest.add("m", all_accesses("(memory (export \"memory\") i64 1 1 shared)", "i64", ""));
  check_all(guest);
}

}  // namespace
}  // namespace tappet::test
