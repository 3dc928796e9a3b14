// Indices, ids, sorts and names (Explainer.md, "Index Spaces", "Alias Definitions", "Import and
// Export Definitions").
#include <fmt/format.h>

#include "canonical-abi/text/component_parser.h"
#include "interp/base/limits.h"

namespace tappet::component::wat {
namespace {

constexpr std::string_view kCorePrefix = "core ";

// By their codes in the binary format.
constexpr std::string_view kAttributes[] = {"implements", "versionsuffix", "external-id"};

std::string_view word_of(const SortRow& row) {
  return row.is_core ? row.text.substr(kCorePrefix.size()) : row.text;
}

bool is_export_of_core_instance(Sort sort) {
  return row(sort).is_core && sort != Sort::kCoreModule;
}

}  // namespace

ComponentParser::Level::Level(ComponentParser& parser) : parser_(parser) {
  constexpr uint32_t kMost = limits::kComponentNesting + limits::kComponentTypeDepth;
  if (++parser_.depth_ <= kMost) return;
  parser_.in_.fail_at(parser_.in_.peek().begin,
                      fmt::format("definitions are nested deeper than {} levels", kMost),
                      ErrorKind::kLimit);
}

Id ComponentParser::accept_id() {
  const uint32_t offset = in_.peek().begin;
  return {in_.accept_id(), offset};
}

bool ComponentParser::at_index(uint32_t ahead) const {
  if (in_.kind(ahead) == TokenKind::kId) return true;
  return in_.kind(ahead) == TokenKind::kAtom && in_.text(ahead)[0] >= '0' &&
         in_.text(ahead)[0] <= '9';
}

uint32_t ComponentParser::plain_index(Sort sort) {
  const Id id = accept_id();
  if (id.name) return scope_->find(sort, id);
  return static_cast<uint32_t>(in_.expect_unsigned(32));
}

uint32_t ComponentParser::path(Sort sort) {
  if (in_.kind(1) != TokenKind::kString) return plain_index(sort);
  const Sort instances = is_export_of_core_instance(sort) ? Sort::kCoreInstance : Sort::kInstance;
  uint32_t index = plain_index(instances);
  while (in_.kind() == TokenKind::kString) {
    const std::string name = in_.expect_name();
    const bool is_last = in_.kind() != TokenKind::kString;
    index = emit_export_alias(is_last ? sort : instances, index, name, {});
  }
  return index;
}

uint32_t ComponentParser::reference(Sort sort) {
  if (in_.kind() != TokenKind::kOpen) return path(sort);
  in_.advance();
  const bool core = in_.accept("core");
  if (core && !row(sort).is_core) in_.unexpected(row(sort).text);
  if (!in_.accept(word_of(row(sort)))) in_.unexpected(row(sort).text);
  const uint32_t index = path(sort);
  in_.expect_close();
  return index;
}

std::optional<Sort> ComponentParser::accept_sort(bool in_core) {
  const bool prefixed = in_.at_atom("core");
  for (const SortRow& row : kSorts) {
    if (row.is_core != (prefixed || in_core)) continue;
    if (!in_.at_atom(word_of(row), prefixed ? 1 : 0)) continue;
    in_.advance(prefixed ? 2 : 1);
    return row.sort;
  }
  return std::nullopt;
}

Sort ComponentParser::expect_sort(bool in_core) {
  if (const auto sort = accept_sort(in_core)) return *sort;
  in_.unexpected("a sort of definitions");
  return Sort::kFunc;
}

ComponentParser::Item ComponentParser::item(Writer& out) {
  if (in_.kind() != TokenKind::kOpen) {
    in_.unexpected("a reference to a definition");
    return {Sort::kFunc, 0};
  }
  in_.advance();
  const Sort sort = expect_sort();
  write_sort(out, sort);
  const uint32_t index = path(sort);
  out.u32(index);
  in_.expect_close();
  return {sort, index};
}

void ComponentParser::extern_name(Writer& out) {
  const std::string name = in_.expect_name();
  Writer attributes;
  uint32_t count = 0;
  bool seen[std::size(kAttributes)] = {};
  const auto attribute = [&] {
    for (size_t code = 0; code < std::size(kAttributes); ++code) {
      if (!in_.at_open(kAttributes[code])) continue;
      if (seen[code]) in_.unexpected("one attribute of each kind");
      seen[code] = true;
      in_.advance(2);
      attributes.byte(static_cast<uint8_t>(code));
      attributes.name(in_.expect_name());
      in_.expect_close();
      return true;
    }
    return false;
  };
  while (attribute()) ++count;
  out.byte(count == 0 ? 0x00 : 0x02);
  out.name(name);
  if (count == 0) return;
  out.u32(count);
  out.append(attributes);
}

std::vector<Writer> ComponentParser::inline_exports() {
  std::vector<Writer> names;
  while (in_.at_open("export")) {
    const uint32_t begin = in_.index();
    in_.advance(2);
    Writer name;
    if (in_.kind() == TokenKind::kString) extern_name(name);
    if (!in_.accept_close()) {  // (export "name" (func ...)) belongs to an instance
      in_.move_to(begin);
      break;
    }
    names.push_back(std::move(name));
  }
  return names;
}

void ComponentParser::export_later(const std::vector<Writer>& names, Sort sort, uint32_t index) {
  for (const Writer& name : names) {
    Writer out;
    out.append(name);
    write_sort(out, sort);
    out.u32(index);
    out.byte(0);
    scope_->emit_at_end(out);
  }
}

bool ComponentParser::inline_import(Writer& out) {
  if (!in_.at_open("import")) return false;
  const uint32_t begin = in_.index();
  in_.advance(2);
  Writer name;
  if (in_.kind() == TokenKind::kString && in_.kind(1) != TokenKind::kString) extern_name(name);
  if (!in_.accept_close()) {  // (import "name" (func ...)) is a definition or a declarator
    in_.move_to(begin);
    return false;
  }
  out.append(name);
  return true;
}

}  // namespace tappet::component::wat
