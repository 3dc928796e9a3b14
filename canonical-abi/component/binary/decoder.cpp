// Sections, and the definitions that are no types.
#include "canonical-abi/component/binary/decoder.h"

#include <fmt/format.h>

#include "canonical-abi/component/binary/reader.h"
#include "canonical-abi/component/binary/type_reader.h"
#include "canonical-abi/component/section_id.h"
#include "interp/base/limits.h"

namespace tappet::component::binary {
namespace {

using syntax::Definition;

constexpr uint8_t kMagic[] = {0x00, 0x61, 0x73, 0x6d};
constexpr uint16_t kVersion = 0x0d;
constexpr uint16_t kLayer = 1;

Result<syntax::CoreInstance> read_core_instance(Reader& in) {
  syntax::CoreInstance instance;
  const uint8_t form = TAPPET_TRY(in.byte("a core instance"));
  if (form > 1) return in.bad_byte(form, "a core instance");
  instance.instantiates = form == 0;
  if (!instance.instantiates) {
    instance.exports = TAPPET_TRY(in.vec<syntax::CoreInlineExport>(
        "exports", limits::kExports, [](Reader& r) -> Result<syntax::CoreInlineExport> {
          const std::string_view name = TAPPET_TRY(r.name("the name of an export"));
          return syntax::CoreInlineExport{
              name, TAPPET_TRY(read_core_sort_index(r, "the sort of an export"))};
        }));
    return instance;
  }
  instance.module = TAPPET_TRY(in.u32("a module index"));
  instance.args = TAPPET_TRY(in.vec<syntax::CoreArg>(
      "arguments", limits::kInstantiationArgs, [](Reader& r) -> Result<syntax::CoreArg> {
        const std::string_view name = TAPPET_TRY(r.name("the name of an argument"));
        const uint8_t sort = TAPPET_TRY(r.byte("the kind of an argument"));
        if (sort != row(Sort::kCoreInstance).code)
          return r.bad_byte(sort, "the kind of an argument");
        return syntax::CoreArg{name, TAPPET_TRY(r.u32("a core instance index"))};
      }));
  return instance;
}

Result<syntax::Instance> read_instance(Reader& in) {
  syntax::Instance instance;
  const uint8_t form = TAPPET_TRY(in.byte("an instance"));
  if (form > 1) return in.bad_byte(form, "an instance");
  instance.instantiates = form == 0;
  if (!instance.instantiates) {
    instance.exports = TAPPET_TRY(in.vec<syntax::InlineExport>(
        "exports", limits::kExports, [](Reader& r) -> Result<syntax::InlineExport> {
          ExternName name = TAPPET_TRY(read_extern_name(r));
          return syntax::InlineExport{name,
                                      TAPPET_TRY(read_sort_index(r, "the sort of an export"))};
        }));
    return instance;
  }
  instance.component = TAPPET_TRY(in.u32("a component index"));
  instance.args = TAPPET_TRY(in.vec<syntax::Arg>(
      "arguments", limits::kInstantiationArgs, [](Reader& r) -> Result<syntax::Arg> {
        const std::string_view name = TAPPET_TRY(r.name("the name of an argument"));
        return syntax::Arg{name, TAPPET_TRY(read_sort_index(r, "the sort of an argument"))};
      }));
  return instance;
}

Result<syntax::Start> read_start(Reader& in) {
  syntax::Start start;
  start.func = TAPPET_TRY(in.u32("a function index"));
  start.args = TAPPET_TRY(in.vec<uint32_t>("arguments", limits::kParams,
                                           [](Reader& r) { return r.u32("a value index"); }));
  start.results = TAPPET_TRY(in.u32("the number of results"));
  return start;
}

Result<syntax::Import> read_import(Reader& in) {
  syntax::Import import;
  import.name = TAPPET_TRY(read_extern_name(in));
  import.type = TAPPET_TRY(read_extern_type(in));
  return import;
}

Result<syntax::Export> read_export(Reader& in) {
  syntax::Export item;
  item.name = TAPPET_TRY(read_extern_name(in));
  item.item = TAPPET_TRY(read_sort_index(in, "the sort of an export"));
  if (TAPPET_TRY(in.flag("the optional type of an export"))) {
    item.type = TAPPET_TRY(read_extern_type(in));
  }
  return item;
}

Result<syntax::Value> read_value(Reader& in) {
  syntax::Value value;
  value.type = TAPPET_TRY(read_val_type(in));
  const uint32_t size = TAPPET_TRY(in.u32("the size of a value"));
  value.bytes = TAPPET_TRY(in.bytes(size, "a value"));
  return value;
}

// One component: its sections in order, each decoded into definitions.
class Sections {
 public:
  Sections(ByteSpan bytes, uint64_t offset, Budget& budget, uint32_t depth)
      : in_(bytes, offset, budget), component_(new syntax::Component), depth_(depth) {
    component_->bytes = bytes;
    component_->offset = offset;
    component_->end = offset + bytes.size();
  }

  Result<std::unique_ptr<syntax::Component>> read() {
    TAPPET_TRY(preamble());
    while (!in_.done()) {
      const uint8_t id = TAPPET_TRY(in_.byte("a section id"));
      if (id > static_cast<uint8_t>(SectionId::kValue)) {
        return fail(ErrorKind::kMalformed, fmt::format("malformed section id {}", id),
                    Position::at_offset(in_.offset() - 1));
      }
      const uint32_t size = TAPPET_TRY(in_.u32("the size of a section"));
      Reader section = TAPPET_TRY(in_.sub(size, "a section"));
      TAPPET_TRY(read_section(static_cast<SectionId>(id), section));
      if (!section.done()) return section.malformed("section size mismatch: unexpected content");
    }
    return std::move(component_);
  }

 private:
  Result<> preamble() {
    const uint64_t start = in_.offset();
    const auto wrong = [&](std::string message) {
      return fail(ErrorKind::kMalformed, std::move(message), Position::at_offset(start));
    };
    const ByteSpan bytes = TAPPET_TRY(in_.bytes(8, "the preamble of a component"));
    if (!std::equal(std::begin(kMagic), std::end(kMagic), bytes.begin())) {
      return wrong("magic header not detected: expected a component");
    }
    const auto version = load_le<uint16_t>(bytes.data() + 4);
    const auto layer = load_le<uint16_t>(bytes.data() + 6);
    if (layer != kLayer) return wrong("expected a component, found a core module or another layer");
    if (version != kVersion) {
      return wrong(fmt::format("unknown binary version {:#x} of the component format", version));
    }
    return {};
  }

  Result<> read_section(SectionId id, Reader& in) {
    switch (id) {
      case SectionId::kCustom:
        return custom(in);
      case SectionId::kCoreModule:
        return add(in, [](Reader& r) -> Result<syntax::CoreModule> {
          return syntax::CoreModule{TAPPET_TRY(r.bytes(r.remaining(), "a core module"))};
        });
      case SectionId::kCoreInstance:
        return all(in, "core instances", limits::kImports, read_core_instance);
      case SectionId::kCoreType:
        return all(in, "core types", limits::kTypes, read_core_type_def);
      case SectionId::kComponent:
        return nested(in);
      case SectionId::kInstance:
        return all(in, "instances", limits::kImports, read_instance);
      case SectionId::kAlias:
        return all(in, "aliases", limits::kImports, read_alias);
      case SectionId::kType:
        return all(in, "types", limits::kTypes, [](Reader& r) { return read_type_def(r, 0); });
      case SectionId::kCanon:
        return all(in, "canonical definitions", limits::kFunctions, read_canon);
      case SectionId::kStart:
        return add(in, read_start);
      case SectionId::kImport:
        return all(in, "imports", limits::kImports, read_import);
      case SectionId::kExport:
        return all(in, "exports", limits::kExports, read_export);
      case SectionId::kValue:
        return all(in, "values", limits::kImports, read_value);
    }
    return {};
  }

  // The content of a custom section is nobody's business here.
  Result<> custom(Reader& in) {
    const std::string_view name = TAPPET_TRY(in.name("the name of a custom section"));
    const auto begin = static_cast<uint32_t>(in.offset() - component_->offset);
    const auto end = static_cast<uint32_t>(begin + in.remaining());
    TAPPET_TRY(charge(in, sizeof(CustomSection) + name.size()));
    component_->customs.push_back({std::string(name), begin, end});
    TAPPET_TRY(in.bytes(in.remaining(), "a custom section"));
    return {};
  }

  Result<> nested(Reader& in) {
    if (depth_ + 1 >= limits::kComponentNesting) {
      return fail(
          ErrorKind::kLimit,
          fmt::format("components are nested deeper than {} levels", limits::kComponentNesting),
          Position::at_offset(in.offset()));
    }
    return add(in, [&](Reader& r) -> Result<std::unique_ptr<syntax::Component>> {
      const uint64_t start = r.offset();
      const ByteSpan bytes = TAPPET_TRY(r.bytes(r.remaining(), "a component"));
      return Sections(bytes, start, r.budget(), depth_ + 1).read();
    });
  }

  static Result<> charge(Reader& in, uint64_t bytes) {
    Result<> spent = in.budget().spend_bytes(bytes);
    if (!spent.ok()) spent.error().position = Position::at_offset(in.offset());
    return spent;
  }

  template <class Read>
  Result<> add(Reader& in, Read read) {
    Definition definition;
    definition.offset = in.offset();
    TAPPET_TRY(charge(in, sizeof definition));
    definition.what = TAPPET_TRY(read(in));
    component_->definitions.push_back(std::move(definition));
    return {};
  }

  template <class Read>
  Result<> all(Reader& in, std::string_view what, uint32_t limit, Read read) {
    std::vector<Definition> definitions =
        TAPPET_TRY(in.vec<Definition>(what, limit, [&](Reader& r) -> Result<Definition> {
          Definition definition;
          definition.offset = r.offset();
          definition.what = TAPPET_TRY(read(r));
          return definition;
        }));
    auto& list = component_->definitions;
    list.insert(list.end(), std::make_move_iterator(definitions.begin()),
                std::make_move_iterator(definitions.end()));
    return {};
  }

  Reader in_;
  std::unique_ptr<syntax::Component> component_;
  uint32_t depth_;
};

}  // namespace

bool is_component(ByteSpan bytes) {
  return bytes.size() >= 8 && std::equal(std::begin(kMagic), std::end(kMagic), bytes.begin()) &&
         load_le<uint16_t>(bytes.data() + 6) == kLayer;
}

Result<std::unique_ptr<syntax::Component>> decode(ByteSpan bytes, uint64_t offset, Budget& budget) {
  if (bytes.size() > limits::kModuleBytes) {
    return fail(ErrorKind::kLimit,
                fmt::format("component of {} bytes exceeds the limit of {}", bytes.size(),
                            limits::kModuleBytes),
                Position::at_offset(offset));
  }
  return Sections(bytes, offset, budget, 0).read();
}

}  // namespace tappet::component::binary
