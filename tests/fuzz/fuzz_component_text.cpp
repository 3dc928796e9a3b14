// Component text to binary: whatever parses is decoded or refused, with a place, and no input may
// take the parser anywhere else.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "canonical-abi/component/component.h"
#include "canonical-abi/text/text.h"
#include "tests/unit/canonical-abi/component/fake_modules.h"

namespace tappet::component {
namespace {

void check(std::string_view source) {
  (void)is_component_wat(source);
  auto bytes = parse_component_wat(source);
  if (!bytes.ok()) {
    if (bytes.error().position.kind != Position::Kind::kLineColumn) std::abort();
    return;
  }
  ComponentOptions options;
  options.registry = std::make_shared<TypeRegistry>();
  options.features = ComponentFeatureSet::all();
  options.load_module = fake_module_loader(options.registry);
  (void)load_component(std::move(*bytes), options).ok();
}

}  // namespace
}  // namespace tappet::component

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  tappet::component::check(tappet::as_text({data, size}));
  return 0;
}
