// Scripts from JSON, run on an engine of canned answers.
#include "spec-tests/runner/run_script.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace tappet::spec {
namespace {

namespace fs = std::filesystem;

// Answers by the first byte of a module and the name of a function.
class CannedEngine : public ScriptEngine {
 public:
  explicit CannedEngine(bool executes = true) : executes_(executes) {}

  Result<std::shared_ptr<const Module>> load(Bytes bytes) override {
    if (bytes[0] == 'm') return fail(ErrorKind::kMalformed, "malformed");
    if (bytes[0] == 'i') return fail(ErrorKind::kInvalid, "invalid");
    auto module = std::make_shared<Module>();
    module->start = bytes[0];
    return std::shared_ptr<const Module>(module);
  }
  bool executes() const override { return executes_; }
  Result<Instance, NoInstance> instantiate(std::shared_ptr<const Module> module) override {
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
    if (field == "instance") return {Outcome::Kind::kReturned, {{kI32, {instance, 0}}}, ""};
    return {Outcome::Kind::kReturned, arguments, ""};
  }
  Outcome get(Instance, const std::string&) override {
    return {Outcome::Kind::kReturned, {{kI64, {42, 0}}}, ""};
  }

  std::map<std::string, Instance> registered;

 private:
  bool executes_;
  Instance next_ = 0;
};

class RunScript : public testing::Test {
 protected:
  RunScript()
      : folder_(fs::path(testing::TempDir()) /
                ("run_script_" + name() + std::to_string(::getpid()))) {
    fs::create_directories(folder_);
    for (const char* module : {"good", "malformed", "invalid", "unlinkable", "trapping"}) {
      std::ofstream(folder_ / module) << module;
    }
  }
  ~RunScript() override { fs::remove_all(folder_); }

  static std::string name() {
    return testing::UnitTest::GetInstance()->current_test_info()->name();
  }

  // Verdicts as "passed", "failed: ..." or "skipped: ...".
  std::vector<std::string> run(const std::string& commands, ScriptEngine& engine,
                               const std::string& left_out = "[]") {
    std::ofstream(folder_ / "s.json") << "{\"commands\": [" << commands << "]}";
    std::ofstream(folder_ / "s.left_out.json") << left_out;
    const auto script = read_script(folder_ / "s.json");
    if (!script.ok()) return {script.error().message};
    std::vector<std::string> verdicts;
    for (const Verdict& verdict : run_script(*script, engine)) {
      constexpr const char* kKinds[] = {"passed", "failed: ", "skipped: "};
      verdicts.push_back(kKinds[static_cast<int>(verdict.kind)] + verdict.message);
    }
    return verdicts;
  }

  fs::path folder_;
};

using Verdicts = std::vector<std::string>;

TEST_F(RunScript, TellsMalformedFromInvalid) {
  CannedEngine engine;
  EXPECT_EQ(
      run(R"({"type": "assert_malformed", "line": 1, "filename": "malformed"},
                   {"type": "assert_malformed", "line": 2, "filename": "invalid", "text": "x"},
                   {"type": "assert_invalid", "line": 3, "filename": "invalid"},
                   {"type": "assert_invalid", "line": 4, "filename": "good", "text": "type mismatch"},
                   {"type": "assert_malformed", "line": 5, "filename": "q", "module_type": "text"})",
          engine),
      (Verdicts{"passed", "failed: refused for another reason: invalid, but expected: x", "passed",
                "failed: accepted, but expected: type mismatch", "skipped: text format"}));
}

TEST_F(RunScript, ComparesResults) {
  CannedEngine engine;
  const auto echo = [](const char* value, const char* expected) {
    return std::string(R"({"type": "assert_return", "line": 2, "action": {"type": "invoke",
        "field": "echo", "args": [)") +
           value + R"(]}, "expected": [)" + expected + "]}";
  };
  const std::string module = R"({"type": "module", "line": 1, "filename": "good"},)";
  EXPECT_EQ(
      run(module + echo(R"({"type": "i32", "value": "7"})", R"({"type": "i32", "value": "7"})"),
          engine)[1],
      "passed");
  EXPECT_EQ(
      run(module + echo(R"({"type": "i32", "value": "7"})", R"({"type": "i32", "value": "8"})"),
          engine)[1],
      "failed: returned [i32:7], but expected: [i32:8]");
  EXPECT_EQ(run(module + echo(R"({"type": "f32", "value": "2143289344"})",
                              R"({"type": "f32", "value": "nan:canonical"})"),
                engine)[1],
            "passed");
  EXPECT_EQ(run(module + echo(R"({"type": "v128", "lane_type": "i16", "value":
                                 ["1","2","3","4","5","6","7","8"]})",
                              R"({"type": "v128", "lane_type": "i64", "value":
                                 ["1125912791875585", "2251829878849541"]})"),
                engine)[1],
            "passed");
  EXPECT_EQ(
      run(module + echo(R"({"type": "externref", "value": "3"})",
                        R"({"type": "either", "values": [{"type": "externref", "value": "null"},
                                                               {"type": "externref", "value": "3"}]})"),
          engine)[1],
      "passed");
}

TEST_F(RunScript, ComparesTraps) {
  CannedEngine engine;
  const auto trap = [](const char* type, const char* field, const char* text) {
    return std::string(R"({"type": ")") + type +
           R"(", "line": 2, "action": {"type": "invoke", "field": ")" + field + R"("}, "text": ")" +
           text + R"(", "expected": []},)";
  };
  EXPECT_EQ(run(R"({"type": "module", "line": 1, "filename": "good"},)" +
                    trap("assert_trap", "trap", "integer divide") +
                    trap("assert_trap", "trap", "out of bounds") +
                    trap("assert_trap", "echo", "unreachable") +
                    trap("assert_exhaustion", "exhaust", "call stack exhausted") +
                    R"({"type": "assert_uninstantiable", "line": 3, "filename": "trapping",
                        "text": "unreachable"},
                       {"type": "assert_unlinkable", "line": 4, "filename": "unlinkable"},
                       {"type": "assert_unlinkable", "line": 5, "filename": "good", "text": "x"})",
                engine),
            (Verdicts{"passed", "passed",
                      "failed: trapped: integer divide by zero, but expected: out of bounds",
                      "failed: returned [], but expected: unreachable", "passed", "passed",
                      "passed", "failed: instantiated, but expected: x"}));
}

TEST_F(RunScript, KnowsModulesByName) {
  CannedEngine engine;
  const std::string commands =
      R"({"type": "module", "line": 1, "filename": "good", "name": "$a"},
         {"type": "module", "line": 2, "filename": "good"},
         {"type": "register", "line": 3, "name": "$a", "as": "A"},
         {"type": "register", "line": 4, "as": "B"},
         {"type": "assert_return", "line": 5,
          "action": {"type": "invoke", "module": "$a", "field": "instance", "args": []},
          "expected": [{"type": "i32", "value": "0"}]},
         {"type": "assert_return", "line": 6, "action": {"type": "get", "field": "g"},
          "expected": [{"type": "i64", "value": "42"}]},
         {"type": "action", "line": 7, "action": {"type": "invoke", "module": "$b", "field": "f"}})";
  EXPECT_EQ(run(commands, engine), (Verdicts{"passed", "passed", "passed", "passed", "passed",
                                             "passed", "failed: there is no such instance"}));
  EXPECT_EQ(engine.registered, (std::map<std::string, uint32_t>{{"A", 0}, {"B", 1}}));
}

TEST_F(RunScript, ForgetsTheModuleBeforeOneThatFails) {
  CannedEngine engine;
  EXPECT_EQ(run(R"({"type": "module", "line": 1, "filename": "good"},
                   {"type": "module", "line": 2, "filename": "invalid"},
                   {"type": "action", "line": 3, "action": {"type": "invoke", "field": "f"}})",
                engine),
            (Verdicts{"passed", "failed: invalid", "failed: there is no such instance"}));
}

TEST_F(RunScript, SkipsWhatIsLeftOutOrNotExecuted) {
  CannedEngine engine(false);
  EXPECT_EQ(
      run(R"({"type": "module", "line": 1, "filename": "good"},
                   {"type": "action", "line": 3, "action": {"type": "invoke", "field": "f"}},
                   {"type": "assert_unlinkable", "line": 4, "filename": "invalid"})",
          engine, R"([{"line": 2, "reason": "unreadable"}])"),
      (Verdicts{"passed", "skipped: unreadable", "skipped: not executed yet", "failed: invalid"}));
}

TEST_F(RunScript, RefusesDirectivesItDoesNotKnow) {
  CannedEngine engine;
  EXPECT_NE(run(R"({"type": "assert_surprise", "line": 1})", engine)[0].find("unknown directive"),
            std::string::npos);
  EXPECT_NE(run("nonsense", engine)[0].find("is no JSON"), std::string::npos);
}

}  // namespace
}  // namespace tappet::spec
