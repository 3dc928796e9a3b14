#include <fmt/format.h>

#include "canonical-abi/types/match.h"
#include "canonical-abi/types/print.h"

namespace tappet::component {
namespace {

auto differs(std::string message) { return fail(ErrorKind::kUnlinkable, std::move(message)); }

std::string text(const Limits& limits) {
  return limits.has_max ? fmt::format("{}..{}", limits.min, limits.max)
                        : fmt::format("{}..", limits.min);
}

Result<> match_limits(std::string_view what, const Limits& actual, const Limits& expected) {
  const bool fits = actual.min >= expected.min &&
                    (!expected.has_max || (actual.has_max && actual.max <= expected.max));
  if (fits) return {};
  return differs(fmt::format("mismatch in {} limits: expected {}, found {}", what, text(expected),
                             text(actual)));
}

Result<> match_one(const TypeRegistry& registry, CoreFunc actual, CoreFunc expected) {
  if (registry.matches(actual.type, expected.type)) return {};
  return differs(fmt::format("expected {}, found {}", to_string(registry.function(expected.type)),
                             to_string(registry.function(actual.type))));
}

Result<> match_one(const TypeRegistry& registry, const TableType& actual,
                   const TableType& expected) {
  if (actual.address != expected.address) {
    return differs("mismatch in the address type of tables");
  }
  if (!registry.matches(actual.element, expected.element) ||
      !registry.matches(expected.element, actual.element)) {
    return differs(fmt::format("expected table element type {}, found {}",
                               TypeRegistry::to_string(expected.element),
                               TypeRegistry::to_string(actual.element)));
  }
  return match_limits("table", actual.limits, expected.limits);
}

Result<> match_one(const TypeRegistry&, const MemoryType& actual, const MemoryType& expected) {
  if (actual.address != expected.address) {
    return differs("mismatch in the address type of memories");
  }
  if (actual.shared != expected.shared) return differs("mismatch in the shared flag of memories");
  if (actual.page_size_log2 != expected.page_size_log2) {
    return differs("mismatch in the page size of memories");
  }
  return match_limits("memory", actual.limits, expected.limits);
}

Result<> match_one(const TypeRegistry& registry, const GlobalType& actual,
                   const GlobalType& expected) {
  if (actual.is_mutable != expected.is_mutable) {
    return differs(
        fmt::format("expected a {} global", expected.is_mutable ? "mutable" : "constant"));
  }
  const bool matches = registry.matches(actual.type, expected.type) &&
                       (!expected.is_mutable || registry.matches(expected.type, actual.type));
  if (matches) return {};
  return differs(fmt::format("expected global type {}, found {}",
                             TypeRegistry::to_string(expected.type),
                             TypeRegistry::to_string(actual.type)));
}

Result<> match_one(const TypeRegistry& registry, const TagType& actual, const TagType& expected) {
  if (actual.type == expected.type) return {};
  return differs(fmt::format("expected tag type {}, found {}",
                             to_string(registry.function(expected.type)),
                             to_string(registry.function(actual.type))));
}

}  // namespace

Result<> match_core(const TypeRegistry& registry, const CoreExternType& actual,
                    const CoreExternType& expected) {
  if (actual.index() != expected.index()) {
    return differs(fmt::format("expected {}, found {}", tappet::to_string(kind_of(expected)),
                               tappet::to_string(kind_of(actual))));
  }
  return std::visit(
      [&](const auto& e) {
        return match_one(registry, std::get<std::decay_t<decltype(e)>>(actual), e);
      },
      expected);
}

}  // namespace tappet::component
