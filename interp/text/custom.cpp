// What text says outside the module's own sections: names, custom sections, branch hints; and how
// all sections come together.
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "interp/base/utf8.h"
#include "interp/text/module_parser.h"
#include "interp/text/names.h"

namespace tappet::text {
namespace {

// Sections in the order of the file. Every one has three places: before it, itself, behind it.
constexpr std::string_view kSectionOrder[] = {
    "type",   "import", "func", "table",     "memory", "tag",  "global",
    "export", "start",  "elem", "datacount", "code",   "data",
};
constexpr uint32_t kPlaces = 3;
constexpr uint32_t kFirstPlace = 0;
constexpr uint32_t kLastPlace = 3 * (static_cast<uint32_t>(std::size(kSectionOrder)) + 2);
constexpr uint32_t kNamePlace = kLastPlace + 1;

constexpr uint8_t kCustomId = 0;
constexpr std::string_view kBranchHints = "metadata.code.branch_hint";

void append_section(Writer& out, uint8_t id, const Writer& contents) {
  out.byte(id);
  out.sized(ByteSpan(contents.bytes()));
}

void append_section(Writer& out, uint8_t id, const Section& section) {
  if (section.count == 0) return;
  Writer contents;
  contents.u32(section.count);
  contents.append(section.body);
  append_section(out, id, contents);
}

void append_custom(Writer& out, std::string_view name, ByteSpan contents) {
  Writer body;
  body.name(name);
  body.append(contents);
  append_section(out, kCustomId, body);
}

void name_map(Writer& out, const std::map<uint32_t, std::string>& names) {
  out.u64(names.size());
  for (const auto& [index, name] : names) {
    out.u32(index);
    out.name(name);
  }
}

void name_subsection(Writer& out, uint8_t id, const std::map<uint32_t, std::string>& names) {
  if (names.empty()) return;
  Writer contents;
  name_map(contents, names);
  append_section(out, id, contents);
}

void indirect_names(Writer& out, uint8_t id,
                    const std::map<uint32_t, std::map<uint32_t, std::string>>& names) {
  if (names.empty()) return;
  Writer contents;
  contents.u64(names.size());
  for (const auto& [index, inner] : names) {
    contents.u32(index);
    name_map(contents, inner);
  }
  append_section(out, id, contents);
}

}  // namespace

void ModuleParser::custom_annotations() {
  while (const Annotation* annotation = in_.take_annotation("custom"))
    custom_annotation(*annotation);
}

// (@custom "name" ((before|after) section)? "bytes"*)
void ModuleParser::custom_annotation(const Annotation& annotation) {
  const TokenStream& stream = in_.stream();
  uint32_t at = annotation.begin;
  const auto is = [&](TokenKind kind) {
    return at < annotation.end && stream.annotation_tokens[at].kind == kind;
  };
  const auto word = [&] {
    return is(TokenKind::kAtom) ? stream.text(stream.annotation_tokens[at]) : std::string_view();
  };
  const auto refuse = [&](std::string_view why) {
    in_.fail_at(annotation.offset, fmt::format("@custom annotation: {}", why));
  };
  if (!is(TokenKind::kString)) return refuse("missing section name");
  CustomText custom;
  custom.place = kLastPlace;
  custom.name = decode_string(stream.text(stream.annotation_tokens[at++]));
  if (!is_utf8(as_bytes(custom.name))) return refuse("malformed UTF-8 encoding");
  if (is(TokenKind::kOpen)) {
    ++at;
    const std::string_view side = word();
    if (side != "before" && side != "after") return refuse("malformed placement");
    ++at;
    const std::string_view section = word();
    const auto* const found =
        std::find(std::begin(kSectionOrder), std::end(kSectionOrder), section);
    if (found != std::end(kSectionOrder)) {
      const auto order = static_cast<uint32_t>(found - std::begin(kSectionOrder));
      custom.place = kPlaces * (order + 1) + (side == "after" ? 2 : 0);
    } else if (section == "first") {
      custom.place = kFirstPlace;
    } else if (section != "last") {
      return refuse("malformed section kind");
    }
    ++at;
    if (!is(TokenKind::kClose)) return refuse("malformed placement");
    ++at;
  }
  while (is(TokenKind::kString)) {
    custom.contents += decode_string(stream.text(stream.annotation_tokens[at++]));
  }
  if (at != annotation.end) return refuse("unexpected token");
  customs_.push_back(std::move(custom));
}

Bytes ModuleParser::name_section() const {
  Writer out;
  if (module_name_) {
    Writer contents;
    contents.name(*module_name_);
    append_section(out, kModuleNames, contents);
  }
  const auto names = [&](Space which) -> const std::map<uint32_t, std::string>& {
    return space(which).names();
  };
  name_subsection(out, kFunctionNames, names(Space::kFunc));
  indirect_names(out, kLocalNames, local_names_);
  name_subsection(out, kTypeNames, names(Space::kType));
  name_subsection(out, kTableNames, names(Space::kTable));
  name_subsection(out, kMemoryNames, names(Space::kMemory));
  name_subsection(out, kGlobalNames, names(Space::kGlobal));
  name_subsection(out, kElemNames, names(Space::kElem));
  name_subsection(out, kDataNames, names(Space::kData));
  std::map<uint32_t, std::map<uint32_t, std::string>> fields;
  for (uint32_t i = 0; i < types_.size(); ++i) {
    if (!types_[i].fields.names().empty()) fields[i] = types_[i].fields.names();
  }
  indirect_names(out, kFieldNames, fields);
  name_subsection(out, kTagNames, names(Space::kTag));
  return out.take();
}

Bytes ModuleParser::branch_hints() const {
  Writer out;
  out.u64(hints_.size());
  for (const auto& [function, hints] : hints_) {
    out.u32(function);
    out.u64(hints.size());
    for (const auto& [position, value] : hints) {
      out.u32(position);
      out.u32(1);
      out.byte(value);
    }
  }
  return out.take();
}

Bytes ModuleParser::assemble() {
  std::vector<Writer> sections(std::size(kSectionOrder));
  append_section(sections[0], 1, type_section_);
  append_section(sections[1], 2, imports_);
  append_section(sections[2], 3, functions_);
  append_section(sections[3], 4, tables_);
  append_section(sections[4], 5, memories_);
  append_section(sections[5], 13, tags_);
  append_section(sections[6], 6, globals_);
  append_section(sections[7], 7, exports_);
  Writer number;
  number.u32(start_);
  if (has_start_) append_section(sections[8], 8, number);
  append_section(sections[9], 9, elems_);
  Writer data_count;
  data_count.u32(datas_.count);
  if (uses_data_index_) append_section(sections[10], 12, data_count);
  append_section(sections[11], 10, code_);
  append_section(sections[12], 11, datas_);

  if (!hints_.empty()) {
    const Bytes hints = branch_hints();
    customs_.push_back({kPlaces * 12, 0, std::string(kBranchHints), std::string(as_text(hints))});
  }
  const Bytes names = name_section();
  if (!names.empty()) customs_.push_back({kNamePlace, 0, "name", std::string(as_text(names))});
  for (uint32_t i = 0; i < customs_.size(); ++i) customs_[i].order = i;
  std::sort(customs_.begin(), customs_.end(), [](const CustomText& a, const CustomText& b) {
    return std::tie(a.place, a.order) < std::tie(b.place, b.order);
  });

  Writer out;
  out.word32(0x6d736100);
  out.word32(1);
  auto custom = customs_.begin();
  const auto customs_until = [&](uint32_t place) {
    for (; custom != customs_.end() && custom->place <= place; ++custom)
      append_custom(out, custom->name, as_bytes(custom->contents));
  };
  for (uint32_t i = 0; i < sections.size(); ++i) {
    customs_until(kPlaces * (i + 1));
    out.append(sections[i]);
    customs_until(kPlaces * (i + 1) + 2);
  }
  customs_until(kNamePlace);
  return out.take();
}

}  // namespace tappet::text
