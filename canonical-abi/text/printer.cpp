#include "canonical-abi/text/printer.h"

#include <fmt/format.h>

#include "canonical-abi/component/binary/decoder.h"
#include "canonical-abi/text/canon_options.h"
#include "canonical-abi/text/text.h"
#include "interp/base/limits.h"

namespace tappet::component {

namespace wat {
namespace {

using text::string_text;

std::string name_annotation(const std::string& name) {
  return fmt::format(" (@name {})", string_text(name));
}

bool is_of_core_instance(Sort sort) { return row(sort).is_core && sort != Sort::kCoreModule; }

}  // namespace

std::string extern_name(const ExternName& name) {
  std::string out = string_text(name.name);
  if (name.implements) out += fmt::format(" (implements {})", string_text(*name.implements));
  if (name.version_suffix)
    out += fmt::format(" (versionsuffix {})", string_text(*name.version_suffix));
  if (name.external_id) out += fmt::format(" (external-id {})", string_text(*name.external_id));
  return out;
}

Result<std::string> ComponentPrinter::print(const syntax::Component& component) {
  TAPPET_TRY(prepare(component));
  const auto& name = ids_.at(&component).name;
  out_ = "(component";
  if (name) out_ += name->empty() ? name_annotation(*name) : " " + text::id_text(*name);
  out_ += "\n";
  contents(component);
  if (error_) return fail(*error_);
  return out_ + ")\n";
}

void ComponentPrinter::contents(const syntax::Component& component) {
  const Scope outside = scope_;
  scope_ = {{}, &ids_.at(&component)};
  ++depth_;
  auto section = component.customs.begin();
  const auto customs_until = [&](uint64_t offset) {
    for (; section != component.customs.end() && component.offset + section->begin < offset;
         ++section)
      custom(component, *section);
  };
  for (const syntax::Definition& definition : component.definitions) {
    customs_until(definition.offset);
    std::visit([&](const auto& what) { item(what); }, definition.what);
  }
  customs_until(component.end + 1);
  --depth_;
  scope_ = outside;
}

void ComponentPrinter::custom(const syntax::Component& component, const CustomSection& section) {
  if (section.name == kNameSection && scope_.ids->are_ids) return;
  line(fmt::format(
      "(@custom {} {})", string_text(section.name),
      string_text(component.bytes.subspan(section.begin, section.end - section.begin))));
}

std::string ComponentPrinter::reference(Sort sort, uint32_t index) const {
  const auto at = static_cast<size_t>(sort);
  const bool may_be_id = scope_.ids != nullptr && index < scope_.sizes[at];
  return may_be_id ? scope_.ids->ids[at].reference(index) : fmt::format("{}", index);
}

std::string ComponentPrinter::binding(Sort sort) {
  const auto at = static_cast<size_t>(sort);
  const uint32_t index = scope_.sizes[at]++;
  return scope_.ids != nullptr ? scope_.ids->ids[at].binding(index) : fmt::format(" (;{};)", index);
}

std::string ComponentPrinter::sort_index(const syntax::SortIndex& item) const {
  return fmt::format("({} {})", row(item.sort).text, reference(item.sort, item.index));
}

void ComponentPrinter::item(const syntax::CoreModule& module) {
  const ModuleText& text = modules_.at(module.bytes.data());
  const auto at = static_cast<size_t>(Sort::kCoreModule);
  const uint32_t index = scope_.sizes[at];
  std::string head = "(core module" + binding(Sort::kCoreModule);
  const bool same = text.name && scope_.ids->ids[at].is_id(index) &&
                    scope_.ids->names[at].at(index) == *text.name;
  if (text.name && !same) head += name_annotation(*text.name);
  line(head);
  for (size_t begin = 0; begin < text.fields.size();) {
    const size_t end = text.fields.find('\n', begin);
    line(std::string_view(text.fields).substr(begin, end - begin));
    begin = end == std::string::npos ? text.fields.size() : end + 1;
  }
  line(")");
}

void ComponentPrinter::item(const std::unique_ptr<syntax::Component>& component) {
  const auto& name = ids_.at(component.get()).name;
  const auto at = static_cast<size_t>(Sort::kComponent);
  const uint32_t index = scope_.sizes[at];
  std::string head = "(component" + binding(Sort::kComponent);
  const bool same =
      name && scope_.ids->ids[at].is_id(index) && scope_.ids->names[at].at(index) == *name;
  if (name && !same) head += name_annotation(*name);
  line(head);
  contents(*component);
  line(")");
}

void ComponentPrinter::item(const syntax::CoreInstance& instance) {
  std::string out;
  for (const syntax::CoreArg& arg : instance.args) {
    out += fmt::format("\n{}  (with {} (instance {}))", indent(), string_text(arg.name),
                       reference(Sort::kCoreInstance, arg.instance));
  }
  for (const syntax::CoreInlineExport& item : instance.exports) {
    constexpr std::string_view kPrefix = "core ";
    out += fmt::format("\n{}  (export {} ({} {}))", indent(), string_text(item.name),
                       row(item.item.sort).text.substr(kPrefix.size()),
                       reference(item.item.sort, item.item.index));
  }
  if (instance.instantiates)
    out = fmt::format(" (instantiate {}{})", reference(Sort::kCoreModule, instance.module), out);
  line(fmt::format("(core instance{}{})", binding(Sort::kCoreInstance), out));
}

void ComponentPrinter::item(const syntax::Instance& instance) {
  std::string out;
  for (const syntax::Arg& arg : instance.args) {
    out += fmt::format("\n{}  (with {} {})", indent(), string_text(arg.name), sort_index(arg.item));
  }
  for (const syntax::InlineExport& item : instance.exports) {
    out += fmt::format("\n{}  (export {} {})", indent(), extern_name(item.name),
                       sort_index(item.item));
  }
  if (instance.instantiates)
    out = fmt::format(" (instantiate {}{})", reference(Sort::kComponent, instance.component), out);
  line(fmt::format("(instance{}{})", binding(Sort::kInstance), out));
}

std::string ComponentPrinter::alias_text(const syntax::Alias& alias) {
  const std::string_view sort = row(alias.sort).text;
  if (alias.target == syntax::Alias::Target::kOuter) {
    return fmt::format("(alias outer {} {} ({}{}))", alias.count, alias.index, sort,
                       binding(alias.sort));
  }
  const bool is_core = is_of_core_instance(alias.sort);
  const std::string instance =
      reference(is_core ? Sort::kCoreInstance : Sort::kInstance, alias.instance);
  return fmt::format("(alias {}export {} {} ({}{}))", is_core ? "core " : "", instance,
                     string_text(alias.name), sort, binding(alias.sort));
}

void ComponentPrinter::item(const syntax::TypeDef& type) {
  const std::string text = def_type(type);
  line(fmt::format("(type{} {})", binding(Sort::kType), text));
}

std::string ComponentPrinter::canon_immediate(const syntax::Canon& canon, char letter) const {
  switch (letter) {
    case 'k':
      return fmt::format(" (core func {})", reference(Sort::kCoreFunc, canon.func));
    case 'l':
      return fmt::format(" (func {})", reference(Sort::kFunc, canon.func));
    case 'R':
    case 'S':
    case 'U':
      return " " + reference(Sort::kType, canon.type);
    case 'y':
      return " " + reference(Sort::kCoreType, canon.core_type);
    case 'b':
      return " " + reference(Sort::kCoreTable, canon.table);
    case 'm':
      return fmt::format(" (memory {})", reference(Sort::kCoreMemory, canon.memory));
    case 'v':
      return " " + value_type(canon.value_type);
    case 'n':
      return fmt::format(" {}", canon.number);
    case 'r':
      return canon.result.is_none() ? "" : fmt::format(" (result {})", val_type(canon.result));
    case 'a':
      return canon.flag ? " async" : "";
    case 'c':
      return canon.flag ? " cancellable" : "";
    case 's':
      return canon.flag ? " shared" : "";
    case 'o': {
      std::string out;
      for (const syntax::CanonOption& option : canon.options) {
        const OptionRow& row = kOptions[static_cast<size_t>(option.kind)];
        out += row.sort ? fmt::format(" ({} {})", row.word, reference(*row.sort, option.index))
                        : fmt::format(" {}", row.word);
      }
      return out;
    }
    default:  // '0', and 'F', which is told with what is defined
      return "";
  }
}

void ComponentPrinter::item(const syntax::Canon& canon) {
  const CanonRow& kind = row(canon.kind);
  std::string out = fmt::format("(canon {}", kind.text);
  for (const char letter : kind.immediates) out += canon_immediate(canon, letter);
  if (canon.kind == CanonKind::kLift) {
    const std::string type = reference(Sort::kType, canon.type);
    out += fmt::format(" (func{} (type {}))", binding(Sort::kFunc), type);
  } else {
    out += fmt::format(" (core func{})", binding(Sort::kCoreFunc));
  }
  line(out + ")");
}

void ComponentPrinter::item(const syntax::Start& start) {
  std::string out = "(start " + reference(Sort::kFunc, start.func);
  for (const uint32_t arg : start.args)
    out += fmt::format(" (value {})", reference(Sort::kValue, arg));
  if (start.results > limits::kResults) {
    error_ = make_error(ErrorKind::kLimit, "a start definition with too many results");
    return;
  }
  for (uint32_t i = 0; i < start.results; ++i)
    out += fmt::format(" (result (value{}))", binding(Sort::kValue));
  line(out + ")");
}

void ComponentPrinter::item(const syntax::Import& import) {
  line(fmt::format("(import {} {})", extern_name(import.name), extern_type(import.type, true)));
}

void ComponentPrinter::item(const syntax::Export& item) {
  const std::string what = sort_index(item.item);
  const std::string type = item.type ? " " + extern_type(*item.type, false) : "";
  line(fmt::format("(export{} {} {}{})", binding(item.item.sort), extern_name(item.name), what,
                   type));
}

// A type's id would be taken for the value's.
void ComponentPrinter::item(const syntax::Value& value) {
  const bool is_index = value.type.form == syntax::ValTypeUse::Form::kIndex;
  const std::string type =
      is_index ? fmt::format("(type {})", val_type(value.type)) : val_type(value.type);
  line(fmt::format("(value{} {} (binary {}))", binding(Sort::kValue), type,
                   string_text(value.bytes)));
}

}  // namespace wat

Result<std::string> print_component_wat(Bytes bytes) {
  Budget budget = Budget::for_input(bytes.size());
  const auto component = TAPPET_TRY(binary::decode(bytes, 0, budget));
  return wat::ComponentPrinter().print(*component);
}

}  // namespace tappet::component
