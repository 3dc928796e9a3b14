// Instances and core instances (Explainer.md, "Instance Definitions").
#include "canonical-abi/text/component_parser.h"

namespace tappet::component::wat {
namespace {

enum : uint8_t { kInstantiate = 0x00, kBag = 0x01 };

}  // namespace

// Behind "(core instance".
void ComponentParser::core_instance() {
  const Id id = accept_id();
  Writer out;
  if (in_.accept_open("instantiate")) {
    core_instantiate(out);
    in_.expect_close();
  } else if (in_.accept_open("alias")) {
    alias_of(Sort::kCoreInstance, id);
    return in_.expect_close();
  } else {
    core_bag(out);
  }
  scope_->emit(Part::kCoreInstance, out);
  scope_->add(Sort::kCoreInstance, id);
}

void ComponentParser::core_instantiate(Writer& out) {
  out.byte(kInstantiate);
  out.u32(reference(Sort::kCoreModule));
  Writer arguments;
  uint32_t count = 0;
  for (; in_.accept_open("with"); ++count, in_.expect_close()) {
    arguments.name(in_.expect_name());
    arguments.byte(row(Sort::kCoreInstance).code);
    arguments.u32(core_argument());
  }
  out.u32(count);
  out.append(arguments);
}

// (instance idx) or (instance inlineexport*)
uint32_t ComponentParser::core_argument() {
  if (in_.at_open("core")) in_.unexpected("(instance");
  in_.expect_open("instance");
  uint32_t index = 0;
  if (at_index()) {
    index = path(Sort::kCoreInstance);
  } else {
    Writer bag;
    core_bag(bag);
    scope_->emit(Part::kCoreInstance, bag);
    index = scope_->add(Sort::kCoreInstance);
  }
  in_.expect_close();
  return index;
}

void ComponentParser::core_bag(Writer& out) {
  Writer exports;
  uint32_t count = 0;
  for (; in_.accept_open("export"); ++count, in_.expect_close()) {
    exports.name(in_.expect_name());
    if (in_.kind() != TokenKind::kOpen) return in_.unexpected("a reference to a core definition");
    in_.advance();
    const Sort sort = expect_sort(true);
    exports.byte(row(sort).code);
    exports.u32(path(sort));
    in_.expect_close();
  }
  out.byte(kBag);
  out.u32(count);
  out.append(exports);
}

// Behind "(instance".
void ComponentParser::instance() {
  const Id id = accept_id();
  const std::vector<Writer> exports = inline_exports();
  Writer out;
  uint32_t index = 0;
  if (inline_import(out)) {
    extern_type(Sort::kInstance, out);
    scope_->emit(Part::kImport, out);
    index = scope_->add(Sort::kInstance, id);
  } else if (in_.accept_open("alias")) {
    index = alias_of(Sort::kInstance, id);
    in_.expect_close();
  } else {
    if (in_.accept_open("instantiate")) {
      instantiate(out);
      in_.expect_close();
    } else {
      bag(out);
    }
    scope_->emit(Part::kInstance, out);
    index = scope_->add(Sort::kInstance, id);
  }
  export_later(exports, Sort::kInstance, index);
}

void ComponentParser::instantiate(Writer& out) {
  out.byte(kInstantiate);
  out.u32(reference(Sort::kComponent));
  Writer arguments;
  uint32_t count = 0;
  for (; in_.accept_open("with"); ++count, in_.expect_close()) {
    arguments.name(in_.expect_name());
    argument(arguments);
  }
  out.u32(count);
  out.append(arguments);
}

// externidx or (instance inlineexport*)
void ComponentParser::argument(Writer& out) {
  if (!in_.at_open("instance") || at_index(2)) {
    item(out);
    return;
  }
  in_.advance(2);
  Writer contents;
  bag(contents);
  scope_->emit(Part::kInstance, contents);
  write_sort(out, Sort::kInstance);
  out.u32(scope_->add(Sort::kInstance));
  in_.expect_close();
}

void ComponentParser::bag(Writer& out) {
  Writer exports;
  uint32_t count = 0;
  for (; in_.accept_open("export"); ++count, in_.expect_close()) {
    extern_name(exports);
    item(exports);
  }
  out.byte(kBag);
  out.u32(count);
  out.append(exports);
}

}  // namespace tappet::component::wat
