#include "canonical-abi/text/scope.h"

#include <fmt/format.h>

#include "interp/base/printable.h"

namespace tappet::component::wat {
namespace {

struct PartRow {
  uint8_t declarator;         // of a component or instance type
  uint8_t module_declarator;  // of a core module type
  bool alone;                 // a section holds one and no count
};
constexpr uint8_t kNone = 0xff;
constexpr PartRow kParts[] = {
    {kNone, kNone, true},   // kCustom
    {kNone, kNone, true},   // kCoreModule
    {kNone, kNone, false},  // kCoreInstance
    {0, 1, false},          // kCoreType
    {kNone, kNone, true},   // kComponent
    {kNone, kNone, false},  // kInstance
    {2, 2, false},          // kAlias
    {1, kNone, false},      // kType
    {kNone, kNone, false},  // kCanon
    {kNone, kNone, true},   // kStart
    {3, 0, false},          // kImport
    {4, 3, false},          // kExport
    {kNone, kNone, false},  // kValue
};
const PartRow& row(Part part) { return kParts[static_cast<size_t>(part)]; }

bool can_be_outer(Sort sort) {
  return sort == Sort::kCoreModule || sort == Sort::kCoreType || sort == Sort::kComponent ||
         sort == Sort::kType;
}

}  // namespace

uint32_t Scope::add(Sort sort, const Id& id) {
  const uint32_t index = space(sort).size();
  if (!space(sort).add(id.name)) {
    in_.fail_at(id.offset,
                fmt::format("duplicate {} ${}", component::row(sort).text, printable(*id.name)));
  }
  return index;
}

uint32_t Scope::find(Sort sort, const Id& id) {
  if (const auto found = find_here(sort, *id.name)) return *found;
  if (const auto found = find_outside(sort, id)) return *found;
  in_.fail_at(id.offset,
              fmt::format("unknown {} ${}", component::row(sort).text, printable(*id.name)));
  return 0;
}

std::optional<uint32_t> Scope::find_outside(Sort sort, const Id& id) {
  uint32_t count = 1;
  for (Scope* scope = parent_; scope != nullptr; scope = scope->parent_, ++count) {
    const auto found = scope->find_here(sort, *id.name);
    if (!found) continue;
    if (!can_be_outer(sort)) {
      in_.fail_at(id.offset, fmt::format("outer item ${} is not a module, type or component",
                                         printable(*id.name)));
      return 0;
    }
    return emit_outer_alias(sort, count, *found, id);
  }
  return std::nullopt;
}

std::optional<uint32_t> Scope::find_elsewhere(const std::string& id) {
  const auto found = find_outside(Sort::kCoreType, {id, in_.peek().begin});
  types_.resize(type_names_.size());
  return found;
}

std::optional<uint32_t> Scope::count_to(const std::string& label) const {
  uint32_t count = 0;
  for (const Scope* scope = this; scope != nullptr; scope = scope->parent_, ++count) {
    if (scope->label_ == label) return count;
  }
  return std::nullopt;
}

Scope* Scope::outside(uint32_t count) {
  Scope* scope = this;
  for (; count != 0 && scope != nullptr; --count) scope = scope->parent_;
  return scope;
}

void Scope::emit(Part part, const Writer& bytes) {
  if (kind_ != ScopeKind::kComponent) {
    out_.byte(kind_ == ScopeKind::kModuleType ? row(part).module_declarator : row(part).declarator);
    out_.append(bytes);
    ++count_;
    return;
  }
  if (part != part_ || row(part).alone) close_section();
  part_ = part;
  ++section_.count;
  section_.body.append(bytes);
}

void Scope::close_section() {
  if (section_.count == 0) return;
  out_.byte(static_cast<uint8_t>(part_));
  Writer contents;
  if (!row(part_).alone) contents.u32(section_.count);
  contents.append(section_.body);
  out_.sized(ByteSpan(contents.bytes()));
  section_ = {};
}

uint32_t Scope::emit_outer_alias(Sort sort, uint32_t count, uint32_t index, const Id& id) {
  Writer alias;
  if (kind_ == ScopeKind::kModuleType) {
    alias.byte(component::row(sort).code);
    alias.byte(0x01);
  } else {
    write_sort(alias, sort);
    alias.byte(0x02);
  }
  alias.u32(count);
  alias.u32(index);
  emit(Part::kAlias, alias);
  return add(sort, id);
}

void Scope::write_names() {
  SortNames all;
  for (const SortRow& sort : kSorts) all[static_cast<size_t>(sort.sort)] = space(sort.sort).names();
  const Writer names = encode_names(name_, all);
  if (names.empty()) return;
  Writer section;
  section.name(kNameSection);
  section.append(names);
  emit(Part::kCustom, section);
}

Bytes Scope::take_component() {
  if (exports_.count != 0) {
    if (part_ != Part::kExport) close_section();
    part_ = Part::kExport;
    section_.count += exports_.count;
    section_.body.append(exports_.body);
  }
  write_names();
  close_section();
  Writer all;
  all.word32(0x6d736100);
  all.word32(0x0001000d);
  all.append(out_);
  return all.take();
}

void Scope::write_declarators(Writer& out) const {
  out.u32(count_);
  out.append(out_);
}

}  // namespace tappet::component::wat
