// The frame around the section readers: header, section order and sizes, and what must hold between
// sections.
#include "interp/binary/decoder.h"

#include <fmt/format.h>

#include <algorithm>

#include "interp/base/limits.h"
#include "interp/binary/sections.h"

namespace tappet {
namespace {

constexpr uint32_t kMagic = 0x6d736100;  // "\0asm"
constexpr uint32_t kVersion = 1;

struct SectionRow {
  uint8_t id;
  std::string_view name;
  Feature feature;
  void (*read)(Reader&, DecodeContext&);
};
constexpr SectionRow kSections[] = {
#define SECTION(reader, id, name, feature) {id, name, Feature::k##feature, read_##reader##_section},
#include "interp/binary/sections.def"
#undef SECTION
};

void read_header(Reader& in) {
  const uint64_t start = in.offset();
  const uint32_t magic = in.word32();
  if (in.ok() && magic != kMagic) {
    in.fail(ErrorKind::kMalformed, "magic header not detected", start);
  }
  const uint32_t version = in.word32();
  if (in.ok() && version != kVersion) {
    in.fail(ErrorKind::kMalformed, fmt::format("unknown binary version {:#x}", version), start + 4);
  }
}

// Sections seen so far: the next one has to come later in the order of kSections.
class SectionOrder {
 public:
  // The row of a section, or null after an error.
  const SectionRow* enter(Reader& in, uint8_t id, uint64_t offset) {
    const SectionRow* const row =
        std::find_if(std::begin(kSections), std::end(kSections),
                     [&](const SectionRow& candidate) { return candidate.id == id; });
    if (row == std::end(kSections)) {
      in.fail(ErrorKind::kMalformed, fmt::format("malformed section id {}", id), offset);
      return nullptr;
    }
    if (row < next_) {
      in.fail(ErrorKind::kMalformed,
              fmt::format("unexpected content after last section: {} section out of order or twice",
                          row->name),
              offset);
      return nullptr;
    }
    next_ = row + 1;
    return row;
  }

 private:
  const SectionRow* next_ = std::begin(kSections);
};

void read_section(Reader& in, DecodeContext& context, SectionOrder& order) {
  const uint64_t start = in.offset();
  const uint8_t id = in.byte();
  const SectionRow* const row = id == 0 ? nullptr : order.enter(in, id, start);
  if (row) in.require(row->feature, context.features);
  const uint32_t size = in.length();
  Reader contents = in.sub(size);
  if (!in.ok()) return;
  if (row) {
    context.module.section_offsets[id] = start;
    row->read(contents, context);
  } else {
    read_custom_section(contents, context);
  }
  if (contents.ok() && !contents.at_end()) contents.malformed("section size mismatch");
  in.adopt_error(contents);
}

Result<> check_size(ByteSpan bytes, uint64_t base_offset) {
  if (bytes.size() <= limits::kModuleBytes) return {};
  return fail(ErrorKind::kLimit,
              fmt::format("module of {} bytes, more than {}", bytes.size(), limits::kModuleBytes),
              Position::at_offset(base_offset));
}

}  // namespace

bool DecodeContext::charge(Reader& in, uint64_t bytes) {
  if (bytes > budget) {
    in.fail(ErrorKind::kLimit, "the module's structures take too much memory for its size");
    return false;
  }
  budget -= bytes;
  return true;
}

void DecodeContext::declare_function(uint32_t index) {
  if (index >= module.functions.size()) return;
  if (module.declared_functions.size() < module.functions.size()) {
    module.declared_functions.resize(module.functions.size());
  }
  module.declared_functions[index] = true;
}

Result<std::shared_ptr<const Module>> decode_module(std::shared_ptr<const Bytes> owner,
                                                    ByteSpan bytes, uint64_t base_offset,
                                                    const DecodeOptions& options) {
  TAPPET_TRY(check_size(bytes, base_offset));
  auto module = std::make_shared<Module>();
  module->owner = std::move(owner);
  module->bytes = bytes;
  module->base_offset = base_offset;
  module->registry = options.registry;

  constexpr uint64_t kBudgetFactor = 32;
  constexpr uint64_t kBudgetBase = 16u << 20;
  DecodeContext context{*module, options.features, kBudgetFactor * bytes.size() + kBudgetBase};
  Reader in(bytes, base_offset);
  read_header(in);
  for (SectionOrder order; in.ok() && !in.at_end();) read_section(in, context, order);
  if (in.ok()) check_counts(in, context);
  if (!in.ok()) return fail(in.error());
  module->declared_functions.resize(module->functions.size());
  module->index_exports();
  return std::shared_ptr<const Module>(std::move(module));
}

Result<std::shared_ptr<const Module>> decode_module(Bytes bytes, const DecodeOptions& options) {
  auto owner = std::make_shared<const Bytes>(std::move(bytes));
  const ByteSpan all = *owner;
  return decode_module(std::move(owner), all, 0, options);
}

}  // namespace tappet
