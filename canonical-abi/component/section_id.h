// The sections of a component (Binary.md, "Component Definitions").
#pragma once

#include <cstdint>

namespace tappet::component {

enum class SectionId : uint8_t {
  kCustom,
  kCoreModule,
  kCoreInstance,
  kCoreType,
  kComponent,
  kInstance,
  kAlias,
  kType,
  kCanon,
  kStart,
  kImport,
  kExport,
  kValue,
};

}  // namespace tappet::component
