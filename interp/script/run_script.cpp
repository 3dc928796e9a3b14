#include "interp/script/run_script.h"

#include <fmt/format.h>

#include <optional>

namespace tappet::script {
namespace {

Verdict passed() { return {}; }
Verdict failed(std::string message) { return {Verdict::Kind::kFailed, {}, {}, std::move(message)}; }
Verdict skipped(std::string reason) { return {Verdict::Kind::kSkipped, {}, {}, std::move(reason)}; }

constexpr const char* kNotExecuted = "not executed";

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
 public:
  explicit ScriptRun(ScriptEngine& engine) : engine_(engine) {}

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
      default:
        return engine_.executes() ? run_action(directive) : skipped(kNotExecuted);
    }
  }

 private:
  Result<std::shared_ptr<const Module>> load(const Directive& directive) {
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

  Verdict make_instance(std::shared_ptr<const Module> module, const std::string& name) {
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

  // Trap messages are compared by prefix, as the specification's own runner does.
  static Verdict compare_trap(const std::string& message, const std::string& expected) {
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
  std::optional<ScriptEngine::Instance> current_;
  std::map<std::string, ScriptEngine::Instance> instances_;
  std::shared_ptr<const Module> definition_;
  std::map<std::string, std::shared_ptr<const Module>> definitions_;
};

}  // namespace

std::vector<Verdict> run_script(const std::vector<Directive>& script, ScriptEngine& engine) {
  ScriptRun run(engine);
  std::vector<Verdict> verdicts;
  verdicts.reserve(script.size());
  for (const Directive& directive : script) {
    verdicts.push_back(run.run(directive));
    verdicts.back().position = directive.position;
    verdicts.back().source = directive.source;
  }
  return verdicts;
}

}  // namespace tappet::script
