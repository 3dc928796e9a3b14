#include "canonical-abi/text/component_parser.h"
#include "canonical-abi/text/text.h"

namespace tappet::component {
namespace {

using text::Cursor;
using text::TokenKind;

constexpr std::string_view kSpaces = " \t\r\n";

// Moves behind white space and comments. False at an annotation, which only the lexer can skip.
bool skip_blank(std::string_view& source) {
  for (;;) {
    source.remove_prefix(std::min(source.find_first_not_of(kSpaces), source.size()));
    if (source.starts_with(";;")) {
      source.remove_prefix(std::min(source.find_first_of("\r\n"), source.size()));
    } else if (source.starts_with("(;")) {
      size_t depth = 0;
      size_t at = 0;
      do {
        const bool opens = source.substr(at, 2) == "(;";
        const bool closes = source.substr(at, 2) == ";)";
        if (opens) ++depth;
        if (closes) --depth;
        at += opens || closes ? 2 : 1;
      } while (depth != 0 && at < source.size());
      source.remove_prefix(std::min(at, source.size()));
    } else {
      return !source.starts_with("(@");
    }
  }
}

std::string expect_strings(Cursor& in) {
  std::string all;
  while (in.kind() == TokenKind::kString) all += in.expect_string();
  return all;
}

// What is quoted is the inside of (component ...), or that form itself.
Result<Bytes> parse_quoted(const std::string& source, const std::optional<std::string>& id) {
  const text::TokenStream stream = TAPPET_TRY(text::tokenize(source));
  Cursor in(stream);
  in.start_annotations_at(0);
  Bytes bytes;
  const bool is_whole = in.accept_open("component");
  const auto own = is_whole ? in.accept_id() : id;
  bytes = wat::ComponentParser(in).component(own, nullptr);
  if (is_whole) in.expect_close();
  if (in.ok() && !in.at_end()) in.unexpected("the end of the component");
  if (!in.ok()) return fail(in.error());
  return bytes;
}

}  // namespace

bool is_component_wat(std::string_view source) {
  std::string_view rest = source;
  if (!skip_blank(rest)) {
    const auto stream = text::tokenize(source);
    return stream.ok() && Cursor(*stream).at_open("component");
  }
  if (!rest.starts_with('(')) return false;
  rest.remove_prefix(1);
  constexpr std::string_view kWord = "component";
  if (!skip_blank(rest) || !rest.starts_with(kWord)) return false;
  rest.remove_prefix(kWord.size());
  return rest.empty() || (kSpaces.find(rest[0]) != std::string_view::npos) || rest[0] == '(' ||
         rest[0] == ')' || rest[0] == ';';
}

Result<Bytes> parse_component_form(const text::TokenStream& stream, uint32_t begin, uint32_t end) {
  Cursor in(stream);
  in.set_end(end);
  in.move_to(begin);
  in.start_annotations_at(begin);
  const auto id = in.accept_id();
  Bytes bytes;
  if (in.accept("binary")) {
    const std::string all = expect_strings(in);
    bytes.assign(all.begin(), all.end());
  } else if (in.accept("quote")) {
    const uint32_t offset = in.peek().begin;
    const std::string source = expect_strings(in);
    auto quoted = parse_quoted(source, id);
    // Positions inside the quotation mean nothing outside.
    if (!quoted.ok()) in.fail_at(offset, quoted.error().message, quoted.error().kind);
    if (quoted.ok()) bytes = std::move(*quoted);
  } else {
    bytes = wat::ComponentParser(in).component(id, nullptr);
  }
  if (in.ok() && !in.at_end()) in.unexpected("the end of the component");
  if (!in.ok()) return fail(in.error());
  return bytes;
}

Result<Bytes> parse_component_wat(std::string_view source) {
  const text::TokenStream stream = TAPPET_TRY(text::tokenize(source));
  Cursor in(stream);
  if (!in.at_open("component")) in.unexpected("(component");
  in.skip_group();
  if (in.ok() && !in.at_end()) in.unexpected("the end of the text");
  if (!in.ok()) return fail(in.error());
  return parse_component_form(stream, 2, static_cast<uint32_t>(stream.tokens.size() - 2));
}

}  // namespace tappet::component
