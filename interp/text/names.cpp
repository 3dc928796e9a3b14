#include "interp/text/names.h"

#include <fmt/format.h>

#include <algorithm>

#include "interp/binary/reader.h"

namespace tappet::text {
namespace {

NameMap read_map(Reader& in) {
  NameMap names;
  const uint32_t count = in.u32();
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    const uint32_t index = in.u32();
    std::string name(in.name());
    if (in.ok()) names.try_emplace(index, std::move(name));
  }
  return names;
}

std::map<uint32_t, NameMap> read_indirect(Reader& in) {
  std::map<uint32_t, NameMap> all;
  const uint32_t count = in.u32();
  for (uint32_t i = 0; i < count && in.ok(); ++i) {
    const uint32_t owner = in.u32();
    NameMap names = read_map(in);
    if (in.ok()) all.try_emplace(owner, std::move(names));
  }
  return all;
}

void read_subsections(Reader in, AllNames& out) {
  while (in.ok() && !in.at_end()) {
    const uint8_t kind = in.byte();
    Reader contents = in.sub(in.u32());
    if (!in.ok()) return;
    if (kind == kModuleNames) {
      std::string name(contents.name());
      if (contents.ok()) out.module = std::move(name);
    } else if (kind == kLocalNames || kind == kFieldNames) {
      out.indirect.try_emplace(kind, read_indirect(contents));
    } else {
      out.flat.try_emplace(kind, read_map(contents));
    }
  }
}

bool is_plain_id_char(char c) {
  constexpr std::string_view kPunctuation = "!#$%&'*+-./:<=>?@\\^_`|~";
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c != '\0' && kPunctuation.find(c) != std::string_view::npos);
}

}  // namespace

const NameMap& AllNames::of(NameKind kind) const {
  static const NameMap kNone;
  const auto found = flat.find(kind);
  return found == flat.end() ? kNone : found->second;
}

const NameMap& AllNames::of(NameKind kind, uint32_t owner) const {
  static const NameMap kNone;
  const auto owners = indirect.find(kind);
  if (owners == indirect.end()) return kNone;
  const auto found = owners->second.find(owner);
  return found == owners->second.end() ? kNone : found->second;
}

AllNames read_all_names(const Module& module) {
  AllNames names;
  for (const CustomSection& custom : module.customs) {
    if (custom.name != "name") continue;
    read_subsections(Reader(module.bytes.subspan(custom.begin, custom.end - custom.begin), 0),
                     names);
    break;
  }
  return names;
}

std::string id_text(std::string_view name) {
  if (std::all_of(name.begin(), name.end(), is_plain_id_char)) return fmt::format("${}", name);
  return "$" + string_text(name);
}

std::string string_text(ByteSpan bytes) {
  std::string out = "\"";
  for (const uint8_t byte : bytes) {
    if (byte == '"' || byte == '\\') {
      out += '\\';
      out += static_cast<char>(byte);
    } else if (byte >= 0x20 && byte < 0x7f) {
      out += static_cast<char>(byte);
    } else {
      out += fmt::format("\\{:02x}", byte);
    }
  }
  return out + "\"";
}

}  // namespace tappet::text
