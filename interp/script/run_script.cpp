#include "interp/script/run_script.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <optional>
#include <system_error>
#include <thread>
#include <tuple>

#include "interp/runtime/trap.h"

namespace tappet::script {
namespace {

Verdict passed() { return {}; }
Verdict failed(std::string message) { return {Verdict::Kind::kFailed, {}, {}, std::move(message)}; }
Verdict skipped(std::string reason) { return {Verdict::Kind::kSkipped, {}, {}, std::move(reason)}; }

constexpr const char* kNotExecuted = "not executed";
constexpr uint32_t kMostThreads = 64;  // of one script, at once

std::string describe(const Outcome& outcome) {
  switch (outcome.kind) {
    case Outcome::Kind::kReturned:
      return "returned " + to_string(outcome.values);
    case Outcome::Kind::kTrapped:
      return "trapped: " + outcome.message;
    case Outcome::Kind::kExhausted:
      return "exhausted the call stack";
    case Outcome::Kind::kThrew:
      return "threw an exception";
    case Outcome::Kind::kFailed:
      break;
  }
  return "failed: " + outcome.message;
}

class ScriptRun {
  using Loaded = ScriptEngine::Loaded;

 public:
  // `threads` counts those that run, of the whole script.
  ScriptRun(ScriptEngine& engine, std::atomic<uint32_t>& threads)
      : engine_(engine), threads_(threads) {}

  // Including its threads'. Once.
  std::vector<Verdict> run(const std::vector<Directive>& script) {
    verdicts_.reserve(script.size());
    for (const Directive& directive : script) {
      Verdict verdict = run(directive);
      verdict.position = directive.position;
      verdict.source = directive.source;
      verdicts_.push_back(std::move(verdict));
    }
    while (!children_.empty()) join(children_.begin());
    std::sort(verdicts_.begin(), verdicts_.end(), [](const Verdict& a, const Verdict& b) {
      return std::tie(a.position.line, a.position.column) <
             std::tie(b.position.line, b.position.column);
    });
    return std::move(verdicts_);
  }

 private:
  Verdict run(const Directive& directive) {
    switch (directive.kind) {
      case DirectiveKind::kModule:
      case DirectiveKind::kModuleDefinition:
        return run_module(directive);
      case DirectiveKind::kModuleInstance:
        return engine_.executes() ? run_instance(directive) : skipped(kNotExecuted);
      case DirectiveKind::kAssertMalformed:
        return expect_refusal(directive, ErrorKind::kMalformed);
      case DirectiveKind::kAssertInvalid:
        return expect_refusal(directive, ErrorKind::kInvalid);
      case DirectiveKind::kAssertUnlinkable:
      case DirectiveKind::kAssertUninstantiable:
        return expect_no_instance(directive);
      case DirectiveKind::kRegister:
        return engine_.executes() ? register_module(directive) : skipped(kNotExecuted);
      case DirectiveKind::kThread:
        return start_thread(directive);
      case DirectiveKind::kWait:
        return wait(directive);
      default:
        return engine_.executes() ? run_action(directive) : skipped(kNotExecuted);
    }
  }

  Result<Loaded> load(const Directive& directive) {
    if (!directive.module.ok()) return fail(directive.module.error());
    return engine_.load(*directive.module);
  }

  Verdict run_module(const Directive& directive) {
    const bool is_definition = directive.kind == DirectiveKind::kModuleDefinition;
    if (!is_definition) current_.reset();
    auto module = load(directive);
    if (!module.ok()) return failed(module.error().to_string());
    definition_ = *module;
    if (!directive.name.empty()) definitions_[directive.name] = *module;
    if (is_definition || !engine_.executes()) return passed();
    return make_instance(std::move(*module), directive.name);
  }

  Verdict run_instance(const Directive& directive) {
    current_.reset();
    auto module = definition_;
    if (!directive.definition.empty()) {
      const auto found = definitions_.find(directive.definition);
      module = found == definitions_.end() ? nullptr : found->second;
    }
    if (module == nullptr) return failed("there is no such module");
    return make_instance(std::move(module), directive.name);
  }

  Verdict make_instance(Loaded module, const std::string& name) {
    const auto instance = engine_.instantiate(std::move(module));
    if (!instance.ok()) return failed(instance.error().message);
    current_ = *instance;
    if (!name.empty()) instances_[name] = *instance;
    return passed();
  }

  Verdict expect_refusal(const Directive& directive, ErrorKind kind) {
    const auto module = load(directive);
    if (module.ok()) return failed(fmt::format("accepted, but expected: {}", directive.text));
    if (module.error().kind == kind) return passed();
    // Scripts written before 3.0 call limits beyond 32 bits malformed; since 3.0 they are invalid.
    if (kind == ErrorKind::kMalformed && module.error().kind == ErrorKind::kInvalid &&
        directive.text.ends_with("constant out of range")) {
      return passed();
    }
    return failed(fmt::format("refused for another reason: {}, but expected: {}",
                              module.error().to_string(), directive.text));
  }

  Verdict expect_no_instance(const Directive& directive) {
    auto module = load(directive);
    if (!module.ok()) return failed(module.error().to_string());
    if (!engine_.executes()) return skipped(kNotExecuted);
    const auto instance = engine_.instantiate(std::move(*module));
    if (instance.ok()) return failed(fmt::format("instantiated, but expected: {}", directive.text));
    const bool expect_unlinkable = directive.kind == DirectiveKind::kAssertUnlinkable;
    if (instance.error().is_unlinkable != expect_unlinkable)
      return failed(instance.error().message);
    return expect_unlinkable ? passed() : compare_trap(instance.error().message, directive.text);
  }

  std::optional<ScriptEngine::Instance> find(const std::string& name) const {
    if (name.empty()) return current_;
    const auto found = instances_.find(name);
    return found == instances_.end() ? std::nullopt : std::optional(found->second);
  }

  Verdict register_module(const Directive& directive) {
    const auto instance = find(directive.name);
    if (!instance) return failed("there is no such instance");
    engine_.register_instance(directive.alias, *instance);
    return passed();
  }

  struct Child {
    std::string name;
    std::unique_ptr<ScriptEngine> engine;
    std::unique_ptr<ScriptRun> run;
    std::vector<Verdict> verdicts;  // once it is joined
    std::thread thread;
  };
  using Children = std::vector<std::unique_ptr<Child>>;

  Verdict start_thread(const Directive& directive) {
    std::vector<ScriptEngine::Instance> shared;
    if (engine_.executes()) {
      for (const std::string& name : directive.shared) {
        const auto instance = find(name);
        if (!instance) return failed("there is no such instance");
        shared.push_back(*instance);
      }
    }
    auto engine = engine_.for_thread(shared);
    if (!engine.ok()) return failed(engine.error().to_string());
    auto child = std::make_unique<Child>();
    child->name = directive.name;
    child->engine = std::move(*engine);
    child->run = std::make_unique<ScriptRun>(*child->engine, threads_);
    for (uint32_t i = 0; i < shared.size(); ++i) {
      if (directive.shared[i].empty()) child->run->current_ = i;
      child->run->instances_[directive.shared[i]] = i;
    }
    if (threads_.fetch_add(1) >= kMostThreads) {
      --threads_;
      return failed("too many threads");
    }
    try {
      child->thread = std::thread([started = child.get(), &body = directive.body] {
        started->verdicts = started->run->run(body);
      });
    } catch (const std::system_error&) {
      --threads_;
      return failed("the host has no thread left");
    }
    children_.push_back(std::move(child));
    return passed();
  }

  Verdict wait(const Directive& directive) {
    const auto found = std::find_if(
        children_.begin(), children_.end(),
        [&](const std::unique_ptr<Child>& child) { return child->name == directive.name; });
    if (found == children_.end()) return failed("there is no such thread");
    join(found);
    return passed();
  }

  void join(Children::iterator at) {
    Child& child = **at;
    child.thread.join();
    --threads_;
    verdicts_.insert(verdicts_.end(), child.verdicts.begin(), child.verdicts.end());
    children_.erase(at);
  }

  Verdict run_action(const Directive& directive) {
    const Action& action = directive.action;
    const auto instance = find(action.module);
    if (!instance) return failed("there is no such instance");
    const Outcome outcome = action.kind == Action::Kind::kInvoke
                                ? engine_.invoke(*instance, action.field, action.arguments)
                                : engine_.get(*instance, action.field);
    return judge(directive, outcome);
  }

  static Verdict judge(const Directive& directive, const Outcome& outcome) {
    switch (directive.kind) {
      case DirectiveKind::kAssertReturn:
        return compare_results(directive, outcome);
      case DirectiveKind::kAssertTrap:
        if (outcome.kind != Outcome::Kind::kTrapped) break;
        return compare_trap(outcome.message, directive.text);
      case DirectiveKind::kAssertExhaustion:
        if (outcome.kind != Outcome::Kind::kExhausted) break;
        return passed();
      case DirectiveKind::kAssertException:
        if (outcome.kind != Outcome::Kind::kThrew) break;
        return passed();
      default:
        if (outcome.kind != Outcome::Kind::kReturned) break;
        return passed();
    }
    return failed(fmt::format("{}, but expected: {}", describe(outcome), directive.text));
  }

  // Trap messages are compared by prefix, as the specification's own runner does. Some scripts have
  // those of the tool that they were written for.
  static Verdict compare_trap(const std::string& message, std::string_view expected) {
    constexpr std::string_view kOfTheTool = "wasm trap: ";
    constexpr std::string_view kUnreachableOfTheTool = "wasm `unreachable` instruction executed";
    if (expected.starts_with(kOfTheTool)) expected.remove_prefix(kOfTheTool.size());
    if (expected == kUnreachableOfTheTool) expected = to_string(TrapKind::kUnreachable);
    if (message.starts_with(expected)) return passed();
    return failed(fmt::format("trapped: {}, but expected: {}", message, expected));
  }

  static bool matches_one(const std::vector<ScriptPattern>& alternatives,
                          const ScriptValue& value) {
    for (const ScriptPattern& pattern : alternatives) {
      if (pattern.matches(value)) return true;
    }
    return false;
  }

  static Verdict compare_results(const Directive& directive, const Outcome& outcome) {
    bool same = outcome.kind == Outcome::Kind::kReturned &&
                outcome.values.size() == directive.expected.size();
    for (size_t i = 0; same && i < outcome.values.size(); ++i) {
      same = matches_one(directive.expected[i], outcome.values[i]);
    }
    if (same) return passed();
    std::vector<ScriptValue> expected;
    expected.reserve(directive.expected.size());
    for (const auto& alternatives : directive.expected) expected.push_back(alternatives[0].value);
    return failed(fmt::format("{}, but expected: {}", describe(outcome), to_string(expected)));
  }

  ScriptEngine& engine_;
  std::atomic<uint32_t>& threads_;
  std::vector<Verdict> verdicts_;
  Children children_;
  std::optional<ScriptEngine::Instance> current_;
  std::map<std::string, ScriptEngine::Instance> instances_;
  Loaded definition_;
  std::map<std::string, Loaded> definitions_;
};

}  // namespace

std::vector<Verdict> run_script(const std::vector<Directive>& script, ScriptEngine& engine) {
  std::atomic<uint32_t> threads = 0;
  return ScriptRun(engine, threads).run(script);
}

}  // namespace tappet::script
