#include "tests/unit/interp/support/module_builder.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace tappet::test {
namespace {

enum : uint8_t {
  kTypes = 1,
  kImports = 2,
  kFunctions = 3,
  kTables = 4,
  kMemories = 5,
  kGlobals = 6,
  kExports = 7,
  kStart = 8,
  kElems = 9,
  kCode = 10,
  kDatas = 11,
  kDataCount = 12,
  kTags = 13,
};
constexpr uint8_t kOrder[] = {kTypes,     kImports, kFunctions, kTables, kMemories,
                              kTags,      kGlobals, kExports,   kStart,  kElems,
                              kDataCount, kCode,    kDatas};

constexpr uint8_t kEnd = 0x0b;

template <class T>
Bytes word(T value) {
  Bytes bytes(sizeof value);
  store_le(bytes.data(), value);
  return bytes;
}

Bytes indices(const std::vector<uint32_t>& functions) {
  Bytes bytes = leb(functions.size());
  for (const uint32_t function : functions) bytes = std::move(bytes) + leb(function);
  return bytes;
}

}  // namespace

Bytes leb(uint64_t value) {
  Bytes bytes;
  do {
    bytes.push_back(static_cast<uint8_t>((value & 0x7f) | (value > 0x7f ? 0x80 : 0)));
    value >>= 7;
  } while (value != 0);
  return bytes;
}

Bytes sleb(int64_t value) {
  Bytes bytes;
  while (true) {
    const auto low = static_cast<uint8_t>(value & 0x7f);
    value >>= 7;
    const bool done = (value == 0 && (low & 0x40) == 0) || (value == -1 && (low & 0x40) != 0);
    bytes.push_back(done ? low : low | 0x80);
    if (done) return bytes;
  }
}

Bytes padded_leb(uint64_t value, size_t size) {
  Bytes bytes;
  for (size_t i = 0; i < size; ++i, value >>= 7) {
    bytes.push_back(static_cast<uint8_t>((value & 0x7f) | (i + 1 < size ? 0x80 : 0)));
  }
  return bytes;
}

Bytes name(std::string_view text) {
  const ByteSpan bytes = as_bytes(text);
  return leb(text.size()) + Bytes(bytes.begin(), bytes.end());
}

Bytes type_code(ValueType type) {
  constexpr uint8_t kNumbers[] = {0x7f, 0x7e, 0x7d, 0x7c, 0x7b};
  constexpr uint8_t kHeaps[] = {0x70, 0x6f, 0x6e, 0x6d, 0x6c, 0x6b,
                                0x6a, 0x69, 0x71, 0x73, 0x72, 0x74};
  if (!type.is_ref()) return {kNumbers[static_cast<size_t>(type.kind)]};
  // A defined type's id stands for its type index here.
  Bytes heap = type.heap.kind == HeapKind::kDefined
                   ? sleb(type.heap.id.value)
                   : Bytes{kHeaps[static_cast<size_t>(type.heap.kind)]};
  if (type.nullable && type.heap.kind != HeapKind::kDefined) return heap;
  return Bytes{static_cast<uint8_t>(type.nullable ? 0x63 : 0x64)} + heap;
}

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Bytes vec(const std::vector<Bytes>& elements) {
  Bytes bytes = leb(elements.size());
  for (const Bytes& element : elements) bytes = std::move(bytes) + element;
  return bytes;
}

Bytes section(uint8_t id, const Bytes& contents) {
  return Bytes{id} + leb(contents.size()) + contents;
}

Bytes header() { return {0x00, 'a', 's', 'm', 0x01, 0x00, 0x00, 0x00}; }

Bytes module_of(const std::vector<Bytes>& sections) {
  Bytes bytes = header();
  for (const Bytes& item : sections) bytes = std::move(bytes) + item;
  return bytes;
}

void Code::add(const char* mnemonic) {
  const auto* const found =
      std::find_if(std::begin(kOpcodes), std::end(kOpcodes),
                   [&](const OpcodeRow& op) { return op.mnemonic == mnemonic; });
  if (found == std::end(kOpcodes)) {
    std::fprintf(stderr, "no instruction is called %s\n", mnemonic);
    std::abort();
  }
  if (found->prefix != 0) bytes_.push_back(found->prefix);
  append(found->prefix != 0 ? leb(found->code) : Bytes{static_cast<uint8_t>(found->code)});
  immediate_ = found->immediate;
}

void Code::add(int64_t immediate) {
  const bool is_signed = immediate_ == Immediate::kI32 || immediate_ == Immediate::kI64 ||
                         immediate_ == Immediate::kBlockType;
  append(is_signed ? sleb(immediate) : leb(static_cast<uint64_t>(immediate)));
}

void Code::add(float immediate) { append(word(immediate)); }
void Code::add(double immediate) { append(word(immediate)); }

uint32_t ModuleBuilder::add(uint8_t section_id, Bytes element) {
  std::vector<Bytes>& items = items_[section_id];
  items.push_back(std::move(element));
  return static_cast<uint32_t>(items.size() - 1);
}

uint32_t ModuleBuilder::type(const std::vector<ValueType>& params,
                             const std::vector<ValueType>& results) {
  const auto codes = [](const std::vector<ValueType>& types) {
    Bytes bytes = leb(types.size());
    for (const ValueType type : types) bytes = std::move(bytes) + type_code(type);
    return bytes;
  };
  const Bytes element = Bytes{0x60} + codes(params) + codes(results);
  const std::vector<Bytes>& types = items_[kTypes];
  const auto found = std::find(types.begin(), types.end(), element);
  if (found != types.end()) return static_cast<uint32_t>(found - types.begin());
  return add(kTypes, element);
}

uint32_t ModuleBuilder::raw_type(Bytes rec_type) { return add(kTypes, std::move(rec_type)); }

uint32_t ModuleBuilder::add_import(std::string_view module, std::string_view item, ExternKind kind,
                                   const Bytes& type) {
  add(kImports, name(module) + name(item) + Bytes{static_cast<uint8_t>(kind)} + type);
  return imported_[kind]++;
}

uint32_t ModuleBuilder::import_func(std::string_view module, std::string_view item, uint32_t type) {
  return add_import(module, item, ExternKind::kFunc, leb(type));
}

uint32_t ModuleBuilder::import_global(std::string_view module, std::string_view item,
                                      ValueType type, bool is_mutable) {
  return add_import(module, item, ExternKind::kGlobal,
                    type_code(type) + Bytes{static_cast<uint8_t>(is_mutable)});
}

uint32_t ModuleBuilder::import_memory(std::string_view module, std::string_view item,
                                      uint32_t min) {
  return add_import(module, item, ExternKind::kMemory, Bytes{0x00} + leb(min));
}

uint32_t ModuleBuilder::import_table(std::string_view module, std::string_view item, ValueType type,
                                     uint32_t min) {
  return add_import(module, item, ExternKind::kTable, type_code(type) + Bytes{0x00} + leb(min));
}

uint32_t ModuleBuilder::func(const std::vector<ValueType>& params,
                             const std::vector<ValueType>& results, const Bytes& body,
                             const std::vector<LocalsOf>& locals) {
  Bytes runs = leb(locals.size());
  for (const LocalsOf& run : locals) runs = std::move(runs) + leb(run.count) + type_code(run.type);
  return raw_func(type(params, results), std::move(runs) + body + Bytes{kEnd});
}

uint32_t ModuleBuilder::raw_func(uint32_t type, const Bytes& body) {
  add(kCode, leb(body.size()) + body);
  return imported_[ExternKind::kFunc] + add(kFunctions, leb(type));
}

uint32_t ModuleBuilder::table(ValueType type, uint32_t min) {
  return imported_[ExternKind::kTable] + add(kTables, type_code(type) + Bytes{0x00} + leb(min));
}

uint32_t ModuleBuilder::raw_table(Bytes table) {
  return imported_[ExternKind::kTable] + add(kTables, std::move(table));
}

uint32_t ModuleBuilder::memory(uint32_t min) { return raw_memory(Bytes{0x00} + leb(min)); }
uint32_t ModuleBuilder::memory(uint32_t min, uint32_t max) {
  return raw_memory(Bytes{0x01} + leb(min) + leb(max));
}
uint32_t ModuleBuilder::raw_memory(Bytes memory_type) {
  return imported_[ExternKind::kMemory] + add(kMemories, std::move(memory_type));
}

uint32_t ModuleBuilder::global(ValueType type, bool is_mutable, const Bytes& init) {
  return imported_[ExternKind::kGlobal] +
         add(kGlobals,
             type_code(type) + Bytes{static_cast<uint8_t>(is_mutable)} + init + Bytes{kEnd});
}

uint32_t ModuleBuilder::tag(uint32_t type) { return add(kTags, Bytes{0x00} + leb(type)); }

uint32_t ModuleBuilder::elem(const Bytes& offset, const std::vector<uint32_t>& functions) {
  return add(kElems, Bytes{0x00} + offset + Bytes{kEnd} + indices(functions));
}

uint32_t ModuleBuilder::declare(const std::vector<uint32_t>& functions) {
  return add(kElems, Bytes{0x03, 0x00} + indices(functions));
}

uint32_t ModuleBuilder::raw_elem(Bytes segment) { return add(kElems, std::move(segment)); }

uint32_t ModuleBuilder::data(const Bytes& offset, std::string_view bytes) {
  return add(kDatas, Bytes{0x00} + offset + Bytes{kEnd} + name(bytes));
}

uint32_t ModuleBuilder::raw_data(Bytes segment) { return add(kDatas, std::move(segment)); }

uint32_t ModuleBuilder::passive_data(std::string_view bytes) {
  return add(kDatas, Bytes{0x01} + name(bytes));
}

ModuleBuilder& ModuleBuilder::export_func(std::string_view item, uint32_t index) {
  return export_item(item, ExternKind::kFunc, index);
}

ModuleBuilder& ModuleBuilder::export_item(std::string_view item, ExternKind kind, uint32_t index) {
  add(kExports, name(item) + Bytes{static_cast<uint8_t>(kind)} + leb(index));
  return *this;
}

ModuleBuilder& ModuleBuilder::start(uint32_t function) {
  items_[kStart] = {leb(function)};
  return *this;
}

ModuleBuilder& ModuleBuilder::data_count() {
  has_data_count_ = true;
  return *this;
}

ModuleBuilder& ModuleBuilder::custom(std::string_view item, const Bytes& contents) {
  customs_.push_back(section(0, name(item) + contents));
  return *this;
}

Bytes ModuleBuilder::build() const {
  std::vector<Bytes> sections;
  for (const uint8_t id : kOrder) {
    const auto found = items_.find(id);
    if (id == kDataCount && has_data_count_) {
      const auto datas = items_.find(kDatas);
      sections.push_back(section(id, leb(datas == items_.end() ? 0 : datas->second.size())));
    }
    if (found == items_.end() || found->second.empty()) continue;
    sections.push_back(section(id, id == kStart ? found->second[0] : vec(found->second)));
  }
  for (const Bytes& item : customs_) sections.push_back(item);
  return module_of(sections);
}

}  // namespace tappet::test
