// Types, as components write them.
#include <fmt/format.h>

#include "canonical-abi/text/printer.h"

namespace tappet::component::wat {
namespace {

using text::string_text;

}  // namespace

std::string ComponentPrinter::val_type(const syntax::ValTypeUse& use) const {
  if (use.form == syntax::ValTypeUse::Form::kPrimitive) return std::string(row(use.primitive).text);
  return reference(Sort::kType, use.index);
}

std::string ComponentPrinter::def_val_type(const syntax::DefValType& type) const {
  const std::string_view word = row(type.kind).text;
  if (is_primitive(type.kind)) return std::string(word);
  std::string out = fmt::format("({}", word);
  if (type.kind == TypeKind::kOwn || type.kind == TypeKind::kBorrow)
    return fmt::format("{} {})", out, reference(Sort::kType, type.number));
  bool is_error = false;
  for (const syntax::LabelUse& item : type.items) {
    const std::string label = string_text(item.label);
    const std::string inner = item.type.is_none() ? "" : " " + val_type(item.type);
    switch (type.kind) {
      case TypeKind::kRecord:
        out += fmt::format(" (field {}{})", label, inner);
        break;
      case TypeKind::kVariant:
        out += fmt::format(" (case {}{})", label, inner);
        break;
      case TypeKind::kFlags:
      case TypeKind::kEnum:
        out += " " + label;
        break;
      case TypeKind::kResult:
        if (!inner.empty()) out += is_error ? fmt::format(" (error{})", inner) : inner;
        is_error = true;
        break;
      default:
        out += inner;
        break;
    }
  }
  if (type.kind == TypeKind::kFixedList) out += fmt::format(" {}", type.number);
  return out + ")";
}

std::string ComponentPrinter::def_type(const syntax::TypeDef& type) {
  if (const auto* value = std::get_if<syntax::DefValType>(&type)) return def_val_type(*value);
  if (const auto* component = std::get_if<syntax::ComponentTypeDef>(&type))
    return declarators("component", component->decls);
  if (const auto* instance = std::get_if<syntax::InstanceTypeDef>(&type))
    return declarators("instance", instance->decls);
  if (const auto* resource = std::get_if<syntax::ResourceTypeDef>(&type)) {
    const std::string dtor =
        resource->dtor ? fmt::format(" (dtor {})", reference(Sort::kCoreFunc, *resource->dtor))
                       : "";
    return fmt::format("(resource (rep {}){})", value_type(resource->rep), dtor);
  }
  const auto& func = std::get<syntax::FuncTypeDef>(type);
  std::string out = func.is_async ? "(func async" : "(func";
  for (const syntax::LabelUse& param : func.params)
    out += fmt::format(" (param {} {})", string_text(param.label), val_type(param.type));
  if (!func.result.is_none()) out += fmt::format(" (result {})", val_type(func.result));
  return out + ")";
}

std::string ComponentPrinter::declarators(std::string_view word,
                                          const std::vector<syntax::Decl>& decls) {
  const Scope outside = scope_;
  scope_ = {};
  ++depth_;
  std::string out = fmt::format("({}", word);
  for (const syntax::Decl& decl : decls) out += "\n" + indent() + declarator(decl);
  --depth_;
  scope_ = outside;
  return decls.empty() ? out + ")" : out + "\n" + indent() + ")";
}

std::string ComponentPrinter::declarator(const syntax::Decl& decl) {
  if (const auto* type = std::get_if<syntax::CoreTypeDef>(&decl.decl)) return core_type_def(*type);
  if (const auto* type = std::get_if<syntax::TypeDef>(&decl.decl)) {
    const std::string text = def_type(*type);
    return fmt::format("(type{} {})", binding(Sort::kType), text);
  }
  if (const auto* alias = std::get_if<syntax::Alias>(&decl.decl)) return alias_text(*alias);
  if (const auto* import = std::get_if<syntax::Import>(&decl.decl)) {
    return fmt::format("(import {} {})", extern_name(import->name),
                       extern_type(import->type, true));
  }
  const auto& item = std::get<syntax::ExportDecl>(decl.decl);
  return fmt::format("(export {} {})", extern_name(item.name), extern_type(item.type, true));
}

std::string ComponentPrinter::extern_type(const syntax::ExternTypeUse& use, bool binds) {
  using Bound = syntax::ExternTypeUse::Bound;
  const bool is_core = use.sort == Sort::kCoreModule;
  std::string type;
  if (use.bound == Bound::kSubResource) {
    type = "(sub resource)";
  } else if (use.bound == Bound::kValType) {
    type = val_type(use.value);
  } else if (use.sort == Sort::kType || use.sort == Sort::kValue) {
    type = fmt::format("(eq {})", reference(use.sort, use.index));
  } else {
    type = fmt::format("(type {})", reference(is_core ? Sort::kCoreType : Sort::kType, use.index));
  }
  return fmt::format("({}{} {})", row(use.sort).text, binds ? binding(use.sort) : "", type);
}

std::string ComponentPrinter::core_type_def(const syntax::CoreTypeDef& type) {
  if (const auto* group = std::get_if<syntax::CoreRecGroup>(&type))
    return rec_group(*group, "core ");
  const std::string module = module_type(std::get<syntax::ModuleTypeDef>(type));
  return fmt::format("(core type{} {})", binding(Sort::kCoreType), module);
}

std::string ComponentPrinter::rec_group(const syntax::CoreRecGroup& group,
                                        std::string_view prefix) {
  // A group's members may refer to all of them.
  const text::NameMap no_fields;
  std::vector<std::string> bindings;
  for (size_t i = 0; i < group.types.size(); ++i) bindings.push_back(binding(Sort::kCoreType));
  if (group.types.size() == 1) {
    return fmt::format("({}type{} {})", prefix, bindings[0], composite(group.types[0], no_fields));
  }
  std::string out = fmt::format("({}rec", prefix);
  for (size_t i = 0; i < group.types.size(); ++i)
    out += fmt::format(" (type{} {})", bindings[i], composite(group.types[i], no_fields));
  return out + ")";
}

std::string ComponentPrinter::module_type(const syntax::ModuleTypeDef& type) {
  const Scope outside = scope_;
  scope_ = {};
  ++depth_;
  std::string out = "(module";
  for (const syntax::ModuleDecl& decl : type.decls) {
    out += "\n" + indent();
    if (const auto* group = std::get_if<syntax::CoreRecGroup>(&decl.decl)) {
      out += rec_group(*group, "");
    } else if (const auto* alias = std::get_if<syntax::CoreAlias>(&decl.decl)) {
      out += fmt::format("(alias outer {} {} (type{}))", alias->count, alias->index,
                         binding(Sort::kCoreType));
    } else if (const auto* import = std::get_if<syntax::CoreImportDecl>(&decl.decl)) {
      out += fmt::format("(import {} {} {})", string_text(import->module),
                         string_text(import->name), core_extern_type(import->type));
    } else {
      const auto& item = std::get<syntax::CoreExportDecl>(decl.decl);
      out += fmt::format("(export {} {})", string_text(item.name), core_extern_type(item.type));
    }
  }
  --depth_;
  scope_ = outside;
  return type.decls.empty() ? out + ")" : out + "\n" + indent() + ")";
}

std::string ComponentPrinter::core_extern_type(const CoreExternType& type) const {
  if (const auto* func = std::get_if<CoreFunc>(&type))
    return fmt::format("(func (type {}))", func->type.value);
  if (const auto* table = std::get_if<TableType>(&type))
    return fmt::format("(table {})", table_type(*table));
  if (const auto* memory = std::get_if<MemoryType>(&type))
    return fmt::format("(memory {})", memory_type(*memory));
  if (const auto* global = std::get_if<GlobalType>(&type))
    return fmt::format("(global {})", global_type(*global));
  return fmt::format("(tag (type {}))", std::get<TagType>(type).type.value);
}

}  // namespace tappet::component::wat
