// Prints components from their syntax: one definition a line, in order, so that indices stay what
// they are.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>

#include "canonical-abi/component/syntax.h"
#include "canonical-abi/text/name_section.h"
#include "interp/text/type_printer.h"

namespace tappet::component::wat {

// What a component's name section says, if it says nothing that ids cannot.
struct ComponentIds {
  bool are_ids = false;  // otherwise the section is printed as it is
  std::optional<std::string> name;
  SortNames names;
  std::array<text::Ids, kSortCount> ids;  // of `names`
};

// A core module as text: its fields and what it calls itself.
struct ModuleText {
  std::string fields;
  std::optional<std::string> name;
};

class ComponentPrinter : text::TypePrinter {
 public:
  Result<std::string> print(const syntax::Component& component);

 private:
  struct Scope {
    std::array<uint32_t, kSortCount> sizes{};
    const ComponentIds* ids = nullptr;
  };

  // printer_names.cpp: ahead of everything, for this component and those inside
  Result<> prepare(const syntax::Component& component);
  bool can_be_ids(const syntax::Component& component, const ComponentIds& names) const;

  // printer.cpp: definitions
  void contents(const syntax::Component& component);
  void definition(const syntax::Definition& definition);
  void custom(const syntax::Component& component, const CustomSection& section);
  void item(const syntax::CoreModule& module);
  void item(const syntax::CoreInstance& instance);
  void item(const syntax::CoreTypeDef& type) { line(core_type_def(type)); }
  void item(const std::unique_ptr<syntax::Component>& component);
  void item(const syntax::Instance& instance);
  void item(const syntax::Alias& alias) { line(alias_text(alias)); }
  void item(const syntax::TypeDef& type);
  void item(const syntax::Canon& canon);
  void item(const syntax::Start& start);
  void item(const syntax::Import& import);
  void item(const syntax::Export& item);
  void item(const syntax::Value& value);

  std::string canon_immediate(const syntax::Canon& canon, char letter) const;
  std::string alias_text(const syntax::Alias& alias);

  // printer_types.cpp
  std::string def_type(const syntax::TypeDef& type);
  std::string def_val_type(const syntax::DefValType& type) const;
  std::string val_type(const syntax::ValTypeUse& use) const;
  std::string declarators(std::string_view word, const std::vector<syntax::Decl>& decls);
  std::string declarator(const syntax::Decl& decl);
  std::string core_type_def(const syntax::CoreTypeDef& type);
  std::string rec_group(const syntax::CoreRecGroup& group, std::string_view prefix);
  std::string module_type(const syntax::ModuleTypeDef& type);
  std::string core_extern_type(const CoreExternType& type) const;
  // (sort binding type), binding an index if `binds`.
  std::string extern_type(const syntax::ExternTypeUse& use, bool binds);

  // The next index of that sort, as what stands behind its word: " $id" or " (;7;)".
  std::string binding(Sort sort);
  std::string reference(Sort sort, uint32_t index) const;
  // (sort reference)
  std::string sort_index(const syntax::SortIndex& item) const;
  std::string type_reference(uint32_t index) const override {
    return reference(Sort::kCoreType, index);
  }
  std::string indent() const { return std::string(2 * depth_, ' '); }
  void line(std::string_view text) { out_.append(indent()).append(text).push_back('\n'); }

  std::map<const syntax::Component*, ComponentIds> ids_;
  std::map<const uint8_t*, ModuleText> modules_;  // by where their bytes start
  std::string out_;
  Scope scope_;
  uint32_t depth_ = 0;
  std::optional<Error> error_;
};

// externname attribute*
std::string extern_name(const ExternName& name);

}  // namespace tappet::component::wat
