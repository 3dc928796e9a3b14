// Parses one component straight to the binary format: definitions are encoded as they are read, in
// their order, so that every id means what was defined before. What the text leaves to be written
// out (aliases, types and instances inside other definitions, outer aliases for ids of enclosing
// components) is emitted in front of the definition that needs it. What comes out is decoded and
// validated like any other component, so this parser checks only what text can get wrong.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "canonical-abi/component/canon.h"
#include "canonical-abi/text/scope.h"

namespace tappet::component::wat {

// Errors stick in the cursor.
class ComponentParser {
 public:
  explicit ComponentParser(Cursor& in) : in_(in) {}

  // Parses definitions up to the closing parenthesis or the end, which is left alone. `id` stands
  // in front of them.
  Bytes component(const std::optional<std::string>& id, Scope* parent);

 private:
  // definitions.cpp: each behind its words
  void definitions();
  void definition();
  void core_definition();
  void core_module();
  void core_type();
  void nested_component();
  void func_definition();
  void type_definition();
  void start();
  void import_definition();
  void export_definition();
  void custom_annotations();

  // instances.cpp
  void core_instance();
  void core_instantiate(Writer& out);
  uint32_t core_argument();
  void core_bag(Writer& out);
  void instance();
  void instantiate(Writer& out);
  void argument(Writer& out);
  void bag(Writer& out);

  // values.cpp
  void value_definition();

  // canon.cpp: behind "(canon"
  void canon_definition();
  // Inside of (core func id? ...) and (func id? type ...).
  void lower_inside(const Id& id);
  uint32_t lift_inside(const Id& id, uint32_t type);
  const CanonRow* canon_contents(Writer& out);
  void canon_immediate(char letter, Writer& out);
  void canon_options(Writer& out);

  // aliases.cpp
  void alias_definition();
  // Behind "(alias", for an item of that sort.
  uint32_t alias_of(Sort sort, const Id& id);
  uint32_t emit_export_alias(Sort sort, uint32_t instance, const std::string& name, const Id& id);
  struct OuterAlias {
    uint32_t count = 0;
    Id item;
    uint32_t index = 0;
  };
  OuterAlias outer_alias();
  uint32_t emit_outer_alias(const OuterAlias& alias, Sort sort, const Id& id);

  // references.cpp
  Id accept_id();
  bool at_index(uint32_t ahead = 0) const;
  // An id or a number.
  uint32_t plain_index(Sort sort);
  // idx name*: with names, an export of an instance.
  uint32_t path(Sort sort);
  // The same, or with its sort in parentheses. "core" may be left out where the sort is core.
  uint32_t reference(Sort sort);
  // A sort's words. `in_core`: "core" is understood.
  std::optional<Sort> accept_sort(bool in_core = false);
  Sort expect_sort(bool in_core = false);
  // (sort idx name*), written as sort and index.
  struct Item {
    Sort sort;
    uint32_t index;
  };
  Item item(Writer& out);
  // externname attribute*
  void extern_name(Writer& out);
  // (export name): the names to export the definition under that this stands in.
  std::vector<Writer> inline_exports();
  // As the reference tools do, these come behind all else in the component: they take no index
  // that a number in the text could mean.
  void export_later(const std::vector<Writer>& names, Sort sort, uint32_t index);
  // (import name), if it stands here.
  bool inline_import(Writer& out);

  // types.cpp
  uint32_t emit_type(const Writer& type, const Id& id = {});
  // deftype
  void def_type(Writer& out);
  bool def_val_type(Writer& out);
  void composite(TypeKind kind, Writer& out);
  void optional_type(Writer& out);
  void val_type(Writer& out);
  void func_type(Writer& out);
  void result_list(Writer& out);
  void resource_type(Writer& out);

  // externs.cpp
  // The inside of (core module ...) as a type.
  uint32_t module_type(const Id& id);
  // The declarators of a component, instance or module type.
  void scope_type(ScopeKind kind, Writer& out);
  void declarator();
  void module_declarator();
  // import and export in types
  void extern_declarator(Part part);
  // externtype without parenthesis, sort and id.
  void extern_type(Sort sort, Writer& out);
  // (type idx), or the type itself.
  uint32_t type_use(Sort sort);
  // (sort id? externtype)
  Sort bound_extern_type(Writer& out, Id& id);

  // Counts a level of nesting while it exists; too many are an error.
  class Level {
   public:
    explicit Level(ComponentParser& parser);
    ~Level() { --parser_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    ComponentParser& parser_;
  };

  Cursor& in_;
  Scope* scope_ = nullptr;
  uint32_t depth_ = 0;
};

}  // namespace tappet::component::wat
