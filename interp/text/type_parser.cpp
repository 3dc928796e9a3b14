// Types (core spec 6.4). They are compared as they are encoded: equal bytes are equal types,
// because ids have become indices by then.
#include <fmt/format.h>

#include "interp/base/printable.h"
#include "interp/base/utf8.h"
#include "interp/text/type_parser.h"

namespace tappet::text {
namespace {

struct KeywordRow {
  std::string_view word;
  uint8_t code;
};

constexpr KeywordRow kNumberTypes[] = {
    {"i32", 0x7f}, {"i64", 0x7e}, {"f32", 0x7d}, {"f64", 0x7c}, {"v128", 0x7b},
};
constexpr KeywordRow kHeapTypes[] = {
    {"func", 0x70}, {"extern", 0x6f}, {"any", 0x6e},      {"eq", 0x6d},
    {"i31", 0x6c},  {"struct", 0x6b}, {"array", 0x6a},    {"exn", 0x69},
    {"none", 0x71}, {"nofunc", 0x73}, {"noextern", 0x72}, {"noexn", 0x74},
};
constexpr KeywordRow kRefTypes[] = {
    {"funcref", 0x70}, {"externref", 0x6f},   {"anyref", 0x6e},        {"eqref", 0x6d},
    {"i31ref", 0x6c},  {"structref", 0x6b},   {"arrayref", 0x6a},      {"exnref", 0x69},
    {"nullref", 0x71}, {"nullfuncref", 0x73}, {"nullexternref", 0x72}, {"nullexnref", 0x74},
};
constexpr KeywordRow kPackedTypes[] = {{"i8", 0x78}, {"i16", 0x77}};

enum : uint8_t {
  kRefCode = 0x64,
  kRefNullCode = 0x63,
  kFuncCode = 0x60,
  kStructCode = 0x5f,
  kArrayCode = 0x5e,
  kSubCode = 0x50,
  kSubFinalCode = 0x4f,
  kEmptyBlock = 0x40,
};
enum : uint8_t { kHasMax = 1, kShared = 2, kIs64 = 4, kHasPageSize = 8 };

template <size_t kSize>
uint8_t find(const KeywordRow (&rows)[kSize], std::string_view word) {
  for (const KeywordRow& row : rows) {
    if (row.word == word) return row.code;
  }
  return 0;
}

std::string as_key(const Bytes& bytes) {
  return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

}  // namespace

bool NameSpace::add(const std::optional<std::string>& id) {
  const uint32_t index = size_++;
  if (!id) return true;
  names_[index] = *id;
  return indices_.try_emplace(*id, index).second;
}

std::optional<uint32_t> NameSpace::find(const std::string& id) const {
  const auto found = indices_.find(id);
  return found == indices_.end() ? std::nullopt : std::optional(found->second);
}

uint32_t TypeParser::type_index() {
  const uint32_t offset = in_.peek().begin;
  const auto id = in_.accept_id();
  if (!id) return static_cast<uint32_t>(in_.expect_unsigned(32));
  if (const auto found = type_names_.find(*id)) return *found;
  if (const auto found = find_elsewhere(*id)) return *found;
  in_.fail_at(offset, fmt::format("unknown type ${}", printable(*id)));
  return 0;
}

uint32_t TypeParser::index_in(const NameSpace& names, std::string_view what) {
  const uint32_t offset = in_.peek().begin;
  const auto id = in_.accept_id();
  if (!id) return static_cast<uint32_t>(in_.expect_unsigned(32));
  if (const auto found = names.find(*id)) return *found;
  in_.fail_at(offset, fmt::format("unknown {} ${}", what, printable(*id)));
  return 0;
}

bool TypeParser::at_index(uint32_t ahead) const {
  if (in_.kind(ahead) == TokenKind::kId) return true;
  return in_.kind(ahead) == TokenKind::kAtom && in_.text(ahead)[0] >= '0' &&
         in_.text(ahead)[0] <= '9';
}

void TypeParser::name_annotation(NameSpace& names, uint32_t item) {
  const Annotation* annotation = in_.take_annotation("name");
  if (annotation == nullptr) return;
  if (auto name = name_of(*annotation)) names.rename(item, std::move(*name));
}

std::optional<std::string> TypeParser::name_of(const Annotation& annotation) {
  std::optional<std::string> name = in_.sole_string(annotation);
  if (!name)
    in_.fail_at(annotation.offset, "@name annotation: a string is expected");
  else if (!is_utf8(as_bytes(*name)))
    in_.fail_at(annotation.offset, "@name annotation: malformed UTF-8 encoding");
  return name;
}

// (type id? (sub final? typeidx* comptype)) or (type id? comptype).
void TypeParser::sub_type(Writer& out, bool alone) {
  in_.expect_open("type");
  in_.accept_id();
  name_annotation(type_names_, static_cast<uint32_t>(types_.size()));
  sub_type_contents(out, alone);
  in_.expect_close();
}

void TypeParser::sub_type_contents(Writer& out, bool alone) {
  TypeText info;
  bool final = true;
  Writer supertypes;
  uint32_t count = 0;
  const bool is_sub = in_.accept_open("sub");
  if (is_sub) {
    final = in_.accept("final");
    for (; in_.ok() && at_index(); ++count) supertypes.u32(type_index());
  }
  if (!final || count != 0) {
    out.byte(final ? kSubFinalCode : kSubCode);
    out.u32(count);
    out.append(supertypes);
  }
  composite_type(out, info);
  if (is_sub) in_.expect_close();
  const auto item = static_cast<uint32_t>(types_.size());
  info.plain = alone && final && count == 0 && !info.function.empty();
  if (info.plain) plain_functions_.try_emplace(as_key(info.function), item);
  types_.push_back(std::move(info));
}

void TypeParser::composite_type(Writer& out, TypeText& info) {
  if (in_.accept_open("func")) {
    NameSpace names;
    info.function = function_type(info.params, &names);
    out.byte(kFuncCode);
    out.append(ByteSpan(info.function));
  } else if (in_.accept_open("struct")) {
    struct_type(out, info);
  } else if (in_.accept_open("array")) {
    out.byte(kArrayCode);
    field_type(out);
  } else {
    in_.unexpected("(func, (struct or (array");
  }
  in_.expect_close();
}

void TypeParser::struct_type(Writer& out, TypeText& info) {
  Writer fields;
  uint32_t count = 0;
  while (in_.accept_open("field")) {
    const uint32_t offset = in_.peek().begin;
    if (const auto id = in_.accept_id()) {
      if (!info.fields.add(id)) in_.fail_at(offset, fmt::format("duplicate field ${}", *id));
      field_type(fields);
      ++count;
    } else {
      for (; in_.ok() && !in_.at_close(); ++count) {
        info.fields.add(std::nullopt);
        field_type(fields);
      }
    }
    in_.expect_close();
  }
  out.byte(kStructCode);
  out.u32(count);
  out.append(fields);
}

void TypeParser::field_type(Writer& out) {
  const bool is_mutable = in_.accept_open("mut");
  if (const uint8_t packed = in_.kind() == TokenKind::kAtom ? find(kPackedTypes, in_.text()) : 0) {
    in_.advance();
    out.byte(packed);
  } else {
    value_type(out);
  }
  out.byte(is_mutable ? 1 : 0);
  if (is_mutable) in_.expect_close();
}

Bytes TypeParser::function_type(uint32_t& params, NameSpace* names) {
  Writer lists[2];
  uint32_t counts[2] = {0, 0};
  for (const bool results : {false, true}) {
    while (in_.accept_open(results ? "result" : "param")) {
      const uint32_t offset = in_.peek().begin;
      const auto id = results || names == nullptr ? std::nullopt : in_.accept_id();
      if (id) {
        if (!names->add(id)) in_.fail_at(offset, fmt::format("duplicate local ${}", *id));
        value_type(lists[0]);
        ++counts[0];
      } else {
        for (; in_.ok() && !in_.at_close(); ++counts[results ? 1 : 0]) {
          if (!results && names != nullptr) names->add(std::nullopt);
          value_type(lists[results ? 1 : 0]);
        }
      }
      in_.expect_close();
    }
  }
  Writer out;
  for (int i = 0; i < 2; ++i) {
    out.u32(counts[i]);
    out.append(lists[i]);
  }
  params = counts[0];
  return out.take();
}

void TypeParser::value_type(Writer& out) {
  if (in_.kind() == TokenKind::kAtom) {
    if (const uint8_t code = find(kNumberTypes, in_.text())) {
      in_.advance();
      return out.byte(code);
    }
  }
  if (!at_ref_type()) return in_.unexpected("a value type");
  ref_type(out);
}

bool TypeParser::at_ref_type() const {
  return in_.at_open("ref") || (in_.kind() == TokenKind::kAtom && find(kRefTypes, in_.text()) != 0);
}

void TypeParser::ref_type(Writer& out) {
  Writer heap;
  const bool nullable = nullable_heap_type(heap);
  const bool is_abstract = heap.size() == 1 && (heap.bytes()[0] & 0x40) != 0;
  if (!nullable || !is_abstract) out.byte(nullable ? kRefNullCode : kRefCode);
  out.append(heap);
}

bool TypeParser::nullable_heap_type(Writer& out) {
  if (in_.accept_open("ref")) {
    const bool nullable = in_.accept("null");
    heap_type(out);
    in_.expect_close();
    return nullable;
  }
  const uint8_t code = in_.kind() == TokenKind::kAtom ? find(kRefTypes, in_.text()) : 0;
  if (code == 0) {
    in_.unexpected("a reference type");
  } else {
    in_.advance();
    out.byte(code);
  }
  return true;
}

void TypeParser::heap_type(Writer& out) {
  if (at_index()) return out.s33(type_index());
  const uint8_t code = in_.kind() == TokenKind::kAtom ? find(kHeapTypes, in_.text()) : 0;
  if (code == 0) return in_.unexpected("a heap type");
  in_.advance();
  out.byte(code);
}

TypeUse TypeParser::type_use(NameSpace* names) {
  const bool named = in_.accept_open("type");
  TypeUse use;
  if (named) {
    use.index = type_index();
    in_.expect_close();
  }
  const bool has_inline = in_.at_open("param") || in_.at_open("result");
  const uint32_t offset = in_.peek().begin;
  Bytes function = function_type(use.params, names);
  if (!named) {
    use.index = find_or_add_function_type(std::move(function), use.params);
    return use;
  }
  if (has_inline && use.index >= types_.size())
    in_.fail_at(offset, fmt::format("unknown type {}", use.index));
  if (use.index >= types_.size() || types_[use.index].function.empty()) return use;
  if (has_inline && types_[use.index].function != function)
    in_.fail_at(offset, "inline function type differs from the type that is named");
  use.params = types_[use.index].params;
  if (names != nullptr) names->resize(use.params);
  return use;
}

uint32_t TypeParser::find_or_add_function_type(Bytes function, uint32_t params) {
  const auto [found, is_new] =
      plain_functions_.try_emplace(as_key(function), static_cast<uint32_t>(types_.size()));
  if (is_new) {
    type_section_.body.byte(kFuncCode);
    type_section_.body.append(ByteSpan(function));
    ++type_section_.count;
    types_.push_back({std::move(function), true, params, {}});
  }
  return found->second;
}

void TypeParser::block_type(Writer& out) {
  const bool named = in_.at_open("type");
  const uint32_t begin = in_.index();
  if (!named && !in_.at_open("param")) {
    // No result, or one: a shorthand. What has more is read again as a function type.
    Writer results;
    uint32_t count = 0;
    while (in_.accept_open("result")) {
      for (; in_.ok() && !in_.at_close(); ++count) value_type(results);
      in_.expect_close();
    }
    if (in_.at_open("param")) return in_.fail("unexpected parameters behind results");
    if (count == 0) return out.byte(kEmptyBlock);
    if (count == 1) return out.append(results);
    in_.move_to(begin);
  }
  out.s33(type_use(nullptr).index);
}

bool TypeParser::address_type() {
  if (in_.accept("i64")) return true;
  in_.accept("i32");
  return false;
}

void TypeParser::limits(Writer& out, uint8_t flags, bool is_memory) {
  const uint64_t min = in_.expect_unsigned(64);
  uint64_t max = 0;
  uint32_t page_size_log2 = 0;
  if (in_.kind() == TokenKind::kAtom && in_.text()[0] >= '0' && in_.text()[0] <= '9') {
    flags |= kHasMax;
    max = in_.expect_unsigned(64);
  }
  if (is_memory && in_.accept("shared")) flags |= kShared;
  if (is_memory && in_.accept_open("pagesize")) {
    flags |= kHasPageSize;
    const uint32_t offset = in_.peek().begin;
    const uint64_t size = in_.expect_unsigned(64);
    if (size == 0 || (size & (size - 1)) != 0) in_.fail_at(offset, "invalid custom page size");
    while (page_size_log2 < 63 && (uint64_t{1} << page_size_log2) < size) ++page_size_log2;
    in_.expect_close();
  }
  out.byte(flags);
  out.u64(min);
  if (flags & kHasMax) out.u64(max);
  if (flags & kHasPageSize) out.u32(page_size_log2);
}

void TypeParser::table_type(Writer& out) {
  const bool is_64 = address_type();
  Writer size;
  limits(size, is_64 ? kIs64 : 0, false);
  ref_type(out);
  out.append(size);
}

void TypeParser::memory_type(Writer& out) {
  const bool is_64 = address_type();
  limits(out, is_64 ? kIs64 : 0, true);
}

void TypeParser::global_type(Writer& out) {
  const bool is_mutable = in_.accept_open("mut");
  value_type(out);
  if (is_mutable) in_.expect_close();
  out.byte(is_mutable ? 1 : 0);
}

}  // namespace tappet::text
