#include "tests/unit/interp/support/check.h"

#include <gtest/gtest.h>

namespace tappet::test {
namespace {

std::string describe(const Error& error) {
  constexpr const char* kKinds[] = {"malformed", "invalid",  "unsupported", "unlinkable",
                                    "limit",     "resource", "io",          "usage"};
  return std::string(kKinds[static_cast<size_t>(error.kind)]) + ": " + error.message;
}

}  // namespace

std::string check(Bytes bytes, const FeatureSet& features) {
  const auto module = decode(std::move(bytes), features);
  if (!module.ok()) return describe(module.error());
  const auto valid = validate_module(**module, features);
  return valid.ok() ? "ok" : describe(valid.error());
}

std::string check_body(const std::vector<ValueType>& params, const std::vector<ValueType>& results,
                       const Bytes& body, const std::vector<LocalsOf>& locals,
                       const FeatureSet& features) {
  ModuleBuilder m;
  ModuleBuilder padded;
  m.func(params, results, body, locals);
  padded.func(params, results, body + padding(), locals);
  const std::string outcome = check(m, features);
  EXPECT_EQ(check(padded, features), outcome);
  return outcome;
}

}  // namespace tappet::test
