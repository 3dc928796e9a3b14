// A guarded memory lies in a reservation, with its size in the last bytes of the header page before
// it. An image is mapped over the front, private, so that writes copy pages.
#include "interp/runtime/memory.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "interp/runtime/memory_pool.h"
#include "interp/runtime/shared_memory.h"

namespace tappet {
namespace {

Error exhausted() {
  return make_error(ErrorKind::kResource, "no address space or memory left for a linear memory");
}

// Writes pieces to a file in few system calls, although there may be ten thousands of them with
// short gaps in between, and leaves long gaps out of the file.
class PieceWriter {
 public:
  explicit PieceWriter(int descriptor) : descriptor_(descriptor), buffer_(kCapacity) {}

  bool put(uint64_t offset, ByteSpan bytes) {
    if (bytes.empty()) return true;
    if (!append(offset, bytes)) {
      if (!flush()) return false;
      start_ = offset;
      if (!append(offset, bytes) && !write(offset, bytes)) return false;
    }
    highest_ = std::max(highest_, offset + bytes.size());
    return true;
  }

  bool flush() {
    const ByteSpan pending(buffer_.data(), size_);
    size_ = 0;
    return write(start_, pending);
  }

 private:
  static constexpr uint64_t kCapacity = 64 * 1024;
  static constexpr uint64_t kLongestGap = 1024;

  // Only where nothing was written before may a gap be filled with zeros.
  bool append(uint64_t offset, ByteSpan bytes) {
    const uint64_t end = start_ + size_;
    if (offset != end && (offset < end || offset - end > kLongestGap || end < highest_))
      return false;
    const uint64_t gap = offset - end;
    if (gap + bytes.size() > kCapacity - size_) return false;
    std::memset(buffer_.data() + size_, 0, gap);
    std::memcpy(buffer_.data() + size_ + gap, bytes.data(), bytes.size());
    size_ += gap + bytes.size();
    return true;
  }

  bool write(uint64_t offset, ByteSpan bytes) const {
    for (size_t done = 0; done < bytes.size();) {
      const ssize_t n = pwrite(descriptor_, bytes.data() + done, bytes.size() - done,
                               static_cast<off_t>(offset + done));
      if (n <= 0) return false;
      done += static_cast<size_t>(n);
    }
    return true;
  }

  int descriptor_;
  Bytes buffer_;
  uint64_t start_ = 0;    // where the buffer's contents belong
  uint64_t size_ = 0;     // of the buffer's contents
  uint64_t highest_ = 0;  // end of all that was put
};

}  // namespace

uint64_t most_bytes(const MemoryType& type) {
  uint64_t address_space =
      type.address == AddressType::kI64 ? uint64_t{1} << 48 : uint64_t{1} << 32;
  // The number of pages has to fit an address.
  if (type.page_size_log2 == 0) --address_space;
  if (!type.limits.has_max) return address_space;
  if (type.limits.max > (address_space >> type.page_size_log2)) return address_space;
  return type.limits.max << type.page_size_log2;
}

std::shared_ptr<const MemoryImage> MemoryImage::create(uint64_t size,
                                                       std::span<const Piece> pieces) {
  const int descriptor = memfd_create("tappet-image", MFD_CLOEXEC);
  if (descriptor < 0) return nullptr;
  auto image = std::shared_ptr<MemoryImage>(new MemoryImage(descriptor, size));
  if (ftruncate(descriptor, static_cast<off_t>(size)) != 0) return nullptr;
  PieceWriter writer(descriptor);
  for (const Piece& piece : pieces) {
    if (!writer.put(piece.offset, piece.bytes)) return nullptr;
  }
  if (!writer.flush()) return nullptr;
  void* const data =
      size != 0 ? mmap(nullptr, size, PROT_READ, MAP_SHARED, descriptor, 0) : nullptr;
  if (data != MAP_FAILED) image->data_ = static_cast<uint8_t*>(data);
  return image;
}

MemoryImage::~MemoryImage() {
  if (data_ != nullptr) munmap(data_, size_);
  close(descriptor_);
}

bool MemoryImage::map_at(uint8_t* to) const {
  return size_ == 0 || mmap(to, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, descriptor_,
                            0) != MAP_FAILED;
}

bool MemoryImage::copy_to(uint8_t* to) const {
  for (uint64_t done = 0; done < size_;) {
    const ssize_t n = pread(descriptor_, to + done, size_ - done, static_cast<off_t>(done));
    if (n <= 0) return false;
    done += static_cast<uint64_t>(n);
  }
  return true;
}

MemoryStrategy best_memory_strategy() {
  if constexpr (sizeof(void*) < 8) return MemoryStrategy::kChecked;
  const Reservation trial(kGuardedBytes);
  return trial.base() == nullptr ? MemoryStrategy::kChecked : MemoryStrategy::kGuard;
}

Result<std::unique_ptr<Memory>> Memory::create(const MemoryType& type, MemoryStrategy strategy,
                                               uint64_t max_bytes,
                                               std::shared_ptr<const MemoryImage> image,
                                               MemoryPool* pool) {
  strategy = effective_strategy(type, strategy);
  const uint64_t cap = std::min(max_bytes, most_bytes(type));
  if (type.limits.min > (cap >> type.page_size_log2)) {
    return fail(ErrorKind::kLimit, fmt::format("memory of {} pages exceeds the limit of {} bytes",
                                               type.limits.min, cap));
  }
  auto memory = std::unique_ptr<Memory>(new Memory(type, strategy, cap));
  if (type.shared) {
    memory->shared_ = TAPPET_TRY(SharedMemory::create(type, strategy, cap, image.get()));
    memory->see(*memory->shared_);
  } else {
    if (strategy == MemoryStrategy::kGuard) memory->pool_ = pool;
    TAPPET_TRY(memory->allocate(type.limits.min << type.page_size_log2, std::move(image)));
  }
  return memory;
}

Result<std::unique_ptr<Memory>> Memory::view_of(std::shared_ptr<SharedMemory> shared,
                                                MemoryStrategy strategy, uint64_t max_bytes) {
  const MemoryType& type = shared->type();
  if (effective_strategy(type, strategy) == MemoryStrategy::kGuard &&
      shared->strategy() != MemoryStrategy::kGuard) {
    return fail(ErrorKind::kUsage,
                "a shared memory without guard pages cannot be used where they are relied upon");
  }
  const uint64_t cap = std::min(max_bytes, most_bytes(type));
  auto memory = std::unique_ptr<Memory>(new Memory(type, shared->strategy(), cap));
  memory->shared_ = std::move(shared);
  memory->see(*memory->shared_);
  return memory;
}

void Memory::see(const SharedMemory& shared) {
  base_ = shared.base();
  if (strategy_ == MemoryStrategy::kGuard) reserved_ = shared.reserved();
}

Memory::Memory(const MemoryType& type, MemoryStrategy strategy, uint64_t max_bytes)
    : type_(type), strategy_(strategy), max_bytes_(max_bytes) {}

Result<> Memory::allocate(uint64_t bytes, std::shared_ptr<const MemoryImage> image) {
  if (strategy_ == MemoryStrategy::kChecked) {
    auto* block = static_cast<uint8_t*>(std::calloc(1, kHeaderBytes + bytes));
    if (block == nullptr) return fail(exhausted());
    base_ = block + kHeaderBytes;
    if (image != nullptr && !image->copy_to(base_)) return fail(exhausted());
  } else {
    if (pool_ != nullptr) pooled_ = pool_->take(bytes, image.get());
    if (pooled_ == nullptr) TAPPET_TRY(map(bytes, image.get()));
    if (pool_ != nullptr && pooled_ == nullptr) {
      const bool only_small_pages = reservation_.refuse_huge_pages(bytes);
      pooled_ = std::make_unique<PooledMemory>(
          PooledMemory{std::move(reservation_), bytes, std::move(image), only_small_pages});
    }
    base_ = reservation().base();
    reserved_ = kGuardedBytes;
  }
  set_memory_size(base_, bytes);
  return Unit{};
}

const Reservation& Memory::reservation() const {
  return pooled_ != nullptr ? pooled_->reservation : reservation_;
}

Result<> Memory::map(uint64_t bytes, const MemoryImage* image) {
  reservation_ = Reservation(kGuardedBytes);
  uint8_t* const base = reservation_.base();
  if (base == nullptr || !reservation_.commit(0, bytes)) return fail(exhausted());
  if (image == nullptr) return Unit{};
  // What is mapped over a huge page's place leaves the rest of it in small ones. A pool resets what
  // was mapped.
  const bool copies =
      pool_ == nullptr && Reservation::in_huge_pages(bytes) && image->size() <= kHugePageBytes;
  if (!(copies ? image->copy_to(base) : image->map_at(base))) return fail(exhausted());
  return Unit{};
}

Memory::~Memory() {
  if (pooled_ != nullptr) pool_->give_back(std::move(pooled_), size());
  const bool is_block = base_ != nullptr && strategy_ == MemoryStrategy::kChecked;
  if (is_block && shared_ == nullptr) std::free(base_ - kHeaderBytes);
}

bool Memory::resize(uint64_t bytes) {
  const uint64_t old = size();
  if (strategy_ == MemoryStrategy::kChecked) {
    auto* block = static_cast<uint8_t*>(std::realloc(base_ - kHeaderBytes, kHeaderBytes + bytes));
    if (block == nullptr) return false;
    base_ = block + kHeaderBytes;
    std::memset(base_ + old, 0, bytes - old);
  } else if (!reservation().commit(old, bytes)) {
    return false;
  }
  set_memory_size(base_, bytes);
  return true;
}

int64_t Memory::grow(uint64_t delta_pages) {
  if (shared_ != nullptr) return shared_->grow(delta_pages, max_bytes_);
  const uint64_t old = pages();
  const uint64_t cap = max_bytes_ >> type_.page_size_log2;
  if (delta_pages > cap || old > cap - delta_pages) return -1;
  if (delta_pages != 0 && !resize((old + delta_pages) << type_.page_size_log2)) return -1;
  return static_cast<int64_t>(old);
}

}  // namespace tappet
