// Canonical definitions: one reader per letter of canon.def's immediates.
#include <fmt/format.h>

#include "canonical-abi/component/binary/type_reader.h"
#include "interp/base/limits.h"

namespace tappet::component::binary {
namespace {

using syntax::Canon;
using syntax::CanonOption;

Result<CanonOption> read_option(Reader& in) {
  constexpr std::string_view kWhat = "a canonical option";
  const uint8_t code = TAPPET_TRY(in.byte(kWhat));
  if (code > static_cast<uint8_t>(CanonOptionKind::kCallback)) return in.bad_byte(code, kWhat);
  CanonOption option{static_cast<CanonOptionKind>(code), 0};
  switch (option.kind) {
    case CanonOptionKind::kMemory:
    case CanonOptionKind::kRealloc:
    case CanonOptionKind::kPostReturn:
    case CanonOptionKind::kCallback:
      option.index = TAPPET_TRY(in.u32("the index of a canonical option"));
      return option;
    default:
      return option;
  }
}

Result<> read_immediate(Reader& in, char letter, Canon& canon) {
  switch (letter) {
    case '0': {
      const uint8_t zero = TAPPET_TRY(in.byte("the sort of a lifted or lowered function"));
      if (zero != 0) return in.bad_byte(zero, "the sort of a lifted or lowered function");
      return {};
    }
    case 'k':
    case 'l':
      canon.func = TAPPET_TRY(in.u32("a function index"));
      return {};
    case 'F':
    case 'R':
    case 'S':
    case 'U':
      canon.type = TAPPET_TRY(in.u32("a type index"));
      return {};
    case 'y':
      canon.core_type = TAPPET_TRY(in.u32("a core type index"));
      return {};
    case 'b':
      canon.table = TAPPET_TRY(in.u32("a core table index"));
      return {};
    case 'm':
      canon.memory = TAPPET_TRY(in.u32("a core memory index"));
      return {};
    case 'v':
      canon.value_type = TAPPET_TRY(read_core_value_type(in));
      return {};
    case 'n':
      canon.number = TAPPET_TRY(in.u32("an index"));
      return {};
    case 'r':
      canon.result = TAPPET_TRY(read_result_list(in));
      return {};
    case 'a':
      canon.flag = TAPPET_TRY(in.flag("async?"));
      return {};
    case 'c':
      canon.flag = TAPPET_TRY(in.flag("cancellable?"));
      return {};
    case 's':
      canon.flag = TAPPET_TRY(in.flag("shared?"));
      return {};
    default:
      canon.options =
          TAPPET_TRY(in.vec<CanonOption>("canonical options", limits::kCanonOptions, read_option));
      return {};
  }
}

}  // namespace

Result<Canon> read_canon(Reader& in) {
  constexpr std::string_view kWhat = "a canonical definition";
  const uint8_t code = TAPPET_TRY(in.byte(kWhat));
  const std::optional<CanonKind> kind = find_canon(code);
  if (!kind) return in.bad_byte(code, kWhat);
  Canon canon;
  canon.kind = *kind;
  for (const char letter : row(*kind).immediates) TAPPET_TRY(read_immediate(in, letter, canon));
  return canon;
}

}  // namespace tappet::component::binary
