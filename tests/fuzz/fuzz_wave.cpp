// Any text as a value of any type. Promises: what is read is of the type, and printed it means the
// same; what is refused is refused with a place.
#include <cstdio>
#include <cstdlib>

#include "canonical-abi/types/print.h"
#include "canonical-abi/wave/wave.h"
#include "tests/fuzz/any_type.h"

namespace {

using namespace tappet;
using namespace tappet::component;

void check(bool holds, const ValType& type, std::string_view text) {
  if (holds) return;
  std::fprintf(stderr, "type %s, text %.*s\n", to_string(type).c_str(),
               static_cast<int>(text.size()), text.data());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Input in({data, size});
  TypeArena arena;
  const ValType& type = *TypeReader(arena, in).read();
  const std::string_view text = as_text(in.rest());
  const Result<ComponentValue> value = parse_wave(text, type);
  if (!value.ok()) {
    check(value.error().position.kind == Position::Kind::kLineColumn, type, text);
  } else {
    check(check_value(*value, type).ok(), type, text);
    const Result<std::string> printed = print_wave(*value, type);
    check(printed.ok(), type, text);
    const Result<ComponentValue> again = parse_wave(*printed, type);
    check(again.ok() && *again == *value, type, *printed);
  }
  const Labelled params[] = {{"a", &type}, {"b", &type}};
  if (wave_call_name(text).ok()) (void)parse_wave_arguments(text, **arena.func(false, params, {}));
  return 0;
}
