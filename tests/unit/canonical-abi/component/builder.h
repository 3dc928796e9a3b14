// Writes the component binary format, for tests: every function returns the bytes of one rule of
// Binary.md, so that a test reads like the text format.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tappet::component::build {

using B = std::string;

inline B byte(int b) { return B(1, static_cast<char>(b)); }

inline B u32(uint64_t n) {
  B out;
  do {
    const auto low = static_cast<char>(n & 0x7f);
    n >>= 7;
    out += n != 0 ? static_cast<char>(low | 0x80) : low;
  } while (n != 0);
  return out;
}

// A type index where a type may stand: a signed integer.
inline B type(uint32_t index) {
  B out;
  while (index >= 0x40) {
    out += static_cast<char>((index & 0x7f) | 0x80);
    index >>= 7;
  }
  return out + static_cast<char>(index);
}

inline B name(std::string_view text) { return u32(text.size()) + B(text); }
inline B join(const std::vector<B>& parts) {
  B out;
  for (const B& p : parts) out += p;
  return out;
}
inline B vec(const std::vector<B>& items) { return u32(items.size()) + join(items); }
inline B raw_section(int id, const B& content) { return byte(id) + u32(content.size()) + content; }
inline B section(int id, const std::vector<B>& items) { return raw_section(id, vec(items)); }

inline B component(const std::vector<B>& sections) {
  return B("\0asm\x0d\0\x01\0", 8) + join(sections);
}

// Value types.
inline const B kBool = byte(0x7f), kS8 = byte(0x7e), kU8 = byte(0x7d), kU16 = byte(0x7b),
               kS32 = byte(0x7a), kU32 = byte(0x79), kU64 = byte(0x77), kF32 = byte(0x76),
               kF64 = byte(0x75), kChar = byte(0x74), kString = byte(0x73),
               kErrorContext = byte(0x64);

using Labels = std::vector<std::string>;
using NamedTypes = std::vector<std::pair<std::string, B>>;  // an empty type: none

inline B optional(const B& type) { return type.empty() ? byte(0) : byte(1) + type; }
inline B labelled(const NamedTypes& items) {
  std::vector<B> all;
  for (const auto& [label, t] : items) all.push_back(name(label) + t);
  return vec(all);
}
inline B names(const Labels& labels) {
  std::vector<B> all;
  for (const std::string& l : labels) all.push_back(name(l));
  return vec(all);
}
inline B record(const NamedTypes& fields) { return byte(0x72) + labelled(fields); }
inline B variant(const NamedTypes& cases) {
  std::vector<B> all;
  for (const auto& [label, t] : cases) all.push_back(name(label) + optional(t) + byte(0));
  return byte(0x71) + vec(all);
}
inline B list(const B& t) { return byte(0x70) + t; }
inline B fixed_list(const B& t, uint32_t n) { return byte(0x67) + t + u32(n); }
inline B tuple(const std::vector<B>& types) { return byte(0x6f) + vec(types); }
inline B flags(const Labels& labels) { return byte(0x6e) + names(labels); }
inline B enumeration(const Labels& labels) { return byte(0x6d) + names(labels); }
inline B option(const B& t) { return byte(0x6b) + t; }
inline B result(const B& ok, const B& error) { return byte(0x6a) + optional(ok) + optional(error); }
inline B own(uint32_t t) { return byte(0x69) + u32(t); }
inline B borrow(uint32_t t) { return byte(0x68) + u32(t); }
inline B stream(const B& t) { return byte(0x66) + optional(t); }
inline B future(const B& t) { return byte(0x65) + optional(t); }
inline B map(const B& k, const B& v) { return byte(0x63) + k + v; }

inline B result_list(const B& t) { return t.empty() ? B("\x01\0", 2) : byte(0) + t; }
inline B func(const NamedTypes& params, const B& result = {}) {
  return byte(0x40) + labelled(params) + result_list(result);
}
inline B async_func(const NamedTypes& params, const B& result = {}) {
  return byte(0x43) + labelled(params) + result_list(result);
}
inline B resource() { return B("\x3f\x7f\0", 3); }
inline B resource(uint32_t dtor) { return B("\x3f\x7f\x01", 3) + u32(dtor); }
inline B component_type(const std::vector<B>& decls) { return byte(0x41) + vec(decls); }
inline B instance_type(const std::vector<B>& decls) { return byte(0x42) + vec(decls); }

// Sorts.
inline const B kCoreFunc = B("\0\0", 2), kCoreTable = B("\0\x01", 2), kCoreMemory = B("\0\x02", 2),
               kCoreGlobal = B("\0\x03", 2), kCoreType = B("\0\x10", 2),
               kCoreModule = B("\0\x11", 2), kFunc = byte(1), kValue = byte(2), kType = byte(3),
               kComponent = byte(4), kInstance = byte(5);

// externtype
inline B is_module(uint32_t t) { return kCoreModule + u32(t); }
inline B is_func(uint32_t t) { return kFunc + u32(t); }
inline B is_value(const B& t) { return kValue + byte(1) + t; }
inline B is_type(uint32_t t) { return kType + byte(0) + u32(t); }
inline B is_resource() { return kType + byte(1); }
inline B is_component(uint32_t t) { return kComponent + u32(t); }
inline B is_instance(uint32_t t) { return kInstance + u32(t); }

inline B plain(std::string_view text) { return byte(0) + name(text); }
inline B attributed(std::string_view text, const std::vector<B>& attributes) {
  return byte(2) + name(text) + vec(attributes);
}
inline B implements(std::string_view text) { return byte(0) + name(text); }
inline B version_suffix(std::string_view text) { return byte(1) + name(text); }
inline B external_id(std::string_view text) { return byte(2) + name(text); }

inline B import(std::string_view text, const B& type) { return plain(text) + type; }
inline B import_as(const B& extern_name, const B& type) { return extern_name + type; }
inline B item(const B& sort, uint32_t index) { return sort + u32(index); }
inline B exported(std::string_view text, const B& item, const B& type = {}) {
  return plain(text) + item + optional(type);
}

// Declarators.
inline B core_type_decl(const B& t) { return byte(0) + t; }
inline B type_decl(const B& t) { return byte(1) + t; }
inline B alias_decl(const B& alias) { return byte(2) + alias; }
inline B import_decl(std::string_view text, const B& type) { return byte(3) + import(text, type); }
inline B export_decl(std::string_view text, const B& type) { return byte(4) + import(text, type); }

inline B alias_export(const B& sort, uint32_t instance, std::string_view text) {
  return sort + byte(0) + u32(instance) + name(text);
}
inline B alias_core_export(const B& sort, uint32_t instance, std::string_view text) {
  return sort + byte(1) + u32(instance) + name(text);
}
inline B alias_outer(const B& sort, uint32_t count, uint32_t index) {
  return sort + byte(2) + u32(count) + u32(index);
}

using Items = std::vector<std::pair<std::string, B>>;
inline B items(const Items& all, bool are_extern_names) {
  std::vector<B> out;
  for (const auto& [text, item] : all)
    out.push_back((are_extern_names ? byte(0) : B()) + name(text) + item);
  return vec(out);
}
inline B instantiate(uint32_t component, const Items& args = {}) {
  return byte(0) + u32(component) + items(args, false);
}
inline B bundle(const Items& exports) { return byte(1) + items(exports, true); }
inline B core_instantiate(uint32_t module,
                          const std::vector<std::pair<std::string, uint32_t>>& args = {}) {
  std::vector<B> all;
  for (const auto& [text, instance] : args) all.push_back(name(text) + byte(0x12) + u32(instance));
  return byte(0) + u32(module) + vec(all);
}
// Exports with a core sort's code and an index.
inline B core_bundle(const std::vector<std::pair<std::string, B>>& exports) {
  return byte(1) + items(exports, false);
}

// Canonical definitions and options.
inline const B kUtf8 = byte(0), kUtf16 = byte(1), kAsync = byte(6);
inline B memory(uint32_t i) { return byte(3) + u32(i); }
inline B realloc(uint32_t i) { return byte(4) + u32(i); }
inline B post_return(uint32_t i) { return byte(5) + u32(i); }
inline B callback(uint32_t i) { return byte(7) + u32(i); }
inline B lift(uint32_t f, const std::vector<B>& options, uint32_t t) {
  return B("\0\0", 2) + u32(f) + vec(options) + u32(t);
}
inline B lower(uint32_t f, const std::vector<B>& options) {
  return B("\x01\0", 2) + u32(f) + vec(options);
}

// Sections.
inline B custom(std::string_view text, const B& content) {
  return raw_section(0, name(text) + content);
}
inline B core_module_section(const B& module) { return raw_section(1, module); }
inline B core_instances(const std::vector<B>& all) { return section(2, all); }
inline B core_types(const std::vector<B>& all) { return section(3, all); }
inline B nested(const B& component) { return raw_section(4, component); }
inline B instances(const std::vector<B>& all) { return section(5, all); }
inline B aliases(const std::vector<B>& all) { return section(6, all); }
inline B types(const std::vector<B>& all) { return section(7, all); }
inline B canons(const std::vector<B>& all) { return section(8, all); }
inline B start(const B& content) { return raw_section(9, content); }
inline B imports(const std::vector<B>& all) { return section(10, all); }
inline B exports(const std::vector<B>& all) { return section(11, all); }
inline B values(const std::vector<B>& all) { return section(12, all); }
inline B value(const B& t, const B& bytes) { return t + u32(bytes.size()) + bytes; }

// Core modules. Signatures are spelled with i (i32), l (i64), f, d.
struct NamedFunc {
  std::string name;
  std::string params;
  std::string results;
};
inline B core_func_type(std::string_view params, std::string_view results) {
  const auto list = [](std::string_view letters) {
    B out = u32(letters.size());
    for (const char c : letters)
      out += byte(c == 'i' ? 0x7f : c == 'l' ? 0x7e : c == 'f' ? 0x7d : 0x7c);
    return out;
  };
  return byte(0x60) + list(params) + list(results);
}
// Exports the functions, which all trap, and a memory "mem" if wanted; imports functions by
// "module.name".
inline B core_module(const std::vector<NamedFunc>& exported_funcs, bool has_memory = false,
                     const std::vector<NamedFunc>& imported_funcs = {}) {
  std::vector<B> type_section, import_section, func_section, export_section, code_section;
  for (const NamedFunc& f : imported_funcs) {
    const size_t dot = f.name.find('.');
    import_section.push_back(name(f.name.substr(0, dot)) + name(f.name.substr(dot + 1)) + byte(0) +
                             u32(type_section.size()));
    type_section.push_back(core_func_type(f.params, f.results));
  }
  for (const NamedFunc& f : exported_funcs) {
    export_section.push_back(name(f.name) + byte(0) + u32(type_section.size()));
    func_section.push_back(u32(type_section.size()));
    type_section.push_back(core_func_type(f.params, f.results));
    code_section.push_back(B("\x03\0\0\x0b", 4));
  }
  if (has_memory) export_section.push_back(name("mem") + B("\x02\0", 2));
  return B("\0asm\x01\0\0\0", 8) + section(1, type_section) + section(2, import_section) +
         section(3, func_section) + (has_memory ? section(5, {B("\0\x01", 2)}) : B()) +
         section(7, export_section) + section(10, code_section);
}
// A module type with the same interface.
inline B core_module_type(const std::vector<B>& decls) { return byte(0x50) + vec(decls); }

}  // namespace tappet::component::build
