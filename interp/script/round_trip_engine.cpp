#include "interp/script/round_trip_engine.h"

#include "interp/text/text.h"
#include "interp/validate/validator.h"

namespace tappet::script {
namespace {

constexpr const char* kNotExecuted = "this engine does not execute";

}  // namespace

// binary -> text -> binary -> text -> binary: what the text gives is final.
Result<> check_round_trip(const Bytes& bytes, PrintText print, ParseText parse) {
  const std::string text = TAPPET_TRY(print(bytes));
  const auto again = parse(text);
  if (!again.ok()) {
    return fail(ErrorKind::kUnsupported,
                "the printed text does not parse: " + again.error().to_string() + "\n" + text);
  }
  if (*again == bytes) return Unit{};
  // A binary that chose another encoding; from now on it must stay.
  const Bytes last = TAPPET_TRY(parse(TAPPET_TRY(print(*again))));
  if (last != *again) return fail(ErrorKind::kUnsupported, "encoded again, the bytes differ");
  return Unit{};
}

RoundTripEngine::RoundTripEngine()
    : options_{std::make_shared<TypeRegistry>(), FeatureSet::all()} {}

Result<ScriptEngine::Loaded> RoundTripEngine::load(Bytes bytes) {
  const Bytes original = bytes;
  auto module = TAPPET_TRY(decode_module(std::move(bytes), options_));
  TAPPET_TRY(validate_module(*module, options_.features));
  TAPPET_TRY(check_round_trip(original, print_wat, parse_wat));
  return Loaded(std::move(module));
}

Result<ScriptEngine::Instance, ScriptEngine::NoInstance> RoundTripEngine::instantiate(Loaded) {
  return fail(NoInstance{false, kNotExecuted});
}

Outcome RoundTripEngine::invoke(Instance, const std::string&, const std::vector<ScriptValue>&) {
  return {Outcome::Kind::kFailed, {}, kNotExecuted};
}

Result<std::unique_ptr<ScriptEngine>> RoundTripEngine::for_thread(std::span<const Instance>) {
  return std::unique_ptr<ScriptEngine>(std::make_unique<RoundTripEngine>());
}

Outcome RoundTripEngine::get(Instance, const std::string&) {
  return {Outcome::Kind::kFailed, {}, kNotExecuted};
}

}  // namespace tappet::script
