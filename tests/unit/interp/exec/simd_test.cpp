// Vectors wherever values go: control flow, calls, host functions and globals.
#include <gtest/gtest.h>

#include "tests/unit/interp/support/linked.h"
#include "tests/unit/interp/support/vectors.h"

namespace tappet::test {
namespace {

// -- Relaxed instructions: where there is a choice, it is the same on every host.

TEST(SimdRelaxed, DotProductsAreSigned) {
  ModuleBuilder m;
  m.export_func("dot",
                m.func({kV128, kV128}, {kV128},
                       code("local.get", 0, "local.get", 1, "i16x8.relaxed_dot_i8x16_i7x16_s")));
  m.export_func("add", m.func({kV128, kV128, kV128}, {kV128},
                              code("local.get", 0, "local.get", 1, "local.get", 2,
                                   "i32x4.relaxed_dot_i8x16_i7x16_add_s")));
  Guest guest(m);
  // -128 -128 127 127, 1 2 3 4 | 127 127 127 127, 5 6 7 8
  const Slots args{0x0403'0201'7f7f'8080, 0, 0x0807'0605'7f7f'7f7f, 0};
  EXPECT_EQ(results(guest, "dot", args), (Slots{0x0035'0011'7e02'8100, 0}));
  Slots more = args;
  more.insert(more.end(), {0x0000'0001'0000'0001, 0x0000'0004'0000'0003});
  EXPECT_EQ(results(guest, "add", more), (Slots{0x0000'0047'ffff'ff03, 0x0000'0004'0000'0003}));
  // Signed times signed: -128 * -127 * 2.
  EXPECT_EQ(results(guest, "dot", {0x8080, 0, 0x8181, 0}), (Slots{0x7f00, 0}));
  EXPECT_EQ(results(guest, "add", {0x8080'8080, 0, 0x8181'8181, 0, 1, 2}), (Slots{0xfe01, 2}));
}

TEST(SimdRelaxed, MultiplyAddRoundsTwice) {
  ModuleBuilder m;
  m.export_func("madd",
                m.func({kV128, kV128, kV128}, {kV128},
                       code("local.get", 0, "local.get", 1, "local.get", 2, "f64x2.relaxed_madd")));
  Guest guest(m);
  // (1 + 2^-30) squared is 1 + 2^-29 + 2^-60: the last summand is lost, or the result would be it.
  const uint64_t a = std::bit_cast<uint64_t>(1 + 0x1p-30);
  const uint64_t c = std::bit_cast<uint64_t>(-(1 + 0x1p-29));
  EXPECT_EQ(results(guest, "madd", {a, a, a, a, c, c}), (Slots{0, 0}));
}

// -- Control flow.

constexpr uint64_t kA = 0x1111'2222'3333'4444, kB = 0x5555'6666'7777'8888;
constexpr uint64_t kC = 0x9999'aaaa'bbbb'cccc, kD = 0xdddd'eeee'ffff'0000;

TEST(SimdControl, BranchTablesMoveVectors) {
  // Four targets with the same types at different heights: an i32 lies below the values of the
  // innermost, a vector and an i32 below that of the next; the outermost is the function.
  ModuleBuilder m;
  const auto type = static_cast<int>(m.type({}, {kV128, kI32, kV128}));
  const Bytes values = code("local.get", 1, "i32.const", 3, "local.get", 2, "local.get", 0);
  m.export_func("f", m.func({kI32, kV128, kV128}, {kV128, kI32, kV128},
                            code("block", type, "local.get", 1, "i32.const", 7, "block", type,
                                 "i32.const", 8, "block", type, values, "br_table", 3, 0, 1, 2, 3,
                                 "end", "br", 2, "end", "br", 1, "end")));
  Guest guest(m);
  for (uint64_t index = 0; index < 5; ++index) {
    EXPECT_EQ(results(guest, "f", {index, kA, kB, kC, kD}), (Slots{kA, kB, 3, kC, kD})) << index;
  }
}

TEST(SimdControl, BlocksTakeAndGiveVectors) {
  ModuleBuilder m;
  const auto swap = static_cast<int>(m.type({kV128, kI64, kV128}, {kV128, kI64, kV128}));
  // A loop that swaps its parameters as often as asked, in place.
  m.export_func(
      "loop",
      m.func({kI32, kV128, kV128}, {kV128, kI64, kV128},
             code("local.get", 1, "i64.const", 0, "local.get", 2, "loop", swap,  //
                  "local.set", 4, "local.set", 5, "local.set", 3,                //
                  "local.get", 4, "local.get", 5, "i64.const", 1, "i64.add", "local.get", 3,
                  "local.get", 0, "i32.const", 1, "i32.sub", "local.tee", 0, "br_if", 0, "end"),
             {{2, kV128}, {1, kI64}}));
  m.export_func("if", m.func({kI32, kV128, kV128}, {kV128},
                             code("local.get", 1, "local.get", 2, "local.get", 0, "if",
                                  static_cast<int>(m.type({kV128, kV128}, {kV128})), "v128.and",
                                  "else", "v128.xor", "end")));
  m.export_func("br_if",
                m.func({kI32, kV128, kV128}, {kV128},
                       code("block", kV128, "i32.const", 5, "local.get", 1, "v128.not", "local.get",
                            0, "br_if", 0, "drop", "drop", "local.get", 2, "end")));
  Guest guest(m);
  EXPECT_EQ(results(guest, "loop", {1, kA, kB, kC, kD}), (Slots{kC, kD, 1, kA, kB}));
  EXPECT_EQ(results(guest, "loop", {6, kA, kB, kC, kD}), (Slots{kA, kB, 6, kC, kD}));
  EXPECT_EQ(results(guest, "if", {1, kA, kB, kC, kD}), (Slots{kA & kC, kB & kD}));
  EXPECT_EQ(results(guest, "if", {0, kA, kB, kC, kD}), (Slots{kA ^ kC, kB ^ kD}));
  EXPECT_EQ(results(guest, "br_if", {1, kA, kB, kC, kD}), (Slots{~kA, ~kB}));
  EXPECT_EQ(results(guest, "br_if", {0, kA, kB, kC, kD}), (Slots{kC, kD}));
}

TEST(SimdControl, SelectsWithOperandsAnywhere) {
  const Bytes typed{0x1c, 1, 0x7b};
  const Bytes plain = code("select");
  for (const bool inverted : {false, true}) {
    const Bytes condition =
        inverted ? code("local.get", 0, "i32.eqz") : code("local.get", 0);  // in the accumulator
    for (const Bytes& select : {typed, plain}) {
      ModuleBuilder m;
      const std::vector<ValueType> params{kI32, kV128, kV128};
      const auto add = [&](const char* name, const Bytes& operands) {
        m.export_func(name, m.func(params, {kV128}, operands + condition + select));
      };
      add("locals", code("local.get", 1, "local.get", 2));
      add("first", code("local.get", 1, "v128.not", "v128.not", "local.get", 2));
      add("second", code("local.get", 1, "local.get", 2, "v128.not", "v128.not"));
      add("both",
          code("local.get", 1, "v128.not", "v128.not", "local.get", 2, "v128.not", "v128.not"));
      Guest guest(m);
      for (const char* name : {"locals", "first", "second", "both"}) {
        for (const uint64_t given : {0, 1}) {
          const bool first = (given != 0) != inverted;
          EXPECT_EQ(results(guest, name, {given, kA, kB, kC, kD}),
                    first ? (Slots{kA, kB}) : (Slots{kC, kD}))
              << name << given << inverted;
        }
      }
    }
  }
}

TEST(SimdLocals, StartAtZeroAndKeepTheirNeighbours) {
  ModuleBuilder m;
  // i32 v128 i64 v128, declared: only the third is set, then the second.
  m.export_func("f",
                m.func({kV128}, {kI32, kV128, kI64, kV128},
                       code("i64.const", -1, "local.set", 3, "local.get", 0, "local.tee", 2, "drop",
                            "local.get", 1, "local.get", 2, "local.get", 3, "local.get", 4),
                       {{1, kI32}, {1, kV128}, {1, kI64}, {1, kV128}}));
  // The old value is wanted after the local has got a new one.
  m.export_func("old", m.func({kV128, kV128}, {kV128, kV128},
                              code("local.get", 0, "local.get", 1, "v128.not", "local.set", 0,
                                   "local.get", 0)));
  Guest guest(m);
  EXPECT_EQ(results(guest, "f", {kA, kB}), (Slots{0, kA, kB, ~uint64_t{0}, 0, 0}));
  EXPECT_EQ(results(guest, "old", {kA, kB, kC, kD}), (Slots{kA, kB, ~kC, ~kD}));
}

// -- Calls.

// fac-like recursion: each level adds its own vector to the callee's, 10,000 frames deep.
TEST(SimdCalls, DeepFramesKeepTheirVectors) {
  ModuleBuilder m;
  m.export_func("sum",
                m.func({kI32, kV128}, {kV128},
                       code("local.get", 0, "i32.eqz", "if", kV128, "local.get", 1, "else",  //
                            "local.get", 0, "i64.extend_i32_u", "i64x2.splat",               //
                            "local.get", 0, "i32.const", 1, "i32.sub", "local.get", 1, "call", 0,
                            "i64x2.add", "end")));
  Guest guest(m);
  constexpr uint64_t kDepth = 10'000;
  constexpr uint64_t kSum = kDepth * (kDepth + 1) / 2;
  EXPECT_EQ(results(guest, "sum", {kDepth, 5, 7}), (Slots{5 + kSum, 7 + kSum}));
}

TEST(SimdCalls, MixedParametersAndResults) {
  ModuleBuilder m;
  const std::vector<ValueType> params{kI32, kV128, kF32, kV128, kI64};
  const std::vector<ValueType> reversed{kI64, kV128, kF32, kV128, kI32};
  const auto type = static_cast<int>(m.type(params, reversed));
  const uint32_t reverse =
      m.func(params, reversed,
             code("local.get", 4, "local.get", 3, "local.get", 2, "local.get", 1, "local.get", 0));
  m.table(kFuncRef, 1);
  m.elem(code("i32.const", 0), {reverse});
  const Bytes all = code("local.get", 0, "local.get", 1, "v128.not", "v128.not", "local.get", 2,
                         "local.get", 3, "local.get", 4);
  m.export_func("direct", m.func(params, reversed, all + code("call", reverse)));
  m.export_func("indirect",
                m.func(params, reversed, all + code("i32.const", 0, "call_indirect", type, 0)));
  Guest guest(m);
  const Slots args{7, kA, kB, 0x3f80'0000, kC, kD, 99};
  const Slots expected{99, kC, kD, 0x3f80'0000, kA, kB, 7};
  EXPECT_EQ(results(guest, "direct", args), expected);
  EXPECT_EQ(results(guest, "indirect", args), expected);
}

// Frames that a tail call makes wider and narrower again, within an instance and across two.
TEST(SimdCalls, TailCallsMoveVectors) {
  Linked linked;
  linked.add("other", R"((module
    (func (export "swap") (param i32 v128 f64 v128) (result v128 v128)
      (local.get 3) (local.get 1))))");
  linked.add("m", R"((module
    (import "other" "swap" (func $swap (param i32 v128 f64 v128) (result v128 v128)))
    (func (export "narrow") (param v128) (result v128 v128)
      (return_call $wide (i32.const 3) (local.get 0) (f64.const 1) (v128.not (local.get 0))))
    (func $wide (param i32 v128 f64 v128) (result v128 v128)
      (if (i32.eqz (local.get 0)) (then
        (return_call $swap (i32.const 1) (local.get 1) (local.get 2) (local.get 3))))
      (return_call $wide (i32.sub (local.get 0) (i32.const 1))
        (i64x2.add (local.get 1) (i64x2.splat (i64.const 1))) (local.get 2) (local.get 3)))))");
  EXPECT_EQ(linked.call(linked.function("m", "narrow"), {kA, kB}).results,
            (Slots{~kA, ~kB, kA + 3, kB + 3}));
}

struct AddOne : HostContinuation {
  HostOutcome resume(HostCall& call) override {
    call.set_result(0, call.arg(1) + 1);
    call.set_result(1, call.arg(2) + 1);
    return HostOutcome::kReturn;
  }
};

ModuleBuilder calls_host() {
  ModuleBuilder m;
  const uint32_t host = m.import_func("host", "f", m.type({kI32, kV128}, {kV128}));
  m.export_func("g", m.func({kV128}, {kV128},
                            code("local.get", 0, "i32.const", 3, "local.get", 0, "v128.not", "call",
                                 static_cast<int>(host), "v128.xor")));
  m.export_func("h", m.func({kV128}, {kV128}, code("local.get", 0, "v128.not")));
  return m;
}
const FuncType kHostType{{kI32, kV128}, {kV128}};

TEST(SimdHost, FunctionsTakeAndGiveTwoSlots) {
  Guest guest(calls_host());
  guest.import(kHostType, [](HostCall& call) {
    EXPECT_EQ(call.arg(0), 3u);
    const uint64_t low = call.arg(1), high = call.arg(2);
    call.set_result(0, high);
    call.set_result(1, low);
    return HostOutcome::kReturn;
  });
  EXPECT_EQ(results(guest, "g", {kA, kB}), (Slots{kA ^ ~kB, kB ^ ~kA}));
  EXPECT_EQ(results(*guest.store, *std::get<Function*>(guest.imports[0]), {3, kA, kB}),
            (Slots{kB, kA}));
}

TEST(SimdHost, FunctionsThatWaitKeepTheirArguments) {
  Guest guest(calls_host());
  guest.import(kHostType, [](HostCall& call) { return call.suspend(std::make_unique<AddOne>()); });
  Thread thread(*guest.store);
  thread.start(guest.function("g"), Slots{kA, kB});
  EXPECT_EQ(run(thread), Outcome::kSuspended);
  EXPECT_EQ(run(thread), Outcome::kReturned);
  EXPECT_EQ(Slots(thread.results().begin(), thread.results().end()),
            (Slots{kA ^ (~kA + 1), kB ^ (~kB + 1)}));
}

struct TakeResult : HostContinuation {
  HostOutcome resume(HostCall& call) override {
    call.set_result(0, call.callee_result(0));
    call.set_result(1, call.callee_result(1));
    return HostOutcome::kReturn;
  }
};

TEST(SimdHost, FunctionsCallBack) {
  for (const bool nested : {false, true}) {
    Guest guest(calls_host());
    guest.import(kHostType, [&](HostCall& call) {
      const Slots args{call.arg(1), call.arg(2)};
      Function& callee = *call.caller()->exported_function("h");
      if (!nested) return call.call(callee, args, std::make_unique<TakeResult>());
      Slots got(2);
      EXPECT_TRUE(call_nested(call, callee, args, got));
      call.set_result(0, got[0]);
      call.set_result(1, got[1]);
      return HostOutcome::kReturn;
    });
    EXPECT_EQ(results(guest, "g", {kA, kB}), (Slots{0, 0})) << nested;
  }
}

TEST(SimdGlobals, AreSharedBetweenInstances) {
  ModuleBuilder a;
  a.global(kI32, true, code("i32.const", 1));
  a.global(kV128, true, vector(kA, kB));
  a.global(kI32, true, code("i32.const", 2));
  a.export_func("set", a.func({kV128}, {}, code("local.get", 0, "v128.not", "global.set", 1)));
  a.export_func("near", a.func({}, {kI32, kI32}, code("global.get", 0, "global.get", 2)));
  a.export_item("g", ExternKind::kGlobal, 1);
  Guest owner(a);
  const auto imported = owner.instance().exported_global("g");
  ASSERT_TRUE(imported.has_value());

  ModuleBuilder b;
  b.import_global("a", "g", kV128, true);
  b.global(kV128, false, vector(kC, kD));
  b.export_func("get", b.func({}, {kV128, kV128}, code("global.get", 0, "global.get", 1)));
  b.export_func("set", b.func({kV128}, {}, code("local.get", 0, "global.set", 0)));
  auto compiled = owner.engine.compile(b.build());
  ASSERT_TRUE(compiled.ok());
  const std::vector<Extern> imports{*imported};
  Instance& user = **instantiate(*owner.store, *compiled, imports);
  const auto get = [&] { return results(*owner.store, *user.exported_function("get"), {}); };
  EXPECT_EQ(get(), (Slots{kA, kB, kC, kD}));
  results(owner, "set", {~kC, ~kD});
  EXPECT_EQ(get(), (Slots{kC, kD, kC, kD}));
  results(*owner.store, *user.exported_function("set"), {kB, kA});
  EXPECT_EQ(get(), (Slots{kB, kA, kC, kD}));
  EXPECT_EQ(results(owner, "near"), (Slots{1, 2}));
}

}  // namespace
}  // namespace tappet::test
