// Components in the text format (Explainer.md, "Grammar"): a file of text to a component's bytes.
#pragma once

#include <string>
#include <string_view>

#include "interp/base/bytes.h"
#include "interp/base/result.h"
#include "interp/text/token.h"

namespace tappet::component {

// True if the text's first form is (component ...). Any text may be asked; the rest of it is not
// looked at.
bool is_component_wat(std::string_view source);

// Encodes a component in the text format: one form (component ...), also (component binary "...")
// and (component quote "..."). Ids become a "component-name" section, @custom annotations between
// definitions become custom sections. Inline aliases, exports, imports and types are written out in
// front of or behind the definition that they stand in, in the order of the text. The result is
// well-formed text turned into bytes, not validated. Errors, with line and column: kMalformed,
// kLimit. Any thread may call.
Result<Bytes> parse_component_wat(std::string_view source);

// Prints a component so that parse_component_wat gives an equal one, but for choices of the
// encoding that text cannot express. Names come from the section "component-name" where all of them
// can be ids; other custom sections become annotations. The component is decoded but not validated:
// errors as of load_component where it is malformed. Any thread may call.
Result<std::string> print_component_wat(Bytes bytes);

// As parse_component_wat for the tokens [begin, end), which are the inside of (component ...)
// behind that word: for scripts.
Result<Bytes> parse_component_form(const text::TokenStream& stream, uint32_t begin, uint32_t end);

}  // namespace tappet::component
