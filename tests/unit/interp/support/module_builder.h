// Assembles binary modules from readable pieces, well-formed or deliberately not.
//
//   ModuleBuilder m;
//   const uint32_t add = m.func({kI32, kI32}, {kI32}, code("local.get", 0, "local.get", 1,
//   "i32.add")); m.export_func("add", add); Bytes bytes = m.build();
//
// The pieces themselves (leb, name, vec, section) are there for what the builder would not write.
#pragma once

#include <map>
#include <string_view>

#include "interp/base/bytes.h"
#include "interp/module/module.h"
#include "interp/opcodes/opcode.h"

namespace tappet::test {

// Bytes taken literally, in code() and elsewhere.
struct Raw {
  Bytes bytes;
};
inline Raw raw(std::initializer_list<uint8_t> bytes) { return {Bytes(bytes)}; }

Bytes leb(uint64_t value);
Bytes sleb(int64_t value);
// A LEB128 of exactly `size` bytes, longer than needed.
Bytes padded_leb(uint64_t value, size_t size);
Bytes name(std::string_view text);
Bytes type_code(ValueType type);
Bytes operator+(Bytes a, const Bytes& b);
// The count, then the elements one after the other.
Bytes vec(const std::vector<Bytes>& elements);
Bytes section(uint8_t id, const Bytes& contents);
Bytes header();
Bytes module_of(const std::vector<Bytes>& sections);

// The block type without parameters and results.
struct NoType {};
inline constexpr NoType kNoType;

// Instructions by mnemonic, each followed by its immediates as they come in the binary format:
// integers become LEB128 (signed after the integer constants, and in block types, where they are
// type indices), floats little-endian words, ValueTypes their code, Raw itself. A memory access
// wants alignment and offset; br_table the number of labels before them. No `end` is added.
class Code {
 public:
  template <class... Parts>
  explicit Code(const Parts&... parts) {
    (add(parts), ...);
  }
  const Bytes& bytes() const { return bytes_; }

 private:
  void add(const char* mnemonic);
  void add(int64_t immediate);
  void add(int immediate) { add(static_cast<int64_t>(immediate)); }
  void add(uint32_t immediate) { add(static_cast<int64_t>(immediate)); }
  void add(float immediate);
  void add(double immediate);
  void add(ValueType type) { append(type_code(type)); }
  void add(NoType) { bytes_.push_back(0x40); }
  void add(const Raw& raw_bytes) { append(raw_bytes.bytes); }
  void add(const Bytes& more) { append(more); }
  void append(const Bytes& more) { bytes_.insert(bytes_.end(), more.begin(), more.end()); }

  Bytes bytes_;
  Immediate immediate_ = Immediate::kNone;  // of the last mnemonic
};

template <class... Parts>
Bytes code(const Parts&... parts) {
  return Code(parts...).bytes();
}

struct LocalsOf {
  uint32_t count;
  ValueType type;
};

// Collects declarations and writes the sections in their order. Imports come before definitions of
// their kind, as the format demands. Expressions are given without their final `end`.
class ModuleBuilder {
 public:
  // Each returns the index of what it added.
  uint32_t type(const std::vector<ValueType>& params, const std::vector<ValueType>& results);
  // A type as it stands in the type section; the index is right for groups of one type only.
  uint32_t raw_type(Bytes rec_type);
  uint32_t import_func(std::string_view module, std::string_view name, uint32_t type);
  uint32_t import_global(std::string_view module, std::string_view name, ValueType type,
                         bool is_mutable = false);
  uint32_t import_memory(std::string_view module, std::string_view name, uint32_t min);
  uint32_t import_table(std::string_view module, std::string_view name, ValueType type,
                        uint32_t min);
  // Adds the type too, unless the same one is there.
  uint32_t func(const std::vector<ValueType>& params, const std::vector<ValueType>& results,
                const Bytes& body, const std::vector<LocalsOf>& locals = {});
  // With `body` as it stands in the code section, after the size: locals, instructions, `end`.
  uint32_t raw_func(uint32_t type, const Bytes& body);
  uint32_t table(ValueType type, uint32_t min);
  uint32_t raw_table(Bytes table);
  uint32_t memory(uint32_t min);
  uint32_t memory(uint32_t min, uint32_t max);
  uint32_t raw_memory(Bytes memory_type);
  uint32_t global(ValueType type, bool is_mutable, const Bytes& init);
  uint32_t tag(uint32_t type);
  uint32_t elem(const Bytes& offset, const std::vector<uint32_t>& functions);  // of table 0
  uint32_t declare(const std::vector<uint32_t>& functions);
  uint32_t raw_elem(Bytes segment);
  uint32_t data(const Bytes& offset, std::string_view bytes);  // of memory 0
  uint32_t raw_data(Bytes segment);
  uint32_t passive_data(std::string_view bytes);

  ModuleBuilder& export_func(std::string_view name, uint32_t index);
  ModuleBuilder& export_item(std::string_view name, ExternKind kind, uint32_t index);
  ModuleBuilder& start(uint32_t function);
  ModuleBuilder& data_count();  // as many as there are data segments
  // Placed at the end.
  ModuleBuilder& custom(std::string_view name, const Bytes& contents);

  Bytes build() const;

 private:
  uint32_t add_import(std::string_view module, std::string_view name, ExternKind kind,
                      const Bytes& type);
  uint32_t add(uint8_t section, Bytes element);

  std::map<uint8_t, std::vector<Bytes>> items_;  // by section id
  std::map<ExternKind, uint32_t> imported_;
  bool has_data_count_ = false;
  std::vector<Bytes> customs_;
};

}  // namespace tappet::test
