// The engine that only decodes and validates.
#pragma once

#include "interp/binary/decoder.h"
#include "interp/script/engine.h"

namespace tappet::script {

class ValidatingEngine : public ScriptEngine {
 public:
  explicit ValidatingEngine(const FeatureSet& features = FeatureSet::defaults());

  Result<std::shared_ptr<const Module>> load(Bytes bytes) override;
  bool executes() const override { return false; }
  Result<Instance, NoInstance> instantiate(std::shared_ptr<const Module>) override;
  void register_instance(const std::string&, Instance) override {}
  Outcome invoke(Instance, const std::string&, const std::vector<ScriptValue>&) override;
  Outcome get(Instance, const std::string&) override;

 private:
  DecodeOptions options_;
};

}  // namespace tappet::script
