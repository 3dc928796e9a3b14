// The reservation of a guarded memory: one header page (its last eight bytes hold the size), then
// the memory itself. An image is mapped over the front, private, so that writes copy pages.
#include "interp/runtime/memory.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace tappet {
namespace {

constexpr uint64_t kHeaderBytes = 16384;  // a multiple of every host's page size
constexpr uint64_t kReservedBytes = (uint64_t{8} << 30) + kPageBytes;
constexpr uint64_t kCheckedHeaderBytes = 64;

uint64_t round_to_host_page(uint64_t bytes) {
  static const auto page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  return (bytes + page - 1) / page * page;
}

uint8_t* reserve(uint64_t bytes) {
  void* at = mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return at == MAP_FAILED ? nullptr : static_cast<uint8_t*>(at);
}

// Pages that the type allows, in bytes.
uint64_t type_max_bytes(const MemoryType& type) {
  uint64_t address_space =
      type.address == AddressType::kI64 ? uint64_t{1} << 48 : uint64_t{1} << 32;
  // The number of pages has to fit an address.
  if (type.page_size_log2 == 0) --address_space;
  if (!type.limits.has_max) return address_space;
  if (type.limits.max > (address_space >> type.page_size_log2)) return address_space;
  return type.limits.max << type.page_size_log2;
}

}  // namespace

std::shared_ptr<const MemoryImage> MemoryImage::create(ByteSpan bytes) {
  const uint64_t size = round_to_host_page(bytes.size());
  const int descriptor = memfd_create("tappet-image", MFD_CLOEXEC);
  if (descriptor < 0) return nullptr;
  auto image = std::shared_ptr<const MemoryImage>(new MemoryImage(descriptor, size));
  if (ftruncate(descriptor, static_cast<off_t>(size)) != 0) return nullptr;
  for (size_t done = 0; done < bytes.size();) {
    const ssize_t n =
        pwrite(descriptor, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (n <= 0) return nullptr;
    done += static_cast<size_t>(n);
  }
  return image;
}

MemoryImage::~MemoryImage() { close(descriptor_); }

uint8_t* Memory::empty_base() {
  alignas(64) static uint8_t header[kCheckedHeaderBytes * 2] = {};
  return header + kCheckedHeaderBytes;
}

MemoryStrategy best_memory_strategy() {
  if constexpr (sizeof(void*) < 8) return MemoryStrategy::kChecked;
  uint8_t* at = reserve(kHeaderBytes + kReservedBytes);
  if (at == nullptr) return MemoryStrategy::kChecked;
  munmap(at, kHeaderBytes + kReservedBytes);
  return MemoryStrategy::kGuard;
}

Result<std::unique_ptr<Memory>> Memory::create(const MemoryType& type, MemoryStrategy strategy,
                                               uint64_t max_bytes, const MemoryImage* image) {
  strategy = effective_strategy(type, strategy);
  const uint64_t cap = std::min(max_bytes, type_max_bytes(type));
  if (type.limits.min > (cap >> type.page_size_log2)) {
    return fail(ErrorKind::kLimit, fmt::format("memory of {} pages exceeds the limit of {} bytes",
                                               type.limits.min, cap));
  }
  auto memory = std::unique_ptr<Memory>(new Memory(type, strategy, cap));
  TAPPET_TRY(memory->allocate(type.limits.min << type.page_size_log2, image));
  return memory;
}

Result<> Memory::allocate(uint64_t bytes, const MemoryImage* image) {
  const auto exhausted = [] {
    return fail(ErrorKind::kResource, "no address space or memory left for a linear memory");
  };
  if (strategy_ == MemoryStrategy::kChecked) {
    auto* block = static_cast<uint8_t*>(std::calloc(1, kCheckedHeaderBytes + bytes));
    if (block == nullptr) return exhausted();
    base_ = block + kCheckedHeaderBytes;
    set_size(bytes);
    if (image != nullptr) {
      for (uint64_t done = 0; done < image->size();) {
        const ssize_t n = pread(image->descriptor(), base_ + done, image->size() - done,
                                static_cast<off_t>(done));
        if (n <= 0) return exhausted();
        done += static_cast<uint64_t>(n);
      }
    }
    return Unit{};
  }
  uint8_t* block = reserve(kHeaderBytes + kReservedBytes);
  if (block == nullptr) return exhausted();
  base_ = block + kHeaderBytes;
  reserved_ = kReservedBytes;
  const uint64_t page = round_to_host_page(1);
  // The header's last page and the memory's first pages become accessible in one call.
  if (mprotect(base_ - page, page + round_to_host_page(bytes), PROT_READ | PROT_WRITE) != 0)
    return exhausted();
  if (image != nullptr && image->size() != 0 &&
      mmap(base_, image->size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED,
           image->descriptor(), 0) == MAP_FAILED) {
    return exhausted();
  }
  set_size(bytes);
  return Unit{};
}

Memory::~Memory() {
  if (base_ == nullptr) return;
  if (strategy_ == MemoryStrategy::kChecked) {
    std::free(base_ - kCheckedHeaderBytes);
  } else {
    munmap(base_ - kHeaderBytes, kHeaderBytes + kReservedBytes);
  }
}

bool Memory::resize(uint64_t bytes) {
  const uint64_t old = size();
  if (strategy_ == MemoryStrategy::kChecked) {
    auto* block = static_cast<uint8_t*>(
        std::realloc(base_ - kCheckedHeaderBytes, kCheckedHeaderBytes + bytes));
    if (block == nullptr) return false;
    base_ = block + kCheckedHeaderBytes;
    std::memset(base_ + old, 0, bytes - old);
  } else {
    const uint64_t from = round_to_host_page(old);
    const uint64_t to = round_to_host_page(bytes);
    if (to > from && mprotect(base_ + from, to - from, PROT_READ | PROT_WRITE) != 0) return false;
  }
  set_size(bytes);
  return true;
}

int64_t Memory::grow(uint64_t delta_pages) {
  const uint64_t old = pages();
  const uint64_t cap = max_bytes_ >> type_.page_size_log2;
  if (delta_pages > cap || old > cap - delta_pages) return -1;
  if (delta_pages != 0 && !resize((old + delta_pages) << type_.page_size_log2)) return -1;
  return static_cast<int64_t>(old);
}

}  // namespace tappet
