// Types made of whatever bytes there are.
#pragma once

#include <string_view>
#include <vector>

#include "canonical-abi/types/arena.h"
#include "interp/base/bytes.h"

namespace tappet::component {

class Input {
 public:
  explicit Input(ByteSpan bytes) : rest_(bytes) {}
  uint8_t byte() {
    if (rest_.empty()) return 0;
    const uint8_t b = rest_[0];
    rest_ = rest_.subspan(1);
    return b;
  }
  uint32_t word() {
    return byte() | byte() << 8 | byte() << 16 | static_cast<uint32_t>(byte()) << 24;
  }
  ByteSpan rest() const { return rest_; }

 private:
  ByteSpan rest_;
};

// Every list of bytes is a type.
class TypeReader {
 public:
  TypeReader(TypeArena& arena, Input& in) : arena_(arena), in_(in) {}

  const ValType* read(int depth = 0) {
    const auto kind = static_cast<TypeKind>(in_.byte() % std::size(kKinds));
    if (kind == TypeKind::kErrorContext || kind > TypeKind::kBorrow || depth > 5) {
      return primitive(TypeKind::kU8);
    }
    if (is_primitive(kind)) return primitive(kind);
    if (kind == TypeKind::kOwn || kind == TypeKind::kBorrow) return handle(kind);
    const uint32_t count = 1 + in_.byte() % 5;
    constexpr std::string_view kLabels[] = {"a", "b", "none", "x-1", "ok"};
    std::vector<Labelled> items;
    const bool is_pair = kind == TypeKind::kResult || kind == TypeKind::kMap;
    const bool is_one =
        kind == TypeKind::kList || kind == TypeKind::kFixedList || kind == TypeKind::kOption;
    const bool is_named = kind == TypeKind::kEnum || kind == TypeKind::kFlags;
    for (uint32_t i = 0; i < (is_pair ? 2 : is_one ? 1 : count); ++i) {
      items.push_back({kLabels[i], is_named ? nullptr : read(depth + 1)});
      const bool may_lack = kind == TypeKind::kVariant || kind == TypeKind::kResult;
      if (may_lack && (count & 1) == 0) items.back().type = nullptr;
    }
    const auto made = arena_.compose(kind, items, count);
    return made.ok() ? *made : primitive(TypeKind::kU8);
  }

 private:
  const ValType* handle(TypeKind kind) {
    const Resource* const resource = *arena_.resource({.name = "thing", .slot = 0});
    return *arena_.handle(kind, *arena_.name_of(resource));
  }

  TypeArena& arena_;
  Input& in_;
};

}  // namespace tappet::component
