#include "interp/exec/handlers/simd.h"
#include "interp/exec/simd_tables.h"

namespace tappet::exec::simd {

constexpr Handlers3 kCompareHandlers[] = {
#define VECTOR_COMPARE(name, ...) handlers3<Binary<__VA_ARGS__>::template With>(),
#include "interp/exec/simd.def"
};
constexpr Handlers3 kFloatBinaryHandlers[] = {
#define VECTOR_FLOAT_BINARY(name, ...) handlers3<Binary<__VA_ARGS__>::template With>(),
#include "interp/exec/simd.def"
};
constexpr Handlers4 kTernaryHandlers[] = {
#define VECTOR_TERNARY(name, ...) handlers4<Ternary<__VA_ARGS__>::template With>(),
#include "interp/exec/simd.def"
};

}  // namespace tappet::exec::simd
