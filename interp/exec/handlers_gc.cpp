#include "interp/exec/handler_tables.h"
#include "interp/exec/handlers/gc.h"

namespace tappet::exec {

// In the order of FieldRead and FieldWrite.
constexpr Handlers2 kStructGetHandlers[] = {
    handlers2<StructGet<ReadInt<int8_t, uint32_t>>::With>(),
    handlers2<StructGet<ReadInt<uint8_t, uint32_t>>::With>(),
    handlers2<StructGet<ReadInt<int16_t, uint32_t>>::With>(),
    handlers2<StructGet<ReadInt<uint16_t, uint32_t>>::With>(),
    handlers2<StructGet<ReadInt<uint32_t, uint32_t>>::With>(),
    handlers2<StructGet<ReadInt<uint64_t, uint64_t>>::With>(),
    handlers2<StructGet<ReadFloat<float>>::With>(),
    handlers2<StructGet<ReadFloat<double>>::With>(),
};
constexpr Handlers3 kArrayGetHandlers[] = {
    handlers3<ArrayGet<ReadInt<int8_t, uint32_t>>::With>(),
    handlers3<ArrayGet<ReadInt<uint8_t, uint32_t>>::With>(),
    handlers3<ArrayGet<ReadInt<int16_t, uint32_t>>::With>(),
    handlers3<ArrayGet<ReadInt<uint16_t, uint32_t>>::With>(),
    handlers3<ArrayGet<ReadInt<uint32_t, uint32_t>>::With>(),
    handlers3<ArrayGet<ReadInt<uint64_t, uint64_t>>::With>(),
    handlers3<ArrayGet<ReadFloat<float>>::With>(),
    handlers3<ArrayGet<ReadFloat<double>>::With>(),
};
constexpr Handlers2 kStructSetHandlers[] = {
    handlers2<StructSet<WriteInt<uint8_t>, false>::With>(),
    handlers2<StructSet<WriteInt<uint16_t>, false>::With>(),
    handlers2<StructSet<WriteInt<uint32_t>, false>::With>(),
    handlers2<StructSet<WriteInt<uint64_t>, false>::With>(),
    handlers2<StructSet<WriteFloat<float>, true>::With>(),
    handlers2<StructSet<WriteFloat<double>, true>::With>(),
};
constexpr Handlers3 kArraySetHandlers[] = {
    handlers3<ArraySet<WriteInt<uint8_t>, false>::With>(),
    handlers3<ArraySet<WriteInt<uint16_t>, false>::With>(),
    handlers3<ArraySet<WriteInt<uint32_t>, false>::With>(),
    handlers3<ArraySet<WriteInt<uint64_t>, false>::With>(),
    handlers3<ArraySet<WriteFloat<float>, true>::With>(),
    handlers3<ArraySet<WriteFloat<double>, true>::With>(),
};

constexpr Handlers2 kArrayLenHandlers = handlers2<ArrayLen>();
constexpr Handlers2 kI31GetHandlers[2] = {handlers2<I31Get<false>::With>(),
                                          handlers2<I31Get<true>::With>()};

// In the order of CastTarget.
constexpr Handlers2 kRefTestHandlers[][2] = {
    {handlers2<RefTest<IsEq, false>::With>(), handlers2<RefTest<IsEq, true>::With>()},
    {handlers2<RefTest<IsI31, false>::With>(), handlers2<RefTest<IsI31, true>::With>()},
    {handlers2<RefTest<IsKind<ObjectKind::kStruct>, false>::With>(),
     handlers2<RefTest<IsKind<ObjectKind::kStruct>, true>::With>()},
    {handlers2<RefTest<IsKind<ObjectKind::kArray>, false>::With>(),
     handlers2<RefTest<IsKind<ObjectKind::kArray>, true>::With>()},
    {handlers2<RefTest<IsDefined, false>::With>(), handlers2<RefTest<IsDefined, true>::With>()},
};
constexpr Handlers2 kRefCastHandlers[][2] = {
    {handlers2<RefCast<IsEq, false>::With>(), handlers2<RefCast<IsEq, true>::With>()},
    {handlers2<RefCast<IsI31, false>::With>(), handlers2<RefCast<IsI31, true>::With>()},
    {handlers2<RefCast<IsKind<ObjectKind::kStruct>, false>::With>(),
     handlers2<RefCast<IsKind<ObjectKind::kStruct>, true>::With>()},
    {handlers2<RefCast<IsKind<ObjectKind::kArray>, false>::With>(),
     handlers2<RefCast<IsKind<ObjectKind::kArray>, true>::With>()},
    {handlers2<RefCast<IsDefined, false>::With>(), handlers2<RefCast<IsDefined, true>::With>()},
};

}  // namespace tappet::exec
