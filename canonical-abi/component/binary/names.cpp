// Names with their attributes, sorts, the types of imports and exports, aliases.
#include <fmt/format.h>

#include "canonical-abi/component/binary/type_reader.h"

namespace tappet::component::binary {
namespace {

using syntax::Alias;
using syntax::ExternTypeUse;

constexpr uint8_t kCore = 0x00;

std::optional<Sort> find_sort(uint8_t code, bool is_core) {
  for (const SortRow& r : kSorts) {
    if (r.code == code && r.is_core == is_core) return r.sort;
  }
  return std::nullopt;
}

Result<> read_attribute(Reader& in, ExternName& name) {
  constexpr std::string_view kNames[] = {"implements", "versionsuffix", "external-id"};
  const uint64_t offset = in.offset();
  const uint8_t code = TAPPET_TRY(in.byte("an attribute of a name"));
  if (code > 2) return in.bad_byte(code, "an attribute of a name");
  auto& attribute = code == 0   ? name.implements
                    : code == 1 ? name.version_suffix
                                : name.external_id;
  if (attribute) {
    return fail(ErrorKind::kInvalid, fmt::format("duplicate {} attribute", kNames[code]),
                Position::at_offset(offset));
  }
  attribute = TAPPET_TRY(in.name(kNames[code]));
  return {};
}

}  // namespace

Result<Sort> read_core_sort(Reader& in, std::string_view what) {
  const uint8_t code = TAPPET_TRY(in.byte(what));
  const std::optional<Sort> sort = find_sort(code, true);
  if (!sort) return in.bad_byte(code, what);
  return *sort;
}

Result<Sort> read_sort(Reader& in, std::string_view what) {
  const uint8_t code = TAPPET_TRY(in.byte(what));
  if (code == kCore) return read_core_sort(in, what);
  const std::optional<Sort> sort = find_sort(code, false);
  if (!sort) return in.bad_byte(code, what);
  return *sort;
}

Result<syntax::SortIndex> read_sort_index(Reader& in, std::string_view what) {
  const Sort sort = TAPPET_TRY(read_sort(in, what));
  return syntax::SortIndex{sort, TAPPET_TRY(in.u32("an index"))};
}

Result<syntax::SortIndex> read_core_sort_index(Reader& in, std::string_view what) {
  const Sort sort = TAPPET_TRY(read_core_sort(in, what));
  return syntax::SortIndex{sort, TAPPET_TRY(in.u32("an index"))};
}

Result<ExternName> read_extern_name(Reader& in) {
  const uint8_t form = TAPPET_TRY(in.byte("a name"));
  if (form > 2) return in.bad_byte(form, "a name");
  ExternName name;
  name.name = TAPPET_TRY(in.name("a name"));
  if (form != 2) return name;
  // A kind that comes twice is an error, so the count needs no limit.
  const uint32_t attributes = TAPPET_TRY(in.u32("attributes of a name"));
  for (uint32_t i = 0; i < attributes; ++i) TAPPET_TRY(read_attribute(in, name));
  return name;
}

Result<ExternTypeUse> read_extern_type(Reader& in) {
  constexpr std::string_view kWhat = "the type of an import or export";
  ExternTypeUse use;
  use.sort = TAPPET_TRY(read_sort(in, kWhat));
  if (row(use.sort).is_core && use.sort != Sort::kCoreModule) {
    return in.bad_byte(row(use.sort).code, kWhat);
  }
  const bool has_bound = use.sort == Sort::kType || use.sort == Sort::kValue;
  if (!has_bound) {
    use.index = TAPPET_TRY(in.u32("a type index"));
    return use;
  }
  const uint8_t bound = TAPPET_TRY(in.byte("a bound"));
  if (bound == 0x00) {
    use.index = TAPPET_TRY(in.u32("the index of a bound"));
  } else if (bound == 0x01 && use.sort == Sort::kType) {
    use.bound = ExternTypeUse::Bound::kSubResource;
  } else if (bound == 0x01) {
    use.bound = ExternTypeUse::Bound::kValType;
    use.value = TAPPET_TRY(read_val_type(in));
  } else {
    return in.bad_byte(bound, "a bound");
  }
  return use;
}

Result<Alias> read_alias(Reader& in) {
  Alias alias;
  alias.sort = TAPPET_TRY(read_sort(in, "the sort of an alias"));
  const uint8_t target = TAPPET_TRY(in.byte("an alias"));
  switch (target) {
    case 0x00:
    case 0x01:
      alias.target = target == 0x00 ? Alias::Target::kExport : Alias::Target::kCoreExport;
      alias.instance = TAPPET_TRY(in.u32("an instance index"));
      alias.name = TAPPET_TRY(in.name("the name of an export"));
      break;
    case 0x02:
      alias.target = Alias::Target::kOuter;
      alias.count = TAPPET_TRY(in.u32("the count of an outer alias"));
      alias.index = TAPPET_TRY(in.u32("the index of an outer alias"));
      break;
    default:
      return in.bad_byte(target, "an alias");
  }
  const bool is_core = row(alias.sort).is_core;
  if (alias.target == Alias::Target::kCoreExport && !is_core) {
    return in.malformed(
        fmt::format("core instances have no exports of sort {}", row(alias.sort).text));
  }
  if (alias.target == Alias::Target::kExport && is_core && alias.sort != Sort::kCoreModule) {
    return in.malformed(fmt::format("instances have no exports of sort {}", row(alias.sort).text));
  }
  const bool is_outer_sort = alias.sort == Sort::kCoreModule || alias.sort == Sort::kCoreType ||
                             alias.sort == Sort::kComponent || alias.sort == Sort::kType;
  if (alias.target == Alias::Target::kOuter && !is_outer_sort) {
    return in.malformed(fmt::format("there are no outer aliases of sort {}", row(alias.sort).text));
  }
  return alias;
}

}  // namespace tappet::component::binary
