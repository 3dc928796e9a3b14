// The engine that only decodes, validates, prints and parses again.
#pragma once

#include "interp/binary/decoder.h"
#include "interp/script/engine.h"

namespace tappet::script {

using PrintText = Result<std::string> (*)(Bytes);
using ParseText = Result<Bytes> (*)(std::string_view);
// Prints a binary and encodes it again: gives the same bytes, or others that then stay. Errors:
// as of the two, and kUnsupported for bytes that do not stay.
Result<> check_round_trip(const Bytes& bytes, PrintText print, ParseText parse);

// Every valid module is printed and encoded again; where the bytes differ (a binary may have chosen
// another encoding) and do not stay the same from then on, loading fails with kUnsupported and says
// so. All features are on.
class RoundTripEngine : public ScriptEngine {
 public:
  RoundTripEngine();

  Result<Loaded> load(Bytes bytes) override;
  bool executes() const override { return false; }
  Result<Instance, NoInstance> instantiate(Loaded) override;
  void register_instance(const std::string&, Instance) override {}
  Outcome invoke(Instance, const std::string&, const std::vector<ScriptValue>&) override;
  Outcome get(Instance, const std::string&) override;
  Result<std::unique_ptr<ScriptEngine>> for_thread(std::span<const Instance>) override;

 private:
  DecodeOptions options_;
};

}  // namespace tappet::script
