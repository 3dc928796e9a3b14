// The type section (core spec 5.5.4). Every recursion group is canonicalised as it is read; then
// its members' claims to be subtypes are checked on canonical ids, where equal types are identical.
#include <fmt/format.h>

#include "interp/base/limits.h"
#include "interp/binary/sections.h"

namespace tappet {
namespace {

constexpr uint8_t kRecCode = 0x4e;
constexpr uint8_t kSubFinalCode = 0x4f;
constexpr uint8_t kSubCode = 0x50;
constexpr uint8_t kArrayCode = 0x5e;
constexpr uint8_t kStructCode = 0x5f;
constexpr uint8_t kFuncCode = 0x60;
constexpr uint8_t kI16Code = 0x77;
constexpr uint8_t kI8Code = 0x78;

// What the registry keeps for a type besides its vectors: entry, map node, key, display.
constexpr uint64_t kTypeOverhead = 320;
// The same per parameter, result or field: in the type, in its key, and again in the validator.
constexpr uint64_t kMemberOverhead = 24;

class TypeSectionReader {
 public:
  TypeSectionReader(Reader& in, DecodeContext& context)
      : in_(in), context_(context), scope_(context.scope()) {}

  // Reads one recursion group and adds it to the module.
  void read_group() {
    const uint64_t start = in_.offset();
    uint32_t size = 1;
    if (in_.peek() == kRecCode) {
      in_.require(Feature::kGc, context_.features);
      in_.byte();
      size = in_.count("types", limits::kTypes, 2);
    }
    if (module().types.size() + size > limits::kTypes) {
      in_.fail(ErrorKind::kLimit, fmt::format("more than {} types", limits::kTypes), start);
    }
    scope_ = context_.scope();
    scope_.group_size = size;
    if (!in_.ok() || !context_.charge(in_, size * kTypeOverhead)) return;
    std::vector<SubType> group;
    group.reserve(size);
    for (uint32_t i = 0; i < size && in_.ok(); ++i) group.push_back(read_sub_type(i, group));
    if (in_.ok()) add_group(std::move(group), start);
  }

 private:
  Module& module() { return context_.module; }

  SubType read_sub_type(uint32_t position, const std::vector<SubType>& group) {
    SubType type;
    const uint8_t code = in_.peek();
    if (code == kSubCode || code == kSubFinalCode) {
      in_.require(Feature::kGc, context_.features);
      in_.byte();
      type.is_final = code == kSubFinalCode;
      const uint32_t count = in_.length();
      if (count > 1) in_.fail(ErrorKind::kInvalid, "sub type has more than one super type");
      if (count == 1) type.supertypes.push_back(read_supertype(position, group));
    }
    type.composite = read_composite();
    return type;
  }

  // A supertype comes earlier, is not final, and does not make the chain too long: what the
  // registry relies on when it adds the group.
  TypeId read_supertype(uint32_t position, const std::vector<SubType>& group) {
    const uint64_t start = in_.offset();
    const TypeId id = read_type_index(in_, scope_);
    if (!in_.ok()) return {};
    const bool in_group = id.value >= TypeRegistry::kRecBase;
    const uint32_t in_group_position = id.value - TypeRegistry::kRecBase;
    if (in_group && in_group_position >= position) {
      in_.fail(ErrorKind::kInvalid, "forward use of a type as its own group's supertype", start);
      return {};
    }
    const SubType& super = in_group ? group[in_group_position] : module().registry->get(id);
    if (super.is_final) in_.fail(ErrorKind::kInvalid, "sub type has a final super type", start);
    if (depth_of(id, group) >= limits::kSubtypingDepth) {
      in_.fail(ErrorKind::kLimit,
               fmt::format("more than {} super types in a chain", limits::kSubtypingDepth), start);
    }
    return id;
  }

  uint32_t depth_of(TypeId id, const std::vector<SubType>& group) {
    uint32_t depth = 0;
    while (id.value >= TypeRegistry::kRecBase) {
      const SubType& type = group[id.value - TypeRegistry::kRecBase];
      if (type.supertypes.empty()) return depth;
      id = type.supertypes[0];
      ++depth;
    }
    return depth + module().registry->subtyping_depth(id);
  }

  CompositeType read_composite() {
    const uint64_t start = in_.offset();
    switch (in_.byte()) {
      case kFuncCode:
        return read_func();
      case kStructCode:
        in_.require(Feature::kGc, context_.features);
        return read_struct();
      case kArrayCode:
        in_.require(Feature::kGc, context_.features);
        return ArrayType{read_field()};
      default:
        in_.fail(ErrorKind::kMalformed, "malformed definition type", start);
        return FuncType{};
    }
  }

  FuncType read_func() {
    FuncType type;
    read_value_types(type.params, "parameters", limits::kParams);
    read_value_types(type.results, "results", limits::kResults);
    if (type.results.size() > 1) in_.require(Feature::kMultiValue, context_.features);
    return type;
  }

  void read_value_types(std::vector<ValueType>& types, std::string_view what, uint32_t limit) {
    const uint32_t count = in_.count(what, limit);
    types.reserve(count);
    for (uint32_t i = 0; i < count && in_.ok(); ++i) {
      types.push_back(read_value_type(in_, scope_));
    }
  }

  StructType read_struct() {
    StructType type;
    const uint32_t count = in_.count("fields", limits::kStructFields, 2);
    type.fields.reserve(count);
    for (uint32_t i = 0; i < count && in_.ok(); ++i) type.fields.push_back(read_field());
    return type;
  }

  FieldType read_field() {
    FieldType field;
    const uint8_t code = in_.peek();
    if (code == kI8Code || code == kI16Code) {
      in_.byte();
      field.type = kI32;
      field.packed = code == kI8Code ? PackedKind::kI8 : PackedKind::kI16;
    } else {
      field.type = read_value_type(in_, scope_);
    }
    field.is_mutable = read_mutability(in_);
    return field;
  }

  static uint64_t member_count(const SubType& type) {
    if (const auto* func = std::get_if<FuncType>(&type.composite)) {
      return func->params.size() + func->results.size();
    }
    if (const auto* record = std::get_if<StructType>(&type.composite)) return record->fields.size();
    return 1;
  }

  void add_group(std::vector<SubType> group, uint64_t start) {
    uint64_t members = 0;
    for (const SubType& type : group) members += member_count(type);
    const auto size = static_cast<uint32_t>(group.size());
    const TypeId first = module().registry->add_group(std::move(group));
    module().rec_groups.push_back(size);
    for (uint32_t i = 0; i < size; ++i) add_type(TypeId(first.value + i), start);
    settle(first, size, members);
  }

  void add_type(TypeId id, uint64_t start) {
    module().types.push_back(id);
    context_.subtypes.push_back(&module().registry->get(id));
    check_matches_supertype(start);
  }

  // A group that this module has added before costs nothing; ids only grow.
  void settle(TypeId first, uint32_t size, uint64_t members) {
    if (first.value < fresh_from_) {
      context_.budget += size * kTypeOverhead;
    } else {
      fresh_from_ = first.value + size;
      context_.charge(in_, members * kMemberOverhead);
    }
  }

  void check_matches_supertype(uint64_t start) {
    const SubType& type = *context_.subtypes.back();
    if (type.supertypes.empty()) return;
    const SubType& super = module().registry->get(type.supertypes[0]);
    if (matches(type.composite, super.composite)) return;
    in_.fail(ErrorKind::kInvalid,
             fmt::format("sub type {} does not match its super type", module().types.size() - 1),
             start);
  }

  // Composite types match structurally (3.3.10).
  bool matches(const CompositeType& sub, const CompositeType& super) const {
    if (sub.index() != super.index()) return false;
    if (const auto* func = std::get_if<FuncType>(&sub)) {
      const auto& above = std::get<FuncType>(super);
      return all_match(above.params, func->params) && all_match(func->results, above.results);
    }
    if (const auto* record = std::get_if<StructType>(&sub)) {
      const auto& above = std::get<StructType>(super).fields;
      if (record->fields.size() < above.size()) return false;
      for (size_t i = 0; i < above.size(); ++i) {
        if (!matches(record->fields[i], above[i])) return false;
      }
      return true;
    }
    return matches(std::get<ArrayType>(sub).element, std::get<ArrayType>(super).element);
  }

  bool all_match(const std::vector<ValueType>& sub, const std::vector<ValueType>& super) const {
    if (sub.size() != super.size()) return false;
    for (size_t i = 0; i < sub.size(); ++i) {
      if (!context_.module.registry->matches(sub[i], super[i])) return false;
    }
    return true;
  }

  bool matches(const FieldType& sub, const FieldType& super) const {
    if (sub.is_mutable != super.is_mutable || sub.packed != super.packed) return false;
    if (sub.is_mutable) return sub.type == super.type;
    return context_.module.registry->matches(sub.type, super.type);
  }

  Reader& in_;
  DecodeContext& context_;
  TypeScope scope_;
  uint32_t fresh_from_ = 0;
};

}  // namespace

void read_type_section(Reader& in, DecodeContext& context) {
  const uint32_t count = in.count("types", limits::kTypes);
  if (!reserve(in, context, context.module.types, count)) return;
  TypeSectionReader reader(in, context);
  for (uint32_t i = 0; i < count && in.ok(); ++i) reader.read_group();
}

}  // namespace tappet
