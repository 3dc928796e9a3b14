#include "canonical-abi/component/names.h"

#include "canonical-abi/component/binary/reader.h"
#include "canonical-abi/component/binary/type_reader.h"

namespace tappet::component {
namespace {

constexpr uint8_t kComponentName = 0;
constexpr uint8_t kSortNames = 1;

// Keeps what it has read when it meets an error.
Result<> read_sort_names(Reader& in, ComponentNames& names) {
  const Sort sort = TAPPET_TRY(binary::read_sort(in, "the sort of names"));
  const uint32_t count = TAPPET_TRY(in.u32("the number of names"));
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t index = TAPPET_TRY(in.u32("an index"));
    names.items[static_cast<size_t>(sort)].try_emplace(index, TAPPET_TRY(in.name("a name")));
  }
  return {};
}

Result<> read_section(Reader in, ComponentNames& names) {
  while (!in.done()) {
    const uint8_t id = TAPPET_TRY(in.byte("the id of a subsection"));
    const uint32_t size = TAPPET_TRY(in.u32("the size of a subsection"));
    Reader subsection = TAPPET_TRY(in.sub(size, "a subsection"));
    if (id == kComponentName) names.component = TAPPET_TRY(subsection.name("a name"));
    if (id == kSortNames) TAPPET_TRY(read_sort_names(subsection, names));
  }
  return {};
}

}  // namespace

ComponentNames read_names(const Component& component) {
  ComponentNames names;
  for (const CustomSection& section : component.customs) {
    if (section.name != "component-name") continue;
    Budget budget;
    const ByteSpan bytes = component.bytes.subspan(section.begin, section.end - section.begin);
    // What went wrong does not matter.
    (void)read_section(Reader(bytes, component.base_offset + section.begin, budget), names);
  }
  return names;
}

}  // namespace tappet::component
