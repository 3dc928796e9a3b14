// Canonical options (CanonicalABI.md, "canonopt Validation").
#include <fmt/format.h>

#include "canonical-abi/component/validate/validator.h"
#include "canonical-abi/types/print.h"

namespace tappet::component {
namespace {

struct OptionName {
  char letter;  // canon.def
  std::string_view text;
};

// By CanonOptionKind.
constexpr OptionName kOptionNames[] = {
    {'e', "string-encoding"}, {'e', "string-encoding"}, {'e', "string-encoding"}, {'m', "memory"},
    {'r', "realloc"},         {'p', "post-return"},     {'a', "async"},           {'c', "callback"},
};

constexpr const OptionName& name_of(CanonOptionKind kind) {
  return kOptionNames[static_cast<size_t>(kind)];
}

void store(CanonOptions& options, const syntax::CanonOption& option) {
  switch (option.kind) {
    case CanonOptionKind::kUtf8:
      options.encoding = StringEncoding::kUtf8;
      break;
    case CanonOptionKind::kUtf16:
      options.encoding = StringEncoding::kUtf16;
      break;
    case CanonOptionKind::kLatin1Utf16:
      options.encoding = StringEncoding::kLatin1Utf16;
      break;
    case CanonOptionKind::kMemory:
      options.memory = option.index;
      break;
    case CanonOptionKind::kRealloc:
      options.realloc = option.index;
      break;
    case CanonOptionKind::kPostReturn:
      options.post_return = option.index;
      break;
    case CanonOptionKind::kAsync:
      options.is_async = true;
      break;
    case CanonOptionKind::kCallback:
      options.callback = option.index;
      break;
  }
}

}  // namespace

Result<AddressType> Validator::memory_width(const Scope& scope, uint32_t index) {
  const CoreExternType found = TAPPET_TRY(scope.core_item(ExternKind::kMemory, index));
  const MemoryType& memory = std::get<MemoryType>(found);
  if (memory.address == AddressType::kI64) TAPPET_TRY(require(ComponentFeature::kMemory64));
  MemoryType any;
  any.address = memory.address;
  Result<> plain = match_core(*options_.registry, found, any);
  if (!plain.ok()) return fail(in_context("canonical option `memory`", plain.error()));
  return memory.address;
}

Result<> Validator::check_core_func(const Scope& scope, uint32_t index,
                                    const CoreFuncType& expected, std::string_view what) {
  const CoreFuncType& found = options_.registry->function(TAPPET_TRY(scope.core_func(index)));
  if (found == expected) return {};
  return invalid(fmt::format("wrong signature for {}: expected {}, found {}", what,
                             to_string(expected), to_string(found)));
}

Result<CanonOptions> Validator::canon_options(const Scope& scope, const CanonRow& row,
                                              std::span<const syntax::CanonOption> options) {
  CanonOptions all;
  std::string seen;
  for (const syntax::CanonOption& option : options) {
    const OptionName& name = name_of(option.kind);
    if (seen.find(name.letter) != std::string::npos) {
      return invalid(fmt::format("canonical option `{}` is specified more than once", name.text));
    }
    seen += name.letter;
    if (!row.allows(name.letter)) {
      return invalid(
          fmt::format("canonical option `{}` cannot be specified for {}", name.text, row.text));
    }
    store(all, option);
  }
  if (all.is_async) TAPPET_TRY(require(ComponentFeature::kAsync));
  if (all.memory) all.width = TAPPET_TRY(memory_width(scope, *all.memory));
  if (all.realloc) {
    if (!all.memory) {
      return invalid("canonical option `realloc` requires `memory` to also be specified");
    }
    const ValueType p = value_type(all.width);
    TAPPET_TRY(
        check_core_func(scope, *all.realloc, {{p, p, p, p}, {p}}, "canonical option `realloc`"));
  }
  if (all.callback) {
    if (!all.is_async) return invalid("canonical option `callback` requires `async`");
    TAPPET_TRY(check_core_func(scope, *all.callback, {{kI32, kI32, kI32}, {kI32}},
                               "canonical option `callback`"));
  }
  if (all.post_return && all.is_async) {
    return invalid("canonical option `post-return` cannot be specified with `async`");
  }
  return all;
}

Result<> Validator::check_needs(const CanonOptions& options, bool memory, bool realloc) {
  if ((memory || realloc) && !options.memory) {
    return invalid("canonical option `memory` is required");
  }
  if (realloc && !options.realloc) return invalid("canonical option `realloc` is required");
  return {};
}

}  // namespace tappet::component
