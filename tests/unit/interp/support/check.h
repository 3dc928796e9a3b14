// Decoding and validating in one call, with the outcome as text that tests compare.
#pragma once

#include <string>

#include "interp/binary/decoder.h"
#include "interp/validate/validator.h"
#include "tests/unit/interp/support/module_builder.h"

namespace tappet::test {

inline FeatureSet features_with(std::initializer_list<Feature> more) {
  FeatureSet set = FeatureSet::defaults();
  for (const Feature feature : more) set.set(feature);
  return set;
}

inline Result<std::shared_ptr<const Module>> decode(
    Bytes bytes, const FeatureSet& features = FeatureSet::defaults()) {
  return decode_module(std::move(bytes), {std::make_shared<TypeRegistry>(), features});
}

// "ok", or "malformed: ...", "invalid: ...", "unsupported: ...", "limit: ..." without the position.
std::string check(Bytes bytes, const FeatureSet& features = FeatureSet::defaults());
inline std::string check(const ModuleBuilder& module,
                         const FeatureSet& features = FeatureSet::defaults()) {
  return check(module.build(), features);
}

// The same for a module with just this function. It is checked twice, as it is and followed by
// nops, because the validator treats the last bytes of a body differently; the outcomes must be the
// same.
std::string check_body(const std::vector<ValueType>& params, const std::vector<ValueType>& results,
                       const Bytes& body, const std::vector<LocalsOf>& locals = {},
                       const FeatureSet& features = FeatureSet::defaults());

// The nops that make the difference.
inline Bytes padding() { return Bytes(20, 0x01); }

}  // namespace tappet::test
