#include <fmt/format.h>

#include "interp/module/names.h"
#include "interp/text/module_parser.h"
#include "interp/text/text.h"

namespace tappet {

namespace text {

Result<Bytes> parse_module_at(const TokenStream& stream, uint32_t begin, uint32_t end,
                              std::optional<std::string> id) {
  Cursor in(stream);
  in.set_end(end);
  in.move_to(begin);
  in.start_annotations_at(begin);
  if (auto own = in.accept_id()) id = std::move(own);
  Bytes bytes = ModuleParser(in).parse(id);
  if (in.ok() && !in.at_end()) in.unexpected("the end of the module");
  if (!in.ok()) return fail(in.error());
  return bytes;
}

}  // namespace text

Result<Bytes> parse_wat(std::string_view source) {
  const text::TokenStream stream = TAPPET_TRY(text::tokenize(source));
  text::Cursor in(stream);
  const auto all = static_cast<uint32_t>(stream.tokens.size() - 1);
  if (!in.at_open("module")) return text::parse_module_at(stream, 0, all);
  in.skip_group();
  if (in.ok() && !in.at_end()) in.unexpected("the end of the text");
  if (!in.ok()) return fail(in.error());
  return text::parse_module_at(stream, 2, all - 1);
}

bool looks_like_wat(ByteSpan bytes) {
  const std::string_view text = as_text(bytes);
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (text[first] == '(' || text.substr(first, 2) == ";;");
}

}  // namespace tappet
