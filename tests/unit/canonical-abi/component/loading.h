// Loading components that tests build.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/unit/canonical-abi/component/builder.h"
#include "tests/unit/canonical-abi/component/fake_modules.h"

namespace tappet::component {

inline ComponentOptions test_options(ComponentFeatureSet features = ComponentFeatureSet::all()) {
  ComponentOptions options;
  options.registry = std::make_shared<TypeRegistry>();
  options.features = features;
  options.core_features = FeatureSet::all();
  options.load_module = fake_module_loader(options.registry);
  return options;
}

using Loaded = Result<std::shared_ptr<const Component>>;

inline Loaded load(std::string_view bytes,
                   ComponentFeatureSet features = ComponentFeatureSet::all()) {
  return load_component(Bytes(bytes.begin(), bytes.end()), test_options(features));
}

inline ::testing::AssertionResult accepted(const Loaded& loaded) {
  if (loaded.ok()) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << loaded.error().to_string();
}

// Rejected with that kind of error, a message that contains `text`, and a position.
inline ::testing::AssertionResult rejected(const Loaded& loaded, ErrorKind kind,
                                           std::string_view text) {
  if (loaded.ok()) return ::testing::AssertionFailure() << "accepted";
  const Error& error = loaded.error();
  if (error.kind == kind && error.message.find(text) != std::string::npos &&
      error.message.find('\n') == std::string::npos &&
      error.position.kind == Position::Kind::kByteOffset) {
    return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure()
         << "kind " << static_cast<int>(error.kind) << ": " << error.to_string();
}

inline ::testing::AssertionResult valid(const build::B& bytes) { return accepted(load(bytes)); }
inline ::testing::AssertionResult invalid_with(const build::B& bytes, std::string_view text) {
  return rejected(load(bytes), ErrorKind::kInvalid, text);
}
inline ::testing::AssertionResult malformed_with(const build::B& bytes, std::string_view text) {
  return rejected(load(bytes), ErrorKind::kMalformed, text);
}
inline ::testing::AssertionResult limited_with(const build::B& bytes, std::string_view text) {
  return rejected(load(bytes), ErrorKind::kLimit, text);
}

}  // namespace tappet::component
