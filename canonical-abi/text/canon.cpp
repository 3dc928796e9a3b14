// Canonical definitions (Explainer.md, "Canonical Definitions"), by the rows of canon.def.
#include <fmt/format.h>

#include "canonical-abi/text/canon_options.h"
#include "canonical-abi/text/component_parser.h"

namespace tappet::component::wat {
namespace {

const CanonRow* find_row(std::string_view word) {
  for (const CanonRow& row : kCanons) {
    if (row.text == word) return &row;
  }
  return nullptr;
}

}  // namespace

// The word and all that follows it but the function type of a lift.
const CanonRow* ComponentParser::canon_contents(Writer& out) {
  const CanonRow* const canon = in_.kind() == TokenKind::kAtom ? find_row(in_.text()) : nullptr;
  if (canon == nullptr) {
    in_.unexpected("a canonical definition");
    return nullptr;
  }
  in_.advance();
  out.byte(canon->code);
  for (const char letter : canon->immediates) canon_immediate(letter, out);
  return canon;
}

void ComponentParser::canon_definition() {
  Writer out;
  const CanonRow* const canon = canon_contents(out);
  if (canon == nullptr) return;
  const Sort sort = canon->kind == CanonKind::kLift ? Sort::kFunc : Sort::kCoreFunc;
  if (in_.kind() != TokenKind::kOpen) return in_.unexpected(row(sort).text);
  in_.advance();
  if (expect_sort() != sort) return in_.unexpected(row(sort).text);
  const Id id = accept_id();
  if (sort == Sort::kFunc) out.u32(type_use(Sort::kFunc));
  in_.expect_close();
  scope_->emit(Part::kCanon, out);
  scope_->add(sort, id);
}

void ComponentParser::lower_inside(const Id& id) {
  Writer out;
  const uint32_t offset = in_.peek().begin;
  const CanonRow* const canon = canon_contents(out);
  if (canon == nullptr) return;
  if (canon->kind == CanonKind::kLift) return in_.fail_at(offset, "a lift makes no core function");
  scope_->emit(Part::kCanon, out);
  scope_->add(Sort::kCoreFunc, id);
}

uint32_t ComponentParser::lift_inside(const Id& id, uint32_t type) {
  Writer out;
  const uint32_t offset = in_.peek().begin;
  const CanonRow* const canon = canon_contents(out);
  if (canon == nullptr) return 0;
  if (canon->kind != CanonKind::kLift) in_.fail_at(offset, "only a lift makes a function");
  out.u32(type);
  scope_->emit(Part::kCanon, out);
  return scope_->add(Sort::kFunc, id);
}

void ComponentParser::canon_immediate(char letter, Writer& out) {
  const auto flag = [&](std::string_view word) { out.byte(in_.accept(word) ? 1 : 0); };
  switch (letter) {
    case '0':
      return out.byte(0);
    case 'F':
      return;  // comes last and may stand elsewhere
    case 'k':
    case 'l':
      if (in_.kind() != TokenKind::kOpen) return in_.unexpected("a function in parentheses");
      return out.u32(reference(letter == 'k' ? Sort::kCoreFunc : Sort::kFunc));
    case 'R':
    case 'S':
    case 'U':
      return out.u32(reference(Sort::kType));
    case 'y':
      return out.u32(reference(Sort::kCoreType));
    case 'b':
      return out.u32(reference(Sort::kCoreTable));
    case 'm':
      in_.expect_open("memory");
      out.u32(reference(Sort::kCoreMemory));
      return in_.expect_close();
    case 'v':
      return scope_->core_value_type(out);
    case 'n':
      return out.u32(static_cast<uint32_t>(in_.expect_unsigned(32)));
    case 'r':
      return result_list(out);
    case 'a':
      return flag("async");
    case 'c':
      return flag("cancellable");
    case 's':
      return flag("shared");
    default:
      return canon_options(out);
  }
}

void ComponentParser::canon_options(Writer& out) {
  Writer options;
  uint32_t count = 0;
  const auto option = [&] {
    for (const OptionRow& row : kOptions) {
      if (row.sort ? !in_.accept_open(row.word) : !in_.accept(row.word)) continue;
      options.byte(static_cast<uint8_t>(row.kind));
      if (row.sort) {
        options.u32(reference(*row.sort));
        in_.expect_close();
      }
      return true;
    }
    return false;
  };
  while (in_.ok() && option()) ++count;
  out.u32(count);
  out.append(options);
}

}  // namespace tappet::component::wat
