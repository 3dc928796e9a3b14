#include "tests/fuzz/async_guest.h"

#include <cstdlib>

#include <fmt/format.h>

namespace tappet::component::fuzz {
namespace {

constexpr std::string_view kMemory = "(memory (core memory $libc \"mem\"))";
constexpr std::string_view kRealloc = "(realloc (core func $libc \"realloc\"))";

std::string join(std::initializer_list<std::string_view> words) {
  return fmt::format("{}", fmt::join(words, " "));
}

void add_waiting(std::vector<Op>& all) {
  all.push_back({Act::kSetNew, "waitable-set.new", 0, 'i'});
  for (const bool c : {false, true}) {
    const std::string_view how = c ? "cancellable" : "";
    const auto add = [&](Act act, std::string_view name, uint32_t params, std::string_view more) {
      all.push_back({.act = act,
                     .canon = join({name, how, more}),
                     .params = params,
                     .result = 'i',
                     .cancellable = c});
    };
    add(Act::kSetWait, "waitable-set.wait", 2, kMemory);
    add(Act::kSetPoll, "waitable-set.poll", 2, kMemory);
    add(Act::kYield, "thread.yield", 0, "");
    add(Act::kSuspend, "thread.suspend", 0, "");
    for (const std::string_view first : {"suspend", "yield"}) {
      for (const std::string_view then : {"resume", "promote"}) {
        add(Act::kSwitch, fmt::format("thread.{}-then-{}", first, then), 1, "");
      }
    }
  }
  for (const bool a : {false, true}) {
    all.push_back({.act = Act::kSubtaskCancel,
                   .canon = join({"subtask.cancel", a ? "async" : ""}),
                   .params = 1,
                   .result = 'i',
                   .is_async = a});
  }
  all.push_back({Act::kSetDrop, "waitable-set.drop", 1, '-'});
  all.push_back({Act::kJoin, "waitable.join", 2, '-'});
  all.push_back({Act::kSubtaskDrop, "subtask.drop", 1, '-'});
}

void add_tasks(std::vector<Op>& all) {
  all.push_back({Act::kTaskCancel, "task.cancel", 0, '-'});
  for (const uint8_t f : {kFCallback, kFPass, kFText}) {
    const bool text = f == kFText;
    const std::string result = fmt::format("(result {})", kFunctions[f].result);
    all.push_back({Act::kReturn, join({"task.return", result, text ? kMemory : ""}),
                   kFunctions[f].returned, '-', f});
  }
  all.push_back({Act::kContextGet, "context.get i32 0", 0, 'i'});
  all.push_back({Act::kContextSet, "context.set i32 0", 1, '-'});
  all.push_back({Act::kContextSet, "context.set i32 1", 1, '-', 1});
  all.push_back({Act::kBackpressureInc, "backpressure.inc", 0, '-'});
  all.push_back({Act::kBackpressureDec, "backpressure.dec", 0, '-'});
  all.push_back({Act::kThreadIndex, "thread.index", 0, 'i'});
  all.push_back(
      {Act::kThreadNew, "thread.new-indirect $start (core table $libc \"table\")", 2, 'i'});
  all.push_back({Act::kResumeLater, "thread.resume-later", 1, '-'});
  all.push_back({Act::kErrorNew, join({"error-context.new", kMemory}), 2, 'i'});
  all.push_back(
      {Act::kErrorMessage, join({"error-context.debug-message", kMemory, kRealloc}), 2, '-'});
  all.push_back({Act::kErrorDrop, "error-context.drop", 1, '-'});
  all.push_back({Act::kThingMake, "lower (func $base \"make\")", 0, 'i'});
  all.push_back({Act::kThingDrop, "resource.drop $thing", 1, '-'});
}

void add_ends(std::vector<Op>& all, uint8_t type) {
  const std::string_view noun = is_stream(type) ? "stream" : "future";
  const auto add = [&](Act act, std::string_view name, uint32_t params, char result,
                       std::string_view more, bool is_async) {
    all.push_back({act, fmt::format("{}.{} $p{} {}", noun, name, type, more), params, result, type,
                   is_async});
  };
  add(Act::kEndNew, "new", 0, 'I', "", false);
  for (const bool a : {false, true}) {
    const std::string options = join({a ? "async" : "", kMemory});
    const uint32_t params = is_stream(type) ? 3 : 2;
    add(Act::kRead, "read", params, 'i', join({options, kRealloc}), a);
    add(Act::kWrite, "write", params, 'i', options, a);
    add(Act::kCancelRead, "cancel-read", 1, 'i', a ? "async" : "", a);
    add(Act::kCancelWrite, "cancel-write", 1, 'i', a ? "async" : "", a);
  }
  add(Act::kDropReadable, "drop-readable", 1, '-', "", false);
  add(Act::kDropWritable, "drop-writable", 1, '-', "", false);
}

void add_calls(std::vector<Op>& all, bool far) {
  for (uint8_t f = 0; f < std::size(kFunctions); ++f) {
    const Function& function = kFunctions[f];
    for (const bool a : {false, true}) {
      if (a && !function.is_async) continue;
      const bool in_memory = a || function.returned > 1;
      all.push_back({Act::kCall,
                     fmt::format("lower (func ${} \"{}\") {} {} {}", far ? "far" : "near",
                                 function.name, a ? "async" : "", kMemory, kRealloc),
                     function.flat_params + (in_memory ? 1 : 0), a || !in_memory ? 'i' : '-', f, a,
                     false, far});
    }
  }
}

void add_instructions(std::vector<Op>& all) {
  all.push_back({Act::kLoad, "(i32.load (local.get 0))", 1, 'i'});
  all.push_back({Act::kPoke, "(i32.store (local.get 0) (local.get 1))", 2, '-'});
  all.push_back({Act::kGrow, "(memory.grow (local.get 0))", 1, 'i'});
  all.push_back({Act::kSpin,
                 "(loop $l (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))", 1,
                 '-'});
  all.push_back({Act::kUnreachable, "(unreachable)", 0, '-'});
}

std::vector<Op> make_ops() {
  std::vector<Op> all;
  add_waiting(all);
  add_tasks(all);
  for (uint8_t type = 0; type < std::size(kPayloads); ++type) add_ends(all, type);
  add_calls(all, false);
  add_calls(all, true);
  add_instructions(all);
  return all;
}

// --- Text

bool is_instruction(const Op& op) { return op.act >= Act::kLoad; }

std::string core_type(const Op& op) {
  std::string text = "(param";
  for (uint32_t i = 0; i < op.params; ++i) text += " i32";
  text += ")";
  if (op.result != '-') text += op.result == 'i' ? "(result i32)" : "(result i64)";
  return text;
}

// Each operation as a function of one type.
std::string step(size_t i, const Op& op) {
  std::string call = op.canon;
  if (!is_instruction(op)) {
    call = fmt::format("(call $op{}", i);
    for (uint32_t p = 0; p < op.params; ++p) call += fmt::format(" (local.get {})", p);
    call += ")";
  }
  if (op.result == '-') call += " (i64.const 0)";
  if (op.result == 'i') call = fmt::format("(i64.extend_i32_u {})", call);
  return fmt::format("(func $step{} (type $step) {})\n", i, call);
}

constexpr std::string_view kLibc = R"(
  (core module $Libc
    (import "" "inc" (func $inc))
    (import "" "set" (func $set (param i32)))
    (import "" "new" (func $new (result i32)))
    (memory (export "mem") 1 4)
    (table (export "table") 2 funcref)
    (global $top (mut i32) (i32.const 32768))
    (func (export "realloc") (param i32 i32 i32) (param $size i32) (result i32)
      (local $at i32) (local $mode i32)
      (local.set $mode (i32.load (i32.const 0)))
      (if (i32.eq (local.get $mode) (i32.const 1)) (then unreachable))
      (if (i32.eq (local.get $mode) (i32.const 2)) (then (return (i32.const 32769))))
      (if (i32.eq (local.get $mode) (i32.const 3)) (then (return (i32.const -8))))
      (if (i32.eq (local.get $mode) (i32.const 4))
        (then (drop (memory.grow (i32.const 1)))))
      (if (i32.eq (local.get $mode) (i32.const 5)) (then
        (local.set $at (i32.const 2000))
        (loop $l (br_if $l (local.tee $at (i32.sub (local.get $at) (i32.const 1)))))))
      (if (i32.eq (local.get $mode) (i32.const 6)) (then
        (call $inc)
        (call $set (i32.const 7))))
      (if (i32.eq (local.get $mode) (i32.const 7)) (then (drop (call $new))))
      (local.set $at (i32.and (i32.add (global.get $top) (i32.const 7)) (i32.const -8)))
      (if (i32.gt_u (i32.add (local.get $at) (local.get $size)) (i32.const 65536))
        (then (local.set $at (i32.const 32768))))
      (global.set $top (i32.add (local.get $at) (local.get $size)))
      (local.get $at)))
  (canon backpressure.inc (core func $libc-inc))
  (canon context.set i32 0 (core func $libc-set))
  (canon waitable-set.new (core func $libc-new))
  (core instance $libc (instantiate $Libc (with "" (instance
    (export "inc" (func $libc-inc))
    (export "set" (func $libc-set))
    (export "new" (func $libc-new))))))
)";

constexpr std::string_view kRun = R"(
    (type $start (func (param i32)))
    (func $thread (param i32)
      (drop (call $begin (i64.const 100) (local.get 0) (i32.const 0))))
    (func (export "event") (param i32 i32 i32) (result i32)
      (call $run
        (i64.or (i64.const 0x65ff) (i64.shl (i64.extend_i32_u (call $token)) (i64.const 48)))
        (i64.extend_i32_u (local.get 0))
        (i64.or (i64.extend_i32_u (local.get 1))
                (i64.shl (i64.extend_i32_u (local.get 2)) (i64.const 32)))))
    (func (export "post") (param i32)
      (if (i32.eq (i32.load (i32.const 4)) (i32.const 1)) (then unreachable))
      (if (i32.eq (i32.load (i32.const 4)) (i32.const 2)) (then
        (local.set 0 (i32.const 2000))
        (loop $l (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))))
      (if (i32.eq (i32.load (i32.const 4)) (i32.const 3)) (then (drop (call $op0)))))
    (elem (table $threads) (i32.const 0) func $thread)
)";

std::string core_module() {
  std::string text = R"((core module $M
    (import "libc" "mem" (memory 1))
    (import "libc" "table" (table $threads 2 funcref))
    (import "" "next" (func $next (param i64 i64 i64) (result i64)))
    (import "" "token" (func $token (result i32)))
)";
  std::string steps;
  for (size_t i = 0; i < ops().size(); ++i) {
    const Op& op = ops()[i];
    if (!is_instruction(op)) {
      text += fmt::format("(import \"\" \"op{0}\" (func $op{0} {1}))\n", i, core_type(op));
    }
    steps += step(i, op);
  }
  text += run_loop("(i64.load (i32.const 16))");
  text += kRun;
  text += steps;
  text += "(table $steps funcref (elem";
  for (size_t i = 0; i < ops().size(); ++i) text += fmt::format(" $step{}", i);
  text += "))\n";
  for (size_t i = 0; i < std::size(kFunctions); ++i) {
    const Function& f = kFunctions[i];
    const bool two = f.flat_params > 1;
    const bool returns = f.lift != Lift::kStackful;
    text += fmt::format(
        "(func (export \"{}\") (param i32{}) {} (call $begin (i64.const {}) (local.get 0) {}) "
        "{})\n",
        f.name, two ? " i32" : "", returns ? "(result i32)" : "", i,
        two ? "(local.get 1)" : "(i32.const 0)", returns ? "" : "drop");
  }
  return text + ")\n";
}

std::string func_type(const Function& f) {
  return fmt::format("{} {} (result {})", f.is_async ? "async" : "", f.params, f.result);
}

std::string import_of_peers(std::string_view name) {
  std::string text = fmt::format("(import \"{0}\" (instance ${0}\n", name);
  for (const Function& f : kFunctions) {
    text += fmt::format("  (export \"{}\" (func {}))\n", f.name, func_type(f));
  }
  return text + "))\n";
}

std::string canons() {
  std::string text =
      "(canon lower (func $next) (core func $next-core))\n"
      "(canon context.get i32 1 (core func $token))\n";
  std::string exports = "(export \"next\" (func $next-core)) (export \"token\" (func $token))\n";
  for (size_t i = 0; i < ops().size(); ++i) {
    const Op& op = ops()[i];
    if (is_instruction(op)) continue;
    text += fmt::format("(canon {} (core func $op{}))\n", op.canon, i);
    exports += fmt::format("(export \"op{0}\" (func $op{0}))\n", i);
  }
  return text + fmt::format(
                    "(core instance $m (instantiate $M (with \"libc\" (instance $libc)) "
                    "(with \"\" (instance {}))))\n",
                    exports);
}

std::string lifts() {
  std::string text;
  for (const Function& f : kFunctions) {
    const std::string_view options[] = {
        "(post-return (core func $m \"post\"))",
        "async (callback (core func $m \"event\"))",
        "async",
    };
    text +=
        fmt::format("(func (export \"{0}\") {1} (canon lift (core func $m \"{0}\") {2} {3} {4}))\n",
                    f.name, func_type(f), options[static_cast<size_t>(f.lift)], kMemory, kRealloc);
  }
  return text;
}

std::string component() {
  std::string text = R"((component $G
  (import "base" (instance $base
    (export "thing" (type $t (sub resource)))
    (export "make" (func (result (own $t))))))
  (alias export $base "thing" (type $thing))
  (type $own-thing (own $thing))
)";
  text += fmt::format("(import \"next\" (func $next {}))\n", kNextType);
  text += import_of_peers("near") + import_of_peers("far");
  for (size_t i = 0; i < std::size(kPayloads); ++i) {
    text += fmt::format("(type $p{} ({}))\n", i, kPayloads[i]);
  }
  text += "(core type $start (func (param i32)))\n";
  text += kLibc;
  return text + core_module() + canons() + lifts() + ")\n";
}

}  // namespace

const std::vector<Op>& ops() {
  static const std::vector<Op> kOps = make_ops();
  return kOps;
}

uint8_t op_of(Act act, uint8_t type) {
  for (size_t i = 0; i < ops().size(); ++i) {
    if (ops()[i].act == act && ops()[i].type == type) return static_cast<uint8_t>(i);
  }
  std::abort();
}

std::string guest_text() {
  std::string text = R"((component
  (import "test:fuzz/host" (instance $host
    (export "thing" (type $thing (sub resource)))
    (export "make" (func (result (own $thing))))
)";
  for (const Function& f : kFunctions) {
    text += fmt::format("  (export \"{}\" (func {}))\n", f.name, func_type(f));
  }
  for (uint32_t i = 0; i < kGuests; ++i) {
    text += fmt::format("  (export \"next{}\" (func {}))\n", i, kNextType);
  }
  text += "))\n" + component();
  for (uint32_t i = kGuests; i-- > 0;) {
    const std::string near = i + 1 == kGuests ? "host" : fmt::format("g{}", i + 1);
    text += fmt::format(
        "(instance $g{0} (instantiate $G (with \"base\" (instance $host)) "
        "(with \"next\" (func $host \"next{0}\")) (with \"near\" (instance ${1})) "
        "(with \"far\" (instance $host))))\n",
        i, near);
    for (const Function& f : kFunctions) {
      text += fmt::format("(export \"g{0}-{1}\" (func $g{0} \"{1}\"))\n", i, f.name);
    }
  }
  return text + ")\n";
}

}  // namespace tappet::component::fuzz
