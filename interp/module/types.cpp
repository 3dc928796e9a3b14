// Canonicalisation: a recursion group is serialised with its inner references as positions and its
// outer references as canonical ids; equal strings are equal groups.
#include "interp/module/types.h"

#include <fmt/format.h>

namespace tappet {
namespace {

class KeyWriter {
 public:
  std::string take() { return std::move(key_); }

  void number(uint32_t n) {
    for (int shift = 0; shift < 32; shift += 8) key_.push_back(static_cast<char>(n >> shift));
  }
  void type(ValueType t) {
    number(static_cast<uint32_t>(t.kind) | (t.nullable ? 0x100u : 0u) |
           (static_cast<uint32_t>(t.heap.kind) << 16));
    number(t.heap.kind == HeapKind::kDefined ? t.heap.id.value : 0);
  }
  void field(const FieldType& f) {
    type(f.type);
    number(static_cast<uint32_t>(f.packed) | (f.is_mutable ? 0x100u : 0u));
  }
  void composite(const FuncType& f) {
    number(static_cast<uint32_t>(f.params.size()));
    for (const ValueType t : f.params) type(t);
    number(static_cast<uint32_t>(f.results.size()));
    for (const ValueType t : f.results) type(t);
  }
  void composite(const StructType& s) {
    number(static_cast<uint32_t>(s.fields.size()));
    for (const FieldType& f : s.fields) field(f);
  }
  void composite(const ArrayType& a) { field(a.element); }
  void sub_type(const SubType& t) {
    number((t.is_final ? 1u : 0u) | static_cast<uint32_t>(t.composite.index()) << 1);
    number(static_cast<uint32_t>(t.supertypes.size()));
    for (const TypeId id : t.supertypes) number(id.value);
    std::visit([&](const auto& c) { composite(c); }, t.composite);
  }

 private:
  std::string key_;
};

// Turns positions within the group into canonical ids.
class Resolver {
 public:
  explicit Resolver(uint32_t first) : first_(first) {}

  void resolve(TypeId& id) const {
    if (id.value >= TypeRegistry::kRecBase) id = TypeId(id.value - TypeRegistry::kRecBase + first_);
  }
  void resolve(ValueType& t) const {
    if (t.is_ref() && t.heap.kind == HeapKind::kDefined) resolve(t.heap.id);
  }
  void resolve(FuncType& f) const {
    for (ValueType& t : f.params) resolve(t);
    for (ValueType& t : f.results) resolve(t);
  }
  void resolve(StructType& s) const {
    for (FieldType& f : s.fields) resolve(f.type);
  }
  void resolve(ArrayType& a) const { resolve(a.element.type); }
  void resolve(SubType& t) const {
    for (TypeId& id : t.supertypes) resolve(id);
    std::visit([&](auto& c) { resolve(c); }, t.composite);
  }

 private:
  uint32_t first_;
};

// The abstract supertype of a composite type.
HeapKind kind_of(const SubType& type) {
  constexpr HeapKind kKinds[] = {HeapKind::kFunc, HeapKind::kStruct, HeapKind::kArray};
  return kKinds[type.composite.index()];
}

// Abstract heap types, each below its supertypes (core spec 3.3.3).
bool abstract_matches(HeapKind sub, HeapKind super) {
  if (sub == super) return true;
  switch (sub) {
    case HeapKind::kNone:
      return super == HeapKind::kAny || super == HeapKind::kEq || super == HeapKind::kI31 ||
             super == HeapKind::kStruct || super == HeapKind::kArray;
    case HeapKind::kI31:
    case HeapKind::kStruct:
    case HeapKind::kArray:
      return super == HeapKind::kEq || super == HeapKind::kAny;
    case HeapKind::kEq:
      return super == HeapKind::kAny;
    case HeapKind::kNoFunc:
      return super == HeapKind::kFunc;
    case HeapKind::kNoExtern:
      return super == HeapKind::kExtern;
    case HeapKind::kNoExn:
      return super == HeapKind::kExn;
    default:
      return false;
  }
}

}  // namespace

TypeId TypeRegistry::add_group(std::vector<SubType> group) {
  KeyWriter writer;
  for (const SubType& type : group) writer.sub_type(type);
  const std::lock_guard lock(mutex_);
  const uint32_t first = size_;
  if (equality_ == Equality::kStructural) {
    const auto [found, inserted] = groups_.try_emplace(writer.take(), TypeId(first));
    if (!inserted) return found->second;
  }
  const Resolver resolver(first);
  for (SubType& type : group) {
    resolver.resolve(type);
    std::vector<TypeId> display;
    if (!type.supertypes.empty()) display = entry(type.supertypes[0]).display;
    display.emplace_back(size_);
    append({std::move(type), std::move(display)});
  }
  return TypeId(first);
}

TypeId TypeRegistry::add_function(FuncType type) {
  std::vector<SubType> group(1);
  group[0].composite = std::move(type);
  return add_group(std::move(group));
}

TypeRegistry::~TypeRegistry() {
  for (const auto& block : blocks_) delete[] block.load();
}

void TypeRegistry::append(Entry entry) {
  const Place at = place(size_);
  auto& slot = blocks_[at.block];
  Entry* block = slot.load(std::memory_order_relaxed);
  if (block == nullptr) {
    block = new Entry[size_t{1} << (at.block + kFirstBits)];
    slot.store(block, std::memory_order_release);
  }
  block[at.offset] = std::move(entry);
  ++size_;
}

const SubType& TypeRegistry::get(TypeId id) const { return entry(id).type; }

uint32_t TypeRegistry::subtyping_depth(TypeId id) const {
  return static_cast<uint32_t>(entry(id).display.size() - 1);
}

bool TypeRegistry::matches(TypeId sub, TypeId super) const {
  if (sub == super || equality_ == Equality::kNone) return true;
  const auto& above = entry(sub).display;
  const size_t depth = entry(super).display.size() - 1;
  return depth < above.size() && above[depth] == super;
}

bool TypeRegistry::matches(HeapType sub, HeapType super) const {
  if (sub == super) return true;
  const bool sub_defined = sub.kind == HeapKind::kDefined;
  if (super.kind == HeapKind::kDefined) {
    if (sub_defined) return matches(sub.id, super.id);
    const HeapKind above = kind_of(get(super.id));
    return above == HeapKind::kFunc ? sub.kind == HeapKind::kNoFunc : sub.kind == HeapKind::kNone;
  }
  return abstract_matches(sub_defined ? kind_of(get(sub.id)) : sub.kind, super.kind);
}

bool TypeRegistry::matches(ValueType sub, ValueType super) const {
  if (sub == super || sub.kind == ValueKind::kBottom) return true;
  if (sub.kind != ValueKind::kRef || super.kind != ValueKind::kRef) return false;
  return (!sub.nullable || super.nullable) && matches(sub.heap, super.heap);
}

std::string TypeRegistry::to_string(ValueType type) {
  constexpr std::string_view kKinds[] = {"i32", "i64", "f32", "f64", "v128", "ref", "unknown"};
  constexpr std::string_view kHeaps[] = {"func",  "extern", "any",  "eq",     "i31",      "struct",
                                         "array", "exn",    "none", "nofunc", "noextern", "noexn"};
  if (!type.is_ref()) return std::string(kKinds[static_cast<size_t>(type.kind)]);
  if (type == kFuncRef) return "funcref";
  if (type == kExternRef) return "externref";
  const std::string heap = type.heap.kind == HeapKind::kDefined
                               ? fmt::format("$type{}", type.heap.id.value)
                               : std::string(kHeaps[static_cast<size_t>(type.heap.kind)]);
  return fmt::format("(ref {}{})", type.nullable ? "null " : "", heap);
}

}  // namespace tappet
