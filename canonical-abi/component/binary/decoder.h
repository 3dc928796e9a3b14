// Decodes the binary format of components into its syntax (Binary.md).
#pragma once

#include <memory>

#include "canonical-abi/component/syntax.h"
#include "canonical-abi/types/arena.h"

namespace tappet::component::binary {

// True if the bytes start with the preamble of a component of whatever version.
bool is_component(ByteSpan bytes);

// Reads a whole component with the components nested in it; core modules stay bytes, and nothing is
// resolved or checked beyond the grammar. `bytes` must outlive the result. `offset` is the position
// of `bytes` in the outermost file.
//
// Errors: kMalformed, kLimit, or kInvalid where a rule of validation shows in the grammar already;
// always with a byte offset. Memory used is charged to `budget`.
Result<std::unique_ptr<syntax::Component>> decode(ByteSpan bytes, uint64_t offset, Budget& budget);

}  // namespace tappet::component::binary
