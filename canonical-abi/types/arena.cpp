#include "canonical-abi/types/arena.h"

#include <algorithm>

#include "interp/base/limits.h"

namespace tappet::component {
namespace {

constexpr size_t kFirstChunk = 4096;
constexpr size_t kLastChunk = size_t{1} << 20;

}  // namespace

Budget Budget::for_input(uint64_t size) {
  return {limits::kDecodedBytesFactor * size + limits::kDecodedBytesSlack,
          limits::kCheckStepsPerByte * size + limits::kCheckSteps};
}

Result<> Budget::spend_bytes(uint64_t n) {
  if (n > bytes) return fail(ErrorKind::kLimit, "the component's definitions need too much memory");
  bytes -= n;
  return {};
}

Result<> Budget::spend_steps(uint64_t n) {
  if (n > steps) return fail(ErrorKind::kLimit, "the component's types take too long to check");
  steps -= n;
  return {};
}

// Chunks grow with the arena, so that a host interface costs a page and a big component few chunks.
Result<void*> TypeArena::allocate(size_t size) {
  size = (size + alignof(std::max_align_t) - 1) / alignof(std::max_align_t) *
         alignof(std::max_align_t);
  TAPPET_TRY(budget_.spend_bytes(size));
  if (size > free_bytes_) {
    const size_t doubled = kFirstChunk << std::min<size_t>(chunks_.size(), 8);
    const size_t chunk = std::max(size, std::min(doubled, kLastChunk));
    std::unique_ptr<std::byte[]> memory(new (std::nothrow) std::byte[chunk]);
    if (!memory) return fail(ErrorKind::kResource, "out of memory for the component's types");
    free_ = memory.get();
    free_bytes_ = chunk;
    chunks_.push_back(std::move(memory));
  }
  void* const taken = free_;
  free_ += size;
  free_bytes_ -= size;
  return taken;
}

Result<std::string_view> TypeArena::copy(std::string_view text) {
  const auto bytes = TAPPET_TRY(copy(std::span<const char>(text.data(), text.size())));
  return std::string_view(bytes.data(), bytes.size());
}

Result<Resource*> TypeArena::resource(Resource init) { return make(init); }

Result<const ResourceName*> TypeArena::name_of(const Resource* resource) {
  return TAPPET_TRY(make(ResourceName{resource}));
}

}  // namespace tappet::component
