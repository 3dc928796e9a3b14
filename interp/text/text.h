// The text format as callers see it: a file of text to a module's bytes, and back.
#pragma once

#include <string>
#include <string_view>

#include "interp/base/bytes.h"
#include "interp/base/result.h"

namespace tappet {

// Encodes a module in the text format (core spec 6): `(module ...)` or bare fields. Ids become a
// name section, @custom annotations become custom sections. The result is well-formed text turned
// into bytes, not validated. Errors, with line and column: kMalformed, kLimit. Any thread may call.
Result<Bytes> parse_wat(std::string_view source);

// Prints a module, whatever features it uses, so that parse_wat gives an equal one, except for
// choices of the encoding that text cannot express. Names come from the name section; other custom
// sections become annotations. The module is decoded but not validated: errors as of decode_module.
// Any thread may call.
Result<std::string> print_wat(Bytes bytes);

// Prints what a module imports and exports, in the way of a module's text: `(export "f" (func
// (param i32)))`. The module's types come first if those refer to them. Errors: as of print_wat.
Result<std::string> print_module_type(Bytes bytes);

// True if a file's bytes look like text rather than a binary: no \0asm at the front, and a
// parenthesis, a comment or an annotation after white space.
bool looks_like_wat(ByteSpan bytes);

}  // namespace tappet
