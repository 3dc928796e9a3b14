// The canonical definitions as rows, made from canon.def.
#pragma once

#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>

#include "canonical-abi/types/features.h"

namespace tappet::component {

enum class CanonKind : uint8_t {
#define CANON(name, code, text, immediates, options, signature, feature) k##name,
#include "canonical-abi/component/canon.def"
#undef CANON
};

struct CanonRow {
  CanonKind kind;
  uint8_t code;
  std::string_view text;
  std::string_view immediates;
  std::string_view options;
  std::string_view signature;
  ComponentFeature feature;

  constexpr bool has_immediate(char letter) const {
    return immediates.find(letter) != std::string_view::npos;
  }
  constexpr bool allows(char option) const {
    return options.find(option) != std::string_view::npos;
  }
};

inline constexpr CanonRow kCanons[] = {
#define CANON(name, code, text, immediates, options, signature, feature) \
  {CanonKind::k##name, code, text, immediates, options, signature, ComponentFeature::k##feature},
#include "canonical-abi/component/canon.def"
#undef CANON
};

constexpr const CanonRow& row(CanonKind kind) { return kCanons[static_cast<size_t>(kind)]; }

// The definition with that code, if there is one.
constexpr std::optional<CanonKind> find_canon(uint8_t code) {
  for (const CanonRow& r : kCanons) {
    if (r.code == code) return r.kind;
  }
  return std::nullopt;
}

enum class StringEncoding : uint8_t { kUtf8, kUtf16, kLatin1Utf16 };

// canonopt, numbered as in the binary format.
enum class CanonOptionKind : uint8_t {
  kUtf8,
  kUtf16,
  kLatin1Utf16,
  kMemory,
  kRealloc,
  kPostReturn,
  kAsync,
  kCallback,
};

}  // namespace tappet::component
