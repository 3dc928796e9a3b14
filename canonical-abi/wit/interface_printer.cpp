#include "canonical-abi/wit/interface_printer.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "canonical-abi/types/print.h"
#include "canonical-abi/wit/identifier.h"

namespace tappet::component::wit {

std::string InterfacePrinter::spend(std::string text) {
  if (text.size() >= room_) return room_ = 0, std::string();
  room_ -= text.size();
  return text;
}

// Names of other scopes are used where they are not named here.
std::string InterfacePrinter::named(TypeRef type) {
  if (const std::string_view name = scope_.name_of(type); !name.empty()) return identifier(name);
  const std::optional<Origin> origin = scopes_.origin(type);
  if (!origin) return {};
  use(*origin, origin->name);
  return identifier(origin->name);
}

void InterfacePrinter::use(const Origin& origin, std::string_view as) {
  if (origin.scope->name.empty()) return;  // the world's own: there are no words for that
  std::string text = identifier(origin.name);
  if (as != origin.name) text += " as " + identifier(as);
  if (!used_.emplace(origin.scope, text).second) return;
  const auto [place, is_new] = use_places_.try_emplace(origin.scope, uses_.size());
  if (is_new) uses_.push_back({origin.scope, {}});
  uses_[place->second].names.push_back(spend(std::move(text)));
}

std::string InterfacePrinter::uses() const {
  std::string out;
  for (const auto& [from, names] : uses_) {
    const InterfaceName other = split_interface(from->name);
    const bool is_near = !scope_.name.empty() && split_interface(scope_.name).same_package(other);
    out += fmt::format("{}use {}.{{{}}};\n", indent_,
                       is_near ? identifier(other.interface) : std::string(from->name),
                       fmt::join(names, ", "));
  }
  return out;
}

std::string InterfacePrinter::type(const ValType* type) {
  if (full()) return {};
  if (!is_primitive(type->kind)) {
    if (std::string name = named(type); !name.empty()) return name;
  }
  return structure(*type);
}

std::string InterfacePrinter::structure(const ValType& type) {
  const std::string_view word = row(type.kind).text;
  switch (type.kind) {
    case TypeKind::kList:
    case TypeKind::kStream:
    case TypeKind::kFuture:
      return type.element == nullptr ? std::string(word)
                                     : fmt::format("{}<{}>", word, this->type(type.element));
    case TypeKind::kFixedList:
      return fmt::format("list<{}, {}>", this->type(type.element), type.length);
    case TypeKind::kTuple:
      return arguments(word, type.items);
    case TypeKind::kMap:
      return arguments(word, type.element->items);
    case TypeKind::kOption:
      return arguments(word, type.items.subspan(1));
    case TypeKind::kResult:
      return result(type);
    case TypeKind::kOwn:
      return resource(*type.resource);
    case TypeKind::kBorrow:
      return fmt::format("borrow<{}>", resource(*type.resource));
    case TypeKind::kRecord:
    case TypeKind::kVariant:
    case TypeKind::kEnum:
    case TypeKind::kFlags:
      // Validation sees to it that these have names; not that those are names of a scope.
      return spend(to_string(type));
    default:
      return std::string(word);
  }
}

std::string InterfacePrinter::arguments(std::string_view word, std::span<const Labelled> items) {
  std::string out = fmt::format("{}<", word);
  for (size_t i = 0; i < items.size() && !full(); ++i) {
    out += fmt::format("{}{}", i == 0 ? "" : ", ", type_or_none(items[i].type));
  }
  return spend(out + ">");
}

std::string InterfacePrinter::result(const ValType& type) {
  if (type.items[1].type != nullptr) return arguments("result", type.items);
  if (type.items[0].type != nullptr) return arguments("result", type.items.first(1));
  return "result";
}

std::string InterfacePrinter::resource(const ResourceName& name) {
  std::string text = named(&name);
  return text.empty() ? std::string("_") : text;
}

std::string InterfacePrinter::function(const FuncType& type, std::span<const Labelled> params,
                                       const ValType* result) {
  std::string out = type.is_async ? "async func(" : "func(";
  for (size_t i = 0; i < params.size() && !full(); ++i) {
    out += fmt::format("{}{}: {}", i == 0 ? "" : ", ", identifier(params[i].label),
                       this->type(params[i].type));
  }
  out += ")";
  if (result != nullptr) out += " -> " + this->type(result);
  return spend(std::move(out));
}

std::string InterfacePrinter::comment(std::string_view direction, const NamedExtern& item) {
  return spend(
      fmt::format("{}// {} {}: {}\n", indent_, direction, item.name, to_string(item.type)));
}

void InterfacePrinter::define(const NamedExtern& item, std::string& out) {
  if (full()) return;
  const TypeRef type = item.type.type;
  const std::optional<Origin> origin = scopes_.origin(type);
  if (origin && origin->scope != &scope_ && scope_.by_key.at(key_of(type)) == item.name) {
    return use(*origin, item.name);
  }
  if (!out.empty()) out += "\n";
  // A second name of what this scope has a name for already.
  const TypeKey key = key_of(type);
  const std::string_view first = key == nullptr ? item.name : scope_.by_key.at(key);
  if (first != item.name) {
    out +=
        spend(fmt::format("{}type {} = {};\n", indent_, identifier(item.name), identifier(first)));
  } else if (type.resource() != nullptr) {
    resource_definition(item.name, out);
  } else if (type.value() != nullptr) {
    value_definition(item.name, *type.value(), out);
  } else {
    out += comment("export", item);
  }
}

void InterfacePrinter::value_definition(std::string_view name, const ValType& type,
                                        std::string& out) {
  if (key_of(&type) == nullptr) {
    out += spend(fmt::format("{}type {} = {};\n", indent_, identifier(name), structure(type)));
    return;
  }
  out += fmt::format("{}{} {} {{\n", indent_, row(type.kind).text, identifier(name));
  const bool is_record = type.kind == TypeKind::kRecord;
  for (const Labelled& item : type.items) {
    if (full()) return;
    std::string line = fmt::format("{}  {}", indent_, identifier(item.label));
    if (item.type != nullptr) {
      line += fmt::format(fmt::runtime(is_record ? ": {}" : "({})"), this->type(item.type));
    }
    out += spend(line + ",\n");
  }
  out += indent_ + "}\n";
}

void InterfacePrinter::gather_members() {
  for (const NamedExtern* const item : scope_.items) {
    if (item->type.sort != Sort::kFunc || !item->name.starts_with('[')) continue;
    const auto name = parse_extern_name(item->name, ComponentFeatureSet::all());
    if (name.ok()) members_[name->label].push_back({*name, item});
  }
}

void InterfacePrinter::resource_definition(std::string_view name, std::string& out) {
  const auto found = members_.find(name);
  if (found == members_.end()) {
    out += spend(fmt::format("{}resource {};\n", indent_, identifier(name)));
    return;
  }
  out += fmt::format("{}resource {} {{\n", indent_, identifier(name));
  for (const Member& m : found->second) out += spend(member(m));
  out += indent_ + "}\n";
}

std::string InterfacePrinter::member(const Member& member) {
  const FuncType& type = *member.item->type.type.func();
  return fmt::format("{}  {};\n", indent_, member_function(member, type));
}

// A constructor's own result and a method's first parameter are understood.
std::string InterfacePrinter::member_function(const Member& member, const FuncType& type) {
  const std::string label = identifier(member.name.member);
  switch (member.name.kind) {
    case ParsedName::Kind::kConstructor: {
      const bool is_plain = type.result != nullptr && type.result->kind == TypeKind::kOwn;
      const std::string text = function(type, type.params, is_plain ? nullptr : type.result);
      return "constructor" + text.substr(std::min(text.find('('), text.size()));
    }
    case ParsedName::Kind::kMethod:
      return fmt::format("{}: {}", label, function(type, type.params.subspan(1), type.result));
    default:
      return fmt::format("{}: static {}", label, function(type));
  }
}

std::string InterfacePrinter::body() {
  std::string out;
  for (const NamedExtern* const item : scope_.items) {
    if (full()) break;
    if (item->type.sort == Sort::kType) {
      define(*item, out);
    } else if (item->type.sort != Sort::kFunc) {
      out += comment("export", *item);
    } else if (!item->name.starts_with('[')) {
      out += spend(fmt::format("{}{}{}: {};\n", out.empty() ? "" : "\n", indent_,
                               identifier(item->name), function(*item->type.type.func())));
    }
  }
  const std::string used = uses();
  return used + (used.empty() || out.empty() ? "" : "\n") + out;
}

}  // namespace tappet::component::wit
