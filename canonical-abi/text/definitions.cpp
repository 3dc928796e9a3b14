// The definitions of a component (Explainer.md, "Component Definitions").
#include "canonical-abi/text/component_parser.h"
#include "interp/base/utf8.h"

namespace tappet::component::wat {

Bytes ComponentParser::component(const std::optional<std::string>& id, Scope* parent) {
  const Level level(*this);
  const auto scope = std::make_unique<Scope>(in_, ScopeKind::kComponent, parent, id);
  scope_ = scope.get();
  if (const text::Annotation* annotation = in_.take_annotation("name")) {
    auto name = in_.sole_string(*annotation);
    if (!name) in_.fail_at(annotation->offset, "@name annotation: a string is expected");
    scope->call(std::move(name));
  }
  definitions();
  scope_ = parent;
  return in_.ok() ? scope->take_component() : Bytes();
}

void ComponentParser::definitions() {
  custom_annotations();
  while (in_.ok() && !in_.at_end() && !in_.at_close()) {
    definition();
    in_.expect_close();
    custom_annotations();
  }
}

void ComponentParser::definition() {
  using Parse = void (ComponentParser::*)();
  struct Row {
    std::string_view word;
    Parse parse;
  };
  static constexpr Row kRows[] = {
      {"core", &ComponentParser::core_definition},
      {"component", &ComponentParser::nested_component},
      {"instance", &ComponentParser::instance},
      {"alias", &ComponentParser::alias_definition},
      {"type", &ComponentParser::type_definition},
      {"canon", &ComponentParser::canon_definition},
      {"func", &ComponentParser::func_definition},
      {"value", &ComponentParser::value_definition},
      {"start", &ComponentParser::start},
      {"import", &ComponentParser::import_definition},
      {"export", &ComponentParser::export_definition},
  };
  for (const Row& row : kRows) {
    if (in_.accept_open(row.word)) return (this->*row.parse)();
  }
  in_.unexpected("a definition of a component");
}

// Behind "(core".
void ComponentParser::core_definition() {
  if (in_.accept("module")) return core_module();
  if (in_.accept("instance")) return core_instance();
  if (in_.at_atom("type") || in_.at_atom("rec")) return core_type();
  const auto sort = accept_sort(true);
  if (!sort) return in_.unexpected("a core definition");
  const Id id = accept_id();
  if (*sort == Sort::kCoreFunc && in_.accept_open("canon")) {
    lower_inside(id);
  } else {
    in_.expect_open("alias");
    alias_of(*sort, id);
  }
  in_.expect_close();
}

void ComponentParser::core_type() {
  if (in_.accept("rec")) return scope_->rec_group();
  if (!in_.accept("type")) return in_.unexpected("type or rec");
  const Id id = accept_id();
  if (in_.accept_open("alias")) {
    alias_of(Sort::kCoreType, id);
    return in_.expect_close();
  }
  if (!in_.accept_open("module")) return scope_->core_type(id);
  module_type(id);
  in_.expect_close();
}

void ComponentParser::core_module() {
  const Id id = accept_id();
  const std::vector<Writer> exports = inline_exports();
  Writer out;
  uint32_t index = 0;
  if (inline_import(out)) {
    extern_type(Sort::kCoreModule, out);
    scope_->emit(Part::kImport, out);
    index = scope_->add(Sort::kCoreModule, id);
  } else if (in_.accept_open("alias")) {
    index = alias_of(Sort::kCoreModule, id);
    in_.expect_close();
  } else {
    const uint32_t begin = in_.index();
    while (in_.kind() == TokenKind::kOpen) in_.skip_group();
    if (!in_.ok()) return;
    auto module = text::parse_module_at(in_.stream(), begin, in_.index(), id.name);
    if (!module.ok()) return in_.fail_with(std::move(module).error());
    out.append(ByteSpan(*module));
    scope_->emit(Part::kCoreModule, out);
    index = scope_->add(Sort::kCoreModule, id);
  }
  export_later(exports, Sort::kCoreModule, index);
}

// Behind "(component".
void ComponentParser::nested_component() {
  const Id id = accept_id();
  const std::vector<Writer> exports = inline_exports();
  Writer out;
  if (inline_import(out)) {
    extern_type(Sort::kComponent, out);
    scope_->emit(Part::kImport, out);
  } else {
    const Bytes nested = component(id.name, scope_);
    out.append(ByteSpan(nested));
    scope_->emit(Part::kComponent, out);
  }
  export_later(exports, Sort::kComponent, scope_->add(Sort::kComponent, id));
}

void ComponentParser::func_definition() {
  const Id id = accept_id();
  const std::vector<Writer> exports = inline_exports();
  Writer out;
  uint32_t index = 0;
  if (inline_import(out)) {
    extern_type(Sort::kFunc, out);
    scope_->emit(Part::kImport, out);
    index = scope_->add(Sort::kFunc, id);
  } else if (in_.accept_open("alias")) {
    index = alias_of(Sort::kFunc, id);
    in_.expect_close();
  } else {
    const uint32_t type = type_use(Sort::kFunc);
    in_.expect_open("canon");
    index = lift_inside(id, type);
    in_.expect_close();
  }
  export_later(exports, Sort::kFunc, index);
}

void ComponentParser::type_definition() {
  const Id id = accept_id();
  const std::vector<Writer> exports = inline_exports();
  Writer out;
  uint32_t index = 0;
  if (inline_import(out)) {
    extern_type(Sort::kType, out);
    scope_->emit(Part::kImport, out);
    index = scope_->add(Sort::kType, id);
  } else if (in_.accept_open("alias")) {
    index = alias_of(Sort::kType, id);
    in_.expect_close();
  } else {
    def_type(out);
    index = emit_type(out, id);
  }
  export_later(exports, Sort::kType, index);
}

void ComponentParser::start() {
  Writer out;
  out.u32(reference(Sort::kFunc));
  Writer arguments;
  uint32_t count = 0;
  for (; in_.accept_open("value"); ++count, in_.expect_close()) arguments.u32(path(Sort::kValue));
  out.u32(count);
  out.append(arguments);
  std::vector<Id> results;
  for (; in_.accept_open("result"); in_.expect_close()) {
    in_.expect_open("value");
    results.push_back(accept_id());
    in_.expect_close();
  }
  out.u64(results.size());
  scope_->emit(Part::kStart, out);
  for (const Id& id : results) scope_->add(Sort::kValue, id);
}

void ComponentParser::import_definition() { extern_declarator(Part::kImport); }

void ComponentParser::export_definition() {
  const Id id = accept_id();
  Writer out;
  extern_name(out);
  const Item exported = item(out);
  const bool has_type = in_.kind() == TokenKind::kOpen;
  out.byte(has_type ? 1 : 0);
  Id none;
  if (has_type) bound_extern_type(out, none);
  scope_->emit(Part::kExport, out);
  const uint32_t index = scope_->add(exported.sort, id);
  if (exported.sort == Sort::kType) scope_->keep_type(index, exported.index);
}

// (@custom "name" "bytes"*)
void ComponentParser::custom_annotations() {
  while (const text::Annotation* annotation = in_.take_annotation("custom")) {
    const text::TokenStream& stream = in_.stream();
    Writer out;
    bool has_name = false;
    for (uint32_t i = annotation->begin; i < annotation->end; ++i) {
      const text::Token& token = stream.annotation_tokens[i];
      if (token.kind != TokenKind::kString)
        return in_.fail_at(token.begin, "@custom annotation: a string is expected");
      const std::string bytes = text::decode_string(stream.text(token));
      if (has_name) {
        out.append(as_bytes(bytes));
      } else if (!is_utf8(as_bytes(bytes))) {
        return in_.fail_at(token.begin, "@custom annotation: malformed UTF-8 encoding");
      } else {
        out.name(bytes);
      }
      has_name = true;
    }
    if (!has_name)
      return in_.fail_at(annotation->offset, "@custom annotation: missing section name");
    scope_->emit(Part::kCustom, out);
  }
}

}  // namespace tappet::component::wat
