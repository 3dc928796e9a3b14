#include "interp/exec/handlers/simd_memory.h"
#include "interp/exec/simd_tables.h"

namespace tappet::exec::simd {
namespace {

template <Access kAccess>
struct Tables {
  static constexpr Handlers2 kLoads[] = {
#define VECTOR_LOAD(name, ...) handlers2<Load<kAccess, __VA_ARGS__>::template With>(),
#include "interp/exec/simd.def"
  };
  static constexpr Handlers3 kLoadLanes[] = {
#define VECTOR_LOAD_LANE(name, lane) handlers3<LoadLane<kAccess, lane>::template With>(),
#include "interp/exec/simd.def"
  };
  static constexpr Handlers2 kStores[] = {handlers2<Store<kAccess>::template With>()};
  static constexpr Handlers2 kStoreLanes[] = {
#define VECTOR_STORE_LANE(name, lane) handlers2<StoreLane<kAccess, lane>::template With>(),
#include "interp/exec/simd.def"
  };
  static constexpr MemoryHandlers kAll = {kLoads, kLoadLanes, kStores, kStoreLanes};
};

}  // namespace

constexpr MemoryHandlers kMemoryHandlers[3] = {
    Tables<Access::kGuarded>::kAll, Tables<Access::kChecked>::kAll, Tables<Access::kAny>::kAll};

}  // namespace tappet::exec::simd
