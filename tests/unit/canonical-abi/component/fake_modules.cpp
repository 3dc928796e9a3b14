#include "tests/unit/canonical-abi/component/fake_modules.h"

#include "interp/base/leb128.h"

namespace tappet::component {
namespace {

class FakeDecoder {
 public:
  FakeDecoder(Module& module, ByteSpan bytes)
      : module_(module), at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool read() {
    at_ += 8;
    while (ok_ && at_ < end_) {
      const uint32_t id = byte();
      const uint32_t size = u32();
      if (size > static_cast<size_t>(end_ - at_)) return false;
      const uint8_t* const next = at_ + size;
      section(id);
      at_ = next;
    }
    return ok_;
  }

 private:
  uint8_t byte() {
    if (at_ < end_) return *at_++;
    ok_ = false;
    return 0;
  }
  uint32_t u32() {
    const auto leb = read_leb_unsigned<32>(at_, end_);
    ok_ = ok_ && leb.error == LebError::kNone;
    if (ok_) at_ = leb.next;
    return static_cast<uint32_t>(leb.value);
  }
  std::string name() {
    const uint32_t size = u32();
    if (!ok_ || size > static_cast<size_t>(end_ - at_)) return ok_ = false, std::string();
    const std::string text(reinterpret_cast<const char*>(at_), size);
    at_ += size;
    return text;
  }
  ValueType value_type() {
    switch (byte()) {
      case 0x7f:
        return kI32;
      case 0x7e:
        return kI64;
      case 0x7d:
        return kF32;
      case 0x7c:
        return kF64;
      case 0x70:
        return kFuncRef;
      case 0x6f:
        return kExternRef;
      default:
        ok_ = false;
        return kI32;
    }
  }
  std::vector<ValueType> value_types() {
    std::vector<ValueType> types;
    for (uint32_t n = u32(); ok_ && n > 0; --n) types.push_back(value_type());
    return types;
  }
  Limits limits() {
    Limits l;
    l.has_max = (byte() & 1) != 0;
    l.min = u32();
    if (l.has_max) l.max = u32();
    return l;
  }
  TypeId type_at(uint32_t index) {
    if (index < module_.types.size()) return module_.types[index];
    ok_ = false;
    return {};
  }
  void add_function(bool imported) {
    FunctionDecl f;
    f.type = type_at(u32());
    f.imported = imported;
    module_.functions.push_back(std::move(f));
  }
  TableType table_type() {
    TableType t;
    t.element = value_type();
    t.limits = limits();
    return t;
  }
  GlobalType global_type() {
    GlobalType g;
    g.type = value_type();
    g.is_mutable = byte() != 0;
    return g;
  }
  void import_section() {
    tappet::Import i;
    i.module = name();
    i.name = name();
    const uint8_t kind = byte();
    i.kind = static_cast<ExternKind>(kind);
    switch (kind) {
      case 0:
        i.index = static_cast<uint32_t>(module_.functions.size());
        add_function(true);
        break;
      case 1:
        i.index = static_cast<uint32_t>(module_.tables.size());
        module_.tables.push_back({table_type(), true, {}});
        break;
      case 2: {
        i.index = static_cast<uint32_t>(module_.memories.size());
        MemoryType m;
        m.limits = limits();
        module_.memories.push_back({m, true});
        break;
      }
      case 3:
        i.index = static_cast<uint32_t>(module_.globals.size());
        module_.globals.push_back({global_type(), true, {}});
        break;
      default:
        ok_ = false;
        return;
    }
    module_.imports.push_back(std::move(i));
  }
  void export_section() {
    tappet::Export e;
    e.name = name();
    const uint8_t kind = byte();
    e.kind = static_cast<ExternKind>(kind);
    e.index = u32();
    const size_t sizes[] = {module_.functions.size(), module_.tables.size(),
                            module_.memories.size(), module_.globals.size()};
    ok_ = ok_ && kind < 4 && e.index < sizes[kind];
    module_.exports.push_back(std::move(e));
  }
  void section(uint32_t id) {
    if (id == 0 || id > 7) return;
    for (uint32_t n = u32(); ok_ && n > 0; --n) {
      switch (id) {
        case 1: {
          ok_ = ok_ && byte() == 0x60;
          CoreFuncType f;
          f.params = value_types();
          f.results = value_types();
          module_.types.push_back(module_.registry->add_function(std::move(f)));
          break;
        }
        case 2:
          import_section();
          break;
        case 3:
          add_function(false);
          break;
        case 4:
          module_.tables.push_back({table_type(), false, {}});
          break;
        case 5: {
          MemoryType m;
          m.limits = limits();
          module_.memories.push_back({m, false});
          break;
        }
        case 6:
          module_.globals.push_back({global_type(), false, {}});
          byte();  // i32.const or i64.const
          while (byte() & 0x80) {
          }
          byte();  // end
          break;
        default:
          export_section();
          break;
      }
    }
  }

  Module& module_;
  const uint8_t* at_;
  const uint8_t* end_;
  bool ok_ = true;
};

}  // namespace

ModuleLoader fake_module_loader(std::shared_ptr<TypeRegistry> registry) {
  return [registry](const std::shared_ptr<const Bytes>& owner, ByteSpan bytes,
                    uint64_t base_offset) -> Result<std::shared_ptr<const Module>> {
    const auto module = std::make_shared<Module>();
    module->owner = owner;
    module->bytes = bytes;
    module->base_offset = base_offset;
    module->registry = registry;
    if (bytes.size() < 8 || load_le<uint32_t>(bytes.data() + 4) != 1 ||
        !FakeDecoder(*module, bytes).read()) {
      return fail(ErrorKind::kMalformed, "not a core module that the fake understands",
                  Position::at_offset(base_offset));
    }
    return std::shared_ptr<const Module>(module);
  };
}

}  // namespace tappet::component
