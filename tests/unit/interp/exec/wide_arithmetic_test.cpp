// 128-bit sums and products against the compiler's: operands from everywhere, results to
// everywhere.
#include "interp/exec/handlers/wide.h"

#include <fmt/format.h>

#include "tests/unit/interp/support/linked.h"

namespace tappet::test {
namespace {

__extension__ using Unsigned = unsigned __int128;
__extension__ using Signed = __int128;

using Values = std::vector<uint64_t>;

constexpr uint64_t kEdges[] = {0,
                               1,
                               2,
                               0xffff'ffff,
                               0x1'0000'0000,
                               0x7fff'ffff'ffff'ffff,
                               0x8000'0000'0000'0000,
                               0x8123'4567'89ab'cdef,
                               0xffff'ffff'ffff'ffff};

struct Operation {
  const char* mnemonic;
  size_t operands;
};
constexpr Operation kAdd{"i64.add128", 4};
constexpr Operation kSub{"i64.sub128", 4};
constexpr Operation kSigned{"i64.mul_wide_s", 2};
constexpr Operation kUnsigned{"i64.mul_wide_u", 2};
constexpr Operation kOperations[] = {kAdd, kSub, kSigned, kUnsigned};

// The low half and the high half.
Values expected(const Operation& operation, const Values& v) {
  const std::string_view mnemonic = operation.mnemonic;
  Unsigned result = 0;
  if (operation.operands == 4) {
    const Unsigned a = Unsigned{v[1]} << 64 | v[0];
    const Unsigned b = Unsigned{v[3]} << 64 | v[2];
    result = mnemonic == kAdd.mnemonic ? a + b : a - b;
  } else if (mnemonic == kUnsigned.mnemonic) {
    result = Unsigned{v[0]} * v[1];
  } else {
    result = static_cast<Unsigned>(Signed{static_cast<int64_t>(v[0])} * static_cast<int64_t>(v[1]));
  }
  return {static_cast<uint64_t>(result), static_cast<uint64_t>(result >> 64)};
}

FeatureSet features() {
  FeatureSet all = FeatureSet::defaults();
  all.set(Feature::kWideArithmetic, true);
  return all;
}

struct Arithmetic : Linked {
  Arithmetic() : Linked({}, features()) {}
  Values results(const std::string& name, const Values& args) {
    const Called called = call(function("m", name), args);
    EXPECT_EQ(called.outcome, Outcome::kReturned) << name << called.trap.to_string();
    return called.results;
  }
};

// Calls `check` with all lists of `count` numbers below `base`.
template <class Check>
void for_all(size_t count, size_t base, const Check& check) {
  std::vector<size_t> digits(count);
  for (;;) {
    check(digits);
    size_t at = 0;
    while (at < count && ++digits[at] == base) digits[at++] = 0;
    if (at == count) return;
  }
}

TEST(WideArithmetic, ComputesEveryPairOfEdges) {
  std::string text = "(module";
  for (const Operation& operation : kOperations) {
    text += fmt::format("(func (export \"{}\") (param", operation.mnemonic);
    for (size_t i = 0; i < operation.operands; ++i) text += " i64";
    text += ") (result i64 i64)";
    for (size_t i = 0; i < operation.operands; ++i) text += fmt::format(" (local.get {})", i);
    text += fmt::format(" {})", operation.mnemonic);
  }
  Arithmetic guest;
  guest.add("m", text + ")");
  for (const Operation& operation : kOperations) {
    for_all(operation.operands, std::size(kEdges), [&](const std::vector<size_t>& digits) {
      Values args;
      for (const size_t digit : digits) args.push_back(kEdges[digit]);
      ASSERT_EQ(guest.results(operation.mnemonic, args), expected(operation, args))
          << operation.mnemonic << testing::PrintToString(args);
    });
  }
}

TEST(WideArithmetic, ProductsOfHalvesAreTheSame) {
  for (const uint64_t a : kEdges) {
    for (const uint64_t b : kEdges) {
      const exec::Wide u = exec::multiply_halves(a, b);
      EXPECT_EQ((Values{u.low, u.high}), expected(kUnsigned, {a, b})) << a << " * " << b;
      const exec::Wide s = exec::multiply_signed_halves(a, b);
      EXPECT_EQ((Values{s.low, s.high}), expected(kSigned, {a, b})) << a << " * " << b;
    }
  }
}

// Where an operand lies when the instruction comes: in a local, in its home slot or, as the last
// one of these does, in the accumulator; constants.
enum Place : size_t { kLocal, kHome, kComputed, kConstant, kPlaces };

std::string operand(size_t place, size_t index, uint64_t constant) {
  switch (place) {
    case kLocal:
      return fmt::format("(local.get {})", index);
    case kHome:
      return fmt::format("(block (result i64) (local.get {}))", index);
    case kComputed:
      return fmt::format("(i64.xor (local.get {}) (local.get $zero))", index);
    default:
      return fmt::format("(i64.const {:#x})", constant);
  }
}

// A function for each way to place the operands; its name lists the places.
std::string placements(const Values& constants) {
  std::string text = "(module";
  for (const Operation& operation : kOperations) {
    for_all(operation.operands, kPlaces, [&](const std::vector<size_t>& places) {
      std::string name = operation.mnemonic;
      std::string body;
      for (size_t i = 0; i < places.size(); ++i) {
        name += fmt::format(" {}", places[i]);
        body += operand(places[i], i, constants[i]);
      }
      text += fmt::format(
          "(func (export \"{}\") (param i64 i64 i64 i64) (result i64 i64) (local $zero i64) {} {})",
          name, body, operation.mnemonic);
    });
  }
  return text + ")";
}

TEST(WideArithmetic, TakesOperandsFromEverywhere) {
  const Values lists[] = {
      {0, 0, 0, 0}, {UINT64_MAX, 7, UINT64_MAX, 9}, {5, uint64_t{1} << 63, 6, UINT64_MAX}};
  for (const Values& constants : lists) {
    Arithmetic guest;
    guest.add("m", placements(constants));
    const Values args{0x8000'0000'0000'0003, 0xfedc'ba98'7654'3210, 0xffff'ffff'0000'0001, 11};
    for (const Operation& operation : kOperations) {
      for_all(operation.operands, kPlaces, [&](const std::vector<size_t>& places) {
        std::string name = operation.mnemonic;
        Values used = args;
        for (size_t i = 0; i < places.size(); ++i) {
          name += fmt::format(" {}", places[i]);
          if (places[i] == kConstant) used[i] = constants[i];
        }
        ASSERT_EQ(guest.results(name, args), expected(operation, used)) << name;
      });
    }
  }
}

// What becomes of the two results, of which the high one is on top; what is returned then.
struct Use {
  const char* code;
  Values (*result)(uint64_t low, uint64_t high);
};
const Use kUses[] = {
    {"", [](uint64_t low, uint64_t high) { return Values{low, high}; }},
    {"drop (i64.const 5)", [](uint64_t low, uint64_t) { return Values{low, 5}; }},
    {"(local.set $x) drop (i64.const 5) (local.get $x)",
     [](uint64_t, uint64_t high) { return Values{5, high}; }},
    {"drop drop (i64.const 5) (i64.const 6)", [](uint64_t, uint64_t) { return Values{5, 6}; }},
    {"(local.set $x) (local.set $y) (local.get $x) (local.get $y)",
     [](uint64_t low, uint64_t high) { return Values{high, low}; }},
    // Both to one local: the low half is the last one set.
    {"(local.set $x) (local.set $x) (local.get $x) (i64.const 5)",
     [](uint64_t low, uint64_t) { return Values{low, 5}; }},
    {"(local.tee $x) (local.set $y) (local.tee $y) (local.get $x)",
     [](uint64_t low, uint64_t high) { return Values{low, high}; }},
    // Over the operands.
    {"(local.set 0) (local.set 1) (local.get 1) (local.get 0)",
     [](uint64_t low, uint64_t high) { return Values{low, high}; }},
    {"(local.set 3) (local.set 2) (local.get 2) (local.get 3)",
     [](uint64_t low, uint64_t high) { return Values{low, high}; }},
    // The local is read in between: the low half must wait.
    {"(i64.add (local.get $seven)) (local.set $x) (local.set $seven) (local.get $seven) (local.get "
     "$x)",
     [](uint64_t low, uint64_t high) { return Values{low, high + 7}; }},
    {"i64.xor (local.get $seven)",
     [](uint64_t low, uint64_t high) { return Values{low ^ high, 7}; }},
    // A label in between.
    {"(block (param i64 i64) (result i64 i64) (br_if 0 (i32.const 0)) (local.set $x) (local.set $y)"
     " (local.get $x) (local.get $y))",
     [](uint64_t low, uint64_t high) { return Values{high, low}; }},
    // A chain: the results are operands.
    {"(i64.const 1) (i64.const 0) i64.add128",
     [](uint64_t low, uint64_t high) { return Values{low + 1, high + (low + 1 == 0)}; }},
    {"i64.mul_wide_u",
     [](uint64_t low, uint64_t high) { return expected(kUnsigned, {low, high}); }},
};

// The operands lie in locals beyond `others` vectors; so do $x, $y and $seven.
std::string using_results(size_t others) {
  std::string locals;
  for (size_t i = 0; i < others; ++i) locals += " v128";
  std::string text = "(module";
  for (const Operation& operation : kOperations) {
    for (size_t i = 0; i < std::size(kUses); ++i) {
      text += fmt::format(
          "(func (export \"{} {}\") (param i64 i64 i64 i64) (result i64 i64) (local{})"
          " (local $a i64) (local $b i64) (local $c i64) (local $d i64)"
          " (local $x i64) (local $y i64) (local $seven i64)"
          " (local.set $a (local.get 0)) (local.set $b (local.get 1))"
          " (local.set $c (local.get 2)) (local.set $d (local.get 3))"
          " (local.set $seven (i64.const 7))",
          operation.mnemonic, i, locals);
      for (size_t k = 0; k < operation.operands; ++k)
        text += fmt::format(" (local.get ${})", "abcd"[k]);
      text += fmt::format(" {} {})", operation.mnemonic, kUses[i].code);
    }
  }
  return text + ")";
}

void expect_uses(size_t others) {
  Arithmetic guest;
  guest.add("m", using_results(others));
  for (const Operation& operation : kOperations) {
    for (const Values& args : {Values{UINT64_MAX, UINT64_MAX, UINT64_MAX, 3}, Values{1, 2, 3, 4},
                               Values{UINT64_MAX, 0, 0, 0}}) {
      const Values result = expected(operation, args);
      for (size_t i = 0; i < std::size(kUses); ++i) {
        EXPECT_EQ(guest.results(fmt::format("{} {}", operation.mnemonic, i), args),
                  kUses[i].result(result[0], result[1]))
            << operation.mnemonic << " " << kUses[i].code;
      }
    }
  }
}

TEST(WideArithmetic, GivesResultsToEveryone) { expect_uses(0); }

// A value computed before is set to an operand's local only after the operands were read.
TEST(WideArithmetic, ReadsOperandsBeforeTheyChange) {
  std::string text = "(module";
  for (const Operation& operation : kOperations) {
    std::string operands;
    for (size_t i = 0; i < operation.operands; ++i) operands += fmt::format(" (local.get {})", i);
    for (size_t i = 0; i < operation.operands; ++i) {
      text += fmt::format(
          "(func (export \"{} {}\") (param i64 i64 i64 i64) (result i64 i64) (local $x i64)"
          " (i64.add (local.get 0) (local.get 1)) {} {} (local.set $x) (local.set {}) (local.set "
          "{})"
          " (local.get {}) (local.get $x))",
          operation.mnemonic, i, operands, operation.mnemonic, (i + 1) % 4, i, (i + 1) % 4);
    }
  }
  Arithmetic guest;
  guest.add("m", text + ")");
  const Values args{UINT64_MAX, 1, 5, 7};
  for (const Operation& operation : kOperations) {
    for (size_t i = 0; i < operation.operands; ++i)
      EXPECT_EQ(guest.results(fmt::format("{} {}", operation.mnemonic, i), args),
                expected(operation, args));
  }
}

TEST(WideArithmetic, WorksInFramesOfManyLocals) { expect_uses(33'000); }

}  // namespace
}  // namespace tappet::test
