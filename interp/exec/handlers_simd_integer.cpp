#include "interp/exec/handlers/simd.h"
#include "interp/exec/simd_tables.h"

namespace tappet::exec::simd {

constexpr Handlers3 kBinaryHandlers[] = {
#define VECTOR_BINARY(name, ...) handlers3<Binary<__VA_ARGS__>::template With>(),
#include "interp/exec/simd.def"
};

}  // namespace tappet::exec::simd
