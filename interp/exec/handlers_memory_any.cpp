#include "interp/exec/handler_tables.h"
#include "interp/exec/handlers/memory_any.h"

namespace tappet::exec {
namespace {

template <bool kFirst>
struct Tables {
  static constexpr Handlers2 kIntLoads[] = {
#define INT_LOAD(name, memory_type, type) \
  handlers2<IntLoadAny<kFirst, memory_type, Loaded<memory_type, type>>::template With>(),
#include "interp/exec/ops.def"
  };
  static constexpr Handlers2 kFloatLoads[] = {
#define FLOAT_LOAD(name, type) handlers2<FloatLoadAny<kFirst, type>::template With>(),
#include "interp/exec/ops.def"
  };
  static constexpr Handlers2 kIntStores[] = {
#define INT_STORE(name, type) handlers2<IntStoreAny<kFirst, type>::template With>(),
#include "interp/exec/ops.def"
  };
  static constexpr Handlers2 kFloatStores[] = {
#define FLOAT_STORE(name, type) handlers2<FloatStoreAny<kFirst, type>::template With>(),
#include "interp/exec/ops.def"
  };
  static constexpr AnyMemoryHandlers kAll = {kIntLoads, kFloatLoads, kIntStores, kFloatStores};
};

}  // namespace

constexpr AnyMemoryHandlers kAnyMemoryHandlers[2] = {Tables<false>::kAll, Tables<true>::kAll};

}  // namespace tappet::exec
