// Implementation limits. Engines agreed on the first two groups (JS API spec, "Implementation-
// defined limits", and the component model's practice), so a module that one accepts all accept.
#pragma once

#include <cstdint>

namespace tappet::limits {

// Core modules.
inline constexpr uint32_t kTypes = 1'000'000;
inline constexpr uint32_t kFunctions = 1'000'000;
inline constexpr uint32_t kImports = 1'000'000;
inline constexpr uint32_t kExports = 1'000'000;
inline constexpr uint32_t kGlobals = 1'000'000;
inline constexpr uint32_t kTags = 1'000'000;
inline constexpr uint32_t kTables = 100;
inline constexpr uint32_t kMemories = 100;
inline constexpr uint32_t kElemSegments = 100'000;
inline constexpr uint32_t kDataSegments = 100'000;
inline constexpr uint32_t kTableEntries = 10'000'000;
inline constexpr uint32_t kNameBytes = 100'000;
inline constexpr uint32_t kFunctionBodyBytes = 7'654'321;
inline constexpr uint32_t kLocals = 50'000;
inline constexpr uint32_t kParams = 1'000;
inline constexpr uint32_t kResults = 1'000;
inline constexpr uint32_t kOperands =
    1'000'000;  // on the operand stack: ours, no engine states one
inline constexpr uint32_t kArrayNewFixed = 10'000;
inline constexpr uint32_t kCatches = 10'000;
inline constexpr uint32_t kStructFields = 10'000;
inline constexpr uint32_t kSubtypingDepth = 63;

// Components.
inline constexpr uint64_t kModuleBytes = uint64_t{1} << 30;
inline constexpr uint32_t kComponentTypeDepth = 100;
inline constexpr uint32_t kComponentItems = 1'000;  // modules, components, instances: each
inline constexpr uint32_t kComponentTypeSize = 1'000'000;
inline constexpr uint32_t kCompositeCases = 10'000;  // record, variant, enum, tuple
inline constexpr uint32_t kFlags = 32;
inline constexpr uint32_t kInstantiationArgs = 100'000;
inline constexpr uint32_t kCanonOptions = 10;
inline constexpr uint32_t kComponentTypeDecls = 1'000'000;
inline constexpr uint32_t kModuleTypeDecls = 100'000;
inline constexpr uint32_t kComponentNesting = 100;
inline constexpr uint32_t kValueTypeBytes = 1u << 28;  // elem_size stays below (Binary.md)
// Instances of components and core modules that instantiating one component makes, all told.
inline constexpr uint32_t kTotalInstances = 10'000;
// What decoding a component may use: this many times its size, and so many bytes more.
inline constexpr uint64_t kDecodedBytesFactor = 32;
inline constexpr uint64_t kDecodedBytesSlack = uint64_t{16} << 20;
// What type checking a component may cost, in visited type nodes: per byte of it, and at least.
inline constexpr uint64_t kCheckStepsPerByte = 8;
inline constexpr uint64_t kCheckSteps = 10'000'000;

// Canonical ABI (definitions.py: MAX_*).
inline constexpr uint32_t kFlatParams = 16;
inline constexpr uint32_t kFlatAsyncParams = 4;
inline constexpr uint32_t kFlatResults = 1;
inline constexpr uint32_t kStringBytes = (1u << 28) - 1;
inline constexpr uint32_t kListBytes = (1u << 28) - 1;
inline constexpr uint32_t kHandles = (1u << 28) - 1;

}  // namespace tappet::limits
