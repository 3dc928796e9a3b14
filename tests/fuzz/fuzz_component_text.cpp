// Component text to binary to text: whatever parses is decoded or refused, and what decodes is
// printed to text that gives the same bytes again.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "canonical-abi/component/component.h"
#include "canonical-abi/text/text.h"
#include "tests/unit/canonical-abi/component/fake_modules.h"

namespace tappet::component {
namespace {

[[noreturn]] void stop(const char* what, const std::string& text) {
  std::fprintf(stderr, "%s:\n%s\n", what, text.c_str());
  std::abort();
}

void check_printed(const Bytes& bytes) {
  const auto printed = print_component_wat(bytes);
  if (!printed.ok()) return;  // a core module's index without a type, for example
  const auto again = parse_component_wat(*printed);
  if (!again.ok()) stop(again.error().to_string().c_str(), *printed);
  const auto printed_again = print_component_wat(*again);
  if (!printed_again.ok()) stop(printed_again.error().to_string().c_str(), *printed);
  const auto last = parse_component_wat(*printed_again);
  if (!last.ok() || *last != *again) stop("the bytes differ", *printed);
}

void check(std::string_view source) {
  (void)is_component_wat(source);
  auto bytes = parse_component_wat(source);
  if (!bytes.ok()) {
    if (bytes.error().position.kind != Position::Kind::kLineColumn) stop("no place", "");
    return;
  }
  check_printed(*bytes);
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
