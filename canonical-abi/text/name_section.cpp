#include "canonical-abi/text/name_section.h"

namespace tappet::component::wat {

void write_sort(Writer& out, Sort sort) {
  if (component::row(sort).is_core) out.byte(0x00);
  out.byte(component::row(sort).code);
}

Writer encode_names(const std::optional<std::string>& component, const SortNames& names) {
  Writer out;
  const auto subsection = [&](uint8_t id, const Writer& contents) {
    out.byte(id);
    out.sized(ByteSpan(contents.bytes()));
  };
  if (component) {
    Writer contents;
    contents.name(*component);
    subsection(0, contents);
  }
  for (const SortRow& sort : kSorts) {
    const text::NameMap& all = names[static_cast<size_t>(sort.sort)];
    if (all.empty()) continue;
    Writer contents;
    write_sort(contents, sort.sort);
    contents.u64(all.size());
    for (const auto& [index, name] : all) {
      contents.u32(index);
      contents.name(name);
    }
    subsection(1, contents);
  }
  return out;
}

}  // namespace tappet::component::wat
