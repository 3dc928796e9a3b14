// Component-level values as text that people write and read: the WebAssembly Value Encoding (WAVE,
// as wasm-tools' wasm-wave describes it). `{name: "x", size: 3}`, `[1, 2]`, `some('c')`.
//
// A text means something for a given type only: `3` is a u8, a float, or some(3). Where WAVE says
// nothing: a map is a list of tuples of key and value, `[("a", 1)]`. Resources, streams, futures
// and error contexts have no text.
#pragma once

#include <string>
#include <string_view>

#include "canonical-abi/values/value.h"

namespace tappet::component {

// The value that the whole text says. Any thread may call.
//
// Errors, with line and column: kMalformed for a text that is no value of the type; kUnsupported
// where a value would be needed that has no text; kLimit for a value of more parts than a short
// text should make (fields may be left out).
Result<ComponentValue> parse_wave(std::string_view text, const ValType& type);

// On one line, so that parse_wave gives an equal value; but NaNs are all one. What may be left out,
// fields that are none, is left out. Errors: kInvalid as of check_value, kUnsupported for a value
// that has no text.
Result<std::string> print_wave(const ComponentValue& value, const ValType& type);

// Whether every value of the type has a text.
bool has_wave(const ValType& type);

// A call, `name(argument, argument)`: the name, which is whatever stands before the first
// parenthesis. A view of the text. Errors: kMalformed, with line and column, if there is none.
Result<std::string_view> wave_call_name(std::string_view call);

// The call's arguments for a function of that type; options at the end may be left out. Errors: as
// of parse_wave, and kMalformed if there are too few or too many.
Result<ComponentValue::List> parse_wave_arguments(std::string_view call, const FuncType& type);

}  // namespace tappet::component
