// Decodes core modules (core spec 5).
#pragma once

#include <memory>

#include "interp/base/result.h"
#include "interp/module/module.h"
#include "interp/opcodes/opcode.h"

namespace tappet {

// What decoding needs besides the bytes.
struct DecodeOptions {
  std::shared_ptr<TypeRegistry> registry;  // never null
  FeatureSet features = FeatureSet::defaults();
};

// Decodes everything but function bodies' instructions, which the validator reads. `bytes` lies
// within *owner, which the module keeps alive; `base_offset` is the position of `bytes` in the
// outermost file and is added to every position in errors.
//
// Errors: kMalformed, kLimit, or kUnsupported for a feature that options.features lacks; always
// with a byte offset. Memory used is at most 32 times the input plus 16 MiB. Any thread may call.
Result<std::shared_ptr<const Module>> decode_module(std::shared_ptr<const Bytes> owner,
                                                    ByteSpan bytes, uint64_t base_offset,
                                                    const DecodeOptions& options);

// The same for a whole file.
Result<std::shared_ptr<const Module>> decode_module(Bytes bytes, const DecodeOptions& options);

}  // namespace tappet
