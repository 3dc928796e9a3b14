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

#include "interp/module/module.h"
#include "interp/text/type_parser.h"

namespace tappet::text {

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

// (@custom "name" (before|after section)? "bytes"): `place` orders it among the sections.
struct CustomText {
  uint32_t place = 0;
  uint32_t order = 0;  // among those of the same place
  std::string name;
  std::string contents;
};

// What is known inside one function.
struct FunctionScope {
  NameSpace locals;
  std::vector<std::optional<std::string>> labels;  // innermost last
  std::unordered_map<std::string, std::vector<uint32_t>> label_depths;
  Writer body;
  std::vector<std::pair<uint32_t, uint8_t>> hints;  // branch hints: position in body, value
};

class ModuleParser : TypeParser {
 public:
  explicit ModuleParser(Cursor& in) : TypeParser(in) {}

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
  using TypeParser::name_annotation;
  void name_annotation(Space which, uint32_t item) { name_annotation(space(which), item); }

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

  // types
  void type_fields();
  void rec_group();

  // indices
  uint32_t index(Space space);
  const NameSpace& space(Space which) const {
    return which == Space::kType ? type_names_ : spaces_[static_cast<size_t>(which)];
  }
  NameSpace& space(Space which) {
    return which == Space::kType ? type_names_ : spaces_[static_cast<size_t>(which)];
  }

  // instruction_parser.cpp: until a closing parenthesis that was not opened inside.
  friend class InstructionParser;
  void expression(Writer& out);
  // One folded instruction and an `end`.
  void folded_expression(Writer& out);
  void function_body(FunctionScope& scope);

  // custom.cpp
  void custom_annotations();
  void custom_annotation(const Annotation& annotation);
  Bytes name_section() const;
  Bytes branch_hints() const;
  Bytes assemble();

  std::array<NameSpace, kSpaces> spaces_;  // but for that of types
  bool has_definition_ = false;
  bool uses_data_index_ = false;
  bool has_start_ = false;
  uint32_t start_ = 0;
  std::array<uint32_t, kSpaces> next_{};  // of each space, while fields are parsed
  Section imports_, functions_, tables_, memories_, tags_, globals_, exports_, elems_, code_,
      datas_;
  std::vector<CustomText> customs_;
  std::optional<std::string> module_name_;
  std::map<uint32_t, std::map<uint32_t, std::string>> local_names_;
  std::map<uint32_t, std::vector<std::pair<uint32_t, uint8_t>>> hints_;
  std::unordered_map<std::string, uint32_t> export_names_;
};

}  // namespace tappet::text
