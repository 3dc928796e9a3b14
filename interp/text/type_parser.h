// Types of the text format (core spec 6.4), encoded as they are read: by modules, and by components
// where they write core types.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "interp/binary/writer.h"
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

struct TypeUse {
  uint32_t index = 0;
  uint32_t params = 0;
};

// An index space of types and what is written with it. Ids are bound by whoever reads the
// definitions, ahead of them; `types_` grows as their contents are read. Errors stick in the
// cursor.
class TypeParser {
 public:
  explicit TypeParser(Cursor& in) : in_(in) {}
  virtual ~TypeParser() = default;
  TypeParser(const TypeParser&) = delete;
  TypeParser& operator=(const TypeParser&) = delete;

 protected:
  // The index of an id that is not in `type_names_`, from wherever else it may come.
  virtual std::optional<uint32_t> find_elsewhere(const std::string& /*id*/) { return std::nullopt; }

  // (type ...): appends one type, `alone` if it is a recursion group of its own.
  void sub_type(Writer& out, bool alone);
  // The same without "(type" and its id.
  void sub_type_contents(Writer& out, bool alone);
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

  uint32_t type_index();
  uint32_t index_in(const NameSpace& names, std::string_view what);
  bool at_index(uint32_t ahead = 0) const;
  // @name in front of what has just been bound.
  void name_annotation(NameSpace& names, uint32_t item);
  std::optional<std::string> name_of(const Annotation& annotation);

  Cursor& in_;
  NameSpace type_names_;
  std::vector<TypeText> types_;
  std::unordered_map<std::string, uint32_t> plain_functions_;  // by encoding: the first of its type
  Section type_section_;  // what is used without a definition goes there
};

}  // namespace tappet::text
