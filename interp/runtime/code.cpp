#include "interp/runtime/code.h"

#include <algorithm>

#include "interp/runtime/instance.h"

namespace tappet {
namespace {

// Arrays follow the Instance; small ones that handlers address with few bits come first.
InstanceLayout layout_of(const Module& module) {
  InstanceLayout layout;
  uint32_t at = (sizeof(Instance) + 15) / 16 * 16;
  const auto take = [&](size_t count, uint32_t bytes) {
    const uint32_t offset = at;
    at += static_cast<uint32_t>(count) * bytes;
    return offset;
  };
  layout.tables = take(module.tables.size(), sizeof(Table*));
  layout.memories = take(module.memories.size(), sizeof(Memory*));
  layout.tags = take(module.tags.size(), sizeof(Tag*));
  layout.imported_globals = take(module.imported_globals, sizeof(GlobalCell*));
  layout.imported_functions = take(module.imported_functions, sizeof(Function*));
  at = (at + 15) / 16 * 16;
  layout.globals = take(module.globals.size() - module.imported_globals, sizeof(GlobalCell));
  layout.functions = at;
  const uint64_t functions = module.functions.size() - module.imported_functions;
  layout.size = at + functions * sizeof(Function);
  return layout;
}

// An image is made of what the module brings, not of what lies between: a segment of one byte near
// the end of a 64-bit memory must not cost that much here.
constexpr uint64_t kMostImageBytes = uint64_t{1} << 30;
constexpr uint64_t kMostSpread = 64;

bool is_address(Opcode opcode) {
  return opcode == Opcode::kI32Const || opcode == Opcode::kI64Const;
}

bool writes_memory0(const DataSegment& segment) {
  return segment.mode == SegmentMode::kActive && segment.memory == 0;
}

// How far memory 0 is written by active segments, if that can be known without an instance and an
// image of so many bytes makes sense.
std::optional<uint64_t> image_bytes(const Module& module) {
  if (module.memories.empty() || module.imported_memories != 0) return std::nullopt;
  const MemoryType& type = module.memories[0].type;
  const uint64_t size = type.limits.min << type.page_size_log2;
  uint64_t used = 0;
  uint64_t given = 0;
  for (const DataSegment& segment : module.datas) {
    if (!writes_memory0(segment)) continue;
    const auto& offset = segment.offset.instructions;
    if (offset.size() != 1 || !is_address(offset[0].opcode)) return std::nullopt;
    if (!in_bounds(offset[0].value, segment.end - segment.begin, size)) return std::nullopt;
    used = std::max(used, offset[0].value + segment.end - segment.begin);
    given += segment.end - segment.begin;
  }
  if (used > kMostImageBytes || used / kMostSpread > given) return std::nullopt;
  return used;
}

// Precondition: image_bytes(module) has a value.
std::vector<MemoryImage::Piece> image_pieces(const Module& module) {
  std::vector<MemoryImage::Piece> pieces;
  pieces.reserve(module.datas.size());
  for (const DataSegment& segment : module.datas) {
    if (!writes_memory0(segment)) continue;
    pieces.push_back({segment.offset.instructions[0].value,
                      module.bytes.subspan(segment.begin, segment.end - segment.begin)});
  }
  return pieces;
}

bool allocates(const ConstExpr& expression) {
  return std::any_of(expression.instructions.begin(), expression.instructions.end(),
                     [](const ConstInstruction& instruction) {
                       switch (instruction.opcode) {
                         case Opcode::kStructNew:
                         case Opcode::kStructNewDefault:
                         case Opcode::kArrayNew:
                         case Opcode::kArrayNewDefault:
                         case Opcode::kArrayNewFixed:
                           return true;
                         default:
                           return false;
                       }
                     });
}

// Below this, copying segments is cheaper than mapping a file.
constexpr size_t kLeastImageBytes = 64 * 1024;

}  // namespace

ModuleCode::ModuleCode(std::shared_ptr<const Module> module, CodeOptions options)
    : module_(std::move(module)), options_(std::move(options)), layout_(layout_of(*module_)) {
  const size_t defined = module_->functions.size() - module_->imported_functions;
  functions_ = std::make_unique<std::atomic<const FunctionCode*>[]>(defined);
  shapes_.resize(module_->types.size());
  for (size_t i = 0; i < shapes_.size(); ++i) {
    const TypeId type = module_->types[i];
    if (module_->registry->is_function(type)) {
      shapes_[i] = call_shape(module_->registry->function(type));
    } else if (object_layouts_ == nullptr) {
      object_layouts_ = std::make_unique<std::atomic<const GcLayout*>[]>(shapes_.size());
    }
  }
  for (uint32_t i = 0; i < module_->elems.size(); ++i) {
    const auto& expressions = module_->elems[i].expressions;
    if (std::any_of(expressions.begin(), expressions.end(), allocates)) allocating_elems_.insert(i);
  }
}

const GcLayout& ModuleCode::make_object_layout(uint32_t type_index) const {
  const std::lock_guard lock(mutex_);
  auto& slot = object_layouts_[type_index];
  if (slot.load(std::memory_order_relaxed) == nullptr) {
    slot.store(
        &owned_layouts_.emplace_back(make_layout(*module_->registry, module_->types[type_index])),
        std::memory_order_release);
  }
  return *slot.load(std::memory_order_relaxed);
}

void ModuleCode::make_stubs() {
  const size_t defined = module_->functions.size() - module_->imported_functions;
  stubs_.resize(defined * stub_words());
  for (size_t i = 0; i < defined; ++i) {
    uint64_t* const end = stubs_.data() + (i + 1) * stub_words();
    end[-3] = 0;
    end[-2] = translate_handler();
    end[-1] = module_->imported_functions + i;
  }
}

const uint64_t* ModuleCode::entry(uint32_t function_index) const {
  const uint32_t defined = function_index - module_->imported_functions;
  const FunctionCode* code = functions_[defined].load(std::memory_order_acquire);
  return code != nullptr ? code->entry() : &stubs_[size_t{defined + 1} * stub_words() - 2];
}

const uint64_t* ModuleCode::translated_entry(uint32_t function_index) const {
  auto& slot = functions_[function_index - module_->imported_functions];
  if (const FunctionCode* code = slot.load(std::memory_order_acquire)) return code->entry();
  // Translation happens outside the lock; a second thread's copy of the same code is dropped.
  std::unique_ptr<FunctionCode> made = translate(function_index);
  const std::lock_guard lock(mutex_);
  if (const FunctionCode* code = slot.load(std::memory_order_acquire)) return code->entry();
  const FunctionCode* code = made.get();
  owned_.emplace(code->words.data(), std::move(made));
  slot.store(code, std::memory_order_release);
  return code->entry();
}

const FunctionCode* ModuleCode::find(const uint64_t* pc) const {
  const std::lock_guard lock(mutex_);
  const auto after = owned_.upper_bound(pc);
  if (after == owned_.begin()) return nullptr;
  const FunctionCode* code = std::prev(after)->second.get();
  return code->contains(pc) ? code : nullptr;
}

std::shared_ptr<const MemoryImage> ModuleCode::memory_image() const {
  std::call_once(image_once_, [&] {
    const auto size = image_bytes(*module_);
    if (!size || *size < kLeastImageBytes) return;
    image_ = MemoryImage::create(*size, image_pieces(*module_));
  });
  return image_;
}

}  // namespace tappet
