// Text to binary to text: whatever parses decodes or is refused, and what decodes is printed to
// text that gives the same bytes again. The same input as a script must be read or refused.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "interp/script/script.h"
#include "interp/text/text.h"

namespace tappet {
namespace {

[[noreturn]] void stop(const char* what, const std::string& text) {
  std::fprintf(stderr, "%s:\n%s\n", what, text.c_str());
  std::abort();
}

void check(std::string_view source) {
  const auto bytes = parse_wat(source);
  if (!bytes.ok()) {
    if (bytes.error().position.kind != Position::Kind::kLineColumn) stop("no place", "");
    return;
  }
  const auto printed = print_wat(*bytes);
  if (!printed.ok()) return;  // an index without a type, for example: the decoder's to refuse
  const auto again = parse_wat(*printed);
  if (!again.ok()) stop(again.error().to_string().c_str(), *printed);
  const auto printed_again = print_wat(*again);
  if (!printed_again.ok()) stop(printed_again.error().to_string().c_str(), *printed);
  if (parse_wat(*printed_again).value() != *again) stop("the bytes differ", *printed);
}

}  // namespace
}  // namespace tappet

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view source = tappet::as_text({data, size});
  tappet::check(source);
  (void)tappet::script::parse_script(source).ok();
  return 0;
}
