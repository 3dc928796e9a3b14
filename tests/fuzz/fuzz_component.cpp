// Any bytes as a component: decoding and validation refuse it or accept it, and what they accept
// can be walked, and printed as WIT. Core modules are read by the tests' fake, so that the fuzzer
// spends its time here.
#include <cstdlib>

#include "canonical-abi/component/component.h"
#include "canonical-abi/component/names.h"
#include "canonical-abi/types/match.h"
#include "canonical-abi/types/print.h"
#include "canonical-abi/wit/wit.h"
#include "tests/unit/canonical-abi/component/fake_modules.h"

namespace {

using namespace tappet;
using namespace tappet::component;

void check(bool holds) {
  if (!holds) std::abort();
}

// Every error is one line with a byte offset.
void check_error(const Error& error) {
  check(!error.message.empty() && error.message.find('\n') == std::string::npos);
  check(error.position.kind == Position::Kind::kByteOffset);
}

void walk(const Component& component) {
  for (const NamedExtern& e : component.type->exports.items) (void)to_string(e.type);
  for (const NamedExtern& i : component.type->imports.items) (void)to_string(i.type);
  (void)read_names(component);
  const Result<std::string> wit = print_wit(component);
  check(wit.ok() || wit.error().kind == ErrorKind::kLimit);
  for (const Definition& definition : component.definitions) {
    if (const auto* const nested = std::get_if<ComponentDef>(&definition)) walk(*nested->component);
  }
  // A type is a subtype of itself.
  Budget budget{.bytes = 1 << 20, .steps = 100'000};
  Matcher matcher(*component.registry, budget);
  const ExternType type{Sort::kComponent, component.type};
  const Result<> matched = matcher.match(type, type);
  check(matched.ok() || matched.error().kind == ErrorKind::kLimit);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  ComponentOptions options;
  options.registry = std::make_shared<TypeRegistry>();
  options.features = ComponentFeatureSet::all();
  options.core_features = FeatureSet::all();
  options.load_module = fake_module_loader(options.registry);
  const auto loaded = load_component(Bytes(data, data + size), options);
  if (loaded.ok()) {
    walk(**loaded);
  } else {
    check_error(loaded.error());
  }
  return 0;
}
