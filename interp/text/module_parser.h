// Parses one module (core spec 6.6) straight to the binary format: names are resolved,
// abbreviations expanded and instructions encoded as they are read. What comes out is decoded and
// validated like any other file, so this parser checks only what text can get wrong.
//
// Three rounds over the tokens: bind the ids of every index space, read the types, read the rest.
#pragma once

#include <array>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "interp/binary/writer.h"
#include "interp/module/module.h"
#include "interp/text/cursor.h"

namespace tappet::text {

// Ids of one index space.
class NameSpace {
 public:
  uint32_t size() const { return size_; }
  // Appends an item; false if the id is taken.
  bool add(const std::optional<std::string>& id);
  std::optional<uint32_t> find(const std::string& id) const;
  const std::map<uint32_t, std::string>& names() const { return names_; }
  // Shows another name in the name section: @name.
  void rename(uint32_t index, std::string name) { names_[index] = std::move(name); }
  // Grows to `count` items; for items without ids.
  void resize(uint32_t count) { size_ = count; }

 private:
  uint32_t size_ = 0;
  std::unordered_map<std::string, uint32_t> indices_;
  std::map<uint32_t, std::string> names_;
};

enum class Space : uint8_t {
  kType,
  kFunc,
  kTable,
  kMemory,
  kGlobal,
  kTag,
  kElem,
  kData,
};
inline constexpr size_t kSpaces = 8;

// A group of the text that one item of a section becomes, counted.
struct Section {
  uint32_t count = 0;
  Writer body;
};

struct TypeText {
  Bytes function;      // the encoded parameters and results; empty if it is no function type
  bool plain = false;  // final, without supertypes, a recursion group of its own
  uint32_t params = 0;
  NameSpace fields;  // of a struct
};

// (@custom "name" (before|after section)? "bytes"): `place` orders it among the sections.
struct CustomText {
  uint32_t place = 0;
  uint32_t order = 0;  // among those of the same place
  std::string name;
  std::string contents;
};

struct TypeUse {
  uint32_t index = 0;
  uint32_t params = 0;
};

// What is known inside one function.
struct FunctionScope {
  NameSpace locals;
  std::vector<std::optional<std::string>> labels;  // innermost last
  std::unordered_map<std::string, std::vector<uint32_t>> label_depths;
  Writer body;
  std::vector<std::pair<uint32_t, uint8_t>> hints;  // branch hints: position in body, value
};

class ModuleParser {
 public:
  explicit ModuleParser(Cursor& in) : in_(in) {}

  // Parses fields up to the closing parenthesis or the end, which is left alone. `id` is the
  // module's own. Errors stick in the cursor.
  Bytes parse(const std::optional<std::string>& id);

 private:
  // module_parser.cpp: fields
  void bind_fields();
  void bind_field();
  void bind_type();
  void bind_import();
  void bind_definition(Space space);
  void bind(Space space, const std::optional<std::string>& id, uint32_t offset);
  void skip_exports();
  void parse_fields();
  void parse_field();
  void import_field();
  void import_item(const std::string& module, const std::string& name);
  bool inline_import(Writer& names);
  void inline_exports(ExternKind kind, uint32_t index);
  void func_field();
  void locals(FunctionScope& scope, Writer& declarations);
  void table_field();
  void memory_field();
  void global_field();
  void tag_field();
  void export_field();
  void start_field();
  void name_annotation(Space space, uint32_t index);

  // segments.cpp
  void elem_field();
  void data_field();
  void elem_list(SegmentMode mode, uint32_t table, ByteSpan offset);
  void write_elements(SegmentMode mode, uint32_t table, ByteSpan offset, ByteSpan type,
                      const Section& elements);
  Section function_indices();
  Section element_expressions();
  void element_expression(Writer& out);
  void offset_expression(Writer& out);
  std::string data_strings();
  void table_with_elements(uint32_t table, bool is_64);
  void memory_with_data(uint32_t memory, bool is_64, uint64_t page_size_log2, bool custom);

  // type_parser.cpp
  void type_fields();
  void rec_group();
  void sub_type(Writer& out, bool alone);
  void composite_type(Writer& out, TypeText& info);
  void struct_type(Writer& out, TypeText& info);
  void field_type(Writer& out);
  // (param ...)* (result ...)*; parameters' ids go to `names`, if they are allowed.
  Bytes function_type(uint32_t& params, NameSpace* names);
  void value_type(Writer& out);
  bool at_ref_type() const;
  void ref_type(Writer& out);
  // True for (ref null ...) and the shorthands; the heap type goes to `out`.
  bool nullable_heap_type(Writer& out);
  void heap_type(Writer& out);
  TypeUse type_use(NameSpace* names);
  uint32_t find_or_add_function_type(Bytes function, uint32_t params);
  void block_type(Writer& out);
  bool address_type();
  void limits(Writer& out, uint8_t flags, bool is_memory);
  void table_type(Writer& out);
  void memory_type(Writer& out);
  void global_type(Writer& out);

  // indices
  uint32_t index(Space space);
  uint32_t index_in(const NameSpace& names, std::string_view what);
  bool at_index(uint32_t ahead = 0) const;
  NameSpace& space(Space which) { return spaces_[static_cast<size_t>(which)]; }

  // instruction_parser.cpp: until a closing parenthesis that was not opened inside.
  friend class InstructionParser;
  void expression(Writer& out);
  // One folded instruction and an `end`.
  void folded_expression(Writer& out);
  void function_body(FunctionScope& scope);

  // custom.cpp
  void custom_annotations();
  void custom_annotation(const Annotation& annotation);
  std::optional<std::string> name_of(const Annotation& annotation);
  Bytes name_section() const;
  Bytes branch_hints() const;
  Bytes assemble();

  Cursor& in_;
  std::array<NameSpace, kSpaces> spaces_;
  std::vector<TypeText> types_;
  std::unordered_map<std::string, uint32_t> plain_functions_;  // by encoding: the first of its type
  bool has_definition_ = false;
  bool uses_data_index_ = false;
  bool has_start_ = false;
  uint32_t start_ = 0;
  std::array<uint32_t, kSpaces> next_{};  // of each space, while fields are parsed
  Section type_section_, imports_, functions_, tables_, memories_, tags_, globals_, exports_,
      elems_, code_, datas_;
  std::vector<CustomText> customs_;
  std::optional<std::string> module_name_;
  std::map<uint32_t, std::map<uint32_t, std::string>> local_names_;
  std::map<uint32_t, std::vector<std::pair<uint32_t, uint8_t>>> hints_;
  std::unordered_map<std::string, uint32_t> export_names_;
};

}  // namespace tappet::text
