#include "interp/exec/handlers/simd_memory.h"
#include "interp/exec/simd_tables.h"

namespace tappet::exec::simd {
namespace {

template <bool kChecked>
constexpr Handlers2 kLoads[] = {
#define VECTOR_LOAD(name, ...) handlers2<Load<kChecked, __VA_ARGS__>::template With>(),
#include "interp/exec/simd.def"
};
template <bool kChecked>
constexpr Handlers3 kLoadLanes[] = {
#define VECTOR_LOAD_LANE(name, lane) handlers3<LoadLane<kChecked, lane>::template With>(),
#include "interp/exec/simd.def"
};
template <bool kChecked>
constexpr Handlers2 kStoreLanes[] = {
#define VECTOR_STORE_LANE(name, lane) handlers2<StoreLane<kChecked, lane>::template With>(),
#include "interp/exec/simd.def"
};

}  // namespace

constexpr const Handlers2* kLoadHandlers[2] = {kLoads<false>, kLoads<true>};
constexpr const Handlers3* kLoadLaneHandlers[2] = {kLoadLanes<false>, kLoadLanes<true>};
constexpr Handlers2 kStoreHandlers[2] = {handlers2<Store<false>::With>(),
                                         handlers2<Store<true>::With>()};
constexpr const Handlers2* kStoreLaneHandlers[2] = {kStoreLanes<false>, kStoreLanes<true>};

}  // namespace tappet::exec::simd
