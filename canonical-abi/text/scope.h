// What a component, a component type, an instance type or a core module type is while its text is
// read: index spaces with their ids, and the definitions encoded so far.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "canonical-abi/component/section_id.h"
#include "canonical-abi/text/name_section.h"
#include "interp/text/type_parser.h"

namespace tappet::component::wat {

using text::Cursor;
using text::TokenKind;

// An id where it was written; there may be none.
struct Id {
  std::optional<std::string> name{};
  uint32_t offset = 0;
};

// What scopes are made of. In components these are sections, elsewhere declarators.
using Part = SectionId;

enum class ScopeKind : uint8_t { kComponent, kComponentType, kInstanceType, kModuleType };

// Errors stick in the cursor. The parent outlives the scope.
class Scope : public text::TypeParser {
 public:
  Scope(Cursor& in, ScopeKind kind, Scope* parent, std::optional<std::string> label = {})
      : TypeParser(in), kind_(kind), parent_(parent), label_(std::move(label)), name_(label_) {}

  // Another name for the name section than the label: @name.
  void call(std::optional<std::string> name) { name_ = std::move(name); }
  ScopeKind kind() const { return kind_; }
  Scope* parent() { return parent_; }

  // The next index of that sort, which the id stands for from now on.
  uint32_t add(Sort sort, const Id& id = {});
  // The index of an id; one of a scope around is aliased first, if its sort allows it.
  uint32_t find(Sort sort, const Id& id);
  // Only here.
  std::optional<uint32_t> find_here(Sort sort, const std::string& id) {
    return space(sort).find(id);
  }
  // How many scopes outside the one of that label is.
  std::optional<uint32_t> count_to(const std::string& label) const;
  // That many scopes outside, or null.
  Scope* outside(uint32_t count);

  // Types that are defined here, as bytes; null for others.
  void keep_type(uint32_t index, const Writer& type) {
    bodies_[index] = std::make_shared<Writer>(type);
  }
  // The same type, under another index.
  void keep_type(uint32_t index, uint32_t same) {
    const auto found = bodies_.find(same);
    if (found != bodies_.end()) bodies_[index] = found->second;
  }
  const Writer* type_body(uint32_t index) const {
    const auto found = bodies_.find(index);
    return found == bodies_.end() ? nullptr : found->second.get();
  }

  void emit(Part part, const Writer& bytes);
  // An export, behind everything else.
  void emit_at_end(const Writer& item) {
    exports_.body.append(item);
    ++exports_.count;
  }
  uint32_t emit_outer_alias(Sort sort, uint32_t count, uint32_t index, const Id& id);
  // The whole component.
  Bytes take_component();
  // vec(declarator)
  void write_declarators(Writer& out) const;

  // Core types: what stands behind "core type id?" or "type id?", and (rec ...) behind that word.
  void core_type(const Id& id);
  void rec_group();
  void core_value_type(Writer& out) { value_type(out); }
  // core:externtype, "(" and the closing parenthesis included.
  void core_extern_type(Writer& out);

 private:
  std::optional<uint32_t> find_elsewhere(const std::string& id) override;
  std::optional<uint32_t> find_outside(Sort sort, const Id& id);
  text::NameSpace& space(Sort sort) {
    return sort == Sort::kCoreType ? type_names_ : spaces_[static_cast<size_t>(sort)];
  }
  void close_section();
  void write_names();
  void type_uses_become_types();
  void emit_core_type(const Writer& type);

  ScopeKind kind_;
  Scope* parent_;
  std::optional<std::string> label_;  // for outer aliases
  std::optional<std::string> name_;
  std::array<text::NameSpace, kSortCount> spaces_;  // but for that of core types
  Part part_ = Part::kCustom;                       // of the section that is being written
  text::Section section_;
  text::Section exports_;  // for the end
  Writer out_;             // complete sections, or declarators
  uint32_t count_ = 0;     // of declarators
  std::map<uint32_t, std::shared_ptr<const Writer>> bodies_;
};

}  // namespace tappet::component::wat
