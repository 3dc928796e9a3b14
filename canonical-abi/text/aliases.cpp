// Aliases (Explainer.md, "Alias Definitions").
#include <fmt/format.h>

#include "canonical-abi/text/component_parser.h"
#include "interp/base/printable.h"

namespace tappet::component::wat {

uint32_t ComponentParser::emit_export_alias(Sort sort, uint32_t instance, const std::string& name,
                                            const Id& id) {
  const bool is_core = row(sort).is_core && sort != Sort::kCoreModule;
  Writer alias;
  write_sort(alias, sort);
  alias.byte(is_core ? 0x01 : 0x00);
  alias.u32(instance);
  alias.name(name);
  scope_->emit(Part::kAlias, alias);
  return scope_->add(sort, id);
}

// outer <idx> <idx>; the second is looked up when its sort is known.
ComponentParser::OuterAlias ComponentParser::outer_alias() {
  OuterAlias alias;
  const Id scope = accept_id();
  if (!scope.name) {
    alias.count = static_cast<uint32_t>(in_.expect_unsigned(32));
  } else if (const auto count = scope_->count_to(*scope.name)) {
    alias.count = *count;
  } else {
    in_.fail_at(scope.offset, fmt::format("unknown component ${}", printable(*scope.name)));
  }
  alias.item = accept_id();
  if (!alias.item.name) alias.index = static_cast<uint32_t>(in_.expect_unsigned(32));
  return alias;
}

uint32_t ComponentParser::emit_outer_alias(const OuterAlias& alias, Sort sort, const Id& id) {
  uint32_t index = alias.index;
  if (alias.item.name) {
    Scope* const scope = scope_->outside(alias.count);
    const auto found = scope == nullptr ? std::nullopt : scope->find_here(sort, *alias.item.name);
    if (!found) {
      in_.fail_at(alias.item.offset,
                  fmt::format("unknown {} ${}", row(sort).text, printable(*alias.item.name)));
      return 0;
    }
    index = *found;
  }
  return scope_->emit_outer_alias(sort, alias.count, index, id);
}

void ComponentParser::alias_definition() {
  const bool is_outer = in_.accept("outer");
  const bool is_core = !is_outer && in_.accept("core");
  if (!is_outer && !in_.accept("export")) return in_.unexpected("export, core export or outer");
  if (is_outer) {
    const OuterAlias alias = outer_alias();
    if (in_.kind() != TokenKind::kOpen) return in_.unexpected("(");
    in_.advance();
    const Sort sort = expect_sort();
    emit_outer_alias(alias, sort, accept_id());
  } else {
    const uint32_t instance = plain_index(is_core ? Sort::kCoreInstance : Sort::kInstance);
    const std::string name = in_.expect_name();
    if (in_.kind() != TokenKind::kOpen) return in_.unexpected("(");
    in_.advance();
    const Sort sort = expect_sort(is_core);
    const bool of_core = row(sort).is_core && sort != Sort::kCoreModule;
    if (of_core != is_core) return in_.fail("a core sort is an export of a core instance only");
    emit_export_alias(sort, instance, name, accept_id());
  }
  in_.expect_close();
}

uint32_t ComponentParser::alias_of(Sort sort, const Id& id) {
  if (in_.accept("outer")) return emit_outer_alias(outer_alias(), sort, id);
  const bool is_core = row(sort).is_core && sort != Sort::kCoreModule;
  if (is_core) in_.accept("core");
  if (!in_.accept("export")) in_.unexpected(is_core ? "core export" : "export");
  const uint32_t instance = plain_index(is_core ? Sort::kCoreInstance : Sort::kInstance);
  const std::string name = in_.expect_name();
  return emit_export_alias(sort, instance, name, id);
}

}  // namespace tappet::component::wat
