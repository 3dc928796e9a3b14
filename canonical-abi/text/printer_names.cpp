// Which names of a component can be ids: all or none, so that what text gives is what there was.
#include <fmt/format.h>

#include "canonical-abi/component/binary/reader.h"
#include "canonical-abi/component/binary/type_reader.h"
#include "canonical-abi/text/printer.h"
#include "interp/text/text.h"
#include "interp/text/token.h"

namespace tappet::component::wat {
namespace {

template <class T>
const T* as(const syntax::Definition& definition) {
  return std::get_if<T>(&definition.what);
}

// Keeps what it has read when it meets an error.
Result<> read_names(component::Reader& in, ComponentIds& out) {
  while (!in.done()) {
    const uint8_t id = TAPPET_TRY(in.byte("the id of a subsection"));
    const uint32_t size = TAPPET_TRY(in.u32("the size of a subsection"));
    component::Reader subsection = TAPPET_TRY(in.sub(size, "a subsection"));
    if (id == 0) {
      out.name = std::string(TAPPET_TRY(subsection.name("a name")));
      continue;
    }
    const Sort sort = TAPPET_TRY(binary::read_sort(subsection, "the sort of names"));
    const uint32_t count = TAPPET_TRY(subsection.u32("the number of names"));
    for (uint32_t i = 0; i < count; ++i) {
      const uint32_t index = TAPPET_TRY(subsection.u32("an index"));
      out.names[static_cast<size_t>(sort)].try_emplace(index,
                                                       TAPPET_TRY(subsection.name("a name")));
    }
  }
  return {};
}

struct Count {
  std::array<uint32_t, kSortCount>& sizes;
  void add(Sort sort, uint32_t count = 1) { sizes[static_cast<size_t>(sort)] += count; }
  void operator()(const syntax::CoreModule&) { add(Sort::kCoreModule); }
  void operator()(const syntax::CoreInstance&) { add(Sort::kCoreInstance); }
  void operator()(const syntax::CoreTypeDef& type) {
    const auto* const group = std::get_if<syntax::CoreRecGroup>(&type);
    add(Sort::kCoreType, group == nullptr ? 1 : static_cast<uint32_t>(group->types.size()));
  }
  void operator()(const std::unique_ptr<syntax::Component>&) { add(Sort::kComponent); }
  void operator()(const syntax::Instance&) { add(Sort::kInstance); }
  void operator()(const syntax::Alias& alias) { add(alias.sort); }
  void operator()(const syntax::TypeDef&) { add(Sort::kType); }
  void operator()(const syntax::Canon& canon) {
    add(canon.kind == CanonKind::kLift ? Sort::kFunc : Sort::kCoreFunc);
  }
  void operator()(const syntax::Start& start) { add(Sort::kValue, start.results); }
  void operator()(const syntax::Import& import) { add(import.type.sort); }
  void operator()(const syntax::Export& item) { add(item.item.sort); }
  void operator()(const syntax::Value&) { add(Sort::kValue); }
};

// "(module $name\n fields)\n" without its ends.
ModuleText split(const std::string& module) {
  constexpr std::string_view kHead = "(module";
  const size_t end_of_line = module.find('\n');
  const std::string head = module.substr(kHead.size(), end_of_line - kHead.size());
  ModuleText text;
  text.fields = module.substr(end_of_line + 1, module.rfind(')') - end_of_line - 1);
  if (head.starts_with(" $")) text.name = text::decode_id(std::string_view(head).substr(1));
  if (head.starts_with(" (@name")) text.name = "";
  return text;
}

}  // namespace

Result<> ComponentPrinter::prepare(const syntax::Component& component) {
  for (const syntax::Definition& definition : component.definitions) {
    if (const auto* module = as<syntax::CoreModule>(definition)) {
      const Bytes bytes(module->bytes.begin(), module->bytes.end());
      modules_[module->bytes.data()] = split(TAPPET_TRY(print_wat(bytes)));
    } else if (const auto* nested = as<std::unique_ptr<syntax::Component>>(definition)) {
      TAPPET_TRY(prepare(**nested));
    }
  }
  ComponentIds& ids = ids_[&component];
  for (const CustomSection& section : component.customs) {
    if (section.name != kNameSection) continue;
    const ByteSpan bytes = component.bytes.subspan(section.begin, section.end - section.begin);
    Budget budget;
    component::Reader in(bytes, 0, budget);
    const bool read = read_names(in, ids).ok();
    const Bytes again = encode_names(ids.name, ids.names).take();
    ids.are_ids = read && std::equal(again.begin(), again.end(), bytes.begin(), bytes.end()) &&
                  section.end == component.bytes.size() && can_be_ids(component, ids);
    break;
  }
  for (const SortRow& sort : kSorts) {
    const auto at = static_cast<size_t>(sort.sort);
    if (!ids.are_ids) ids.names[at].clear();
    ids.ids[at] = text::make_ids(ids.names[at]);
  }
  if (!ids.are_ids) ids.name.reset();
  return {};
}

bool ComponentPrinter::can_be_ids(const syntax::Component& component,
                                  const ComponentIds& names) const {
  std::array<uint32_t, kSortCount> sizes{};
  const auto has_name = [&](Sort sort) {
    const auto at = static_cast<size_t>(sort);
    return names.names[at].contains(sizes[at]);
  };
  for (const syntax::Definition& definition : component.definitions) {
    // The id of a module or component is its own name too: it must have one.
    const auto* const module = as<syntax::CoreModule>(definition);
    if (module != nullptr && has_name(Sort::kCoreModule) && !modules_.at(module->bytes.data()).name)
      return false;
    const auto* const nested = as<std::unique_ptr<syntax::Component>>(definition);
    if (nested != nullptr && has_name(Sort::kComponent) && !ids_.at(nested->get()).name)
      return false;
    std::visit(Count{sizes}, definition.what);
  }
  for (size_t sort = 0; sort < kSortCount; ++sort) {
    const text::Ids ids = text::make_ids(names.names[sort]);
    for (const auto& [index, name] : names.names[sort]) {
      if (index >= sizes[sort] || !ids.is_id(index)) return false;
    }
  }
  return true;
}

}  // namespace tappet::component::wat
