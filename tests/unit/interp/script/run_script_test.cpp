// Scripts run on an engine of canned answers.
#include "interp/script/run_script.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "interp/module/module.h"

namespace tappet::script {
namespace {

// Answers by the first byte of a module and the name of a function.
class CannedEngine : public ScriptEngine {
 public:
  explicit CannedEngine(bool executes = true) : executes_(executes) {}

  Result<Loaded> load(Bytes bytes) override {
    if (bytes[0] == 'm') return fail(ErrorKind::kMalformed, "malformed");
    if (bytes[0] == 'i') return fail(ErrorKind::kInvalid, "invalid");
    auto module = std::make_shared<Module>();
    module->start = bytes[0];
    return Loaded(module);
  }
  bool executes() const override { return executes_; }
  Result<Instance, NoInstance> instantiate(Loaded loaded) override {
    const auto* module = static_cast<const Module*>(loaded.get());
    if (module->start == 'u') return fail(NoInstance{true, "unknown import"});
    if (module->start == 't') return fail(NoInstance{false, "unreachable executed"});
    return next_++;
  }
  void register_instance(const std::string& name, Instance instance) override {
    registered[name] = instance;
  }
  Outcome invoke(Instance instance, const std::string& field,
                 const std::vector<ScriptValue>& arguments) override {
    if (field == "trap") return {Outcome::Kind::kTrapped, {}, "integer divide by zero"};
    if (field == "exhaust") return {Outcome::Kind::kExhausted, {}, ""};
    if (field == "throw") return {Outcome::Kind::kThrew, {}, ""};
    if (field == "instance") return {Outcome::Kind::kReturned, {{kI32, {instance, 0}}}, ""};
    return {Outcome::Kind::kReturned, arguments, ""};
  }
  Outcome get(Instance, const std::string&) override {
    return {Outcome::Kind::kReturned, {{kI64, {42, 0}}}, ""};
  }

  Result<std::unique_ptr<ScriptEngine>> for_thread(std::span<const Instance> shared) override {
    auto engine = std::make_unique<CannedEngine>(executes_);
    engine->next_ = static_cast<Instance>(shared.size());
    return std::unique_ptr<ScriptEngine>(std::move(engine));
  }

  std::map<std::string, Instance> registered;

 private:
  bool executes_;
  Instance next_ = 0;
};

using Verdicts = std::vector<std::string>;

// Verdicts as "passed", "failed: ..." or "skipped: ...".
Verdicts run(const std::string& source, ScriptEngine& engine) {
  const auto script = parse_script(source);
  if (!script.ok()) return {script.error().to_string()};
  Verdicts verdicts;
  for (const Verdict& verdict : run_script(*script, engine)) {
    constexpr const char* kKinds[] = {"passed", "failed: ", "skipped: "};
    verdicts.push_back(kKinds[static_cast<int>(verdict.kind)] + verdict.message);
  }
  return verdicts;
}

constexpr const char* kGood = "(module binary \"good\")\n";

std::string echo(const char* value, const char* expected) {
  CannedEngine engine;
  return run(fmt::format("{}(assert_return (invoke \"echo\" {}) {})", kGood, value, expected),
             engine)
      .back();
}

TEST(RunScript, TellsMalformedFromInvalid) {
  CannedEngine engine;
  EXPECT_EQ(run("(assert_malformed (module binary \"m\") \"\")"
                "(assert_malformed (module binary \"i\") \"x\")"
                "(assert_invalid (module binary \"i\") \"\")"
                "(assert_invalid (module binary \"good\") \"type mismatch\")"
                "(assert_malformed (module quote \"(func \") \"\")"
                "(assert_invalid (module quote \"(func \") \"y\")",
                engine),
            (Verdicts{"passed", "failed: refused for another reason: invalid, but expected: x",
                      "passed", "failed: accepted, but expected: type mismatch", "passed",
                      "failed: refused for another reason: 1:1: unclosed parenthesis, but "
                      "expected: y"}));
}

TEST(RunScript, ComparesResults) {
  EXPECT_EQ(echo("(i32.const 7)", "(i32.const 7)"), "passed");
  EXPECT_EQ(echo("(i32.const 7)", "(i32.const 8)"),
            "failed: returned [i32:7], but expected: [i32:8]");
  EXPECT_EQ(echo("(i32.const 7)", "(i64.const 7)").substr(0, 6), "failed");
  EXPECT_EQ(echo("(i32.const -1)", "(i32.const 0xffff_ffff)"), "passed");
  EXPECT_EQ(echo("(f32.const nan)", "(f32.const nan:canonical)"), "passed");
  EXPECT_EQ(echo("(f32.const nan:0x200000)", "(f32.const nan:arithmetic)").substr(0, 6), "failed");
  EXPECT_EQ(echo("(f64.const nan:0x8000000000001)", "(f64.const nan:arithmetic)"), "passed");
  EXPECT_EQ(echo("(v128.const i16x8 1 2 3 4 5 6 7 8)",
                 "(v128.const i64x2 1125912791875585 2251829878849541)"),
            "passed");
  EXPECT_EQ(echo("(v128.const f32x4 1 nan 2 3)", "(v128.const f32x4 1 nan:canonical 2 3)"),
            "passed");
  EXPECT_EQ(echo("(ref.extern 3)", "(either (ref.null extern) (ref.extern 3))"), "passed");
  EXPECT_EQ(echo("(ref.extern 3)", "(ref.extern 4)").substr(0, 6), "failed");
  EXPECT_EQ(echo("(ref.null func)", "(ref.null)"), "passed");
  EXPECT_EQ(echo("(ref.extern 3)", "(ref.extern)"), "passed");
}

TEST(RunScript, ComparesTraps) {
  CannedEngine engine;
  EXPECT_EQ(
      run(std::string(kGood) + "(assert_trap (invoke \"trap\") \"integer divide\")"
                               "(assert_trap (invoke \"trap\") \"out of bounds\")"
                               "(assert_trap (invoke \"echo\") \"unreachable\")"
                               "(assert_exhaustion (invoke \"exhaust\") \"call stack exhausted\")"
                               "(assert_exception (invoke \"throw\"))"
                               "(assert_exception (invoke \"trap\"))"
                               "(assert_trap (module binary \"t\") \"unreachable\")"
                               "(assert_unlinkable (module binary \"u\") \"\")"
                               "(assert_unlinkable (module binary \"good\") \"x\")",
          engine),
      (Verdicts{"passed", "passed",
                "failed: trapped: integer divide by zero, but expected: out of bounds",
                "failed: returned [], but expected: unreachable", "passed", "passed",
                "failed: trapped: integer divide by zero, but expected: ", "passed", "passed",
                "failed: instantiated, but expected: x"}));
}

TEST(RunScript, KnowsModulesByName) {
  CannedEngine engine;
  EXPECT_EQ(run("(module $a binary \"good\")"
                "(module binary \"good\")"
                "(register \"A\" $a)"
                "(register \"B\")"
                "(assert_return (invoke $a \"instance\") (i32.const 0))"
                "(assert_return (get \"g\") (i64.const 42))"
                "(invoke $b \"f\")"
                "(module definition $d binary \"good\")"
                "(module instance $i $d)"
                "(assert_return (invoke $i \"instance\") (i32.const 2))"
                "(module instance $j $e)",
                engine),
            (Verdicts{"passed", "passed", "passed", "passed", "passed", "passed",
                      "failed: there is no such instance", "passed", "passed", "passed",
                      "failed: there is no such module"}));
  EXPECT_EQ(engine.registered, (std::map<std::string, uint32_t>{{"A", 0}, {"B", 1}}));
}

TEST(RunScript, ForgetsTheModuleBeforeOneThatFails) {
  CannedEngine engine;
  EXPECT_EQ(run(std::string(kGood) + "(module binary \"i\") (invoke \"f\")", engine),
            (Verdicts{"passed", "failed: invalid", "failed: there is no such instance"}));
}

TEST(RunScript, SkipsWhatIsNotExecuted) {
  CannedEngine engine(false);
  EXPECT_EQ(
      run(std::string(kGood) + "(invoke \"f\") (assert_unlinkable (module binary \"i\") \"\")",
          engine),
      (Verdicts{"passed", "skipped: not executed", "failed: invalid"}));
}

TEST(RunScript, CountsTheDirectivesOfThreadsInTheirPlace) {
  CannedEngine engine;
  EXPECT_EQ(run(std::string(kGood) + R"(
                (thread $T (invoke "f") (module binary "good") (invoke "trap")
                  (thread $U (module binary "i")) (wait $U))
                (assert_trap (invoke "trap") "integer")
                (wait $T)
                (wait $T))",
                engine),
            (Verdicts{"passed", "passed", "failed: there is no such instance", "passed",
                      "failed: trapped: integer divide by zero, but expected: ", "passed",
                      "failed: invalid", "passed", "passed", "passed",
                      "failed: there is no such thread"}));
}

TEST(RunScript, WaitsForThreadsThatNobodyWaitsFor) {
  CannedEngine engine;
  EXPECT_EQ(run("(thread $T (module binary \"i\"))", engine),
            (Verdicts{"passed", "failed: invalid"}));
}

TEST(RunScript, ThreadsKnowWhatIsSharedWithThem) {
  CannedEngine engine;
  EXPECT_EQ(run(R"((module $A binary "good") (module $B binary "good")
                (thread $T (shared (module $B)) (shared (module $A))
                  (register "b" $B)
                  (assert_return (invoke $B "instance") (i32.const 0))
                  (assert_return (invoke $A "instance") (i32.const 1)))
                (thread $U (shared (module $C)))
                (thread $V (register "a" $A)))",
                engine),
            (Verdicts{"passed", "passed", "passed", "passed", "passed", "passed",
                      "failed: there is no such instance", "passed",
                      "failed: there is no such instance"}));
  EXPECT_TRUE(engine.registered.empty());
}

TEST(RunScript, ChecksTheModulesOfThreadsThatAreNotExecuted) {
  CannedEngine engine(false);
  EXPECT_EQ(run("(thread $T (shared (module $A)) (module binary \"i\") (invoke \"f\")) (wait $T)",
                engine),
            (Verdicts{"passed", "failed: invalid", "skipped: not executed", "passed"}));
}

TEST(RunScript, LimitsTheNumberOfThreads) {
  CannedEngine engine;
  std::string script;
  for (int i = 0; i < 65; ++i) script += "(thread $T)\n";
  Verdicts expected(65, "passed");
  expected.back() = "failed: too many threads";
  EXPECT_EQ(run(script, engine), expected);
}

TEST(RunScript, TakesBareFieldsForOneModule) {
  CannedEngine engine;
  const auto script = parse_script("(func) (memory 0)");
  ASSERT_TRUE(script.ok());
  ASSERT_EQ(script->size(), 1u);
  EXPECT_TRUE((*script)[0].module.ok());
}

TEST(RunScript, SaysWhereAScriptIsWrong) {
  CannedEngine engine;
  const std::string good = kGood;
  EXPECT_EQ(run(good + "(assert_surprise)", engine)[0],
            "2:1: unexpected token (, expected a directive");
  EXPECT_EQ(run(good + "  (invoke \"f\" (i32.const x))", engine)[0],
            "2:26: unexpected token x, expected a literal");
  EXPECT_EQ(run(good + "(invoke \"f\"", engine)[0], "2:1: unclosed parenthesis");
  EXPECT_EQ(run("nonsense", engine)[0],
            "failed: 1:1: unexpected token nonsense, expected a module field");
}

}  // namespace
}  // namespace tappet::script
