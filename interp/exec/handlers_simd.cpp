#include "interp/exec/handlers/simd.h"
#include "interp/exec/simd_tables.h"

namespace tappet::exec::simd {

constexpr Handlers2 kUnaryHandlers[] = {
#define VECTOR_UNARY(name, ...) handlers2<Unary<__VA_ARGS__>::template With>(),
#include "interp/exec/simd.def"
};
constexpr Handlers3 kShiftHandlers[] = {
#define VECTOR_SHIFT(name, ...) handlers3<Shift<__VA_ARGS__>::template With>(),
#include "interp/exec/simd.def"
};
constexpr Handlers2 kTestHandlers[] = {
#define VECTOR_TEST(name, ...) handlers2<Test<__VA_ARGS__>::template With>(),
#include "interp/exec/simd.def"
};
constexpr Handlers2 kSplatHandlers[] = {
#define VECTOR_SPLAT(name, lane, floating) handlers2<Splat<lane, floating>::template With>(),
#include "interp/exec/simd.def"
};
constexpr Handlers2 kExtractHandlers[] = {
#define VECTOR_EXTRACT(name, lane, result) handlers2<ExtractLane<lane, result>::template With>(),
#include "interp/exec/simd.def"
};
constexpr Handlers3 kReplaceHandlers[] = {
#define VECTOR_REPLACE(name, lane, floating) \
  handlers3<ReplaceLane<lane, floating>::template With>(),
#include "interp/exec/simd.def"
};
constexpr Handlers1 kConstHandlers = handlers1<Constant>();
constexpr Handlers3 kShuffleHandlers[2] = {handlers3<ShuffleLanes<Shuffle>::With>(),
                                           handlers3<ShuffleLanes<HostShuffle>::With>()};
constexpr Handlers3 kSwizzleHandlers[2] = {handlers3<Binary<Swizzle>::With>(),
                                           handlers3<Binary<HostSwizzle>::With>()};

constexpr Handlers2 kMoveHandlers = handlers2<Move>();
constexpr Handlers4 kSelectHandlers = handlers4<Select>();
constexpr Handlers1 kGlobalGetHandlers[2] = {handlers1<GlobalGet<false>::With>(),
                                             handlers1<GlobalGet<true>::With>()};
constexpr Handlers1 kGlobalSetHandlers[2] = {handlers1<GlobalSet<false>::With>(),
                                             handlers1<GlobalSet<true>::With>()};

}  // namespace tappet::exec::simd
