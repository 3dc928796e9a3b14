// Core types where a component writes them (Explainer.md, "Type Definitions", core:type).
#include <set>

#include "canonical-abi/text/scope.h"

namespace tappet::component::wat {
namespace {

constexpr uint8_t kRec = 0x4e;
constexpr uint8_t kSub = 0x50;
constexpr uint8_t kSubPrefix = 0x00;  // keeps a subtype apart from a module type

// Visits the ids that stand for types from the cursor to the end of the group that it is in,
// without moving it, and tells those that the group's own types are called from the others.
template <class Visit>
void visit_type_ids(const Cursor& in, Visit visit) {
  const auto& tokens = in.stream().tokens;
  const auto word = [&](uint32_t at) { return in.stream().text(tokens[at]); };
  uint32_t depth = 0;
  for (uint32_t at = in.index(); at + 1 < tokens.size(); ++at) {
    if (tokens[at].kind == TokenKind::kOpen) ++depth;
    if (tokens[at].kind == TokenKind::kClose && depth-- == 0) return;
    if (tokens[at].kind != TokenKind::kId) continue;
    const std::string_view before = word(at - 1);
    const Id id{text::decode_id(word(at)), tokens[at].begin};
    if (before == "type") visit(id, true);
    if (before == "ref" || before == "null" || before == "sub" || before == "final")
      visit(id, false);
  }
}

}  // namespace

// Inline function types were appended to types_ and type_section_: they become declarators.
void Scope::type_uses_become_types() {
  for (; type_names_.size() < types_.size();) type_names_.add(std::nullopt);
  if (type_section_.count == 0) return;
  emit_core_type(type_section_.body);
  type_section_ = {};
}

void Scope::emit_core_type(const Writer& type) {
  Writer prefixed;
  if (!type.empty() && type.bytes()[0] == kSub) prefixed.byte(kSubPrefix);
  prefixed.append(type);
  emit(Part::kCoreType, prefixed);
}

void Scope::core_type(const Id& id) {
  // Aliases come in front of the type and take their indices first.
  visit_type_ids(in_, [&](const Id& used, bool) {
    if (used.name != id.name && !find_here(Sort::kCoreType, *used.name))
      find_outside(Sort::kCoreType, used);
  });
  types_.resize(type_names_.size());
  add(Sort::kCoreType, id);
  Writer type;
  sub_type_contents(type, true);
  emit_core_type(type);
}

void Scope::rec_group() {
  std::set<std::string> own;
  visit_type_ids(in_, [&](const Id& id, bool is_own) {
    if (is_own) own.insert(*id.name);
  });
  visit_type_ids(in_, [&](const Id& used, bool) {
    if (!own.contains(*used.name) && !find_here(Sort::kCoreType, *used.name))
      find_outside(Sort::kCoreType, used);
  });
  types_.resize(type_names_.size());
  const uint32_t begin = in_.index();
  uint32_t members = 0;
  for (; in_.at_open("type"); ++members) {
    const uint32_t type = in_.index();
    in_.advance(2);
    const uint32_t offset = in_.peek().begin;
    add(Sort::kCoreType, {in_.accept_id(), offset});
    in_.move_to(type);
    in_.skip_group();
  }
  in_.move_to(begin);
  Writer group;
  group.byte(kRec);
  group.u32(members);
  for (uint32_t i = 0; i < members && in_.ok(); ++i) sub_type(group, false);
  emit(Part::kCoreType, group);
}

void Scope::core_extern_type(Writer& out) {
  if (in_.kind() != TokenKind::kOpen) return in_.unexpected("the type of a core import or export");
  in_.advance();
  types_.resize(type_names_.size());
  const auto accept = [&](std::string_view word, uint8_t code) {
    if (!in_.accept(word)) return false;
    in_.accept_id();
    out.byte(code);
    return true;
  };
  const auto function = [&] {
    text::NameSpace names;
    out.u32(type_use(&names).index);
    type_uses_become_types();
  };
  if (accept("func", 0x00)) {
    function();
  } else if (accept("table", 0x01)) {
    table_type(out);
  } else if (accept("memory", 0x02)) {
    memory_type(out);
  } else if (accept("global", 0x03)) {
    global_type(out);
  } else if (accept("tag", 0x04)) {
    out.byte(0);
    function();
  } else {
    in_.unexpected("func, table, memory, global or tag");
  }
  in_.expect_close();
}

}  // namespace tappet::component::wat
