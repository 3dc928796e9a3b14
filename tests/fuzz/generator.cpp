#include "tests/fuzz/generator.h"

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "interp/engine.h"
#include "interp/opcodes/opcode.h"
#include "interp/runtime/gc_heap.h"
#include "interp/text/text.h"

namespace tappet {
namespace {

constexpr uint32_t kFunctions = 4;
constexpr uint32_t kMostDepth = 12;

// Value types by the letters of opcodes.def, and r for anyref, s for (ref null $s).
constexpr std::string_view kTypes = "ilfdvrs";
constexpr std::string_view kTypeNames[] = {"i32",  "i64",    "f32",          "f64",
                                           "v128", "anyref", "(ref null $s)"};

std::string_view type_name(char type) { return kTypeNames[kTypes.find(type)]; }

// Two locals of each type, after the parameters.
constexpr uint32_t kLocalsPerType = 2;

constexpr std::string_view kPrelude = R"((module
  (type $s (sub (struct (field $n (mut i32)) (field $next (mut anyref)))))
  (type $t (sub $s (struct (field $n (mut i32)) (field $next (mut anyref)) (field $l (mut i64)))))
  (type $refs (array (mut anyref)))
  (type $bytes (array (mut i8)))
  (type $v (array (mut v128)))
  (memory $m (export "memory") 1 3)
  (memory $big i64 1 2)
  (table $calls 8 funcref)
  (table $objects 8 anyref)
  (tag $e (param i32 anyref))
  (global $fuel (mut i32) (i32.const 2000))
  (data $d "some passive data, for memory.init and array.new_data")
  (func $tick
    (if (i32.eqz (global.get $fuel)) (then (unreachable)))
    (global.set $fuel (i32.sub (global.get $fuel) (i32.const 1))))
)";

class Generator {
 public:
  Generator(ByteSpan choices, bool with_gc) : choices_(choices), with_gc_(with_gc) {}

  std::string module() {
    out_ = kPrelude;
    for (size_t i = 0; i < kTypes.size(); ++i) {
      out_ += fmt::format("  (global $g{} (export \"g{}\") (mut {}) {})\n", kTypes[i], i,
                          kTypeNames[i], constant(kTypes[i], 0));
    }
    std::string elements;
    for (uint32_t i = 0; i < kFunctions; ++i) {
      signatures_.push_back({any_type(), any_type()});
      elements += fmt::format(" $h{}", i);
    }
    out_ += fmt::format("  (elem (table $calls) (i32.const 0) func{})\n", elements);
    for (uint32_t i = 0; i < kFunctions; ++i) function(i);
    for (uint32_t i = 0; i < kFunctions; ++i) {
      out_ += fmt::format("  (func (export \"f{}\") (drop (call $h{} {})))\n", i, i,
                          constant(signatures_[i].param, 3));
    }
    return out_ + ")\n";
  }

 private:
  struct Signature {
    char param;
    char result;
  };

  uint8_t choice() {
    if (at_ == choices_.size()) return 0;
    return choices_[at_++];
  }
  uint32_t pick(size_t count) { return static_cast<uint32_t>(choice() % count); }
  char any_type() { return kTypes[pick(kTypes.size())]; }
  bool is_done() const { return at_ == choices_.size(); }

  void function(uint32_t index) {
    const Signature signature = signatures_[index];
    out_ += fmt::format("  (func $h{} (param $p {}) (result {})\n", index,
                        type_name(signature.param), type_name(signature.result));
    for (const char type : kTypes) {
      for (uint32_t i = 0; i < kLocalsPerType; ++i)
        out_ += fmt::format("    (local ${}{} {})\n", type, i, type_name(type));
    }
    out_ += "    (call $tick)\n";
    param_ = signature.param;
    result_ = signature.result;
    const uint32_t statements = 1 + pick(8);
    for (uint32_t i = 0; i < statements; ++i) out_ += "    " + statement(0) + "\n";
    out_ += "    " + value(result_, 0) + ")\n";
  }

  std::string constant(char type, uint32_t number) {
    switch (type) {
      case 'i':
        return fmt::format("(i32.const {})",
                           static_cast<int32_t>(number * 0x9e3779b9u >> (number % 31)));
      case 'l':
        return fmt::format("(i64.const {})",
                           static_cast<int64_t>(number * 0x9e3779b97f4a7c15u >> (number % 61)));
      case 'f':
        return fmt::format("(f32.const {})", number % 7 == 6 ? "nan" : fmt::format("{}.5", number));
      case 'd':
        return fmt::format("(f64.const {})",
                           number % 7 == 6 ? "-inf" : fmt::format("{}.25", number));
      case 'v':
        return fmt::format("(v128.const i32x4 {} {} {} {})", number, ~number, number * 77,
                           number << 24);
      case 'r':
        return number % 2 == 0 ? "(ref.null any)" : fmt::format("(ref.i31 (i32.const {}))", number);
      default:
        return "(ref.null $s)";
    }
  }

  std::string local(char type) {
    if (type == param_ && pick(3) == 0) return "$p";
    return fmt::format("${}{}", type, pick(kLocalsPerType));
  }

  // ---- expressions

  std::string value(char type, uint32_t depth) {
    if (is_done() || depth >= kMostDepth) return constant(type, depth);
    switch (pick(10)) {
      case 0:
        return constant(type, choice());
      case 1:
      case 2:
        return fmt::format("(local.get {})", local(type));
      case 3:
        return fmt::format("(global.get $g{})", type);
      case 4:
        return fmt::format("(select (result {}) {} {} {})", type_name(type), value(type, depth + 1),
                           value(type, depth + 1), value('i', depth + 1));
      case 5:
        return fmt::format("(if (result {}) {} (then {} {}) (else {}))", type_name(type),
                           value('i', depth + 1), statement(depth + 1), value(type, depth + 1),
                           value(type, depth + 1));
      case 6:
        return call(type, depth);
      case 7:
        return fmt::format("(block $b (result {}) {} (drop (br_if $b {} {})) {})", type_name(type),
                           statement(depth + 1), value(type, depth + 1), value('i', depth + 1),
                           value(type, depth + 1));
      default:
        return type == 'r' || type == 's' ? object(type, depth) : operation(type, depth);
    }
  }

  std::string call(char type, uint32_t depth) {
    const uint32_t first = pick(kFunctions);
    for (uint32_t i = 0; i < kFunctions; ++i) {
      const uint32_t callee = (first + i) % kFunctions;
      if (signatures_[callee].result != type) continue;
      const std::string argument = value(signatures_[callee].param, depth + 1);
      if (pick(2) == 0) return fmt::format("(call $h{} {})", callee, argument);
      return fmt::format("(call_indirect $calls (param {}) (result {}) {} {})",
                         type_name(signatures_[callee].param), type_name(type), argument,
                         value('i', depth + 1));
    }
    return caught(type, depth);
  }

  // Something that may throw, and what is caught instead.
  std::string caught(char type, uint32_t depth) {
    return fmt::format(
        "(block $out (result {}) (block $caught (result i32 anyref) (br $out (try_table (result "
        "{}) "
        "(catch $e $caught) {} {}))) (global.set $gr) (local.set $i0) {})",
        type_name(type), type_name(type), statement(depth + 1), value(type, depth + 1),
        value(type, depth + 1));
  }

  static const std::vector<const OpcodeRow*>& operations(char result) {
    static const auto table = [] {
      std::array<std::vector<const OpcodeRow*>, 5> made;
      for (const OpcodeRow& row : kOpcodes) {
        const bool plain = row.immediate == Immediate::kNone ||
                           row.immediate == Immediate::kMemarg || row.immediate == Immediate::kLane;
        if (row.signature.special || row.signature.results.size() != 1 || !plain) continue;
        if (row.feature == Feature::kThreads || row.feature == Feature::kWideArithmetic) continue;
        const size_t type = kTypes.find(row.signature.results[0]);
        if (type < made.size()) made[type].push_back(&row);
      }
      return made;
    }();
    return table[kTypes.find(result)];
  }

  std::string operation(char type, uint32_t depth) {
    if (type == 'i' && pick(with_gc_ ? 2 : 6) == 0) return question(depth);
    const auto& rows = operations(type);
    const size_t number = size_t{choice()} * 256 + choice();
    return instruction(*rows[number % rows.size()], depth);
  }

  std::string instruction(const OpcodeRow& row, uint32_t depth) {
    std::string text = fmt::format("({}", row.mnemonic);
    const bool big = row.immediate == Immediate::kMemarg && pick(4) == 0;
    if (row.immediate == Immediate::kLane) text += " 1";
    if (row.immediate == Immediate::kMemarg)
      text += fmt::format("{} offset={}", big ? " $big" : "", choice());
    for (const char operand : row.signature.params)
      text += " " + (operand == 'a' ? address(big, depth + 1) : value(operand, depth + 1));
    return text + ")";
  }

  // Mostly within the first page.
  std::string address(bool big, uint32_t depth) {
    const char type = big ? 'l' : 'i';
    const std::string any = value(type, depth);
    if (pick(8) == 0) return any;
    return fmt::format("({}.and {} ({}.const 0xffef))", type_name(type), any, type_name(type));
  }

  // i32 of references.
  std::string question(uint32_t depth) {
    switch (pick(6)) {
      case 0:
        return fmt::format("(ref.is_null {})", value(pick(2) == 0 ? 'r' : 's', depth + 1));
      case 1:
        return fmt::format("(ref.test (ref $t) {})", value('r', depth + 1));
      case 2:
        return fmt::format("(ref.test (ref null i31) {})", value('r', depth + 1));
      case 3:
        return fmt::format("(struct.get $s $n {})", value('s', depth + 1));
      case 4:
        return fmt::format("(array.len (ref.cast (ref null array) {}))", value('r', depth + 1));
      default:
        return fmt::format("(array.get_u $bytes (ref.cast (ref null $bytes) {}) {})",
                           value('r', depth + 1), value('i', depth + 1));
    }
  }

  std::string object(char type, uint32_t depth) {
    if (type == 's') {
      switch (pick(4)) {
        case 0:
          return fmt::format("(struct.new $s {} {})", value('i', depth + 1), value('r', depth + 1));
        case 1:
          return fmt::format("(struct.new $t {} {} {})", value('i', depth + 1),
                             value('r', depth + 1), value('l', depth + 1));
        case 2:
          return fmt::format("(ref.cast (ref null $s) {})", value('r', depth + 1));
        default:
          return "(struct.new_default $t)";
      }
    }
    const std::string few = fmt::format("(i32.const {})", pick(40));
    switch (pick(8)) {
      case 0:
        return value('s', depth + 1);
      case 1:
        return fmt::format("(array.new $refs {} {})", value('r', depth + 1), few);
      case 2:
        return fmt::format("(array.new_data $bytes $d (i32.const 3) {})", few);
      case 3:
        return fmt::format("(array.new_fixed $refs 2 {} {})", value('r', depth + 1),
                           value('r', depth + 1));
      case 4:
        return fmt::format("(struct.get $s $next {})", value('s', depth + 1));
      case 5:
        return fmt::format("(array.get $refs (ref.cast (ref null $refs) {}) {})",
                           value('r', depth + 1), value('i', depth + 1));
      case 6:
        return fmt::format("(table.get $objects {})", value('i', depth + 1));
      default:
        return fmt::format("(array.new $v {} {})", value('v', depth + 1), few);
    }
  }

  // ---- statements

  std::string statement(uint32_t depth) {
    if (is_done() || depth >= kMostDepth) return "(nop)";
    const char type = any_type();
    switch (pick(15)) {
      case 0:
      case 1:
        return fmt::format("(local.set {} {})", local(type), value(type, depth + 1));
      case 2:
        return fmt::format("(global.set $g{} {})", type, value(type, depth + 1));
      case 3:
        return store(depth);
      case 4:
        return fmt::format("(if {} (then {}) (else {}))", value('i', depth + 1),
                           statement(depth + 1), statement(depth + 1));
      case 5:
        return fmt::format("(loop $l (call $tick) {} (br_if $l {}))", statement(depth + 1),
                           value('i', depth + 1));
      case 6:
        return fmt::format("(block $b (br_table $b $b {}) {})", value('i', depth + 1),
                           statement(depth + 1));
      case 7:
        return fmt::format("(throw $e {} {})", value('i', depth + 1), value('r', depth + 1));
      case 8:
        return fmt::format("(struct.set $s $next {} {})", value('s', depth + 1),
                           value('r', depth + 1));
      case 9:
        return fmt::format("(array.set $refs (ref.cast (ref null $refs) {}) {} {})",
                           value('r', depth + 1), value('i', depth + 1), value('r', depth + 1));
      case 10:
        return fmt::format("(table.set $objects (i32.const {}) {})", pick(9),
                           value('r', depth + 1));
      case 11:
        return bulk(depth);
      case 12:
        return fmt::format("(drop {})", value(type, depth + 1));
      case 13:  // values that wait on the stack, and are dropped where a call begins
        return fmt::format("{} {} (block) {} (drop) (drop) (call $tick)", value(type, depth + 1),
                           value(any_type(), depth + 1), statement(depth + 1));
      default:
        return fmt::format("{} {}", statement(depth + 1), statement(depth + 1));
    }
  }

  std::string store(uint32_t depth) {
    static const auto rows = [] {
      std::vector<const OpcodeRow*> made;
      for (const OpcodeRow& row : kOpcodes) {
        if (!row.signature.special && row.immediate == Immediate::kMemarg &&
            row.signature.results.empty() && row.feature != Feature::kThreads)
          made.push_back(&row);
      }
      return made;
    }();
    return instruction(*rows[pick(rows.size())], depth);
  }

  std::string bulk(uint32_t depth) {
    const std::string count = fmt::format("(i32.const {})", choice());
    switch (pick(4)) {
      case 0:
        return fmt::format("(memory.fill {} {} {})", address(false, depth + 1),
                           value('i', depth + 1), count);
      case 1:
        return fmt::format("(memory.copy {} {} {})", address(false, depth + 1),
                           address(false, depth + 1), count);
      case 2:
        return fmt::format("(memory.init $d {} (i32.const 2) {})", address(false, depth + 1),
                           count);
      default:
        return fmt::format("(drop (memory.grow {}))", value('i', depth + 1));
    }
  }

  ByteSpan choices_;
  size_t at_ = 0;
  bool with_gc_;
  char param_ = 'i';
  char result_ = 'i';
  std::vector<Signature> signatures_;
  std::string out_;
};

[[noreturn]] void stop(const std::string& why, const std::string& module) {
  std::fprintf(stderr, "%s\n%s\n", module.c_str(), why.c_str());
  std::abort();
}

std::string outcome_of(Thread& thread, Function& function) {
  thread.start(function, {});
  const Outcome outcome = run(thread);
  if (outcome == Outcome::kReturned) return "returned";
  return outcome == Outcome::kTrapped ? thread.trap().message : "did not return";
}

}  // namespace

std::string generate_module(ByteSpan choices, bool with_gc) {
  return Generator(choices, with_gc).module();
}

std::string run_generated(const std::string& module, const RunOptions& options) {
  EngineConfig config;
  if (!options.guard_pages) config.memory = MemoryStrategy::kChecked;
  config.fuel = options.fuel != 0;
  const Engine engine(config);
  auto bytes = parse_wat(module);
  if (!bytes.ok()) stop(bytes.error().to_string(), module);
  auto code = engine.compile(std::move(*bytes));
  if (!code.ok()) stop(code.error().to_string(), module);
  StoreLimits limits;
  limits.memory_bytes = 64 << 20;
  const auto store = engine.make_store(limits);
  store->heap().set_stress(options.gc_stress);
  auto made = instantiate(*store, *code, {});
  if (!made.ok()) stop(to_string(made.error()), module);
  Instance& instance = **made;
  std::string log;
  for (uint32_t i = 0; i < kFunctions; ++i) {
    Thread thread(*store);
    if (options.fuel != 0) store->set_fuel(options.fuel);
    log += outcome_of(thread, *instance.exported_function(fmt::format("f{}", i))) + "\n";
  }
  for (size_t i = 0; i + 2 < kTypes.size(); ++i) {
    const Global global = *instance.exported_global(fmt::format("g{}", i));
    log += fmt::format("{:x} {:x}\n", global.cell->low, kTypes[i] == 'v' ? global.cell->high : 0);
  }
  const Memory& memory = *instance.exported_memory("memory");
  uint64_t hash = 14695981039346656037u;
  for (uint64_t i = 0; i < memory.size(); ++i) hash = (hash ^ memory.base()[i]) * 1099511628211u;
  return log + fmt::format("{} {:x}\n", memory.size(), hash);
}

}  // namespace tappet
